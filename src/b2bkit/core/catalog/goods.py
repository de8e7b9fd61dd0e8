"""Products with all that is shown beside them: packagings, stock with its age, prices. One statement for the products, one for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Integer, String, Uuid, bindparam, case, cast, literal, null, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from b2bkit.core.catalog.attributes import Listed, listed
from b2bkit.core.catalog.kept import Goods, Pages
from b2bkit.core.catalog.models import Attribute, Category, CategoryClosure, Packaging, Product, Stock, Warehouse
from b2bkit.core.catalog.quantities import Pack, Rules
from b2bkit.core.db.plan import DIALECTS, one_of
from b2bkit.core.db.types import Factor, Instant, Quantity, UnitPrice
from b2bkit.core.erp.models import Freshness
from b2bkit.core.files.models import ProductPicture
from b2bkit.core.pricing.models import Price
from b2bkit.core.pricing.service import PriceRow, Terms, VolumeTable, straight_table, tables_of
from b2bkit.core.work import Work


class ProductRow(NamedTuple):
    """A product as its list reads it. `stock_told_at` is when the ERP last told stock of anything."""

    id: UUID
    article: str
    name: str
    category_id: UUID | None
    unit: str
    unit_code: str
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
    """A product ready to be shown. `table` without steps: price on request; `listed`: attributes of the list, for a product's page all."""

    row: ProductRow
    rules: Rules
    stock: tuple[StockRow, ...]
    available: Decimal
    stock_as_of: datetime | None
    table: VolumeTable
    listed: tuple[Listed, ...] = ()
    picture: UUID | None = None  # the first of its pictures

    @property
    def id(self) -> UUID:
        """The product's id."""
        return self.row.id


_Statement = CompoundSelect[*tuple[object, ...]]
told_at = select(Freshness.as_of).where(Freshness.kind == "stock").scalar_subquery()
PRODUCT_COLUMNS = (
    Product.id,
    Product.article,
    Product.name,
    Product.category_id,
    Product.unit,
    Product.unit_code,
    Product.minimum,
    Product.multiple,
    Product.vat_rate,
    Product.producer,
    Product.active,
    Product.search_text,
    Product.attributes,
    told_at,
)


