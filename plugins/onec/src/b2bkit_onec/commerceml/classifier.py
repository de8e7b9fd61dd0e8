"""Классификатор and the declarations of an offers package: groups, properties, units, price types, warehouses."""

from __future__ import annotations

from collections.abc import Iterator

from b2bkit_onec.commerceml import values
from b2bkit_onec.commerceml.broken import BadItem
from b2bkit_onec.commerceml.context import Context, identifier, is_deleted
from b2bkit_onec.commerceml.records import NOTHING, Group, PriceType, PropertyDef, Refused, UnitDef, Warehouse
from b2bkit_onec.commerceml.tree import Node


def groups(node: Node, context: Context, parent_id: str = "") -> Iterator[Group | Refused]:
    """Группа and those below it, parents first. The children of a refused group are given under its parent."""
    own_id = parent_id
    try:
        own_id = identifier(node)
        name = node.value("Наименование")
        deleted = is_deleted(node)
        if not name and not deleted:
            raise BadItem("no-name", node.line)
        yield Group(own_id, name, parent_id, deleted, node.value("НомерВерсии"), node.line)
    except BadItem as problem:
        yield context.refused(node, problem, node.value("Ид"), whole=True)
        own_id = parent_id
    for child in node.within("Группы", "Группа"):
        yield from groups(child, context, own_id)


def property_def(node: Node, context: Context) -> PropertyDef:
    own_id = identifier(node)
    variants = {}
    for box in node.all("ВариантыЗначений"):
        for entry in (*box.all("Справочник"), *box.all("Вариант")):
            text = entry.value("Значение")
            variants[entry.value("ИдЗначения") or entry.value("Ид") or text] = text
        for entry in box.all("Значение"):
            variants[entry.checked_text()] = entry.checked_text()
    return PropertyDef(
        id=own_id,
        name=node.value("Наименование"),
        values=variants or NOTHING,
        value_type=node.value("ТипЗначений"),
        on_offers=values.switch(node.value("ДляПредложений")) is True,
        old_form=node.tag == "СвойствоНоменклатуры",
        deleted=is_deleted(node),
        line=node.line,
    )


def unit_def(node: Node, context: Context) -> UnitDef:
    own_id = node.value("Ид") or node.value("Код")
    if not own_id and not node.value("НаименованиеКраткое"):
        raise BadItem("no-id", node.line)
    return UnitDef(
        id=own_id,
        code=node.value("Код"),
        name=node.value("НаименованиеКраткое") or node.value("Наименование"),
        full_name=node.value("НаименованиеПолное"),
        international=node.value("МеждународноеСокращение"),
        deleted=is_deleted(node),
        line=node.line,
    )


def price_type(node: Node, context: Context) -> PriceType:
    own_id = identifier(node)
    text = node.value("Валюта")
    currency = values.currency(text)
    if text and not currency:
        context.leave_out(node, BadItem("unknown-currency", node.line, text=text), own_id)
    taxes = (tax for tax in node.all("Налог") if tax.value("Наименование").upper() != "АКЦИЗ")
    included = [values.switch(tax.value("УчтеноВСумме")) for tax in taxes]
    return PriceType(
        id=own_id,
        name=node.value("Наименование"),
        currency=currency,
        vat_included=included[0] if included else None,
        currency_text=text,
        deleted=is_deleted(node),
        line=node.line,
    )


def warehouse(node: Node, context: Context) -> Warehouse:
    address = node.first("Адрес")
    return Warehouse(
        id=identifier(node),
        name=node.value("Наименование"),
        address=(address.value("Представление") or address.text) if address else "",
        deleted=is_deleted(node),
        line=node.line,
    )
