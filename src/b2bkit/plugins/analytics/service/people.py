"""From the first page to the order: how many people came, filled a cart, placed an order, by day.

Sessions and carts say when they were used last, not each time. They are looked at every few minutes, and what is seen is kept as a row
per person and day for some days; of a day that is over only the numbers stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import case, delete, func, select, update

from b2bkit import Work
from b2bkit.core.accounts.models import User, UserSession
from b2bkit.core.ordering.models import Cart, CartLine, Order
from b2bkit.plugins.analytics.models import AnalyticsPeople, AnalyticsVisit
from b2bkit.plugins.analytics.service.days import begin_of, day_of, today_of

LOOKS_BACK: Final = 3  # days: a worker that stood still for so long loses nothing that can still be seen
KEPT: Final = 10  # days
_UNSYNCED: Final = {"synchronize_session": False}

Visit = tuple[UUID, date, UUID]  # company, day, person


def count_people(work: Work) -> None:
    """Job: notes who was there in the last days, and counts those days anew. A constant number of statements."""
    first = today_of(work) - timedelta(days=LOOKS_BACK)
    since = begin_of(work, first)
    came = _seen(work, UserSession.company_id, UserSession.user_id, UserSession.seen_at, since)
    with_lines = select(CartLine.cart_id)
    filled = _seen(work, Cart.company_id, Cart.user_id, Cart.updated_at, since, Cart.id.in_(with_lines))
    ordered = _seen(work, Order.company_id, Order.placed_by, Order.placed_at, since, Order.source == "portal")
    _note(work, first, came, filled | ordered, ordered)
    _count(work, first)
    work.session.execute(
        delete(AnalyticsVisit).where(AnalyticsVisit.day < today_of(work) - timedelta(days=KEPT)), execution_options=_UNSYNCED
    )


def _seen(work: Work, company: Any, person: Any, at: Any, since: datetime, *further: Any) -> set[Visit]:
    """(company, day, person) of clients' own people."""
    statement = select(company, at, person).join(User, User.id == person)
    rows = work.session.execute(statement.where(at >= since, company.is_not(None), User.staff_role.is_(None), *further))
    return {(row[0], day_of(work, row[1]), row[2]) for row in rows}


def _note(work: Work, first: date, came: set[Visit], filled: set[Visit], ordered: set[Visit]) -> None:
    columns = (AnalyticsVisit.company_id, AnalyticsVisit.day, AnalyticsVisit.user_id, AnalyticsVisit.filled, AnalyticsVisit.ordered)
    rows = work.session.execute(select(AnalyticsVisit.id, *columns).where(AnalyticsVisit.day >= first)).all()
    known = {(row[1], row[2], row[3]): row for row in rows}
    new = (came | filled | ordered) - known.keys()
    work.session.insert_rows(
        AnalyticsVisit,
        [
            {"company_id": one[0], "day": one[1], "user_id": one[2], "filled": one in filled, "ordered": one in ordered}
            for one in sorted(new)
        ],
    )
    _raise(work, {"filled": True}, (known[one][0] for one in filled & known.keys() if not known[one][4]))
    _raise(work, {"ordered": True}, (known[one][0] for one in ordered & known.keys() if not known[one][5]))


def _raise(work: Work, values: dict[str, bool], ids: Iterable[UUID]) -> None:
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        statement = update(AnalyticsVisit).where(AnalyticsVisit.id.in_(wanted[start : start + 500])).values(**values)
        work.session.execute(statement, execution_options=_UNSYNCED)


def _count(work: Work, first: date) -> None:
    def of(flag: Any) -> Any:
        return func.sum(case((flag.is_(True), 1), else_=0))

    keys = (AnalyticsVisit.company_id, AnalyticsVisit.day)
    counted = select(*keys, func.count(AnalyticsVisit.id), of(AnalyticsVisit.filled), of(AnalyticsVisit.ordered))
    rows = work.session.execute(counted.where(AnalyticsVisit.day >= first).group_by(*keys)).all()
    work.session.execute(delete(AnalyticsPeople).where(AnalyticsPeople.day >= first), execution_options=_UNSYNCED)
    names = ("company_id", "day", "came", "filled", "ordered")
    work.session.insert_rows(AnalyticsPeople, [dict(zip(names, map(_plain, row), strict=True)) for row in rows])


def _plain(value: Any) -> Any:
    return value if isinstance(value, UUID | date) else int(value)
