"""The dealers of a distributor and their orders, as far as the actor's right to see orders reaches (1C: Партнер, Заказ клиента)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import case, func, select

from b2bkit.core.accounts.models import Company, LegalEntity
from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import Level
from b2bkit.core.ordering.models import Order
from b2bkit.core.ordering.service import orders
from b2bkit.core.ordering.service.finding import Wanted
from b2bkit.core.ordering.service.life import OPEN
from b2bkit.core.ordering.service.orders import OrderRow
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit.core.work import Work

VIEW: Final = orders.VIEW
KEY: Final = (str, UUID)
PAGE: Final = 40


class Dealer(NamedTuple):
    """A dealer in the list; `last_order` is None for one that never ordered."""

    id: UUID
    name: str
    region: str
    entities: Sequence[str]
    orders: int
    open_orders: int
    last_order: datetime | None


def _mine(work: Work) -> UUID:
    """The distributor that the actor works for; NotFound for whoever sees orders of the own company alone."""
    if work.require(VIEW) is not Level.NETWORK or work.actor.company_id is None:
        raise NotFound("dealers")
    return work.actor.company_id


def dealers(work: Work, *, after: str | None = None, size: int = PAGE) -> Slice[Dealer]:
    """A page of the dealers, by name. Three statements."""
    at = Cursor.decode(after, KEY)
    statement = select(Company.id, Company.name, Company.region).where(Company.dealer_of == _mine(work))
    upwards = at is not None and at.backwards
    if at is not None:
        name, company_id = at.values
        later = (Company.name > name) | ((Company.name == name) & (Company.id > company_id))
        earlier = (Company.name < name) | ((Company.name == name) & (Company.id < company_id))
        statement = statement.where(earlier if upwards else later)
    sort = (Company.name.desc(), Company.id.desc()) if upwards else (Company.name, Company.id)
    rows = work.session.execute(statement.order_by(*sort).limit(size + 1)).all()
    page = slice_of(rows, size, at, lambda row: (row[1], row[0]))
    entities, counts = _entities(work, [row[0] for row in page.items]), _counts(work, [row[0] for row in page.items])
    found = (Dealer(*row, entities.get(row[0], []), *counts.get(row[0], (0, 0, None))) for row in page.items)
    return Slice(tuple(found), page.previous, page.next)


def _entities(work: Work, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
    named = select(LegalEntity.company_id, LegalEntity.name).where(LegalEntity.company_id.in_(ids), LegalEntity.active.is_(True))
    found: dict[UUID, list[str]] = {}
    for company_id, name in work.session.execute(named.order_by(LegalEntity.name)):
        found.setdefault(company_id, []).append(name)
    return found


def _counts(work: Work, ids: Sequence[UUID]) -> Mapping[UUID, tuple[int, int, datetime | None]]:
    on_the_way = func.sum(case((Order.status.in_(OPEN), 1), else_=0))
    counted = select(Order.company_id, func.count(Order.id), on_the_way, func.max(Order.placed_at)).where(Order.company_id.in_(ids))
    rows = work.session.execute(counted.group_by(Order.company_id))
    return {row[0]: (row[1], int(row[2]), row[3]) for row in rows}


def dealer(work: Work, company_id: UUID) -> Dealer:
    """One of the actor's dealers; NotFound for every other company, whoever may see it otherwise."""
    statement = select(Company.id, Company.name, Company.region).where(Company.id == company_id, Company.dealer_of == _mine(work))
    row = work.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("company")
    return Dealer(*row, _entities(work, [company_id]).get(company_id, []), *_counts(work, [company_id]).get(company_id, (0, 0, None)))


def orders_of(work: Work, company_id: UUID, *, at: str | None = None) -> Slice[OrderRow]:
    """A page of a dealer's orders, the newest first."""
    return orders.list_orders(work, Wanted(company=company_id), at=at)
