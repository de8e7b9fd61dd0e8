"""Ordering once more: what a company bought lately, and a whole order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.catalog.goods import Good
from b2bkit.core.catalog.product import visible_goods
from b2bkit.core.errors import NotFound
from b2bkit.core.ordering.models import Order, OrderLine
from b2bkit.core.ordering.service.cart import CartView
from b2bkit.core.ordering.service.filling import Asked, add_lines
from b2bkit.core.pricing.terms import session_terms
from b2bkit.core.work import Work

LOOKS_BACK: Final = timedelta(days=400)
READ: Final = 60


class Bought(NamedTuple):
    """A product with how it was ordered last: `quantity` in `unit`."""

    good: Good
    order_id: UUID
    number: str
    placed_at: datetime
    unit: str
    quantity: Decimal


_LINES = (
    select(OrderLine.product_id, Order.id, Order.number, Order.placed_at, OrderLine.unit, OrderLine.quantity)
    .join(Order, Order.id == OrderLine.order_id)
    .where(OrderLine.product_id.is_not(None), Order.status != "cancelled")
    .order_by(Order.placed_at.desc(), Order.id, OrderLine.position)
    .limit(READ)
)


def bought_lately(work: Work, limit: int) -> Sequence[Bought]:
    """Products of the company's latest orders, each once, that the actor may see and has a price for under the session's contract."""
    terms = session_terms(work)
    if terms is None:
        return []
    rows = list(work.session.execute(_LINES.where(Order.placed_at > work.now - LOOKS_BACK)))
    goods = visible_goods(work, {row[0] for row in rows if row[0] is not None}, terms)
    found: dict[UUID, Bought] = {}
    for product_id, order_id, number, placed_at, unit, quantity in rows:
        good = goods.get(product_id) if product_id is not None else None
        if good is None or good.id in found or not good.table.steps or good.rules.factor(unit) is None:
            continue
        found[good.id] = Bought(good, order_id, number, placed_at, unit, quantity)
        if len(found) == limit:
            break
    return list(found.values())


def repeat(work: Work, order_id: UUID) -> int:
    """Puts the goods of an order into the cart, at the prices of now; gives how many lines were left out.

    NotFound for an order that is absent or another company's. The order stays as it is.
    """
    if work.session.scalar(select(Order.id).where(Order.id == order_id)) is None:
        raise NotFound("order")
    columns = (OrderLine.product_id, OrderLine.unit, OrderLine.quantity, OrderLine.base_quantity)
    rows = work.session.execute(select(*columns).where(OrderLine.order_id == order_id).order_by(OrderLine.position)).all()
    asked = [Asked(product_id, unit, quantity, base) for product_id, unit, quantity, base in rows if product_id is not None]
    _cart, left = add_lines(work, asked)
    return len(left) + len(rows) - len(asked)


def left_out(work: Work, order_id: UUID, cart: CartView) -> list[str]:
    """Names of an order's goods that are not in the cart; nothing for an order that the actor does not see."""
    held = {line.product_id for line in cart.lines}
    columns = (OrderLine.product_id, OrderLine.name)
    rows = work.session.execute(select(*columns).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    return [name for product_id, name in rows if product_id not in held]
