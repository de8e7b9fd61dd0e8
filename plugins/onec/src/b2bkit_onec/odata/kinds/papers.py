"""Documents that a client gets: счета, реализации, акты, счета-фактуры, корректировки, сверки -> papers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, cast

from b2bkit.core.settlements.news import PaperKind, PaperLineNews, PaperNews
from b2bkit_onec.odata import values
from b2bkit_onec.odata.kinds.stock import product_of
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.source import Batch, Reading, Source, each
from b2bkit_onec.odata.values import BadValue, Reference, Row
from b2bkit_onec.odata.versions import Kind

OBJECTS: Final = ("invoice", "shipment", "act", "tax_invoice", "correction", "reconciliation")
ORDER: Final = "Document_ЗаказКлиента"
DAYS: Final = 120


def build(source: Source, found: Found, rows: list[Row]) -> Batch[PaperNews]:
    """News of one sort of papers; one without a counterparty is nobody's."""
    lines = [line for row in rows for line in values.rows(row, found.field("lines"))]
    products = source.by_refs("product", [values.ref(line, found.field("lines/product")) for line in lines], "name", "unit")
    if "bases" in found:
        source.by_refs("shipment", [base.ref for row in rows for base in _bases(found, row)], "order")
    product = source.names.get("product")
    if product is not None:
        source.by_refs("unit", [values.ref(row, product.field("unit")) for row in products.values()], "name")
    return each(rows, found.field("ref"), lambda row: _paper(source, found, row))


def _paper(source: Source, found: Found, row: Row) -> PaperNews | None:
    party, on = values.ref(row, found.field("party")), values.day(row, found.field("date"))
    if not party:
        return None
    if on is None:
        raise BadValue(f"{found.field('date')}: -")
    lines = values.rows(row, found.field("lines"))
    vat = values.number(row, found.field("vat")) if "vat" in found else _sum(found, lines, "vat")
    return PaperNews(
        ref=values.ref(row, found.field("ref")),
        kind=cast(PaperKind, found.name),
        number=values.text(row, found.field("number")),
        on=on,
        party_ref=party,
        contract_ref=values.ref(row, found.field("contract")),
        order_ref=_order(found, row, lines) or _order_of_base(source, found, row),
        currency=source.currency(row, found.field("currency")),
        total=values.number(row, found.field("total")),
        vat=vat,
        due_on=_due(found, row),
        period=_period(found, row),
        status=values.text(row, found.field("status")),
        posted=values.flag(row, found.field("posted")) is not False,
        deleted=values.flag(row, found.field("deleted")) is True,
        version=values.text(row, found.field("version")),
        lines=[_line(source, found, line, with_vat=values.flag(row, found.field("with_vat"))) for line in lines],
    )


def _sum(found: Found, lines: list[Row], name: str) -> Decimal:
    return sum((values.number(line, found.field(f"lines/{name}")) for line in lines), values.ZERO)


def _order(found: Found, row: Row, lines: list[Row]) -> str:
    """The order of the heading, or of the first line that names one (a shipment for several orders)."""
    for place, name in ((row, "order"), *((line, "lines/order") for line in lines)):
        named = values.reference(place, found.field(name))
        if named is not None and named.kind in ("", ORDER):
            return named.ref
    return ""


def _bases(found: Found, row: Row) -> list[Reference]:
    """Documents that a tax invoice is written for."""
    named = (values.reference(base, found.field("bases/document")) for base in values.rows(row, found.field("bases")))
    return [base for base in named if base is not None]


def _order_of_base(source: Source, found: Found, row: Row) -> str:
    """The order of the shipment that a tax invoice is written for; `build` has read it."""
    shipment, known = source.names.get("shipment"), source.by_refs("shipment", ())
    for base in _bases(found, row):
        there = known.get(base.ref)
        order = _order(shipment, there, []) if shipment is not None and there is not None else ""
        if order or base.kind == ORDER:
            return order or base.ref
    return ""


def _due(found: Found, row: Row) -> dt.date | None:
    """The first payment's day of an invoice."""
    days = [values.day(step, found.field("steps/due")) for step in values.rows(row, found.field("steps"))]
    return min((day for day in days if day is not None), default=None)


def _period(found: Found, row: Row) -> tuple[dt.date, dt.date] | None:
    begin, end = values.day(row, found.field("begin")), values.day(row, found.field("end"))
    return (begin, end) if begin is not None and end is not None else None


def _line(source: Source, found: Found, line: Row, *, with_vat: bool | None) -> PaperLineNews:
    """Sums with VAT: СуммаСНДС where there is one, else Сумма and СуммаНДС as ЦенаВключаетНДС says."""
    total, vat = values.number(line, found.field("lines/total")), values.number(line, found.field("lines/vat"))
    if "lines/with_vat" in found:
        total = values.number(line, found.field("lines/with_vat")) or total
    elif with_vat is False:
        total += vat
    name, unit = _named(source, values.ref(line, found.field("lines/product")))
    return PaperLineNews(
        product_ref=product_of_line(found, line),
        name=name or values.text(line, found.field("lines/text")),
        unit=unit,
        quantity=values.number(line, found.field("lines/quantity")),
        price=values.number(line, found.field("lines/price")),
        total=total,
        vat=vat,
        vat_rate=source.vat_rate(line, found.field("lines/vat_rate")),
    )


def product_of_line(found: Found, line: Mapping[str, object]) -> str:
    """Reference of a line's product, with its variant."""
    inner = Found("", "", "", "", {name: found.field(f"lines/{name}") for name in ("product", "variant")}, {})
    return product_of(inner, line)


def _named(source: Source, ref: str) -> tuple[str, str]:
    """(name, unit) of a product that `build` has read."""
    product, unit = source.names.get("product"), source.names.get("unit")
    row = source.by_refs("product", ()).get(ref)
    if row is None or product is None:
        return "", ""
    unit_row = source.by_refs("unit", ()).get(values.ref(row, product.field("unit")))
    return values.text(row, product.field("name")), values.text(unit_row, unit.field("name")) if unit_row is not None and unit else ""


KIND: Final = Kind(flow="papers", objects=OBJECTS, build=build, days=DAYS)


def read(source: Source, cursor: str = "") -> Reading[PaperNews]:
    """Papers of the last 120 days that changed."""
    return KIND.read(source, cursor)
