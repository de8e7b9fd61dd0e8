"""How the line to the ERP was in the last 24 hours: from the breaks that were noted and the one that still lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from sqlalchemy import select

from b2bkit.core.erp.models import Contact, LineBreak
from b2bkit.core.erp.service.contact import broken
from b2bkit.core.work import Work

LineState = Literal["up", "slow", "down", "unknown"]
LOOKS_BACK: Final = timedelta(hours=24)
SLOTS: Final = 96
_WORSE: Final[dict[LineState, int]] = {"unknown": 0, "up": 1, "slow": 2, "down": 3}


class Span(NamedTuple):
    """A time in which the line was in one state; `until` is exclusive."""

    state: LineState
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class LineDay:
    """The last 24 hours, without gaps, the oldest first."""

    since: datetime
    until: datetime
    spans: Sequence[Span]

    def lasted(self, state: LineState) -> timedelta:
        """For how long the line was in this state."""
        return sum((span.until - span.since for span in self.spans if span.state == state), timedelta())

    @property
    def breaks(self) -> list[Span]:
        """The times in which the line was slow or down."""
        return [span for span in self.spans if span.state in ("slow", "down")]

    def slots(self, count: int = SLOTS) -> list[LineState]:
        """The worst state in each of `count` equal parts."""
        step = (self.until - self.since) / count
        found: list[LineState] = []
        for number in range(count):
            begins, ends = self.since + number * step, self.since + (number + 1) * step
            states = [span.state for span in self.spans if span.since < ends and span.until > begins]
            found.append(max(states, key=_WORSE.__getitem__, default="unknown"))
        return found


def line_day(work: Work, system: str) -> LineDay:
    """The last 24 hours of the line to `system`; unknown before its first good exchange. Two statements."""
    contact = work.session.scalars(select(Contact).where(Contact.system == system)).one_or_none()
    begins = work.now - LOOKS_BACK
    if contact is None or contact.first_good is None:
        return LineDay(begins, work.now, [Span("unknown", begins, work.now)])
    rows = select(LineBreak.slow_at, LineBreak.down_at, LineBreak.ended_at).where(LineBreak.system == system)
    rows = rows.where(LineBreak.ended_at > begins).order_by(LineBreak.slow_at)
    breaks: list[tuple[datetime, datetime | None, datetime]] = [(row[0], row[1], row[2]) for row in work.session.execute(rows)]
    lasting = broken(work, contact)
    if lasting is not None:
        breaks.append((*lasting, work.now))
    told: list[Span] = []
    for slow_at, down_at, ended_at in breaks:
        told += [Span("slow", slow_at, down_at or ended_at), *([Span("down", down_at, ended_at)] if down_at else [])]
    return LineDay(begins, work.now, _without_gaps(told, contact.first_good, begins, work.now))


def _without_gaps(told: Sequence[Span], first_good: datetime, begins: datetime, ends: datetime) -> list[Span]:
    known = max(begins, min(first_good, ends))
    found = [Span("unknown", begins, known)] if known > begins else []
    at = known
    for span in told:
        since, until = max(span.since, at), min(span.until, ends)
        if until <= since:
            continue
        if since > at:
            found.append(Span("up", at, since))
        found.append(Span(span.state, since, until))
        at = until
    return [*found, Span("up", at, ends)] if at < ends else found
