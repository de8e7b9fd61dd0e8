"""Products with all that is shown beside them: packagings, stock with its age, prices. One statement for the products, one for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, CompoundSelect, Integer, String, Uuid, bindparam, cast, literal, null, select, union_all

from b2bkit.core.catalog.models import Packaging, Product, Stock, Warehouse
from b2bkit.core.catalog.quantities import Pack, Rules
from b2bkit.core.db.types import Factor, Instant, Quantity, UnitPrice
from b2bkit.core.erp.models import Freshness
from b2bkit.core.pricing.models import Price
from b2bkit.core.pricing.service import PriceRow, Terms, VolumeTable, by_product, tables_of
from b2bkit.core.work import Work


class ProductRow(NamedTuple):
    """A product as its list reads it. `stock_told_at` is when the ERP last told stock of anything."""

    id: UUID
    article: str
    name: str
    category_id: UUID | None
    unit: str
    minimum: Decimal
    multiple: Decimal
    vat_rate: Decimal | None
    producer: str
    active: bool
    sort_text: str
    attributes: Mapping[str, object]
    stock_told_at: datetime | None


class StockRow(NamedTuple):
    """What is free in a warehouse, in base units."""

    warehouse: str
    quantity: Decimal


class Good(NamedTuple):
    """A product ready to be shown. `table` without steps: price on request."""

    row: ProductRow
    rules: Rules
    stock: tuple[StockRow, ...]
    available: Decimal
    stock_as_of: datetime | None
    table: VolumeTable

    @property
    def id(self) -> UUID:
        """The product's id."""
        return self.row.id


told_at = select(Freshness.as_of).where(Freshness.kind == "stock").scalar_subquery()
PRODUCT_COLUMNS = (
    Product.id,
    Product.article,
    Product.name,
    Product.category_id,
    Product.unit,
    Product.minimum,
    Product.multiple,
    Product.vat_rate,
    Product.producer,
    Product.active,
    Product.search_text,
    Product.attributes,
    told_at,
)


class _Fact(NamedTuple):
    """A row about one of the products: a price step (quantity, price), stock (quantity, as_of, label) or a packaging (factor, label)."""

    kind: str
    product_id: UUID
    quantity: Decimal | None
    price: Decimal | None
    factor: Decimal | None
    as_of: datetime | None
    label: str | None
    position: int | None


def _facts_statement() -> CompoundSelect[*tuple[object, ...]]:
    ids: BindParameter[Sequence[UUID]] = bindparam("product_ids", expanding=True)
    no_quantity, no_price, no_factor = cast(null(), Quantity), cast(null(), UnitPrice), cast(null(), Factor)
    no_instant, no_label, no_position = cast(null(), Instant), cast(null(), String), cast(null(), Integer)
    price = literal("p"), Price.product_id, Price.min_quantity, Price.value, no_factor, no_instant, no_label, no_position
    stock = literal("s"), Stock.product_id, Stock.quantity, no_price, no_factor, Stock.as_of, Warehouse.name, Warehouse.position
    pack = literal("u"), Packaging.product_id, no_quantity, no_price, Packaging.factor, no_instant, Packaging.name, Packaging.position
    return union_all(
        select(*price).where(Price.price_type_id == bindparam("price_type_id", type_=Uuid()), Price.product_id.in_(ids)),
        select(*stock).join(Warehouse, Warehouse.id == Stock.warehouse_id).where(Stock.product_id.in_(ids), Warehouse.active),
        select(*pack).where(Packaging.product_id.in_(ids)),
    )


_ZERO = Decimal(0)
_FACTS = _facts_statement()


def goods_of(work: Work, rows: Sequence[ProductRow], terms: Terms | None) -> list[Good]:
    """The products of these rows with packagings, stock and, under `terms`, prices; one statement for all."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    parameters = {"product_ids": ids, "price_type_id": terms.price_type_id if terms else None}
    facts = [_Fact._make(fact) for fact in work.session.execute(_FACTS, parameters)]
    prices = [PriceRow(fact.product_id, _number(fact.quantity), fact.price) for fact in facts if fact.price is not None]
    ladders = by_product(sorted(prices, key=lambda price: price.min_quantity))
    tables = tables_of(work, terms, ladders, ids) if terms else {}
    stock, packs = _gathered(facts, "s"), _gathered(facts, "u")
    return [_good(row, stock.get(row.id, ()), packs.get(row.id, ()), tables.get(row.id, VolumeTable())) for row in rows]


def _gathered(facts: Sequence[_Fact], kind: str) -> dict[UUID, list[_Fact]]:
    found: dict[UUID, list[_Fact]] = {}
    for fact in facts:
        if fact.kind == kind:
            found.setdefault(fact.product_id, []).append(fact)
    return found


def _good(row: ProductRow, stock: Sequence[_Fact], packs: Sequence[_Fact], table: VolumeTable) -> Good:
    if len(stock) > 1:
        stock = sorted(stock, key=_place)
    if len(packs) > 1:
        packs = sorted(packs, key=_place)
    rules = Rules(row.unit, row.minimum, row.multiple, tuple(Pack(fact.label or "", fact.factor or Decimal(1)) for fact in packs))
    shown = tuple(StockRow(fact.label or "", _number(fact.quantity)) for fact in stock)
    # what the ERP did not mention in its last exchange is as it was: the figure is as old as that exchange
    moments = [fact.as_of for fact in stock if fact.as_of is not None]
    as_of = max([*moments, row.stock_told_at] if row.stock_told_at else moments, default=None)
    return Good(row, rules, shown, sum((found.quantity for found in shown), _ZERO), as_of, table)


def _number(quantity: Decimal | None) -> Decimal:
    return _ZERO if quantity is None else quantity


def _place(fact: _Fact) -> tuple[int, str]:
    return fact.position or 0, fact.label or ""
