"""What staff look at: orders, clients, the way from cart to order, what is searched for. A constant number of statements."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import case, func, select

from b2bkit import FigureValue, Work
from b2bkit.core.accounts.models import Company
from b2bkit.core.i18n import _
from b2bkit.plugins.analytics.models import AnalyticsDay, AnalyticsPeople, AnalyticsSearch
from b2bkit.plugins.analytics.scopes import SALES, SEARCHES
from b2bkit.plugins.analytics.service.days import span_of
from b2bkit.plugins.analytics.service.periods import Period, Span
from b2bkit.plugins.analytics.service.sums import Bar, Totals, bars, currencies, day_rows, percent, totals

log = logging.getLogger("b2bkit.analytics")
MOST: Final = 20_000


class Funnel(NamedTuple):
    """People by day: each counts once on each day."""

    came: int = 0
    filled: int = 0
    ordered: int = 0


class Client(NamedTuple):
    """A client's orders in the period."""

    id: UUID
    name: str
    orders: int
    total: Decimal
    percent: Decimal | None


class Words(NamedTuple):
    """How often words were searched for, and how often without an answer."""

    words: str
    found: int
    missed: int


class Told(NamedTuple):
    """A figure that another part of the portal tells, now and in the period before."""

    name: str
    label: str
    now: FigureValue
    before: FigureValue
    better: Literal["less", "more", ""]


@dataclass(frozen=True, slots=True)
class Sales:
    """A period of sales to the clients that the actor sees.

    all_now, all_before  orders of every currency; their money is in no sum together
    searches             None for who may not see them
    """

    period: Period
    currency: str
    currencies: Sequence[str]
    now: Totals
    before: Totals
    all_now: Totals
    all_before: Totals
    clients: tuple[int, int]
    funnel: tuple[Funnel, Funnel]
    bars: Sequence[Bar]
    top: Sequence[Client]
    told: Sequence[Told]
    searches: tuple[Sequence[Words], Sequence[Words]] | None


def sales(work: Work, period: Period, *, currency: str = "", top: int = 10) -> Sales:
    """Six statements and those of further figures. Raises Forbidden without the right."""
    work.require(SALES)
    rows = day_rows(work, period)
    known = currencies(rows, work.config.portal.currency)
    chosen = currency if currency in known else known[0]
    now = totals(rows, period.span, chosen)
    every = [totals([row._replace(currency="", total=Decimal(0)) for row in rows], span, "") for span in (period.span, period.before)]
    return Sales(
        period, chosen, known, now, totals(rows, period.before, chosen), every[0], every[1], _active(work, period), _funnel(work, period),
        bars(rows, period, chosen), _top(work, period.span, chosen, top, now.total), figures(work, period),
        _searches(work, period.span, top),
    )  # fmt: skip


def _within(column: Any, span: Span) -> Any:
    return (column >= span.first) & (column <= span.last)


def _active(work: Work, period: Period) -> tuple[int, int]:
    """Clients with an order, now and before."""

    def of(span: Span) -> Any:
        return func.count(func.distinct(case((_within(AnalyticsDay.day, span) & (AnalyticsDay.orders > 0), AnalyticsDay.company_id))))

    row = work.session.execute(
        select(of(period.span), of(period.before)).where(AnalyticsDay.day >= period.before.first, AnalyticsDay.day <= period.span.last)
    ).one()
    return row[0], row[1]


def _funnel(work: Work, period: Period) -> tuple[Funnel, Funnel]:
    def of(span: Span, column: Any) -> Any:
        return func.sum(case((_within(AnalyticsPeople.day, span), column), else_=0))

    wanted = [of(span, getattr(AnalyticsPeople, name)) for span in (period.span, period.before) for name in Funnel._fields]
    either = select(*wanted).where(AnalyticsPeople.day >= period.before.first, AnalyticsPeople.day <= period.span.last)
    row = [int(value or 0) for value in work.session.execute(either).one()]
    return Funnel(*row[:3]), Funnel(*row[3:])


def _top(work: Work, span: Span, currency: str, top: int, whole: Decimal) -> list[Client]:
    total = func.sum(AnalyticsDay.total)
    statement = select(Company.id, Company.name, func.sum(AnalyticsDay.orders), total).join(Company, Company.id == AnalyticsDay.company_id)
    statement = statement.where(_within(AnalyticsDay.day, span), AnalyticsDay.currency == currency, AnalyticsDay.orders > 0)
    statement = statement.group_by(Company.id, Company.name).order_by(total.desc(), Company.name).limit(top)
    return [Client(row[0], row[1], int(row[2]), row[3], percent(row[3], whole)) for row in work.session.execute(statement)]


def _searches(work: Work, span: Span, top: int) -> tuple[Sequence[Words], Sequence[Words]] | None:
    """(found nothing, found something), the most frequent first; words are nobody's, so they are of all clients."""
    if not work.may(SEARCHES):
        return None
    found, missed = func.sum(AnalyticsSearch.found), func.sum(AnalyticsSearch.missed)
    base = select(AnalyticsSearch.words, found, missed).where(_within(AnalyticsSearch.day, span)).group_by(AnalyticsSearch.words)
    lists = []
    for count in (missed, found):
        rows = work.session.execute(base.having(count > 0).order_by(count.desc(), AnalyticsSearch.words).limit(top))
        lists.append([Words(row[0], int(row[1]), int(row[2])) for row in rows])
    return lists[0], lists[1]


def figures(work: Work, period: Period) -> list[Told]:
    """What other parts of the portal count for whoever may see it. One that fails is left out."""
    found = []
    for figure in work.kit.figures:
        if not work.may(figure.permission):
            continue
        try:
            with work.session.begin_nested():
                now, before = (figure.load(work, *span_of(work, *span)) for span in (period.span, period.before))
        except Exception:
            log.exception("figure failed", extra={"figure": figure.name, "request_id": work.request_id})
            continue
        found.append(Told(figure.name, _(figure.label), now, before, figure.better))
    return found


class Sold(NamedTuple):
    """A row of the file: a client's day in a currency."""

    day: date
    company: str
    orders: int
    by_hand: int
    cancelled: int
    currency: str
    total: Decimal


def sold(work: Work, period: Period) -> Iterator[Sold]:
    """The period by day and client, at most `MOST` rows. One statement."""
    work.require(SALES)
    keys = (AnalyticsDay.day, Company.name, AnalyticsDay.currency)
    summed = [func.sum(getattr(AnalyticsDay, name)) for name in ("orders", "by_hand", "cancelled", "total")]
    statement = select(*keys, *summed).join(Company, Company.id == AnalyticsDay.company_id).where(_within(AnalyticsDay.day, period.span))
    for row in work.session.execute(statement.group_by(*keys).order_by(*keys).limit(MOST)):
        yield Sold(row[0], row[1], int(row[3]), int(row[4]), int(row[5]), row[2], row[6])
