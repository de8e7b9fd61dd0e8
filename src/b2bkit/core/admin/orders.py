"""Orders of all clients that the actor sees, filtered as a manager looks for them."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from b2bkit.core.accounts.models import Company, LegalEntity
from b2bkit.core.admin.search import holds
from b2bkit.core.i18n import N_
from b2bkit.core.ordering.models import Order
from b2bkit.core.ordering.service.life import STATUS_LABELS
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit.core.work import Work

KEY: Final = (datetime, UUID)
ERP_LABELS: Final = {
    "none": N_("Not for 1C"),
    "waiting": N_("Waits for 1C"),
    "offered": N_("Given to 1C, not confirmed"),
    "taken": N_("Taken by 1C"),
    "posted": N_("Posted in 1C"),
    "refused": N_("Refused by 1C"),
}


class OrderRow(NamedTuple):
    """An order in the staff's list."""

    id: UUID
    number: str
    source: str
    placed_at: datetime
    status: str
    erp_state: str
    erp_number: str
    total: Decimal
    currency: str
    company_id: UUID
    company: str
    legal_entity: str


class Filter(NamedTuple):
    """What is looked for; None or empty: anything. `number` is a part of the portal's or of 1C's number."""

    status: str | None = None
    erp: str | None = None
    number: str = ""
    client: UUID | None = None

    @property
    def set(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.status or self.erp or self.number.strip() or self.client)


_ROWS = (
    select(
        Order.id,
        Order.number,
        Order.source,
        Order.placed_at,
        Order.status,
        Order.erp_state,
        Order.erp_number,
        Order.total,
        Order.currency,
        Order.company_id,
        Company.name,
        LegalEntity.name,
    )
    .join(Company, Company.id == Order.company_id)
    .join(LegalEntity, LegalEntity.id == Order.legal_entity_id)
)


def orders(work: Work, wanted: Filter, *, after: str | None = None, size: int = 40) -> Slice[OrderRow]:
    """A page, newest first; `after` is a cursor of the page before."""
    at = Cursor.decode(after, KEY)
    statement = _filtered(_ROWS, wanted)
    if at is not None:
        placed_at, order_id = at.values
        older = or_(Order.placed_at < placed_at, and_(Order.placed_at == placed_at, Order.id < order_id))
        newer = or_(Order.placed_at > placed_at, and_(Order.placed_at == placed_at, Order.id > order_id))
        statement = statement.where(newer if at.backwards else older)
    upwards = at is not None and at.backwards
    sort = (Order.placed_at.asc(), Order.id.asc()) if upwards else (Order.placed_at.desc(), Order.id.desc())
    rows = [OrderRow(*row) for row in work.session.execute(statement.order_by(*sort).limit(size + 1))]
    return slice_of(rows, size, at, lambda row: (row.placed_at, row.id))


def _filtered(statement: Select[*tuple[Any, ...]], wanted: Filter) -> Select[*tuple[Any, ...]]:
    if wanted.status in STATUS_LABELS:
        statement = statement.where(Order.status == wanted.status)
    if wanted.erp in ERP_LABELS:
        statement = statement.where(Order.erp_state == wanted.erp)
    if wanted.client is not None:
        statement = statement.where(Order.company_id == wanted.client)
    text = wanted.number.strip()[:40]
    if text:
        statement = statement.where(or_(*holds((Order.number, Order.erp_number), text)))
    return statement


class Day(NamedTuple):
    """Orders placed on the business day that `work.now` falls into; sums by currency."""

    orders: int
    sums: tuple[tuple[Decimal, str], ...]


def placed_today(work: Work) -> Day:
    """How many orders came since midnight in the portal's time zone, and for how much."""
    zone = work.config.portal.zone
    midnight = datetime.combine(work.now.astimezone(zone).date(), time.min, zone)
    statement = select(Order.currency, func.count(Order.id), func.sum(Order.total)).where(
        Order.source == "portal", Order.placed_at >= midnight
    )
    rows = list(work.session.execute(statement.group_by(Order.currency).order_by(Order.currency)))
    return Day(sum(row[1] for row in rows), tuple((row[2], row[0]) for row in rows))


def client_choice(work: Work, company_id: UUID | None) -> str:
    """Name of the client that is filtered by; empty when it is none of the actor's."""
    return (work.session.scalar(select(Company.name).where(Company.id == company_id)) or "") if company_id else ""
