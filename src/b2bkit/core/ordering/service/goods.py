"""What cart and order need to know of products: names, units and rules, free stock, and whether this contract may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from b2bkit.core.catalog.models import Packaging, Product, Stock, Warehouse
from b2bkit.core.catalog.quantities import Pack, Rules
from b2bkit.core.catalog.visibility import prepared
from b2bkit.core.db.plan import DIALECTS, one_of
from b2bkit.core.work import Work


@dataclass(frozen=True, slots=True)
class Goods:
    """A product as it can be ordered now.

    visible      whether the catalogue of this contract has it
    free         free to order in all warehouses, base units; None: the ERP told nothing
    stock_as_of  when the ERP said so (the oldest of the warehouses)
    """

    id: UUID
    article: str
    name: str
    vat_rate: Decimal | None
    rules: Rules
    visible: bool
    free: Decimal | None = None
    stock_as_of: datetime | None = None


_PACKS = {
    dialect: select(Packaging.product_id, Packaging.name, Packaging.factor)
    .where(one_of(Packaging.product_id, "ids", dialect))
    .order_by(Packaging.product_id, Packaging.position, Packaging.name)
    for dialect in DIALECTS
}
_STOCK = {
    dialect: select(Stock.product_id, func.sum(Stock.quantity), func.min(Stock.as_of))
    .join(Warehouse, Warehouse.id == Stock.warehouse_id)
    .where(one_of(Stock.product_id, "ids", dialect), Warehouse.active.is_(True))
    .group_by(Stock.product_id)
    for dialect in DIALECTS
}


def _products(dialect: str, visible: ColumnElement[bool]) -> Select[UUID, str, str, str, str, Decimal | None, Decimal, Decimal, bool]:
    columns = (
        Product.id,
        Product.article,
        Product.name,
        Product.unit,
        Product.unit_code,
        Product.vat_rate,
        Product.minimum,
        Product.multiple,
    )
    return select(*columns, visible.label("visible")).where(one_of(Product.id, "ids", dialect))


def look_up(work: Work, product_ids: Iterable[UUID], *, stock: bool = True) -> Mapping[UUID, Goods]:
    """The products with these ids that exist, visible or not: three queries, two without stock."""
    ids = list(dict.fromkeys(product_ids))
    if not ids:
        return {}
    session, dialect = work.session, work.session.dialect
    statement, values = prepared(work, ("ordering.goods", dialect), partial(_products, dialect))
    products = session.rows(statement, {**values, "ids": ids})
    packs: dict[UUID, list[Pack]] = {}
    for product_id, name, factor in session.rows(_PACKS[dialect], {"ids": ids}):
        packs.setdefault(product_id, []).append(Pack(name, factor))
    found = {row[0]: (row[1], row[2]) for row in session.rows(_STOCK[dialect], {"ids": ids})} if stock else {}
    known = {}
    for product_id, article, name, unit, code, vat_rate, minimum, multiple, visible in products:
        rules = Rules(unit, minimum, multiple, tuple(packs.get(product_id, ())), code)
        free, as_of = found.get(product_id, (None, None))
        known[product_id] = Goods(product_id, article, name, vat_rate, rules, bool(visible), free, as_of)
    return known
