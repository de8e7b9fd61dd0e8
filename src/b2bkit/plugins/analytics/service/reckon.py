"""Reckoning days from orders: the rows of a day are taken away and made anew, so that doing it twice is doing it once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, or_, select

from b2bkit import QuoteLine, Work
from b2bkit.core.accounts.models import User
from b2bkit.core.ordering.models import Order, OrderEvent, OrderLine
from b2bkit.core.ordering.service.orders import BEHALF
from b2bkit.core.pricing.steps import PRICE_TYPE
from b2bkit.core.pricing.sums import line_sums
from b2bkit.plugins.analytics.models import AnalyticsDay, AnalyticsGoods
from b2bkit.plugins.analytics.service.days import day_of, span_of

ZERO: Final = Decimal("0.00")
NO_ID: Final = UUID(int=0)
CANCELLED: Final = "cancelled"


class OrderRow(NamedTuple):
    """What is read of an order."""

    id: UUID
    company_id: UUID
    legal_entity_id: UUID
    contract_id: UUID | None
    placed_by: UUID | None
    placed_at: datetime
    source: str
    status: str
    erp_state: str
    currency: str
    total: Decimal


class LineRow(NamedTuple):
    """What is read of an order's line."""

    order_id: UUID
    product_id: UUID | None
    article: str
    name: str
    base_unit: str
    base_quantity: Decimal
    price: Decimal
    vat_included: bool
    vat_rate: Decimal | None
    total: Decimal
    explanation: list[dict[str, Any]]


@dataclass(slots=True)
class Sums:
    """What a row adds up. `listed` is never less than `known`."""

    orders: int = 0
    by_hand: int = 0
    cancelled: int = 0
    quantity: Decimal = Decimal("0.000")
    total: Decimal = ZERO
    known: Decimal = ZERO
    listed: Decimal = ZERO


@dataclass(slots=True)
class Found:
    """Rows to write, by what tells them apart."""

    days: dict[tuple[Any, ...], Sums] = field(default_factory=dict)
    goods: dict[tuple[Any, ...], Sums] = field(default_factory=dict)
    names: dict[tuple[Any, ...], tuple[str, str]] = field(default_factory=dict)


def list_price(explanation: Iterable[dict[str, Any]]) -> Decimal | None:
    """The price per base unit before steps by volume and discounts: what the first step of the pipeline, the contract's price type, gave
    for the smallest quantity. None for lines that were not priced here.
    """
    for step in explanation:
        if step.get("step") == PRICE_TYPE:
            after = step.get("after")
            return Decimal(after) if after is not None else None
    return None


def at_list_price(line: LineRow) -> Decimal | None:
    """What a line would have cost at the list price, with VAT, rounded as lines are; at least what it cost. None: not known."""
    price = list_price(line.explanation)
    if price is None:
        return None
    quote = QuoteLine(NO_ID, line.base_quantity, price, vat_rate=line.vat_rate, vat_included=line.vat_included)
    return max(line_sums(quote).total, line.total)


def reckon(work: Work, first: date, last: date, companies: Collection[UUID] | None = None) -> int:
    """Makes the rows of these days anew, of all clients or of some; returns how many orders there were. A constant number of statements.

    Work of the system alone: the rows of all clients are read.
    """
    since, until = span_of(work, first, last)
    whose = [] if companies is None else [Order.company_id.in_(companies)]
    within = [Order.placed_at >= since, Order.placed_at < until, *whose]
    columns = [getattr(Order, name) for name in OrderRow._fields]
    orders = [OrderRow._make(row) for row in work.session.execute(select(*columns).where(*within))]
    by_hand = _by_hand(work, within)
    kept = {one.id: one for one in orders if one.status != CANCELLED}
    found = Found()
    for one in orders:
        _add_order(work, found, one, one.id in by_hand or one.source != "portal" or one.erp_state == "refused")
    for line in _lines(work, within):
        if line.order_id in kept:
            _add_line(work, found, kept[line.order_id], line)
    _write(work, found, first, last, companies)
    return len(orders)


def _by_hand(work: Work, within: list[Any]) -> set[UUID]:
    """Orders that the ERP refused once, or that staff placed."""
    touched = or_(OrderEvent.kind == "refused", OrderEvent.note == BEHALF)
    events = select(OrderEvent.order_id).join(Order, Order.id == OrderEvent.order_id).where(*within, touched)
    placed = select(Order.id).join(User, User.id == Order.placed_by).where(*within, User.staff_role.is_not(None))
    return {row[0] for statement in (events, placed) for row in work.session.execute(statement)}


def _lines(work: Work, within: list[Any]) -> Iterator[LineRow]:
    columns = [getattr(OrderLine, name) for name in LineRow._fields]
    statement = select(*columns).join(Order, Order.id == OrderLine.order_id).where(*within)
    for row in work.session.execute(statement):
        yield LineRow._make(row)


def _key(work: Work, one: OrderRow) -> tuple[Any, ...]:
    return one.company_id, day_of(work, one.placed_at), one.legal_entity_id, one.contract_id, one.placed_by, one.currency


def _add_order(work: Work, found: Found, one: OrderRow, by_hand: bool) -> None:
    sums = found.days.setdefault(_key(work, one), Sums())
    if one.status == CANCELLED:
        sums.cancelled += 1
        return
    sums.orders += 1
    sums.by_hand += by_hand
    sums.total += one.total


def _add_line(work: Work, found: Found, order: OrderRow, line: LineRow) -> None:
    key = _key(work, order)
    what = line.product_id if line.product_id is not None else (line.article or line.name)
    listed = at_list_price(line)
    one = (*key, what, line.base_unit)
    found.names.setdefault(one, (line.article, line.name))
    goods = found.goods.setdefault(one, Sums())
    goods.quantity += line.base_quantity
    goods.total += line.total
    for sums in (found.days[key], goods) if listed is not None else ():
        sums.known += line.total
        sums.listed += listed or ZERO


def _write(work: Work, found: Found, first: date, last: date, companies: Collection[UUID] | None) -> None:
    for entity in (AnalyticsDay, AnalyticsGoods):
        gone = delete(entity).where(entity.day >= first, entity.day <= last)
        if companies is not None:
            gone = gone.where(entity.company_id.in_(companies))
        work.session.execute(gone, execution_options={"synchronize_session": False})
    days = [
        {
            **_common(key), "place": _place(key[2:]), "orders": sums.orders, "by_hand": sums.by_hand, "cancelled": sums.cancelled,
            "total": sums.total, "known": sums.known, "listed": sums.listed,
        }
        for key, sums in found.days.items()
    ]  # fmt: skip
    goods = [
        {
            **_common(key[:6]), "place": _place(key[2:]), "product_id": key[6] if isinstance(key[6], UUID) else None,
            "article": found.names[key][0], "name": found.names[key][1], "unit": key[7], "quantity": sums.quantity, "total": sums.total,
            "known": sums.known, "listed": sums.listed,
        }
        for key, sums in found.goods.items()
    ]  # fmt: skip
    work.session.insert_rows(AnalyticsDay, days)
    work.session.insert_rows(AnalyticsGoods, goods)


def _common(key: tuple[Any, ...]) -> dict[str, object]:
    names = ("company_id", "day", "legal_entity_id", "contract_id", "person_id", "currency")
    return dict(zip(names, key, strict=True))


def _place(parts: tuple[Any, ...]) -> str:
    return "|".join("" if part is None else str(part) for part in parts)
