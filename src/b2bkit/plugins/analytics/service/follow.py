"""Following what changes: days whose orders changed are noted, and reckoned again soon after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, or_, select, update

from b2bkit import Work
from b2bkit.core.ordering.models import Order
from b2bkit.plugins.analytics.models import AnalyticsMark, AnalyticsStale
from b2bkit.plugins.analytics.service.days import day_of, today_of
from b2bkit.plugins.analytics.service.reckon import reckon

ORDERS: Final = "orders"
OVERLAP: Final = timedelta(minutes=15)  # what was written meanwhile by works that ended later
AT_ONCE: Final = 20_000
MOST_NAMED: Final = 300  # companies; of more, all are reckoned
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


def order_changed(work: Work, event: Any) -> None:
    """The day of the order in this fact has to be reckoned again, however long ago it was."""
    found = work.session.execute(select(Order.company_id, Order.placed_at).where(Order.id == event.order_id)).one_or_none()
    if found is not None:
        note_stale(work, [(found[0], day_of(work, found[1]))])


def note_stale(work: Work, days: Iterable[tuple[UUID, date]]) -> None:
    """These days of these clients have to be reckoned again."""
    work.session.insert_rows(AnalyticsStale, [{"company_id": company_id, "day": day} for company_id, day in sorted(set(days))])


def sweep(work: Work) -> None:
    """Job: notes the days of orders of which the ERP told something since the last time, history that it sent among them; and, the first
    time, the days of all orders.
    """
    last = work.session.scalar(select(AnalyticsMark.at).where(AnalyticsMark.name == ORDERS))
    changed = select(Order.company_id, Order.placed_at)
    if last is not None:
        since = min(last, work.now) - OVERLAP
        changed = changed.where(or_(Order.erp_as_of >= since, Order.placed_at >= since))
    note_stale(work, ((row[0], day_of(work, row[1])) for row in work.session.execute(changed)))
    set_mark(work, work.now)


def set_mark(work: Work, at: datetime) -> None:
    """Everything that the ERP told up to this instant is noted."""
    done: Any = work.session.execute(update(AnalyticsMark).where(AnalyticsMark.name == ORDERS).values(at=at))
    if done.rowcount == 0:
        work.session.insert_rows(AnalyticsMark, [{"name": ORDERS, "at": at}])


def reckon_stale(work: Work) -> int:
    """Job: reckons the days that were noted, month by month; returns how many orders were read."""
    waiting = work.session.execute(select(AnalyticsStale.id, AnalyticsStale.company_id, AnalyticsStale.day).limit(AT_ONCE)).all()
    months: dict[tuple[int, int], list[Any]] = {}
    for row in waiting:
        months.setdefault((row[2].year, row[2].month), []).append(row)
    count = 0
    for _month, rows in sorted(months.items()):
        ids = [row[0] for row in rows]
        for start in range(0, len(ids), 500):
            gone = delete(AnalyticsStale).where(AnalyticsStale.id.in_(ids[start : start + 500]))
            work.session.execute(gone, execution_options={"synchronize_session": False})
        companies = {row[1] for row in rows}
        days = [row[2] for row in rows]
        count += reckon(work, min(days), max(days), companies if len(companies) <= MOST_NAMED else None)
    return count


def reckon_again(work: Work, days: int) -> None:
    """Job of the night: the last days once more, whatever changed in them."""
    today = today_of(work)
    if days:
        reckon(work, today - timedelta(days=days), today)


def reckon_all(work: Work) -> int:
    """Everything anew, for a portal that gets the plugin later or changes its time zone; returns how many orders were read."""
    work.session.execute(delete(AnalyticsStale), execution_options={"synchronize_session": False})
    first = work.session.scalar(select(Order.placed_at).order_by(Order.placed_at).limit(1))
    set_mark(work, work.now)
    count, today = 0, today_of(work)
    month = day_of(work, first).replace(day=1) if first is not None else None
    while month is not None and month <= today:
        following = (month + timedelta(days=31)).replace(day=1)
        count += reckon(work, month, following - timedelta(days=1))
        month = following
    return count