def _facts_statement(dialect: str, *, path: bool = False) -> _Statement:
    no_quantity, no_price, no_factor = cast(null(), Quantity), cast(null(), UnitPrice), cast(null(), Factor)
    no_instant, no_label, no_position = cast(null(), Instant), cast(null(), String), cast(null(), Integer)
    price = literal("p"), Price.product_id, Price.min_quantity, Price.value, no_factor, no_instant, no_label, no_position
    stock = literal("s"), Stock.product_id, Stock.quantity, no_price, no_factor, Stock.as_of, Warehouse.name, Warehouse.position
    pack = literal("u"), Packaging.product_id, no_quantity, no_price, Packaging.factor, no_instant, Packaging.name, Packaging.position

    def among(column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
        return one_of(column, "product_ids", dialect)

    # name, unit and place of an attribute travel in one column: each further one costs every row of all kinds
    hidden = case((Attribute.in_product, ""), else_=_HIDDEN)
    said = Attribute.name + literal(_BETWEEN) + Attribute.unit + literal(_BETWEEN) + hidden
    named = Attribute.kind, Attribute.id, no_quantity, no_price, no_factor, no_instant, said, Attribute.position
    pictured = cast(ProductPicture.id, String)
    image = literal("i"), ProductPicture.product_id, no_quantity, no_price, no_factor, no_instant, pictured, ProductPicture.position
    kinds = [
        select(*price).where(Price.price_type_id == bindparam("price_type_id", type_=Uuid()), among(Price.product_id)),
        select(*stock).join(Warehouse, Warehouse.id == Stock.warehouse_id).where(among(Stock.product_id), Warehouse.active),
        select(*pack).where(among(Packaging.product_id)),
        select(*named).where(true() if path else Attribute.in_list),
        select(*image).where(ProductPicture.position == 0, among(ProductPicture.product_id)),
    ]
    if path:
        above = literal("c"), Category.id, no_quantity, no_price, no_factor, no_instant, Category.name, CategoryClosure.depth
        closure = CategoryClosure.ancestor_id == Category.id
        below = CategoryClosure.descendant_id == bindparam("category_id", type_=Uuid())
        kinds.append(select(*above).join(CategoryClosure, closure).where(below))
    return union_all(*kinds)


_ZERO = Decimal("0.000")
_BETWEEN, _HIDDEN = "\n", "-"
_ON_REQUEST = VolumeTable()
_FACTS = {dialect: _facts_statement(dialect) for dialect in DIALECTS}
_FACTS_AND_PATH = {dialect: _facts_statement(dialect, path=True) for dialect in DIALECTS}


class _Facts:
    """What was read about one product: prices (least quantity, price), stock and packagings (position, label, figure)."""

    __slots__ = ("moment", "packs", "picture", "prices", "stock")

    def __init__(self) -> None:
        self.prices: list[tuple[Decimal, Decimal]] = []
        self.stock: list[tuple[int, str, Decimal]] = []
        self.packs: list[tuple[int, str, Decimal]] = []
        self.moment: datetime | None = None
        self.picture = ""


_pages = Pages()


def goods_of(work: Work, rows: Sequence[ProductRow], terms: Terms | None) -> Goods:
    """The products of these rows with packagings, stock and, under `terms`, prices; one statement for all."""
    if not rows:
        return Goods()
    found = _read(work, _FACTS, rows, terms)
    if terms is not None and straight_table(work, terms) is None:  # a plugin's steps may look at the person and the clock
        return Goods(_gathered(work, rows, terms, found))
    asked = (terms, len(rows), rows[0].id, rows[-1].id)
    return _pages.of(asked, (rows, found), lambda: Goods(_gathered(work, rows, terms, found)))


def good_with_path(work: Work, row: ProductRow, terms: Terms | None) -> tuple[Good, list[tuple[UUID, str]]]:
    """One product, and the categories above it (id, name), the topmost first; still one statement."""
    found = _read(work, _FACTS_AND_PATH, [row], terms)
    path = sorted(((fact[7], fact[1], fact[6]) for fact in found if fact[0] == "c"), reverse=True)
    (good,) = _gathered(work, [row], terms, [fact for fact in found if fact[0] != "c"])
    return good, [(category_id, name) for _depth, category_id, name in path]


def _read(work: Work, statements: Mapping[str, _Statement], rows: Sequence[ProductRow], terms: Terms | None) -> Sequence[Any]:
    parameters = {
        "product_ids": [row.id for row in rows],
        "price_type_id": terms.price_type_id if terms else None,
        "category_id": rows[0].category_id,
    }
    return work.session.rows(statements[work.session.dialect], parameters)


def _gathered(work: Work, rows: Sequence[ProductRow], terms: Terms | None, found: Sequence[Any]) -> list[Good]:
    facts = {row.id.int: _Facts() for row in rows}  # a number is found sooner than a UUID
    attributes: list[tuple[int, str, str]] = []
    for kind, product_id, quantity, price, factor, as_of, label, position in found:
        if len(kind) > 1:  # kinds of attributes are words
            attributes.append((position, label, kind))
            continue
        about = facts[product_id.int]
        if kind == "p":
            about.prices.append((quantity, price))
        elif kind == "u":
            about.packs.append((position, label, factor))
        elif kind == "i":
            about.picture = label
        else:
            about.stock.append((position, label, quantity))
            about.moment = as_of if about.moment is None or as_of > about.moment else about.moment
    tables = _tables(work, rows, terms, facts)
    named = tuple([_listed(label, kind) for _position, label, kind in sorted(attributes)])
    return [_good(row, about, table, named) for row, about, table in zip(rows, facts.values(), tables, strict=True)]


@lru_cache(maxsize=4096)
def _listed(label: str, kind: str) -> Listed:
    name, unit, hidden = label.split(_BETWEEN)
    return listed(name, kind, unit, hidden=hidden == _HIDDEN)


def _tables(work: Work, rows: Sequence[ProductRow], terms: Terms | None, facts: Mapping[int, _Facts]) -> list[VolumeTable]:
    for about in facts.values():
        about.prices.sort()
    if terms is None:
        return [_ON_REQUEST] * len(rows)
    straight = straight_table(work, terms)
    if straight is not None:
        return [straight(about.prices) for about in facts.values()]
    ladders = {row.id: tuple([PriceRow(row.id, *step) for step in facts[row.id.int].prices]) for row in rows if facts[row.id.int].prices}
    tables = tables_of(work, terms, ladders, [row.id for row in rows])
    return [tables[row.id] for row in rows]


def _good(row: ProductRow, facts: _Facts, table: VolumeTable, named: tuple[Listed, ...]) -> Good:
    facts.packs.sort()
    facts.stock.sort()
    packs = tuple([Pack(label, factor) for _position, label, factor in facts.packs])
    stock = tuple([StockRow(label, quantity) for _position, label, quantity in facts.stock])
    rules = Rules(row.unit, row.minimum, row.multiple, packs, row.unit_code)
    # what the ERP did not mention in its last exchange is as it was: the figure is as old as that exchange
    as_of, told = facts.moment, row.stock_told_at
    if told is not None and (as_of is None or told > as_of):
        as_of = told
    available = stock[0].quantity if len(stock) == 1 else sum([found.quantity for found in stock], _ZERO)
    return Good(row, rules, stock, available, as_of, table, named, UUID(facts.picture) if facts.picture else None)
