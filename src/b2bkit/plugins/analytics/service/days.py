"""Days of the portal's time zone, and instants where they begin."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from b2bkit import Work


def day_of(work: Work, at: datetime) -> date:
    """The day of an instant."""
    return at.astimezone(work.config.portal.zone).date()


def today_of(work: Work) -> date:
    """The day of now."""
    return day_of(work, work.now)


def begin_of(work: Work, day: date) -> datetime:
    """The instant at which a day begins."""
    return datetime.combine(day, time(), work.config.portal.zone).astimezone(UTC)


def span_of(work: Work, first: date, last: date) -> tuple[datetime, datetime]:
    """Where the days from `first` to `last`, both included, begin and end; the end is not included."""
    return begin_of(work, first), begin_of(work, last + timedelta(days=1))
