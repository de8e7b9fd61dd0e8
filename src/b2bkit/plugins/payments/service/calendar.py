"""Expected payments by day: a month as a calendar shows it, and everything that is past its day."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.accounts.models import Contract, LegalEntity
from b2bkit.core.ordering.models import Order
from b2bkit.core.settlements.models import Due
from b2bkit.core.settlements.service.overview import SEE, DueRow
from b2bkit.plugins.payments.models import PaymentsPart
from b2bkit.plugins.payments.service.ways import not_told, settings_of

MOST: Final = 500  # payments of a month, or overdue ones
FEED_PAST, FEED_AHEAD = timedelta(days=90), timedelta(days=400)
EARLIEST, LATEST = 2000, 2100  # years that can be asked for

Sums = tuple[tuple[Decimal, str], ...]


class Day(NamedTuple):
    """A day of the calendar with its payments; `inside`: it belongs to the month that is shown."""

    on: date
    inside: bool
    today: bool
    dues: Sequence[DueRow]

    @property
    def sums(self) -> Sums:
        return sums_of(self.dues)

    @property
    def tone(self) -> str:
        """bad: overdue, warn: within three days, info: later, "": nothing is to be paid."""
        return "" if not self.dues else tone_of(self.dues[0].days)


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its weeks from Monday, its payments by day, and what was not paid in time, whenever it was due."""

    first: date
    weeks: Sequence[Sequence[Day]]
    dues: Sequence[DueRow]
    late: Sequence[DueRow]
    today: date

    @property
    def previous(self) -> str:
        return (self.first - timedelta(days=1)).strftime("%Y-%m")

    @property
    def following(self) -> str:
        return (self.first + timedelta(days=31)).strftime("%Y-%m")

    @property
    def sums(self) -> Sums:
        return sums_of(self.dues)

    @property
    def days(self) -> Sequence[Day]:
        """Days of the month on which something is to be paid."""
        return [day for week in self.weeks for day in week if day.inside and day.dues]


class Entity(NamedTuple):
    id: UUID
    name: str


def tone_of(days: int) -> str:
    """The colour of a payment that many days ahead."""
    return "bad" if days < 0 else "warn" if days <= 3 else "info"


def sums_of(dues: Iterable[DueRow]) -> Sums:
    """Sums by currency, the largest number of payments first."""
    found: dict[str, Decimal] = {}
    for one in dues:
        found[one.currency] = found.get(one.currency, Decimal(0)) + one.amount
    return tuple((amount, currency) for currency, amount in sorted(found.items()))


def today_of(work: Work) -> date:
    """The day in the portal's zone."""
    return work.now.astimezone(work.config.portal.zone).date()


def month(work: Work, *, text: str = "", entity: UUID | None = None) -> Month:
    """The month that `text` names (2026-11), by default that of today: two statements, three where the checkout offers ways to pay.

    What is no month is taken for today's.
    """
    work.require(SEE)
    today = today_of(work)
    first = _first(text) or today.replace(day=1)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    shown = _rows(work, _dues(work, entity).where(Due.due_on >= weeks[0][0], Due.due_on <= weeks[-1][-1]), today)
    late = _rows(work, _dues(work, entity).where(Due.due_on < today), today)
    agreed = _agreed(work, entity, weeks[-1][-1], today)
    shown = sorted([*shown, *(one for one in agreed if one.due_on >= weeks[0][0])], key=lambda one: one.due_on)
    by_day: dict[date, list[DueRow]] = {}
    for one in shown:
        by_day.setdefault(one.due_on, []).append(one)
    days = [[Day(on, on.month == first.month, on == today, by_day.get(on, [])) for on in week] for week in weeks]
    inside = [one for one in shown if (one.due_on.year, one.due_on.month) == (first.year, first.month)]
    return Month(first, days, inside, late, today)


def ahead(work: Work) -> Sequence[DueRow]:
    """What a calendar program gets: payments that are overdue or come within a year. One statement."""
    work.require(SEE)
    today = today_of(work)
    near = _dues(work, None).where(Due.due_on >= today - FEED_PAST, Due.due_on <= today + FEED_AHEAD)
    agreed = _agreed(work, None, today + FEED_AHEAD, today)
    return sorted([*_rows(work, near, today), *agreed], key=lambda one: one.due_on)


def _agreed(work: Work, entity: UUID | None, until: date, today: date) -> list[DueRow]:
    """Parts of orders as their buyers chose to pay, until the ERP tells payments of its own for them.

    Never one whose day has passed: whether it was paid is the ERP's to say.
    """
    if not settings_of(work).ways:
        return []
    columns = (
        PaymentsPart.due_on, PaymentsPart.amount, PaymentsPart.currency, Order.number, PaymentsPart.order_id, Contract.number,
        LegalEntity.name, Order.placed_at,
    )  # fmt: skip
    statement = select(*columns).join(Order, Order.id == PaymentsPart.order_id).join(LegalEntity, LegalEntity.id == Order.legal_entity_id)
    statement = statement.outerjoin(Contract, Contract.id == Order.contract_id).where(PaymentsPart.company_id == work.actor.company_id)
    statement = statement.where(PaymentsPart.due_on >= today, PaymentsPart.due_on <= until, *not_told())
    statement = statement.order_by(PaymentsPart.due_on, PaymentsPart.id).limit(MOST)
    return _rows(work, statement if entity is None else statement.where(Order.legal_entity_id == entity), today)


def entities(work: Work) -> Sequence[Entity]:
    """Legal entities of one's company, where there is a choice. One statement."""
    statement = select(LegalEntity.id, LegalEntity.name).where(LegalEntity.company_id == work.actor.company_id, LegalEntity.active)
    found = [Entity(*row) for row in work.session.execute(statement.order_by(LegalEntity.name))]
    return found if len(found) > 1 else []


def _first(text: str) -> date | None:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if EARLIEST <= found.year <= LATEST and len(text) == 7 else None


def _dues(work: Work, entity: UUID | None) -> Any:
    columns = (Due.due_on, Due.amount, Due.currency, Due.deal, Due.order_id, Contract.number, LegalEntity.name, Due.as_of)
    statement = select(*columns).join(LegalEntity, LegalEntity.id == Due.legal_entity_id)
    statement = statement.outerjoin(Contract, Contract.id == Due.contract_id).where(Due.company_id == work.actor.company_id)
    statement = statement.order_by(Due.due_on, Due.id).limit(MOST)
    return statement if entity is None else statement.where(Due.legal_entity_id == entity)


def _rows(work: Work, statement: Any, today: date) -> list[DueRow]:
    rows = work.session.execute(statement)
    return [DueRow._make((row[0], (row[0] - today).days, *row[1:5], row[5] or "", *row[6:])) for row in rows]
