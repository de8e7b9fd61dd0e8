"""Figures on first pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from b2bkit import Widget, Work
from b2bkit.core.i18n import N_
from b2bkit.plugins.analytics.chart import chart
from b2bkit.plugins.analytics.models import AnalyticsDay
from b2bkit.plugins.analytics.scopes import SALES, VIEW
from b2bkit.plugins.analytics.service.days import today_of
from b2bkit.plugins.analytics.service.periods import Period, read_period
from b2bkit.plugins.analytics.service.sums import bars, change, currencies, day_rows, totals


def _shown(work: Work, period: Period, *further: Any) -> Mapping[str, object] | None:
    rows = day_rows(work, period, *further)
    if not rows:
        return None
    currency = currencies(rows, work.config.portal.currency)[0]
    now, before = totals(rows, period.span, currency), totals(rows, period.before, currency)
    return {
        "period": period, "currency": currency, "now": now, "before": before, "change": change,
        "picture": chart(bars(rows, period, currency)),
    }  # fmt: skip


def _month(work: Work) -> Mapping[str, object] | None:
    return _shown(work, read_period(today_of(work), "month"))


def of_client(work: Work, _subject: object) -> Mapping[str, object] | None:
    """On a client's first page: what was bought this month, beside the month before. One statement."""
    return _month(work) if work.actor.company_id is not None else None


def of_staff(work: Work, _subject: object) -> Mapping[str, object] | None:
    """On the staff's first page: the month's orders. One statement."""
    return _month(work)


def of_card(work: Work, subject: object) -> Mapping[str, object] | None:
    """On a client's card: twelve months of its orders beside the twelve before. One statement."""
    company_id, today = getattr(subject, "id", None), today_of(work)
    if not isinstance(company_id, UUID):
        return None
    since = today.replace(year=today.year - 1, day=1) + timedelta(days=31)
    return _shown(work, read_period(today, "own", since=since.replace(day=1), until=today), AnalyticsDay.company_id == company_id)


WIDGETS: Final = (
    Widget(
        name="analytics.month", label=N_("Purchases this month"), slot="dashboard", order=58, template="analytics/widget_month.html",
        load=of_client, permission=VIEW, side=True,
    ),
    Widget(
        name="analytics.sales_month", slot="admin.dashboard", order=260, template="analytics/widget_sales.html", load=of_staff,
        permission=SALES,
    ),
    Widget(
        name="analytics.client", slot="admin.client", order=95, template="analytics/widget_client.html", load=of_card, permission=SALES,
    ),
)  # fmt: skip
