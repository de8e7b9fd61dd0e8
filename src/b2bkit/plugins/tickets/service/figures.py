"""How quickly clients are answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, case, func, select

from b2bkit import Figure, FigureValue, Work
from b2bkit.core.i18n import N_, _, language, ngettext
from b2bkit.core.web.formatting import num
from b2bkit.plugins.tickets.models import Ticket
from b2bkit.plugins.tickets.scopes import ANSWER
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
        return said(self.median)


class Answers(NamedTuple):
    """First answers to tickets that were opened in a time. `median` in working minutes; percent in time; None with nothing to count."""

    opened: int
    median: int | None
    in_time: int | None


def said(minutes: int | None) -> str:
    """`1 h 20 min`; a dash without any."""
    if minutes is None:
        return "—"
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return _("{minutes} min").format(minutes=minutes)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)


def answers(work: Work, *opened: Any) -> Answers:
    """Of the tickets that the actor sees and for which these criteria hold: two statements."""
    in_time = Ticket.first_answer_at <= Ticket.first_due_at
    late = (Ticket.first_answer_at > Ticket.first_due_at) | (Ticket.first_answer_at.is_(None) & (Ticket.first_due_at < work.now))
    counted = select(func.count(Ticket.id), _sum(in_time), _sum(late), func.count(Ticket.minutes)).where(*opened)
    count, good, bad, answered = work.session.execute(counted).one()
    median = None
    if answered:
        minutes = select(Ticket.minutes).where(*opened, Ticket.minutes.is_not(None)).order_by(Ticket.minutes, Ticket.id)
        median = work.session.scalar(minutes.offset((answered - 1) // 2).limit(1))
    decided = int(good or 0) + int(bad or 0)
    return Answers(count, median, round(100 * int(good or 0) / decided) if decided else None)


def figures(work: Work) -> Figures:
    """Three statements, however many tickets there are."""
    found = answers(work, Ticket.opened_at > work.now - timedelta(days=DAYS))
    owed = Ticket.state.in_(OWED)
    waits, overdue = work.session.execute(select(func.count(Ticket.id), _sum(Ticket.due_at < work.now)).where(owed)).one()
    return Figures(found.opened, found.median, found.in_time, waits, int(overdue or 0))


def _between(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Ticket.opened_at >= since, Ticket.opened_at < until


def _median(work: Work, since: datetime, until: datetime) -> FigureValue:
    found = answers(work, *_between(since, until))
    return FigureValue(
        found.median, said(found.median), ngettext("of %(num)s ticket", "of %(num)s tickets", found.opened) % {"num": found.opened}
    )


def _in_time(work: Work, since: datetime, until: datetime) -> FigureValue:
    found = answers(work, *_between(since, until))
    return FigureValue(found.in_time, "—" if found.in_time is None else f"{num(found.in_time, lang=language())} %")


FIGURES: Final = (
    Figure(name="tickets.first_answer", order=10, label=N_("First answer, median"), permission=ANSWER, load=_median, better="less"),
    Figure(name="tickets.in_time", order=20, label=N_("First answers in time"), permission=ANSWER, load=_in_time, better="more"),
)


def _sum(criterion: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((criterion, 1), else_=0))
