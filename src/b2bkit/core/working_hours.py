"""Working time of the supplier's people: whether they are there, when they are there again, when an answer is due, how long one took.

A plugin whose settings say when its people work derives them from `HoursSettings`, so that all say it alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from b2bkit.core.extend.plugin import PluginSettings

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FARTHEST: Final = 3660  # days that are looked at
_CLOCK: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"


class HoursSettings(PluginSettings):
    """Settings of a plugin whose people have working hours."""

    hours: str = Field("09:00-18:00", description="Working hours, in the portal's time zone.", pattern=_CLOCK)
    days: tuple[Day, ...] = Field(("mon", "tue", "wed", "thu", "fri"), description="Working days.", min_length=1)
    holidays: tuple[date, ...] = Field((), description="Days off besides.")

    @model_validator(mode="after")
    def _day_ends_after_it_begins(self) -> Self:
        start, end = self.hours.split("-")
        if start >= end:
            raise ValueError("hours: the day ends before it begins")
        return self


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The hours of each working day, in a zone."""

    zone: ZoneInfo
    start: time
    end: time
    days: frozenset[int]
    holidays: frozenset[date]

    @classmethod
    def of(cls, settings: HoursSettings, zone: ZoneInfo) -> WorkingHours:
        """As the settings say."""
        start, end = map(time.fromisoformat, settings.hours.split("-"))
        return cls(zone, start, end, frozenset(_DAYS.index(day) for day in settings.days), frozenset(settings.holidays))

    def works_at(self, moment: datetime) -> bool:
        """Whether somebody is there at this instant."""
        opens, closes = next(self._spans(moment))
        return opens <= moment < closes

    def opens_at(self, moment: datetime) -> datetime:
        """The instant from which somebody is there: this one within working hours, else the next opening."""
        return next(max(opens, moment) for opens, closes in self._spans(moment) if closes > moment).astimezone(UTC)

    def due(self, since: datetime, deadline: str) -> datetime:
        """The instant after `4h` of working time, or the end of the second working day after the one of `since` for `2d`."""
        amount = int(deadline[:-1])
        return self._after_hours(since, amount * 60) if deadline.endswith("h") else self._after_days(since, amount)

    def minutes(self, since: datetime, until: datetime) -> int:
        """Working minutes between two instants."""
        total = timedelta()
        for opens, closes in self._spans(since):
            if opens >= until:
                break
            total += max(min(closes, until) - max(opens, since), timedelta())
        return int(total.total_seconds() // 60)

    def _after_hours(self, since: datetime, minutes: int) -> datetime:
        left, moment = timedelta(minutes=minutes), since
        for opens, closes in self._spans(since):
            begins = max(opens, since)
            if closes <= begins:
                continue
            moment = begins + left
            if moment <= closes:
                break
            left -= closes - begins
        return moment.astimezone(UTC)

    def _after_days(self, since: datetime, days: int) -> datetime:
        """What comes before the day opens, or on a free one, counts from the next opening; what comes within it, from the day after."""
        left = days
        for opens, closes in self._spans(since):
            if closes <= since:
                continue
            left -= 1 if opens > since else 0
            if left <= 0:
                return closes
        raise ValueError("there is no working day in ten years: look at days and holidays")

    def _works(self, day: date) -> bool:
        return day.weekday() in self.days and day not in self.holidays

    def _spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working spans from the local day of `since` on."""
        first = since.astimezone(self.zone).date()
        for day in (first + timedelta(days=number) for number in range(_FARTHEST)):
            if self._works(day):
                opens, closes = (datetime.combine(day, at, self.zone).astimezone(UTC) for at in (self.start, self.end))
                yield opens, closes
