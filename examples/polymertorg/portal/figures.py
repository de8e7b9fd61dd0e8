"""A year of figures: the orders that clients placed themselves, who came for them, and what people looked for.

1C sends two years of orders and does not know which of them came from the portal. Those of clients who use it are made the portal's own,
with the price list of their day; then all days are reckoned at once.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select, update

from b2bkit import Work
from b2bkit.core.accounts.models import Membership, User
from b2bkit.core.app import App
from b2bkit.core.ordering.models import Order, OrderLine
from b2bkit.core.pricing.steps import PRICE_TYPE, VOLUME
from b2bkit.plugins.analytics.models import AnalyticsPeople, AnalyticsSearch
from b2bkit.plugins.analytics.service import follow
from b2bkit.plugins.analytics.service.days import day_of, today_of

DAYS: Final = 365
BUYER: Final = "buyer@ekopaket.example"
STEPS: Final = ((Decimal(20_000), Decimal("1.08")), (Decimal(5_000), Decimal("1.05")), (Decimal(1_000), Decimal("1.03")))
_PLACES: Final = Decimal("0.0001")
FOUND: Final = {
    "пэвд": 9, "пэнд": 8, "полипропилен": 8, "15803-020": 7, "суперконцентрат белый": 5, "лпэнп": 5, "стретч": 3, "пвх": 3, "пс": 2,
    "суперконцентрат черный": 3, "пэт": 2, "сэвилен": 2, "полистирол": 2, "паспорт": 1,
}  # fmt: skip
MISSED: Final = {
    "фторопласт": 6, "пвд вторичный": 5, "пленка стрейч": 4, "гранула серая": 3, "биоразлагаемый": 3, "тпэ литьевой": 2, "рукав": 2,
    "карбонат кальция": 2, "паллеты б у": 1, "доставка": 1,
}  # fmt: skip


class _Placed(NamedTuple):
    """An order that a client placed himself."""

    id: UUID
    company_id: UUID
    day: date


def count(app: App) -> None:
    """Called once, when orders and accounts are there; the second time it does nothing."""
    _wait_for_orders(app)
    with app.work() as work:
        if work.session.scalar(select(func.count(AnalyticsSearch.id))):
            return
        chance = random.Random(2027)
        placed = list(_placed_here(work, chance))
        _with_list_prices(work, [one.id for one in placed])
        _people(work, chance, placed)
        _searches(work, chance)
        follow.reckon_all(work)


def _wait_for_orders(app: App) -> None:
    """Until 1C, which sends clients first and then orders from the oldest on, has sent them all; a minute at most.

    That is when none came for a second and the newest is of this week, or when none came for six.
    """
    before, quiet = 0, 0
    for _look in range(120):
        with app.work(write=False) as work:
            there, newest = work.session.execute(select(func.count(Order.id), func.max(Order.placed_at))).one()
            recent = bool(there) and newest >= work.now - timedelta(days=7)
        quiet = quiet + 1 if there and there == before else 0
        if quiet >= (2 if recent else 12):
            return
        before = there
        time.sleep(0.5)


def _placed_here(work: Work, chance: random.Random) -> Iterator[_Placed]:
    """Of the last year's orders a share that grows with the months: people got used to the portal."""
    since = work.now - timedelta(days=DAYS)
    buyer = work.session.scalars(select(User).where(User.email == BUYER)).one_or_none()
    home = work.session.scalar(select(Membership.company_id).where(Membership.user_id == buyer.id)) if buyer is not None else None
    columns = (Order.id, Order.company_id, Order.placed_at, Order.number)
    mine = select(*columns).where(Order.source == "erp", Order.placed_at >= since).order_by(Order.placed_at, Order.number)
    values: list[dict[str, Any]] = []
    for row in work.session.execute(mine).all():
        age = (row[2] - since) / timedelta(days=DAYS)
        if chance.random() < 0.30 + 0.45 * age:
            by = buyer.id if buyer is not None and row[1] == home else None
            values.append({"id": row[0], "source": "portal", "erp_state": "posted", "erp_number": row[3], "placed_by": by})
            yield _Placed(row[0], row[1], day_of(work, row[2]))
    if values:
        work.session.execute(update(Order), values)


def _with_list_prices(work: Work, order_ids: list[UUID]) -> None:
    """How their prices came about: the price list of the day, less what so much of it costs less."""
    values: list[dict[str, Any]] = []
    for start in range(0, len(order_ids), 500):
        lines = select(OrderLine.id, OrderLine.price, OrderLine.base_quantity, OrderLine.total)
        lines = lines.where(OrderLine.order_id.in_(order_ids[start : start + 500]))
        for line_id, price, quantity, total in work.session.execute(lines):
            step, raised = next(((least, by) for least, by in STEPS if quantity >= least), (Decimal(0), Decimal(1)))
            listed = (price * raised).quantize(_PLACES, ROUND_HALF_UP)
            said = f"От {step:,.0f}.".replace(",", "\u00a0") if step else "Для любого количества."
            told = [
                {"step": PRICE_TYPE, "text": "Прайс дня заказа.", "before": None, "after": f"{listed:f}"},
                {"step": VOLUME, "text": said, "before": f"{listed:f}", "after": f"{price:f}"},
            ]
            with_vat = abs(price * quantity - total) < 1  # as the price list of 1C has them
            values.append({"id": line_id, "explanation": told, "vat_included": with_vat})
    if values:
        work.session.execute(update(OrderLine), values)


def _people(work: Work, chance: random.Random, placed: list[_Placed]) -> None:
    """Who ordered had a cart and was there; others looked around and came back later."""
    ordered = Counter((one.company_id, one.day) for one in placed)
    came: Counter[tuple[UUID, date]] = Counter()
    filled: Counter[tuple[UUID, date]] = Counter()
    today = today_of(work)
    for (company_id, day), _number in sorted(ordered.items()):
        came[company_id, day] += 1
        filled[company_id, day] += 1
        for further in range(chance.randrange(4)):
            other = company_id, day - timedelta(days=chance.randrange(6))
            came[other] += 1
            filled[other] += further == 0 and chance.random() < 0.5
    rows = [
        {"company_id": one[0], "day": one[1], "came": came[one], "filled": filled[one], "ordered": min(ordered[one], filled[one], 1)}
        for one in sorted(came)
        if one[1] <= today
    ]
    work.session.insert_rows(AnalyticsPeople, rows)


def _searches(work: Work, chance: random.Random) -> None:
    counted: Counter[tuple[date, str]] = Counter()
    today, known = today_of(work), {**FOUND, **MISSED}
    words, weights = list(known), list(known.values())
    for back in range(DAYS):
        day = today - timedelta(days=back)
        if day.weekday() < 5:
            for said in chance.choices(words, weights, k=chance.randrange(3, 9)):
                counted[day, said] += 1
    rows = [
        {"day": day, "words": said, "found": number * (said in FOUND), "missed": number * (said in MISSED)}
        for (day, said), number in sorted(counted.items())
    ]
    work.session.insert_rows(AnalyticsSearch, rows)
