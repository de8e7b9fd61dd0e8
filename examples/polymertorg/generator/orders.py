"""Two years of orders, with prices of their day and states that fit their age."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from examples.polymertorg.generator.companies import Agreement, Company
from examples.polymertorg.generator.families import Family
from examples.polymertorg.generator.identity import guid
from examples.polymertorg.generator.products import CENT, WAREHOUSES, Good

DAYS_BACK = 730
NEXT_NUMBER = 4871
VAT_RATE = Decimal(20)
DRAFT, SUPPLY, SHIPPING, CLOSED = "Не согласован", "К обеспечению", "К отгрузке", "Закрыт"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`quantity` in kg, `price` BYN per kg with VAT, `total` rounded to the kopeck."""

    good: Good
    quantity: Decimal
    price: Decimal

    @property
    def total(self) -> Decimal:
        return (self.quantity * self.price).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a client (1C: ЗаказКлиента). A day is None when that has not happened or is not owed."""

    id: str
    number: str
    at: dt.datetime
    company: Company
    agreement: Agreement
    lines: tuple[OrderLine, ...]
    warehouse: str
    status: str
    posted: bool
    cancelled: bool
    paid_on: dt.date | None
    shipped_on: dt.date | None
    due_on: dt.date | None
    comment: str

    @property
    def total(self) -> Decimal:
        """Lines are rounded first, then added, as 1C does."""
        return sum((line.total for line in self.lines), Decimal(0))


def make_orders(rng: random.Random, companies: list[Company], goods: list[Good], day: dt.date, total: int) -> list[Order]:
    """`total` orders of the `DAYS_BACK` days up to and including `day`, oldest first, numbered as 1C numbers them."""
    habits = {company.id: _habits(rng, company, goods) for company in companies}
    moments = sorted(_moment(rng, day) for _ in range(total))
    weights = [company.weight for company in companies]
    orders = []
    for position, moment in enumerate(moments):
        company = rng.choices(companies, weights)[0]
        number = f"УТ-{NEXT_NUMBER - total + position:06d}"
        orders.append(_order(rng, number, moment, day, company, habits[company.id]))
    return orders


def visible(good_family: Family, agreement: Agreement) -> bool:
    """Whether the agreement opens the group in which products of the family lie."""
    return any(good_family.path[: len(path)] == path for path in agreement.groups)


def _habits(rng: random.Random, company: Company, goods: list[Good]) -> dict[str, list[Good]]:
    """What the company orders again and again, by agreement."""
    made = {}
    for agreement in company.agreements:
        seen = [good for good in goods if visible(good.family, agreement)]
        made[agreement.id] = rng.sample(seen, min(len(seen), rng.randint(8, 26)))
    return made


def _moment(rng: random.Random, day: dt.date) -> dt.datetime:
    """A working hour of a working day; business grows, so late days are a little more frequent."""
    while True:
        date = day - dt.timedelta(days=int(DAYS_BACK * (1 - rng.random() ** 0.8)))
        if date.weekday() < 5:
            return dt.datetime.combine(date, dt.time(rng.randint(8, 17), rng.randint(0, 59), rng.randint(0, 59)))


def _order(rng: random.Random, number: str, moment: dt.datetime, day: dt.date, company: Company, habits: dict[str, list[Good]]) -> Order:
    agreement = rng.choices(company.agreements, [4, 1][: len(company.agreements)])[0]
    pool = habits[agreement.id]
    age = (day - moment.date()).days
    chosen = rng.sample(pool, min(len(pool), rng.choices((1, 2, 3, 4, 5, 6), (28, 26, 18, 12, 10, 6))[0]))
    lines = tuple(_line(rng, good, agreement, age) for good in chosen)
    status, posted, cancelled = _state(rng, age)
    shipped_on = moment.date() + dt.timedelta(days=rng.randint(1, 5)) if status == CLOSED and not cancelled else None
    if shipped_on is not None and shipped_on > day:
        shipped_on = day
    due_on = (shipped_on or moment.date()) + dt.timedelta(days=agreement.delay_days or 3)
    paid_on = None if cancelled or status == DRAFT else _paid(rng, agreement, moment.date(), due_on, day)
    return Order(
        id=guid("order", number),
        number=number,
        at=moment,
        company=company,
        agreement=agreement,
        lines=lines,
        warehouse=rng.choices([name for name, _ in WAREHOUSES], (7, 3, 2))[0],
        status=status,
        posted=posted,
        cancelled=cancelled,
        paid_on=paid_on,
        shipped_on=shipped_on,
        due_on=None if cancelled else due_on,
        comment=rng.choice(("", "", "", "", "Самовывоз", "Доставка до 12:00", "Паспорт качества на каждую партию", "Звонить за час")),
    )


def _line(rng: random.Random, good: Good, agreement: Agreement, age: int) -> OrderLine:
    profile = good.profile
    small = max(profile.minimum, profile.multiple * rng.choice((1, 2, 4, 8, 10, 20)))
    large = profile.packs[-1].holds * rng.choice((1, 1, 2, 3, 5))
    quantity = max(profile.minimum, large if rng.random() < 0.55 else min(small, Decimal(3000)))
    quantity -= quantity % profile.multiple
    price = next(value for start, value in reversed(good.prices[agreement.price_type]) if quantity >= start)
    of_its_day = (price * (1 - Decimal("0.00022") * age)).quantize(CENT, ROUND_HALF_UP)
    return OrderLine(good, max(quantity, profile.multiple), of_its_day)


def _state(rng: random.Random, age: int) -> tuple[str, bool, bool]:
    """Status, posted, cancelled: old orders are closed, some cancelled; recent ones are on their way."""
    if age > 3 and rng.random() < 0.04:
        return CLOSED, False, True
    if age > 21:
        return CLOSED, True, False
    if age > 7:
        return rng.choices((CLOSED, SHIPPING, SUPPLY), (60, 25, 15))[0], True, False
    if age > 1:
        return rng.choices((CLOSED, SHIPPING, SUPPLY), (15, 45, 40))[0], True, False
    return rng.choices((SHIPPING, SUPPLY, DRAFT), (15, 45, 40))[0], True, False


def _paid(rng: random.Random, agreement: Agreement, ordered: dt.date, due: dt.date, day: dt.date) -> dt.date | None:
    """The day of payment; a few pay late, so that the seller has somebody to remind."""
    if agreement.delay_days == 0:
        when = ordered + dt.timedelta(days=rng.randint(0, 3))
    else:
        late = rng.randint(3, 25) if rng.random() < 0.12 else -rng.randint(0, min(5, agreement.delay_days))
        when = due + dt.timedelta(days=late)
    return when if when <= day else None
