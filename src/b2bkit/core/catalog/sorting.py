"""The orders of the list: by what, in which direction, and where a page begins. The buyer's own price follows the price pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Uuid, bindparam, func, literal, select, tuple_

from b2bkit.core.catalog.cursor import Cursor, Sort, bad_cursor
from b2bkit.core.catalog.goods import PRODUCT_COLUMNS
from b2bkit.core.catalog.models import Product, Stock, Warehouse
from b2bkit.core.db.types import Quantity, UnitPrice
from b2bkit.core.extend.things import QuoteLine
from b2bkit.core.pricing.models import Price
from b2bkit.core.pricing.service import run_pipeline, straight_table
from b2bkit.core.pricing.terms import Terms, ladders_of
from b2bkit.core.work import Work

MOST_PRICED: Final = 2_000  # products whose prices are worked out one by one to sort them
_NO_PRICE: Final = Decimal(10) ** 11  # behind every price; before them all in the other direction
_NO_PRICE_DOWN: Final = Decimal(-1)


class Order(NamedTuple):
    """`key` of a product and whether it falls; `read` makes a parameter of the key in a cursor."""

    key: ColumnElement[Any]
    falling: bool
    read: Callable[[str], object]


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise bad_cursor() from None
    if not value.is_finite() or abs(value) > _NO_PRICE:
        raise bad_cursor()
    return value


def _list_price(without: Decimal) -> ColumnElement[Decimal]:
    """The price of the price type `price_type_id` at the least order, which is the one that the list marks."""
    steps = select(Price.value).where(
        Price.price_type_id == bindparam("price_type_id", type_=Uuid()),
        Price.product_id == Product.id,
        Price.min_quantity <= Product.minimum,
    )
    one = steps.order_by(Price.min_quantity.desc()).limit(1).correlate(Product).scalar_subquery()
    return func.coalesce(one, literal(without, UnitPrice), type_=UnitPrice)


def _free() -> ColumnElement[Decimal]:
    held = select(func.sum(Stock.quantity, type_=Quantity)).join(Warehouse, Warehouse.id == Stock.warehouse_id)
    held = held.where(Stock.product_id == Product.id, Warehouse.active).correlate(Product)
    return func.coalesce(held.scalar_subquery(), literal(Decimal(0), Quantity), type_=Quantity)


ORDERS: Final[dict[Sort, Order]] = {
    "best": Order(Product.search_text.expression, False, str),
    "name": Order(Product.search_text.expression, False, str),
    "article": Order(Product.article.expression, False, str),
    "price": Order(_list_price(_NO_PRICE), False, _decimal),
    "price_desc": Order(_list_price(_NO_PRICE_DOWN), True, _decimal),
    "stock": Order(_free(), True, _decimal),
}
BY_PRICE: Final = ("price", "price_desc")


def page_statement(
    matching: ColumnElement[bool], sort: Sort, after: bool, back: bool, rank: ColumnElement[int] | None = None
) -> Select[*tuple[object, ...]]:
    """Products in this order from a mark on, `back`: from it backwards.

    rank    comes before the key and is the last column; without it the last column is the key where the product has it in no other
    """
    order = ORDERS[sort]
    parts: tuple[ColumnElement[Any], ...] = (order.key, Product.id.expression)
    mark: tuple[ColumnElement[Any], ...] = (bindparam("after_key", type_=order.key.type), bindparam("after_id", type_=Uuid()))
    columns: tuple[Any, ...] = PRODUCT_COLUMNS if sort in ("name", "article") else (*PRODUCT_COLUMNS, order.key)
    if rank is not None:
        columns, parts, mark = (*PRODUCT_COLUMNS, rank), (rank, *parts), (bindparam("after_rank", type_=Integer()), *mark)
    statement = select(*columns).where(matching)
    falling = order.falling != back
    if after:
        row, from_here = tuple_(*parts), tuple_(*mark)
        statement = statement.where(row < from_here if falling else row > from_here)
    return statement.order_by(*(part.desc() if falling else part for part in parts)).limit(bindparam("limit"))


def order_values(sort: Sort, terms: Terms | None, cursor: Cursor | None) -> dict[str, object]:
    """Parameters of `page_statement` but for the limit. Raises Refused for a cursor whose key is none."""
    usable = terms is not None and terms.price_currency == terms.currency
    values: dict[str, object] = {"price_type_id": terms.price_type_id if terms is not None and usable else None}
    if cursor is not None:
        values |= {"after_rank": cursor.rank, "after_key": ORDERS[sort].read(cursor.key), "after_id": cursor.id}
    return values


# where more than the price type makes the price


def needs_pipeline(work: Work, sort: Sort, terms: Terms | None) -> bool:
    """Whether the order asks for prices that the database alone does not know."""
    return sort in BY_PRICE and terms is not None and straight_table(work, terms) is None


class Priced(NamedTuple):
    """A product with its place in the order by price."""

    key: Decimal
    id: UUID


def priced_page(
    work: Work, terms: Terms, products: Sequence[tuple[UUID, Decimal]], *, sort: Sort, cursor: Cursor | None, limit: int
) -> list[Priced]:
    """Of these (product, least order) at most `limit` of a page, in reading order (`back`: against it), each price from the pipeline."""
    ladders = ladders_of(work, terms.price_type_id if terms.price_currency == terms.currency else None, [id_ for id_, _least in products])
    lines = run_pipeline(work, terms, [QuoteLine(id_, least, currency=terms.currency) for id_, least in products], ladders)
    falling, back = ORDERS[sort].falling, cursor is not None and cursor.back
    without = _NO_PRICE_DOWN if falling else _NO_PRICE
    found = sorted((Priced(without if line.price is None else line.price, line.product_id) for line in lines), reverse=falling != back)
    if cursor is not None:
        mark = Priced(_decimal(cursor.key), cursor.id)
        found = [one for one in found if (one < mark if falling != back else one > mark)]
    return found[:limit]


def key_text(key: object) -> str:
    """The key of a product as a cursor carries it."""
    return f"{key:f}" if isinstance(key, Decimal) else str(key)
