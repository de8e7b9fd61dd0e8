"""Товар of a catalogue and Предложение of an offers package."""

from __future__ import annotations

from decimal import Decimal

from b2bkit_onec.commerceml import values
from b2bkit_onec.commerceml.broken import BadItem
from b2bkit_onec.commerceml.context import MAX_ID, Context, identifier, is_deleted, needed_number, number, requisites
from b2bkit_onec.commerceml.records import (
    Characteristic,
    Image,
    Offer,
    Price,
    Producer,
    Product,
    PropertyValue,
    Requisite,
    StockRow,
)
from b2bkit_onec.commerceml.tree import Node

ONE = Decimal(1)


def product(node: Node, context: Context) -> Product:
    """Raises BadItem when there is no Ид, or no name although the product is not deleted."""
    base, variant = ids(node)
    own_id = values.join_id(base, variant)
    name, deleted = node.value("Наименование"), is_deleted(node)
    found = requisites(node)
    full_name = node.value("ПолноеНаименование") or _requisite(found, "Полное наименование")
    if not name and not deleted and not full_name:
        raise BadItem("no-name", node.line)
    rate, rate_text = vat(node, context, own_id)
    unit_code, unit_name = base_unit(node)
    return Product(
        id=own_id,
        base_id=base,
        variant_id=variant,
        name=name or full_name,
        article=node.value("Артикул"),
        code=node.value("Код") or _requisite(found, "Код"),
        barcode=node.value("Штрихкод") or node.value("ШтрихКод"),
        full_name=full_name,
        description=node.value("Описание"),
        unit_code=unit_code,
        unit_name=unit_name,
        vat_rate=rate,
        vat_text=rate_text,
        group_ids=_group_ids(node),
        category_ids=tuple(one.text for one in node.all("Категория") if one.text),
        properties=property_values(node),
        characteristics=characteristics(node),
        requisites=found,
        images=images(node, found),
        producer=_producer(node),
        country=node.value("Страна"),
        weight=_weight(node, found, context, own_id),
        prices=prices(node, context, own_id),
        deleted=deleted,
        version=node.value("НомерВерсии") or _requisite(found, "НомерВерсии"),
        line=node.line,
        digest=context.digest,
    )


def _weight(node: Node, found: tuple[Requisite, ...], context: Context, item_id: str) -> Decimal | None:
    """Вес as an element or as a requisite, in kg; a requisite that is no number is an ordinary requisite."""
    if node.first("Вес"):
        return context.optional_number(node, "Вес", item_id)
    try:
        return values.number(_requisite(found, "Вес"))
    except values.BadNumber:
        return None


def offer(node: Node, context: Context, *, changes: bool) -> Offer:
    """`changes`: within ИзмененияПакетаПредложений. Raises BadItem without Ид, as the empty Предложение of some exporters."""
    base, variant = ids(node)
    own_id = values.join_id(base, variant)
    unit_code, unit_name = base_unit(node)
    found = requisites(node)
    return Offer(
        id=own_id,
        base_id=base,
        variant_id=variant,
        name=node.value("Наименование"),
        article=node.value("Артикул"),
        barcode=node.value("Штрихкод") or node.value("ШтрихКод"),
        unit_code=unit_code or node.value("КодЕдиницыИзмерения"),
        unit_name=unit_name,
        quantity=context.optional_number(node, "Количество", own_id),
        prices=prices(node, context, own_id),
        stocks=stocks(node, context, own_id),
        characteristics=characteristics(node),
        properties=property_values(node),
        requisites=found,
        group_ids=_group_ids(node),
        images=images(node, found),
        deleted=is_deleted(node),
        version=node.value("НомерВерсии"),
        changes_only_fields=changes,
        line=node.line,
        digest=context.digest,
    )


def ids(node: Node) -> tuple[str, str]:
    """(product, variant), also when ИдХарактеристики stands apart. Raises BadItem."""
    base, variant = values.split_id(identifier(node))
    apart = node.value("ИдХарактеристики")
    if len(apart) > MAX_ID:
        raise BadItem("too-long-id", node.line, limit=MAX_ID)
    if apart and apart != values.EMPTY_REFERENCE:
        variant = apart
    if not base:
        raise BadItem("no-id", node.line)
    return base, variant


def base_unit(node: Node) -> tuple[str, str]:
    """(code, name) of БазоваяЕдиница. In 3.x its text is the id of a declared unit, which is its code: then the name is ""."""
    unit = node.first("БазоваяЕдиница")
    if unit is None:
        return "", ""
    code = unit.attributes.get("Код", "").strip()
    name = unit.text or unit.attributes.get("НаименованиеКраткое", "").strip()
    if not code and name.isdecimal():
        return name, ""
    return code, name or unit.attributes.get("НаименованиеПолное", "").strip()


def vat(node: Node, context: Context, item_id: str) -> tuple[Decimal | None, str]:
    """(per cent, text) of СтавкиНалогов; (None, "Без НДС") for goods without VAT, (None, "") when not said."""
    for rate in node.within("СтавкиНалогов", "СтавкаНалога"):
        if rate.value("Наименование").upper() in ("НДС", "VAT", ""):
            return tax_rate(rate, context, item_id)
    return None, ""


