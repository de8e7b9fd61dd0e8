"""Today: what waits for this person, sorted by the loss if it is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from b2bkit.core.accounts.models import Company, Invitation, Membership, User
from b2bkit.core.admin import tasks
from b2bkit.core.admin.exchange import Owed, refused
from b2bkit.core.admin.orders import Day, Filter, OrderRow, orders, placed_today
from b2bkit.core.erp.models import Handover
from b2bkit.core.erp.service.contact import DOWN_AFTER
from b2bkit.core.extend.things import ErpState
from b2bkit.core.ordering.models import Order
from b2bkit.core.ordering.service.journey import Look, Way, look, way
from b2bkit.core.ordering.service.life import OPEN
from b2bkit.core.ordering.service.orders import times_of
from b2bkit.core.work import Work

LOOKS_BACK = timedelta(days=14)  # an invitation that nobody accepted for longer is forgotten, who joined before is no news
RECENT, JOINED = 8, 5


class Unanswered(NamedTuple):
    """An invitation that was not accepted; `expired`: its link opens no more."""

    invitation: Invitation
    company: str
    expired: bool


class Joined(NamedTuple):
    """Somebody who accepted an invitation lately."""

    name: str
    company_id: UUID
    company: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """Orders that wait for 1C: how many, since when the oldest does, and whether that is longer than an exchange may take."""

    queued: int
    oldest: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of the day. `refused`: at most five."""

    day: Day
    open_orders: int
    queued: int
    oldest: datetime | None
    refused: Sequence[Owed]


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for a person. `erp` is None where no ERP is connected."""

    erp: ErpState | None
    refused: Sequence[Owed]
    parked: int
    unanswered: Sequence[Unanswered]
    queued: int
    oldest: datetime | None
    late: bool

    @property
    def nothing(self) -> bool:
        """Whether nothing waits for a person."""
        down = self.erp is not None and self.erp.state == "down"
        return not (down or self.late or self.refused or self.parked or self.unanswered)


def waiting(work: Work) -> Queue:
    """What is owed to 1C."""
    queued = select(func.count(Handover.id), func.min(Handover.created_at)).where(Handover.state.in_(("waiting", "offered")))
    row = work.session.execute(queued).one()
    count: int = row[0]
    oldest: datetime | None = row[1]
    late = oldest is not None and work.now - oldest > timedelta(seconds=DOWN_AFTER * work.config.tables.erp.period)
    return Queue(count, oldest, late)


def figures(work: Work) -> Figures:
    """The day in figures."""
    queue = waiting(work)
    on_the_way = work.session.scalar(select(func.count(Order.id)).where(Order.status.in_(OPEN))) or 0
    return Figures(placed_today(work), on_the_way, queue.queued, queue.oldest, refused(work, limit=5))


def to_do(work: Work) -> ToDo:
    """What waits for a decision now."""
    gateway, queue = work.kit.erp_gateway, waiting(work)
    erp = gateway.state(work) if gateway else None
    return ToDo(erp, refused(work, limit=5), tasks.count_parked(work), unanswered(work), queue.queued, queue.oldest, queue.late)


def clients(work: Work) -> int:
    """How many clients the actor sees."""
    return work.session.scalar(select(func.count(Company.id))) or 0


def recent(work: Work) -> list[tuple[OrderRow, Look, Way | None]]:
    """The newest orders of the actor's clients with their states."""
    rows = orders(work, Filter(), size=RECENT).items
    times = times_of(work, [row.id for row in rows])
    return [(row, look(row), way(work, row, times.get(row.id, {}))) for row in rows]


def joined(work: Work) -> list[Joined]:
    """People who began to use the portal in the last two weeks, the newest first."""
    statement = select(User.name, Membership.company_id, Company.name, Membership.since).join(User, User.id == Membership.user_id)
    statement = statement.join(Company, Company.id == Membership.company_id)
    lately = statement.where(Membership.since > work.now - LOOKS_BACK, Membership.dismissed_at.is_(None))
    return [Joined(*row) for row in work.session.execute(lately.order_by(Membership.since.desc(), Membership.id).limit(JOINED))]


def unanswered(work: Work) -> list[Unanswered]:
    """Invitations of the last two weeks that nobody accepted, the oldest first; at most ten."""
    waiting = (Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.created_at > work.now - LOOKS_BACK)
    statement = select(Invitation, Company.name).join(Company, Company.id == Invitation.company_id).where(*waiting)
    rows = work.session.execute(statement.order_by(Invitation.created_at).limit(10))
    return [Unanswered(invitation, company, invitation.expires_at <= work.now) for invitation, company in rows]
