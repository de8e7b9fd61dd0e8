"""Classifier, goods and offers -> XML text, in the element order of the CommerceML 2.08 schema."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from b2bkit_onec.commerceml.records import (
    Address,
    Characteristic,
    Offer,
    Price,
    PriceType,
    Product,
    PropertyDef,
    PropertyValue,
    Requisite,
    StockRow,
    Warehouse,
)
from b2bkit_onec.commerceml.xml_out import COMMENT, ID, VALUE, box, escaped, money, quantity, short, switch, tag, text

ONE = Decimal(1)
PRODUCT_ID = 80


def product(one: Product) -> str:
    """Товар. What 2.08 has no element for (code, full name, weight) goes into requisites, where 1C puts it too."""
    more = {
        "Полное наименование": one.full_name,
        "Код": one.code,
        "Вес": short(one.weight) if one.weight is not None else "",
        "НомерВерсии": one.version,
    }
    return tag("Товар", _product_body(one, more), attributes={"Статус": "Удален" if one.deleted else ""})


def _product_body(one: Product, more: dict[str, str]) -> str:
    named = {given.name for given in one.requisites}
    extra = tuple(Requisite(name, value) for name, value in more.items() if value and name not in named)
    described = {given.value.partition("#")[0] for given in one.requisites if given.name == "ОписаниеФайла"}
    files = tuple(
        Requisite("ОписаниеФайла", f"{image.path}#{image.description}")
        for image in one.images
        if image.description and image.path not in described
    )
    rate = short(one.vat_rate) if one.vat_rate is not None else one.vat_text
    tax = tag("СтавкаНалога", tag("Наименование", "НДС"), text("Ставка", rate)) if rate else ""
    maker = one.producer
    return "".join(
        (
            identity(one.id, one.barcode, one.article),
            tag("Наименование", escaped(one.name[:250])),
            unit(one.unit_code, one.unit_name),
            box("Группы", *(text("Ид", group, ID) for group in one.group_ids)),
            text("Описание", one.description, COMMENT),
            *(text("Картинка", image.path) for image in one.images),
            text("Страна", one.country),
            box(
                "Изготовитель",
                text("Ид", maker.id, ID),
                text("Наименование", maker.name),
                text("ОфициальноеНаименование", maker.name),
            )
            if maker
            else "",
            properties(one.properties),
            box("СтавкиНалогов", tax),
            characteristics(one.characteristics),
            requisites((*one.requisites, *extra, *files)),
        )
    )


def identity(own_id: str, barcode: str, article: str) -> str:
    shown = barcode if 8 <= len(barcode) <= 14 else ""
    return text("Ид", own_id, PRODUCT_ID) + text("Штрихкод", shown) + text("Артикул", article)


def unit(code: str, name: str) -> str:
    return tag("БазоваяЕдиница", escaped(name), attributes={"Код": code if 3 <= len(code) <= 4 else ""})


def properties(given: Iterable[PropertyValue]) -> str:
    rows = (
        tag("ЗначенияСвойства", text("Ид", one.property_id, ID), *(text("Значение", value, VALUE) for value in one.values)) for one in given
    )
    return box("ЗначенияСвойств", *rows)


def characteristics(given: Iterable[Characteristic]) -> str:
    rows = (
        tag(
            "ХарактеристикаТовара",
            text("Ид", one.id, ID),
            tag("Наименование", escaped(one.name)),
            tag("Значение", escaped(one.value[:VALUE])),
        )
        for one in given
    )
    return box("ХарактеристикиТовара", *rows)


def requisites(given: Iterable[Requisite]) -> str:
    rows = (tag("ЗначениеРеквизита", tag("Наименование", escaped(one.name)), tag("Значение", escaped(one.value[:VALUE]))) for one in given)
    return box("ЗначенияРеквизитов", *rows)


def offer(one: Offer) -> str:
    """Предложение of ПакетПредложений."""
    return tag(
        "Предложение",
        identity(one.id, one.barcode, one.article),
        tag("Наименование", escaped(one.name[:250])),
        unit(one.unit_code, one.unit_name),
        properties(one.properties),
        characteristics(one.characteristics),
        requisites(one.requisites),
        box("Цены", *(price(row) for row in one.prices)),
        quantity("Количество", one.quantity),
        *(_stock("Склад", row) for row in one.stocks if row.warehouse_id),
        attributes={"Статус": "Удален" if one.deleted else ""},
    )


def offer_change(one: Offer) -> str:
    """Предложение of ИзмененияПакетаПредложений: the variant's id apart, stock as Склады."""
    return tag(
        "Предложение",
        text("Ид", one.base_id, PRODUCT_ID),
        text("ИдХарактеристики", one.variant_id, ID),
        *(_stock("Склады", row) for row in one.stocks if row.warehouse_id),
        box("Цены", *(price(row) for row in one.prices)),
        quantity("Количество", one.quantity),
    )


def _stock(name: str, row: StockRow) -> str:
    return tag(name, attributes={"ИдСклада": row.warehouse_id or "", "КоличествоНаСкладе": short(row.quantity)})


def price(one: Price) -> str:
    """Цена; a price that holds from a quantity on has МинКоличество."""
    return tag(
        "Цена",
        text("ИдТипаЦены", one.type_id, ID),
        money("ЦенаЗаЕдиницу", one.value),
        text("Валюта", one.currency, 3),
        text("Единица", one.unit if 3 <= len(one.unit) <= 4 else ""),
        tag("Коэффициент", short(one.factor)),
        quantity("МинКоличество", one.min_quantity),
    )


def property_def(one: PropertyDef) -> str:
    rows = (tag("Справочник", text("ИдЗначения", key, ID), tag("Значение", escaped(value[:VALUE]))) for key, value in one.values.items())
    kind = one.value_type if one.value_type in ("Строка", "Число", "Время", "Справочник") else ""
    return tag(
        "Свойство",
        text("Ид", one.id, ID),
        tag("Наименование", escaped(one.name)),
        text("ТипЗначений", "Справочник" if one.values else kind),
        box("ВариантыЗначений", *rows),
        tag("ДляПредложений" if one.on_offers else "ДляТоваров", "true"),
    )


def price_type(one: PriceType) -> str:
    vat = tag("Налог", tag("Наименование", "НДС"), switch("УчтеноВСумме", one.vat_included)) if one.vat_included is not None else ""
    return tag("ТипЦены", text("Ид", one.id, ID), text("Наименование", one.name), text("Валюта", one.currency, 3), vat)


def warehouse(one: Warehouse) -> str:
    return tag("Склад", text("Ид", one.id, ID), text("Наименование", one.name), address(Address("Адрес", one.address)))


def address(one: Address, kind: str = "") -> str:
    if not one.text and not one.fields:
        return ""
    fields = (
        tag("АдресноеПоле", tag("Тип", escaped(name)), tag("Значение", escaped(value[:255])))
        for name, value in list(one.fields.items())[:10]
    )
    return tag(kind or one.kind, tag("Представление", escaped((one.text or ", ".join(one.fields.values()))[:255])), *fields)