def tax_rate(node: Node, context: Context, item_id: str) -> tuple[Decimal | None, str]:
    """(per cent, text) of Ставка."""
    text = node.value("Ставка")
    if not text or text.lower().startswith("без"):
        return None, text
    try:
        return number(text.rstrip(" %").rpartition("/")[0] or text.rstrip(" %"), node), text
    except BadItem as problem:
        context.leave_out(node, problem, item_id)
        return None, text


def prices(node: Node, context: Context, item_id: str) -> tuple[Price, ...]:
    return context.parts(list(node.within("Цены", "Цена")), price, item_id)


def price(node: Node) -> Price:
    """Цена. Raises BadItem for a value that is missing, no number or negative, and for a currency nobody knows."""
    value = needed_number(node, "ЦенаЗаЕдиницу")
    if value < 0:
        raise BadItem("negative-price", node.line, text=values.plain(value))
    type_id = node.value("ИдТипаЦены")
    if not type_id:
        raise BadItem("no-price-type", node.line)
    text = node.value("Валюта")
    currency = values.currency(text)
    if text and not currency:
        raise BadItem("unknown-currency", node.line, text=text)
    unit = node.first("Единица")
    return Price(
        type_id=type_id,
        value=value,
        currency=currency,
        unit=_unit_text(unit) if unit else "",
        factor=factor(node),
        min_quantity=_min_quantity(node),
        currency_text=text,
        line=node.line,
    )


def _unit_text(unit: Node) -> str:
    """Единица is a text in 2.x and a structure in 3.x."""
    return unit.text or unit.value("НаименованиеКраткое") or unit.value("Код") or unit.value("Ид")


def factor(node: Node) -> Decimal:
    """Коэффициент, 1 when not said. Raises BadItem unless above zero."""
    text = node.value("Коэффициент")
    if not text:
        return ONE
    value = number(text, node)
    if value <= 0:
        raise BadItem("bad-factor", node.line, text=text)
    return value


def _min_quantity(node: Node) -> Decimal | None:
    """МинКоличество of the schema; КоличествоОт of Bitrix, where also the plain price has it as 0 or 1."""
    text = node.value("МинКоличество") or node.value("КоличествоОт")
    value = number(text, node) if text else Decimal(0)
    if value < 0:
        raise BadItem("bad-quantity", node.line, text=text)
    return value or None


def stocks(node: Node, context: Context, item_id: str) -> tuple[StockRow, ...]:
    """Склад/Склады with attributes (2.x), Остатки/Остаток with Склад, with Количество, or with the bare figure (3.x)."""
    rows = [row for row in (*node.all("Склад"), *node.all("Склады")) if row.attributes]
    found = context.parts(rows, _stock_by_attributes, item_id)
    for rest in node.within("Остатки", "Остаток"):
        held = rest.all("Склад")
        found += context.parts(held, _stock_by_children, item_id) if held else context.parts([rest], _stock_without, item_id)
    return found


def _stock_by_attributes(node: Node) -> StockRow:
    warehouse = node.attributes.get("ИдСклада", "").strip()
    if not warehouse:
        raise BadItem("no-id", node.line)
    text = node.attributes.get("КоличествоНаСкладе", "").strip()
    if not text:
        raise BadItem("no-value", node.line, element="КоличествоНаСкладе")
    return StockRow(warehouse, number(text, node))


def _stock_by_children(node: Node) -> StockRow:
    return StockRow(identifier(node), needed_number(node, "Количество"))


def _stock_without(node: Node) -> StockRow:
    if node.first("Количество") is None and node.text:
        return StockRow(None, number(node.checked_text(), node), bare=True)
    return StockRow(None, needed_number(node, "Количество"))


def property_values(node: Node) -> tuple[PropertyValue, ...]:
    """ЗначенияСвойств; values are Значение or, of Bitrix, ЗначениеСвойства/Значение. Those without a value are left out."""
    found = []
    for entry in node.within("ЗначенияСвойств", "ЗначенияСвойства"):
        given = [one.checked_text() for one in entry.all("Значение")]
        given += [one.checked_text() for one in entry.within("ЗначениеСвойства", "Значение")]
        kept = tuple(dict.fromkeys(value for value in given if value))
        property_id = entry.value("Ид")
        if kept and property_id:
            found.append(PropertyValue(property_id, kept))
    return tuple(found)


def characteristics(node: Node) -> tuple[Characteristic, ...]:
    return tuple(
        Characteristic(entry.value("Наименование"), entry.value("Значение"), entry.value("Ид"))
        for entry in node.within("ХарактеристикиТовара", "ХарактеристикаТовара")
    )


def images(node: Node, found: tuple[Requisite, ...]) -> tuple[Image, ...]:
    """Картинка, described by the requisite ОписаниеФайла "path#description"."""
    described = dict(one.value.partition("#")[::2] for one in found if one.name == "ОписаниеФайла")
    paths = (one.checked_text().replace("\\", "/") for one in node.all("Картинка"))
    return tuple(Image(path, described.get(path, "")) for path in paths if path)


def _group_ids(node: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.text for one in node.within("Группы", "Ид") if one.text))


def _producer(node: Node) -> Producer | None:
    maker = node.first("Изготовитель")
    if maker is None:
        return None
    name = maker.value("Наименование") or maker.value("ОфициальноеНаименование") or maker.text
    return Producer(maker.value("Ид"), name) if name or maker.value("Ид") else None


def _requisite(found: tuple[Requisite, ...], name: str) -> str:
    return next((one.value for one in found if one.name == name and one.value), "")
