"""Free stock by product, variant and warehouse: ЗапасыИПотребности (УТ 11.5, ERP 2.5), СвободныеОстатки (УТ 11.4) or ТоварыНаСкладах."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from decimal import Decimal
from typing import Final

from b2bkit_onec.commerceml import values as spelled
from b2bkit_onec.commerceml.records import Offer, StockRow
from b2bkit_onec.odata import query, values
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.source import Batch, Reading, Source
from b2bkit_onec.odata.values import Row

SIZE: Final = 500


def free(found: Found, row: Row) -> Decimal:
    """What may be promised: on hand less what is reserved or on its way out. May be below zero."""
    held = (values.number(row, found.field(name)) for name in ("reserved", "promised"))
    return values.number(row, found.field("on_hand")) - sum(held, values.ZERO)


def product_of(found: Found, row: Mapping[str, object]) -> str:
    """Reference of the product, with `#variant` where the row has one."""
    return spelled.join_id(values.ref(row, found.field("product")), values.ref(row, found.field("variant")))


def dimensions(found: Found, *names: str) -> str:
    """The dimensions by which a virtual table groups, in 1C's words."""
    return ",".join(found.field(name) for name in names if name in found)


def read(source: Source, cursor: str = "") -> Reading[Offer]:
    """The whole stock, asked for warehouse by warehouse; a product that no batch names has none. `cursor` is not used."""
    return Reading(source.line.now, _batches(source), whole=True)


def _batches(source: Source) -> Generator[Batch[Offer], None, str]:
    source.check()
    found, amounts = source.need("stock"), dict[str, list[StockRow]]()
    for warehouse in _warehouses(source):
        condition = f"{found.columns['warehouse'][0]} eq {query.guid(warehouse)}"
        asked = {"Condition": condition, "Dimensions": dimensions(found, "product", "variant")}
        totals: dict[str, Decimal] = {}
        for row in source.client.table(found.path, found.function, asked):
            product = product_of(found, row)
            totals[product] = totals.get(product, values.ZERO) + free(found, row)
        for product, quantity in totals.items():
            amounts.setdefault(product, []).append(StockRow(warehouse, quantity))
    offers = [_offer(product, tuple(rows)) for product, rows in amounts.items() if product]
    for start in range(0, len(offers), SIZE):
        yield Batch(offers[start : start + SIZE])
    return ""


def _warehouses(source: Source) -> list[str]:
    found = source.need("warehouse")
    rows = source.small("warehouse", "ref", "deleted", "folder")
    used = [row for row in rows if not values.flag(row, found.field("deleted")) and not values.flag(row, found.field("folder"))]
    return [values.ref(row, found.field("ref")) for row in used]


def _offer(product: str, stocks: tuple[StockRow, ...]) -> Offer:
    base, variant = spelled.split_id(product)
    return Offer(id=product, base_id=base, variant_id=variant, stocks=stocks)
