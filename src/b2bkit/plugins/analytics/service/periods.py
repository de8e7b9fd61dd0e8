"""Periods: a month, a quarter, a year, days of one's own; the period before, and the parts that a chart shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from b2bkit.core.i18n import N_, _, language
from b2bkit.core.languages import facts

Kind = Literal["month", "quarter", "year", "own"]
Step = Literal["day", "week", "month"]
EARLIEST, LATEST = 2000, 2100
LONGEST: Final = timedelta(days=366 * 2)  # of one's own days
DAYS_UP_TO, WEEKS_UP_TO = 45, 200  # days of a period that is shown by day, by week
MONTHS: Final = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"), N_("September"),
    N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_WITHOUT_YEAR: Final = re.compile(r"\W*\d{4}\W*")
_WRITTEN: Final = re.compile(r"(\d{4})(?:-(\d{2})|-Q([1-4]))?")


class Span(NamedTuple):
    """Days from the first to the last, both included."""

    first: date
    last: date


class Part(NamedTuple):
    """A part of a period as a chart shows it. `short` stands under its bar; "" where there is no room for it."""

    span: Span
    label: str
    short: str


@dataclass(frozen=True, slots=True)
class Period:
    """A period and what it is compared with.

    key     as it stands in addresses: `2026-11`, `2026-Q4`, `2026`; "" for days of one's own
    before  the period before; of one that is not over as many of its days as have passed
    """

    kind: Kind
    key: str
    span: Span
    whole_before: Span
    today: date

    @property
    def before(self) -> Span:
        first, last = self.whole_before
        return Span(first, min(last, first + (self.today - self.span.first))) if self.unfinished else self.whole_before

    @property
    def unfinished(self) -> bool:
        """Whether it goes on."""
        return self.span.first <= self.today < self.span.last

    @property
    def label(self) -> str:
        """`November 2026`, `Q4 2026`, `2026`, or its days."""
        return _label(self.kind, self.span)

    @property
    def label_before(self) -> str:
        """What it is compared with, in words."""
        return _label("own" if self.unfinished else self.kind, self.before)

    @property
    def label_whole_before(self) -> str:
        """The period before, all of it, in words."""
        return _label(self.kind, self.whole_before)

    @property
    def previous(self) -> str:
        """Key of the period before; "" for days of one's own."""
        return _key(self.kind, self.span.first - timedelta(days=1))

    @property
    def following(self) -> str:
        """Key of the next period; "" where it lies ahead."""
        after = self.span.last + timedelta(days=1)
        return _key(self.kind, after) if after <= self.today else ""

    @property
    def step(self) -> Step:
        """What a bar of its chart stands for."""
        days = (self.span.last - self.span.first).days + 1
        return "day" if days <= DAYS_UP_TO else "week" if days <= WEEKS_UP_TO else "month"


def read_period(today: date, kind: Kind, key: str = "", since: date | None = None, until: date | None = None) -> Period:
    """The period that an address asks for; what is none is that of today. Days of one's own are put into order and kept to two years."""
    first, last = sorted((since or date.min, until or date.min))
    if kind == "own" and first.year >= EARLIEST and last.year <= LATEST:
        first = max(first, last - LONGEST)
        length = last - first
        return Period("own", "", Span(first, last), Span(first - length - timedelta(days=1), first - timedelta(days=1)), today)
    kind = "month" if kind == "own" else kind
    begin = _first(kind, key) or today
    span = _span(kind, begin)
    return Period(kind, _key(kind, begin), span, _span(kind, span.first - timedelta(days=1)), today)


def parts_of(span: Span, step: Step) -> Sequence[Part]:
    """Days, weeks from Monday, or months of a span; the first and last are cut to it."""
    found, at = [], span.first
    while at <= span.last:
        last = min(_end(at, step), span.last)
        found.append(Span(at, last))
        at = last + timedelta(days=1)
    every = max(1, -(-len(found) // 8)) if step != "month" or len(found) > 13 else 1
    return [Part(one, _part_label(one, step), _short(one, step) if number % every == 0 else "") for number, one in enumerate(found)]


def _end(at: date, step: Step) -> date:
    if step == "day":
        return at
    return at + timedelta(days=6 - at.weekday()) if step == "week" else _span("month", at).last


def _span(kind: Kind, day: date) -> Span:
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    begin = (day.month - 1) // months * months
    first, end = date(day.year, begin + 1, 1), begin + months
    following = date(day.year + end // 12, end % 12 + 1, 1)
    return Span(first, following - timedelta(days=1))


def _first(kind: Kind, key: str) -> date | None:
    found = _WRITTEN.fullmatch(key)
    if found is None or not EARLIEST <= int(found[1]) <= LATEST:
        return None
    month = int(found[2]) if found[2] else int(found[3]) * 3 - 2 if found[3] else 1
    if not 1 <= month <= 12 or (kind, bool(found[2]), bool(found[3])) not in _FITTING:
        return None
    return date(int(found[1]), month, 1)


_FITTING: Final = (("month", True, False), ("quarter", False, True), ("year", False, False))


def _key(kind: Kind, day: date) -> str:
    if not EARLIEST <= day.year <= LATEST:
        return ""
    return {"month": f"{day:%Y-%m}", "quarter": f"{day.year}-Q{(day.month + 2) // 3}", "year": f"{day.year}", "own": ""}[kind]


def _label(kind: Kind, span: Span) -> str:
    first = span.first
    if kind == "month":
        return f"{_(MONTHS[first.month - 1])} {first.year}"
    if kind == "quarter":
        return _("Q%(number)s %(year)s") % {"number": (first.month + 2) // 3, "year": first.year}
    return str(first.year) if kind == "year" else _days(span)


def _days(span: Span) -> str:
    told = facts(language()).in_figures
    return told(span.first) if span.first == span.last else f"{told(span.first)} – {told(span.last)}"


def _part_label(span: Span, step: Step) -> str:
    return _label("month", span) if step == "month" else _days(span)


def _short(span: Span, step: Step) -> str:
    first = span.first
    return (
        _(MONTHS[first.month - 1])[:3]
        if step == "month"
        else f"{first.day}"
        if step == "day"
        else _WITHOUT_YEAR.sub("", facts(language()).in_figures(first))
    )
