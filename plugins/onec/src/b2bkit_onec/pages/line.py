"""The line to 1C as every page of the exchange shows it on top."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from b2bkit import ErpState, Work
from b2bkit.core.erp.models import Contact, Handover
from b2bkit.core.erp.service import erp_view
from b2bkit_onec.sessions import SYSTEM_NAME


class Line(NamedTuple):
    """State and since when; the last good and bad contact; orders that are owed, of clients whom the actor sees."""

    state: ErpState
    last_good: datetime | None
    last_bad: datetime | None
    error: str
    data_as_of: datetime | None
    owed: int
    oldest: datetime | None
    refused: int
    period: int


def line(work: Work) -> Line:
    """Read in four statements."""
    view = erp_view(work)
    contact = work.session.execute(
        select(Contact.last_good, Contact.last_bad, Contact.error).where(Contact.system == SYSTEM_NAME)
    ).one_or_none()
    last_good, last_bad, error = contact or (None, None, "")
    counted = select(Handover.state, func.count(Handover.id), func.min(Handover.created_at)).group_by(Handover.state)
    found = {row[0]: (row[1], row[2]) for row in work.session.execute(counted.where(Handover.state != "taken"))}
    waiting = [found[state] for state in ("waiting", "offered") if state in found]
    return Line(
        state=view.state if view else ErpState("unknown"),
        last_good=last_good,
        last_bad=last_bad,
        error=error,
        data_as_of=view.data_as_of if view else None,
        owed=sum(count for count, _oldest in waiting),
        oldest=min((oldest for _count, oldest in waiting), default=None),
        refused=found["refused"][0] if "refused" in found else 0,
        period=work.config.tables.erp.period,
    )
