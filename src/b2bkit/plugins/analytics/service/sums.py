"""Figures of a period: sums by day in one statement, parted into bars; money of one currency, never of two together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, select

from b2bkit import Work
from b2bkit.plugins.analytics.models import AnalyticsDay
from b2bkit.plugins.analytics.service.periods import Part, Period, Span, parts_of

ZERO = Decimal("0.00")


@dataclass(slots=True)
class Totals:
    """Sums of orders. `known` is the part of `total` of which the list price is known, `listed` what it would have cost at it."""

    orders: int = 0
    by_hand: int = 0
    cancelled: int = 0
    total: Decimal = ZERO
    known: Decimal = ZERO
    listed: Decimal = ZERO

    @property
    def saved(self) -> Decimal:
        return self.listed - self.known

    @property
    def saved_percent(self) -> Decimal | None:
        """Of the list price; None where no list price is known."""
        return percent(self.saved, self.listed)

    @property
    def average(self) -> Decimal | None:
        """An order's sum on average."""
        return (self.total / self.orders).quantize(ZERO, ROUND_HALF_UP) if self.orders else None

    @property
    def alone_percent(self) -> Decimal | None:
        """Share of orders without a manager's hand."""
        return percent(Decimal(self.orders - self.by_hand), Decimal(self.orders))


class DayRow(NamedTuple):
    """A day in one currency."""

    day: date
    currency: str
    orders: int
    by_hand: int
    cancelled: int
    total: Decimal
    known: Decimal
    listed: Decimal


class Bar(NamedTuple):
    """A bar and the one before it, with what stands under them."""

    part: Part
    now: Decimal | int
    before: Decimal | int


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """One place after the point, as people read shares; None of nothing."""
    return (100 * Decimal(part) / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else None


def change(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    """By how many percent it grew; None where there was nothing before."""
    return None if now is None or not before else percent(now - before, before)


def day_rows(work: Work, period: Period, *further: Any) -> list[DayRow]:
    """Sums by day and currency from the period before on. One statement."""
    day, summed = AnalyticsDay.day, [getattr(AnalyticsDay, name) for name in DayRow._fields[2:]]
    statement = select(day, AnalyticsDay.currency, *(func.sum(column) for column in summed))
    statement = statement.where(day >= period.whole_before.first, day <= period.span.last, *further).group_by(day, AnalyticsDay.currency)
    rows = work.session.execute(statement)
    return [DayRow(row[0], row[1], int(row[2]), int(row[3]), int(row[4]), *row[5:]) for row in rows]


def currencies(rows: Iterable[DayRow], usual: str) -> Sequence[str]:
    """Currencies that occur, the portal's first; the portal's alone where nothing was ordered."""
    found = {row.currency for row in rows}
    return sorted(found, key=lambda one: (one != usual, one)) or [usual]


def totals(rows: Iterable[DayRow], span: Span, currency: str) -> Totals:
    """The sums of a span; orders of other currencies count with their own."""
    found = Totals()
    for row in rows:
        if row.currency == currency and span.first <= row.day <= span.last:
            for one in fields(Totals):
                setattr(found, one.name, getattr(found, one.name) + getattr(row, one.name))
    return found


def bars(rows: Sequence[DayRow], period: Period, currency: str, what: str = "total") -> list[Bar]:
    """The period in days, weeks or months, each beside the same part of the period before, counted from its beginning."""
    mine = [row for row in rows if row.currency == currency]
    now, before = parts_of(period.span, period.step), parts_of(period.whole_before, period.step)
    found = []
    for number, part in enumerate(now):
        earlier = _sum(mine, before[number].span, what) if number < len(before) else 0
        found.append(Bar(part, _sum(mine, part.span, what), earlier))
    return found


def _sum(rows: Iterable[DayRow], span: Span, what: str) -> Any:
    return sum((getattr(row, what) for row in rows if span.first <= row.day <= span.last), ZERO if what == "total" else 0)
