"""Today: what waits for this person, sorted by the loss if it is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from b2bkit.core.accounts.models import Company, Invitation
from b2bkit.core.admin import tasks
from b2bkit.core.admin.exchange import Owed, refused
from b2bkit.core.admin.orders import Day, placed_today
from b2bkit.core.erp.models import Handover
from b2bkit.core.extend.things import ErpState
from b2bkit.core.ordering.models import Order
from b2bkit.core.ordering.service.life import OPEN
from b2bkit.core.work import Work

LOOKS_BACK = timedelta(days=14)  # an invitation that nobody accepted for longer is forgotten


class Unanswered(NamedTuple):
    """An invitation that was not accepted; `expired`: its link opens no more."""

    invitation: Invitation
    company: str
    expired: bool


@dataclass(frozen=True, slots=True)
class Today:
    """What the page shows. `erp` is None where no ERP is connected; `queued` counts orders that wait for 1C."""

    erp: ErpState | None
    refused: Sequence[Owed]
    parked: int
    unanswered: Sequence[Unanswered]
    day: Day
    open_orders: int
    queued: int
    oldest: datetime | None
    clients: int

    @property
    def nothing(self) -> bool:
        """Whether nothing waits for a person."""
        down = self.erp is not None and self.erp.state == "down"
        return not (down or self.refused or self.parked or self.unanswered)


def today(work: Work) -> Today:
    """What waits now."""
    gateway = work.kit.erp_gateway
    queued = select(func.count(Handover.id), func.min(Handover.created_at)).where(Handover.state.in_(("waiting", "offered")))
    count, oldest = work.session.execute(queued).one()
    return Today(
        erp=gateway.state(work) if gateway else None,
        refused=refused(work, limit=5),
        parked=tasks.count_parked(work),
        unanswered=unanswered(work),
        day=placed_today(work),
        open_orders=work.session.scalar(select(func.count(Order.id)).where(Order.status.in_(OPEN))) or 0,
        queued=count,
        oldest=oldest,
        clients=work.session.scalar(select(func.count(Company.id))) or 0,
    )


def unanswered(work: Work) -> list[Unanswered]:
    """Invitations of the last two weeks that nobody accepted, the oldest first; at most ten."""
    waiting = (Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.created_at > work.now - LOOKS_BACK)
    statement = select(Invitation, Company.name).join(Company, Company.id == Invitation.company_id).where(*waiting)
    rows = work.session.execute(statement.order_by(Invitation.created_at).limit(10))
    return [Unanswered(invitation, company, invitation.expires_at <= work.now) for invitation, company in rows]
