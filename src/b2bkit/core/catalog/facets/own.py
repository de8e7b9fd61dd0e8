"""The core's own facets: stock, producer, attributes that are among the filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Uuid, cast, func, literal, null, select

from b2bkit.core.catalog.attributes import listed, said
from b2bkit.core.catalog.models import Attribute, AttributeValue, Product, Stock, Warehouse
from b2bkit.core.extend.things import Facet, FacetSection
from b2bkit.core.i18n import N_, _
from b2bkit.core.work import Work

_ALONE: Any = cast(null(), Uuid)
IN_STOCK: Final = "yes"
_ATTRIBUTES: Final = (
    select(Attribute.id, Attribute.name, Attribute.kind, Attribute.unit)
    .where(Attribute.in_filter)
    .order_by(Attribute.position, Attribute.name)
)
_in_stock = (
    select(Stock.product_id, _ALONE.label("section"), literal(IN_STOCK).label("value"))
    .join(Warehouse, Warehouse.id == Stock.warehouse_id)
    .where(Warehouse.active)
    .group_by(Stock.product_id)
    .having(func.sum(Stock.quantity) > 0)
)
_producers = select(Product.id.label("product_id"), _ALONE.label("section"), Product.producer.label("value")).where(Product.producer != "")
_values = (
    select(AttributeValue.product_id, AttributeValue.attribute_id.label("section"), AttributeValue.text.label("value"))
    .join(Attribute, Attribute.id == AttributeValue.attribute_id)
    .where(Attribute.in_filter, AttributeValue.text != "")
)
_numbers = (
    select(AttributeValue.product_id, AttributeValue.attribute_id.label("section"), AttributeValue.number.label("number"))
    .join(Attribute, Attribute.id == AttributeValue.attribute_id)
    .where(Attribute.in_filter, Attribute.kind == "number", AttributeValue.text != "", AttributeValue.number.is_not(None))
)


def _sections(work: Work) -> list[FacetSection]:
    found = []
    for id_, name, kind, unit in work.session.rows(_ATTRIBUTES):
        shown = listed(name, kind, unit)
        label = f"{shown.label}, {shown.unit}" if shown.unit else shown.label
        found.append(FacetSection(id_, label, kind == "number", kind == "flag"))
    return found


def _said(section: FacetSection, value: str) -> str:
    return said(listed(section.label, "flag", ""), value) if section.flag else value


def facets() -> Iterable[Facet]:
    """Stock, producer, attributes."""
    yield Facet(
        name="catalog.stock", order=100, label=N_("Stock"), pairs=_in_stock, said=lambda _section, _value: _("In stock"),
        follows_edits=False,
    )  # fmt: skip
    yield Facet(name="catalog.producer", order=200, label=N_("Producer"), pairs=_producers, follows_stock=False, follows_edits=False)
    yield Facet(
        name="catalog.attributes",
        order=300,
        label=N_("Attributes"),
        pairs=_values,
        sections=_sections,
        said=_said,
        numbers=_numbers,
        follows_stock=False,
        follows_edits=False,
    )
