"""What cart and order need to know of products: names, units and rules, free stock, and whether this contract may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from b2bkit.core.catalog.models import Packaging, Product, Stock, Warehouse
from b2bkit.core.catalog.quantities import Pack, Rules
from b2bkit.core.catalog.visibility import prepared
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


_PACKS = (
    select(Packaging.product_id, Packaging.name, Packaging.factor)
    .where(Packaging.product_id.in_(bindparam("ids", expanding=True)))
    .order_by(Packaging.product_id, Packaging.position, Packaging.name)
)
_STOCK = (
    select(Stock.product_id, func.sum(Stock.quantity), func.min(Stock.as_of))
    .join(Warehouse, Warehouse.id == Stock.warehouse_id)
    .where(Stock.product_id.in_(bindparam("ids", expanding=True)), Warehouse.active.is_(True))
    .group_by(Stock.product_id)
)


def _products(visible: ColumnElement[bool]) -> Select[UUID, str, str, str, Decimal | None, Decimal, Decimal, bool]:
    columns = (Product.id, Product.article, Product.name, Product.unit, Product.vat_rate, Product.minimum, Product.multiple)
    return select(*columns, visible.label("visible")).where(Product.id.in_(bindparam("ids", expanding=True)))


def look_up(work: Work, product_ids: Iterable[UUID], *, stock: bool = True) -> Mapping[UUID, Goods]:
    """The products with these ids that exist, visible or not: three queries, two without stock."""
    ids = list(dict.fromkeys(product_ids))
    if not ids:
        return {}
    statement, values = prepared(work, "ordering.goods", _products)
    products = work.session.execute(statement, {**values, "ids": ids}).all()
    packs: dict[UUID, list[Pack]] = {}
    for product_id, name, factor in work.session.execute(_PACKS, {"ids": ids}):
        packs.setdefault(product_id, []).append(Pack(name, factor))
    found = {row[0]: (row[1], row[2]) for row in work.session.execute(_STOCK, {"ids": ids})} if stock else {}
    known = {}
    for product_id, article, name, unit, vat_rate, minimum, multiple, visible in products:
        rules = Rules(unit, minimum, multiple, tuple(packs.get(product_id, ())))
        free, as_of = found.get(product_id, (None, None))
        known[product_id] = Goods(product_id, article, name, vat_rate, rules, bool(visible), free, as_of)
    return known
