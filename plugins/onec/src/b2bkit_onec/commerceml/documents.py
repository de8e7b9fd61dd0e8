"""Документ: orders of the site as 1C sends them back, and orders that a site writes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from b2bkit_onec.commerceml import values
from b2bkit_onec.commerceml.broken import BadItem
from b2bkit_onec.commerceml.classifier import warehouse
from b2bkit_onec.commerceml.context import Context, is_deleted, needed_number, number, requisites
from b2bkit_onec.commerceml.goods import base_unit, characteristics, factor, ids, tax_rate
from b2bkit_onec.commerceml.parties import counterparty
from b2bkit_onec.commerceml.records import Discount, Document, DocumentLine, Requisite, Tax, Warehouse
from b2bkit_onec.commerceml.tree import Node

ONE = Decimal(1)


def document(node: Node, context: Context) -> Document:
    """Raises BadItem when it has neither Номер nor Ид, or a sum or a line that cannot be read: half an order is none."""
    own_id, key = node.value("Ид"), node.value("Номер") or node.value("Ид")
    if not key:
        raise BadItem("no-number", node.line)
    text = node.value("Валюта")
    currency = values.currency(text)
    if text and not currency:
        context.leave_out(node, BadItem("unknown-currency", node.line, text=text), key)
    found = requisites(node)
    return Document(
        id=own_id,
        number=key,
        date=context.optional_date(node, "Дата", key),
        time=_time(node, context, key),
        operation=node.value("ХозОперация"),
        role=node.value("Роль"),
        currency=currency,
        currency_text=text,
        rate=_rate(node),
        total=_total(node),
        counterparties=context.parts(
            list(node.within("Контрагенты", "Контрагент")), lambda one: counterparty(one, context, in_document=True), key
        ),
        lines=tuple(line(one, context, key) for one in node.within("Товары", "Товар")),
        taxes=taxes(node, context, key),
        discounts=discounts(node, context, key),
        requisites=found,
        warehouses=_warehouses(node, context, key),
        comment=node.value("Комментарий"),
        payment_due=context.optional_date(node, "СрокПлатежа", key),
        number_1c=node.value("Номер1С") or _requisite(found, "Номер по 1С"),
        date_1c=node.value("Дата1С") or _requisite(found, "Дата по 1С"),
        deleted=is_deleted(node) or values.switch(_requisite(found, "ПометкаУдаления")) is True,
        version=node.value("НомерВерсии"),
        line=node.line,
    )


def line(node: Node, context: Context, key: str) -> DocumentLine:
    """Товар of a document. Raises BadItem without Ид and name, or without a readable quantity."""
    base, variant = ids(node) if node.value("Ид") else ("", "")
    if not base and not node.value("Наименование"):
        raise BadItem("no-id", node.line)
    unit_code, unit_name = base_unit(node)
    own_code, own_name = _line_unit(node)
    found = requisites(node)
    return DocumentLine(
        id=values.join_id(base, variant),
        base_id=base,
        variant_id=variant,
        name=node.value("Наименование"),
        quantity=needed_number(node, "Количество"),
        price=_number(node, "ЦенаЗаЕдиницу") if node.first("ЦенаЗаЕдиницу") else _number(node, "Цена"),
        total=_number(node, "Сумма"),
        article=node.value("Артикул"),
        unit_code=own_code or unit_code,
        unit_name=own_name or unit_name,
        factor=factor(node),
        reserved=_number(node, "Резерв"),
        taxes=taxes(node, context, key),
        discounts=discounts(node, context, key),
        characteristics=characteristics(node),
        requisites=found,
        is_service="Услуга" in (_requisite(found, "ТипНоменклатуры"), _requisite(found, "ВидНоменклатуры")),
        line=node.line,
    )


def _line_unit(node: Node) -> tuple[str, str]:
    """(code, name) of Единица: a text in 2.x, a structure in 3.x."""
    unit = node.first("Единица")
    if unit is None:
        return "", ""
    if unit.kids is None:
        return ("", unit.text) if not unit.text.isdecimal() else (unit.text, "")
    return unit.value("Код") or unit.value("Ид"), unit.value("НаименованиеКраткое") or unit.value("НаименованиеПолное")


def taxes(node: Node, context: Context, key: str) -> tuple[Tax, ...]:
    """Налоги/Налог with sums, or, when there are none, the rates of СтавкиНалогов."""
    found = []
    for entry in list(node.within("Налоги", "Налог")) or list(node.within("СтавкиНалогов", "СтавкаНалога")):
        rate, text = tax_rate(entry, context, key)
        total = context.optional_number(entry, "Сумма", key)
        found.append(Tax(entry.value("Наименование"), rate, text, total, values.switch(entry.value("УчтеноВСумме"))))
    return tuple(found)


def discounts(node: Node, context: Context, key: str) -> tuple[Discount, ...]:
    return tuple(
        Discount(
            name=entry.value("Наименование"),
            total=context.optional_number(entry, "Сумма", key),
            percent=context.optional_number(entry, "Процент", key),
            included=values.switch(entry.value("УчтеноВСумме")),
        )
        for entry in node.within("Скидки", "Скидка")
    )


def _warehouses(node: Node, context: Context, key: str) -> tuple[Warehouse, ...]:
    """Склады/Склад, or the plain name of Склад."""
    named = [Warehouse("", one.text, line=one.line) for one in node.all("Склад") if one.kids is None and one.text]
    structured = [one for one in (*node.within("Склады", "Склад"), *node.all("Склад")) if one.kids is not None]
    return (*context.parts(structured, lambda one: warehouse(one, context), key), *named)


def _time(node: Node, context: Context, key: str) -> dt.time | None:
    text = node.value("Время")
    try:
        return values.time(text)
    except ValueError:
        context.leave_out(node, BadItem("bad-date", node.line, element="Время", text=text), key)
        return None


def _rate(node: Node) -> Decimal:
    text = node.value("Курс")
    value = number(text, node) if text else ONE
    if value <= 0:
        raise BadItem("no-rate", node.line, text=text)
    return value


def _total(node: Node) -> Decimal | None:
    return _number(node, "Сумма")


def _number(node: Node, tag: str) -> Decimal | None:
    """None without the child or with an empty one. Raises BadItem "bad-number"."""
    child = node.first(tag)
    return number(child.checked_text(), child) if child and child.text else None


def _requisite(found: tuple[Requisite, ...], name: str) -> str:
    return next((one.value for one in found if one.name == name and one.value), "")
