"""One record -> its XML text, in the element order of the CommerceML 2.08 schema."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from b2bkit_onec.commerceml.records import (
    Address,
    Characteristic,
    Contact,
    Counterparty,
    Discount,
    Document,
    DocumentLine,
    Offer,
    Person,
    Price,
    PriceType,
    Product,
    PropertyDef,
    PropertyValue,
    Requisite,
    StockRow,
    Tax,
    Warehouse,
)
from b2bkit_onec.commerceml.xml_out import CENT, COMMENT, ID, VALUE, box, escaped, money, quantity, short, switch, tag, text

ONE = Decimal(1)
PRODUCT_ID = 80
EXACT_PRICE = "ЦенаТочная"
_CONTACTS = frozenset(
    [
        "Телефон внутренний",
        "Телефон рабочий",
        "Телефон мобильный",
        "Телефон домашний",
        "Пейджер",
        "Факс",
        "Почта",
        "ICQ",
        "ВебСайт",
        "Координаты на карте",
        "Прочее",
    ]
)


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
            _identity(one.id, one.barcode, one.article),
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


def _identity(own_id: str, barcode: str, article: str) -> str:
    shown = barcode if 8 <= len(barcode) <= 14 else ""
    return text("Ид", own_id, PRODUCT_ID) + text("Штрихкод", shown) + text("Артикул", article)


def unit(code: str, name: str) -> str:
    return tag("БазоваяЕдиница", escaped(name), attributes={"Код": code if 3 <= len(code) <= 4 else ""})


def properties(given: Iterable[PropertyValue]) -> str:
    rows = (
        tag("ЗначенияСвойства", text("Ид", one.property_id, ID), *(text("Значение", value, VALUE) for value in one.values))
        for one in given
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
    rows = (
        tag("ЗначениеРеквизита", tag("Наименование", escaped(one.name)), tag("Значение", escaped(one.value[:VALUE])))
        for one in given
    )
    return box("ЗначенияРеквизитов", *rows)


def offer(one: Offer) -> str:
    """Предложение of ПакетПредложений."""
    return tag(
        "Предложение",
        _identity(one.id, one.barcode, one.article),
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
    rows = (
        tag("Справочник", text("ИдЗначения", key, ID), tag("Значение", escaped(value[:VALUE])))
        for key, value in one.values.items()
    )
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
    vat = (
        tag("Налог", tag("Наименование", "НДС"), switch("УчтеноВСумме", one.vat_included)) if one.vat_included is not None else ""
    )
    return tag("ТипЦены", text("Ид", one.id, ID), text("Наименование", one.name), text("Валюта", one.currency, 3), vat)


def warehouse(one: Warehouse) -> str:
    return tag("Склад", text("Ид", one.id, ID), text("Наименование", one.name), _address(Address("Адрес", one.address)))


def counterparty(one: Counterparty, *, in_document: bool = False) -> str:
    """Контрагент: a company by ОфициальноеНаименование, else a person. Requisites stand in the list only: 2.08 has none here."""
    company = bool(one.official_name)
    by_kind = {given.kind: given for given in one.addresses}
    registered = by_kind.get("ЮридическийАдрес") or by_kind.get("АдресРегистрации")
    body = (
        text("ОфициальноеНаименование", one.official_name) + (_address(registered, "ЮридическийАдрес") if registered else "")
        if company
        else tag("ПолноеНаименование", escaped((one.full_name or one.name)[:255]))
        + text("Фамилия", one.last_name)
        + text("Имя", one.first_name)
        + text("Отчество", one.middle_name)
    )
    return tag(
        "Контрагент",
        text("Ид", one.id, ID),
        text("Наименование", one.name),
        body,
        text("ИНН", one.inn if 10 <= len(one.inn) <= 12 else ""),
        text("КПП", one.kpp if len(one.kpp) == 9 else ""),
        "" if company or not registered else _address(registered, "АдресРегистрации"),
        text("ОКПО", one.okpo) if company else "",
        text("Комментарий", one.comment, COMMENT),
        _address(by_kind["Адрес"]) if "Адрес" in by_kind else "",
        contacts(one.contacts),
        box("Представители", *(_person(person) for person in one.people)),
        tag("Роль", escaped(one.role or "Покупатель")) if in_document else _list_only(one),
    )


def _list_only(one: Counterparty) -> str:
    """What only the list of counterparties carries."""
    return "".join(
        (
            text("Роль", one.role),
            text("УНП", one.unp),
            text("БИН", one.bin),
            text("ОГРН", one.ogrn),
            tag("ПометкаУдаления", "true" if one.deleted else "false"),
            requisites(one.requisites),
        )
    )


def _address(one: Address, kind: str = "") -> str:
    if not one.text and not one.fields:
        return ""
    fields = (
        tag("АдресноеПоле", tag("Тип", escaped(name)), tag("Значение", escaped(value[:255])))
        for name, value in list(one.fields.items())[:10]
    )
    return tag(kind or one.kind, tag("Представление", escaped((one.text or ", ".join(one.fields.values()))[:255])), *fields)


def contacts(given: Iterable[Contact]) -> str:
    """Kinds that the schema does not list become Прочее."""
    rows = (
        tag(
            "Контакт",
            tag("Тип", escaped(one.kind if one.kind in _CONTACTS else "Прочее")),
            text("Значение", one.value),
            text("Комментарий", one.comment),
        )
        for one in given
    )
    return box("Контакты", *rows)


def _person(one: Person) -> str:
    return tag(
        "Представитель",
        text("Ид", one.id, ID),
        text("Наименование", one.name),
        tag("ПолноеНаименование", escaped(one.name[:255])),
        contacts(one.contacts),
        tag("Отношение", escaped(one.relation or "Контактное лицо")),
    )


def document(one: Document) -> str:
    """Документ with the elements that УТ, ERP and УНФ read, in the order of the schema."""
    return tag(
        "Документ",
        tag("Ид", escaped(one.id[:ID])),
        tag("Номер", escaped(one.number)),
        tag("Дата", one.date.isoformat() if one.date else ""),
        text("ХозОперация", one.operation),
        text("Роль", one.role),
        text("Валюта", one.currency, 3),
        tag("Курс", short(one.rate)),
        money("Сумма", one.total),
        box("Контрагенты", *(counterparty(party, in_document=True) for party in one.counterparties)),
        text("Время", one.time.strftime("%H:%M:%S") if one.time else ""),
        text("СрокПлатежа", one.payment_due.isoformat() if one.payment_due else ""),
        text("Комментарий", one.comment, COMMENT),
        taxes(one.taxes),
        _discounts(one.discounts),
        box("Склады", *(warehouse(place) for place in one.warehouses)),
        box("Товары", *(document_line(row) for row in one.lines)),
        requisites(one.requisites),
    )


def document_line(one: DocumentLine) -> str:
    """Товар of a document. A price finer than a hundredth is rounded for the schema and told exactly in a requisite."""
    told = one.requisites
    if one.price is not None and one.price != one.price.quantize(CENT, ROUND_HALF_UP):
        told = (*told, Requisite(EXACT_PRICE, short(one.price)))
    return tag(
        "Товар",
        _identity(one.id, "", one.article),
        tag("Наименование", escaped(one.name[:255])),
        unit(one.unit_code, one.unit_name),
        characteristics(one.characteristics),
        requisites(told),
        money("ЦенаЗаЕдиницу", one.price),
        quantity("Количество", one.quantity),
        money("Сумма", one.total),
        text("Единица", one.unit_code if 3 <= len(one.unit_code) <= 4 else ""),
        tag("Коэффициент", short(one.factor)),
        taxes(one.taxes),
        _discounts(one.discounts),
    )


def taxes(given: Iterable[Tax]) -> str:
    """Налоги with a rate in figures; goods without VAT have no Налог, since 1C reads Ставка as a number."""
    rows = (
        tag(
            "Налог",
            tag("Наименование", escaped(one.name or "НДС")),
            switch("УчтеноВСумме", one.included),
            money("Сумма", one.total if one.total is not None else Decimal(0)),
            text("Ставка", short(one.rate) if one.rate is not None else ""),
        )
        for one in given
        if one.rate is not None or one.total is not None
    )
    return box("Налоги", *rows)


def _discounts(given: Iterable[Discount]) -> str:
    rows = (
        tag(
            "Скидка",
            tag("Наименование", escaped(one.name or "Скидка")),
            money("Сумма", one.total if one.total is not None else Decimal(0)),
            quantity("Процент", one.percent),
            switch("УчтеноВСумме", one.included),
        )
        for one in given
    )
    return box("Скидки", *rows)
