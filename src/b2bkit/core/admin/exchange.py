"""The line to 1C: its state, what waits to go out, what was refused, how fresh the data is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select

from b2bkit.core.accounts.models import Company
from b2bkit.core.admin.line_chart import Chart, chart
from b2bkit.core.erp.models import Contact, Handover
from b2bkit.core.erp.service.freshness import KINDS, LABELS, Fresh, freshness
from b2bkit.core.erp.service.line import line_day
from b2bkit.core.extend.things import ErpState
from b2bkit.core.i18n import _
from b2bkit.core.ordering.models import Order
from b2bkit.core.work import Work

QUEUE_SHOWN: Final = 12
REFUSED_SHOWN: Final = 100


class Owed(NamedTuple):
    """An order on its way to 1C. `since`: when it began to be owed; `changed_at`: of the last step, for a refused one the refusal."""

    order_id: UUID
    number: str
    company_id: UUID
    company: str
    total: Decimal
    currency: str
    state: str
    attempts: int
    since: datetime
    changed_at: datetime
    reason: str


class Flow(NamedTuple):
    """One kind of data that 1C sends; None: it never came."""

    kind: str
    label: str
    last: Fresh | None


@dataclass(frozen=True, slots=True)
class Line:
    """The line as the page shows it. `state` is None where no ERP is connected; `queued` counts waiting and offered orders."""

    state: ErpState | None
    last_good: datetime | None
    last_bad: datetime | None
    error: str
    queued: int
    offered: int
    oldest: datetime | None
    queue: Sequence[Owed]
    refused: Sequence[Owed]
    flows: Sequence[Flow]
    data_as_of: datetime | None
    chart: Chart | None


_OWED = (
    select(
        Handover.order_id,
        Order.number,
        Handover.company_id,
        Company.name,
        Order.total,
        Order.currency,
        Handover.state,
        Handover.attempts,
        Handover.created_at,
        Handover.changed_at,
        Handover.reason,
    )
    .join(Order, Order.id == Handover.order_id)
    .join(Company, Company.id == Handover.company_id)
)


def line(work: Work) -> Line:
    """Everything about the line; orders only of clients that the actor sees."""
    counted = {row[0]: row for row in work.session.execute(_counts())}
    queued = sum(counted[state][1] for state in ("waiting", "offered") if state in counted)
    oldest = [counted[state][2] for state in ("waiting", "offered") if state in counted]
    gateway, contact = work.kit.erp_gateway, _contact(work)
    flows = _flows(work)
    return Line(
        state=gateway.state(work) if gateway else None,
        last_good=contact[0],
        last_bad=contact[1],
        error=contact[2],
        queued=queued,
        offered=counted["offered"][1] if "offered" in counted else 0,
        oldest=min(oldest, default=None),
        queue=in_line(work),
        refused=refused(work),
        flows=flows,
        data_as_of=max((flow.last.as_of for flow in flows if flow.last), default=None),
        chart=picture(work),
    )


def picture(work: Work) -> Chart | None:
    """The last 24 hours of the line; None where no ERP is connected."""
    gateway = work.kit.erp_gateway
    return chart(work, line_day(work, gateway.name)) if gateway else None


def in_line(work: Work, limit: int = QUEUE_SHOWN) -> Sequence[Owed]:
    """Orders that 1C has not taken, the oldest first."""
    waiting = _OWED.where(Handover.state.in_(("waiting", "offered"))).order_by(Handover.created_at, Handover.id).limit(limit)
    return [Owed(*row) for row in work.session.execute(waiting)]


def _counts() -> Select[str, int, datetime]:
    counted = select(Handover.state, func.count(Handover.id), func.min(Handover.created_at))
    return counted.where(Handover.state.in_(("waiting", "offered"))).group_by(Handover.state)


def refused(work: Work, limit: int = REFUSED_SHOWN) -> Sequence[Owed]:
    """Orders that 1C refused, the latest refusal first."""
    statement = _OWED.where(Handover.state == "refused").order_by(Handover.changed_at.desc(), Handover.id.desc()).limit(limit)
    return [Owed(*row) for row in work.session.execute(statement)]


def handover_of(work: Work, order_id: UUID) -> Handover | None:
    """What is owed for one order; None where nothing is."""
    return work.session.scalars(select(Handover).where(Handover.order_id == order_id)).one_or_none()


def _contact(work: Work) -> tuple[datetime | None, datetime | None, str]:
    system = work.kit.erp_gateway.name if work.kit.erp_gateway else ""
    row = work.session.execute(select(Contact.last_good, Contact.last_bad, Contact.error).where(Contact.system == system)).one_or_none()
    return (row[0], row[1], row[2]) if row else (None, None, "")


def _flows(work: Work) -> list[Flow]:
    known = freshness(work)
    return [Flow(kind, _(LABELS[kind]), known.get(kind)) for kind in KINDS]
