"""Reading orders: the list, one order, how far each has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from b2bkit.core.accounts.models import Company, Contract, LegalEntity, User
from b2bkit.core.catalog.units import counted, spelt, unit_label
from b2bkit.core.errors import NotFound
from b2bkit.core.i18n import _
from b2bkit.core.ordering.models import Order, OrderEvent, OrderLine
from b2bkit.core.ordering.service.finding import EVERY, Wanted, narrowed
from b2bkit.core.ordering.service.journey import When
from b2bkit.core.ordering.service.life import OPEN
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit.core.work import Work

VIEW: Final = "ordering.view"
BEHALF: Final = "behalf"  # note of the event `placed` when staff placed the order for the client


class OrderRow(NamedTuple):
    """An order in a list."""

    id: UUID
    number: str
    source: str
    placed_at: datetime
    wanted_on: date | None
    status: str
    erp_state: str
    erp_number: str
    paid: bool
    currency: str
    total: Decimal
    legal_entity: str
    company: str
    company_id: UUID


class Happened(NamedTuple):
    """Something in an order's life."""

    kind: str
    at: datetime
    exact: bool
    actor: str
    note: str


class Amounts(NamedTuple):
    """What was ordered as people say it; `in_base` is empty where it was ordered in base units, `per` is the unit of the price."""

    ordered: str
    in_base: str
    per: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with all that its page shows."""

    order: Order
    lines: Sequence[OrderLine]
    events: Sequence[Happened]
    legal_entity: str
    company: str
    contract: str
    contract_signed_on: date | None
    placed_by: str

    @property
    def id(self) -> UUID:
        return self.order.id


_ROWS = (
    select(
        Order.id,
        Order.number,
        Order.source,
        Order.placed_at,
        Order.wanted_on,
        Order.status,
        Order.erp_state,
        Order.erp_number,
        Order.paid,
        Order.currency,
        Order.total,
        LegalEntity.name,
        Company.name,
        Order.company_id,
    )
    .join(LegalEntity, LegalEntity.id == Order.legal_entity_id)
    .join(Company, Company.id == Order.company_id)
)
_KEY = (datetime, UUID)


def list_orders(work: Work, wanted: Wanted = EVERY, *, at: str | None = None, size: int = 30) -> Slice[OrderRow]:
    """A page of the orders that are wanted, newest first. `at`: a cursor of the page before."""
    work.require(VIEW)
    cursor = Cursor.decode(at, _KEY)
    statement = narrowed(work, _ROWS, wanted)
    backwards = cursor is not None and cursor.backwards
    if cursor is not None:
        statement = statement.where(_beyond(cursor))
    order = (Order.placed_at.asc(), Order.id.asc()) if backwards else (Order.placed_at.desc(), Order.id.desc())
    rows = [OrderRow._make(row) for row in work.session.execute(statement.order_by(*order).limit(size + 1))]
    return slice_of(rows, size, cursor, lambda row: (row.placed_at, row.id))


def _beyond(cursor: Cursor) -> ColumnElement[bool]:
    placed_at, order_id = cursor.values
    if cursor.backwards:
        return or_(Order.placed_at > placed_at, and_(Order.placed_at == placed_at, Order.id > order_id))
    return or_(Order.placed_at < placed_at, and_(Order.placed_at == placed_at, Order.id < order_id))


def times_of(work: Work, order_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, When]]:
    """Order -> kind of event -> when it last happened."""
    if not order_ids:
        return {}
    statement = select(OrderEvent.order_id, OrderEvent.kind, OrderEvent.at, OrderEvent.exact).where(OrderEvent.order_id.in_(order_ids))
    found: dict[UUID, dict[str, When]] = {}
    for order_id, kind, at, exact in work.session.execute(statement.order_by(OrderEvent.at, OrderEvent.id)):
        found.setdefault(order_id, {})[kind] = When(at, exact)
    return found


def count_open(work: Work) -> int:
    """Orders on their way."""
    return work.session.scalar(select(func.count(Order.id)).where(Order.status.in_(OPEN))) or 0


def amounts_of(line: OrderLine) -> Amounts:
    """The amounts of a line in the current language."""
    base = spelt(line.base_unit, line.base_unit_code)
    packed = line.unit != line.base_unit
    in_base = counted(line.base_quantity, base)
    return Amounts(counted(line.quantity, line.unit) if packed else in_base, in_base if packed else "", unit_label(base))


def show(work: Work, order_id: UUID) -> OrderView:
    """One order. NotFound for one that is absent or another company's: the same answer."""
    work.require(VIEW)
    statement = (
        select(Order, LegalEntity.name, Company.name, Contract.number, Contract.signed_on, User.name)
        .join(LegalEntity, LegalEntity.id == Order.legal_entity_id)
        .join(Company, Company.id == Order.company_id)
        .outerjoin(Contract, Contract.id == Order.contract_id)
        .outerjoin(User, User.id == Order.placed_by)
        .where(Order.id == order_id)
    )
    row = work.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("order")
    lines = list(work.session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)))
    columns = (OrderEvent.kind, OrderEvent.at, OrderEvent.exact, OrderEvent.actor, OrderEvent.note)
    events = work.session.execute(select(*columns).where(OrderEvent.order_id == order_id).order_by(OrderEvent.at, OrderEvent.id))
    order, entity, company, number, signed_on, placed_by = row
    happened = [Happened._make(event) for event in events]
    by = _placed_by(happened, placed_by or "", company)
    return OrderView(order, lines, happened, entity, company, number or "", signed_on, by)


def _placed_by(happened: Sequence[Happened], name: str, company: str) -> str:
    """Who placed the order; of staff who acted for the client both are named, also to people who do not see staff."""
    first = next((one for one in happened if one.kind == "placed"), None)
    if first is None or first.note != BEHALF:
        return name
    return _("{name} for {company}").format(name=name or first.actor, company=company)
