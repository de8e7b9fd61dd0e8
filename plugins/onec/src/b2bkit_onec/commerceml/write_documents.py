"""Counterparties and documents -> XML text, in the element order of the CommerceML 2.08 schema."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from b2bkit_onec.commerceml.records import Contact, Counterparty, Discount, Document, DocumentLine, Person, Requisite, Tax
from b2bkit_onec.commerceml.write_goods import address, characteristics, identity, requisites, unit, warehouse
from b2bkit_onec.commerceml.xml_out import CENT, COMMENT, ID, box, escaped, money, quantity, short, switch, tag, text

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


def counterparty(one: Counterparty, *, in_document: bool = False) -> str:
    """Контрагент: a company by ОфициальноеНаименование, else a person. Requisites stand in the list only: 2.08 has none here."""
    company = bool(one.official_name)
    by_kind = {given.kind: given for given in one.addresses}
    registered = by_kind.get("ЮридическийАдрес") or by_kind.get("АдресРегистрации")
    body = (
        text("ОфициальноеНаименование", one.official_name) + (address(registered, "ЮридическийАдрес") if registered else "")
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
        "" if company or not registered else address(registered, "АдресРегистрации"),
        text("ОКПО", one.okpo) if company else "",
        text("Комментарий", one.comment, COMMENT),
        address(by_kind["Адрес"]) if "Адрес" in by_kind else "",
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
        identity(one.id, "", one.article),
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
