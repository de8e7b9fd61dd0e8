"""How quickly clients are answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, case, func, select

from b2bkit import Work
from b2bkit.core.i18n import _
from b2bkit.plugins.tickets.models import Ticket
from b2bkit.plugins.tickets.service.write import OWED

DAYS: Final = 90


class Figures(NamedTuple):
    """Of the tickets that the actor sees. `median`: working minutes to the first answer, in the last 90 days; None without any.

    opened    tickets opened in that time
    in_time   percent of them whose first answer came in time; None while there is nothing to count
    waits     tickets that wait for an answer now, and how many of them are overdue
    """

    opened: int
    median: int | None
    in_time: int | None
    waits: int
    overdue: int

    @property
    def median_said(self) -> str:
        """`1 h 20 min`; a dash without any."""
        if self.median is None:
            return "—"
        hours, minutes = divmod(self.median, 60)
        if not hours:
            return _("{minutes} min").format(minutes=minutes)
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)


def figures(work: Work) -> Figures:
    """Three statements, however many tickets there are."""
    recent: list[ColumnElement[bool]] = [Ticket.opened_at > work.now - timedelta(days=DAYS)]
    in_time = Ticket.first_answer_at <= Ticket.first_due_at
    late = (Ticket.first_answer_at > Ticket.first_due_at) | (Ticket.first_answer_at.is_(None) & (Ticket.first_due_at < work.now))
    counted = select(func.count(Ticket.id), _sum(in_time), _sum(late), func.count(Ticket.minutes)).where(*recent)
    opened, good, bad, answered = work.session.execute(counted).one()
    owed = Ticket.state.in_(OWED)
    waits, overdue = work.session.execute(select(func.count(Ticket.id), _sum(Ticket.due_at < work.now)).where(owed)).one()
    median = None
    if answered:
        minutes = select(Ticket.minutes).where(*recent, Ticket.minutes.is_not(None)).order_by(Ticket.minutes, Ticket.id)
        median = work.session.scalar(minutes.offset((answered - 1) // 2).limit(1))
    decided = int(good or 0) + int(bad or 0)
    share = round(100 * int(good or 0) / decided) if decided else None
    return Figures(opened, median, share, waits, int(overdue or 0))


def _sum(criterion: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((criterion, 1), else_=0))
