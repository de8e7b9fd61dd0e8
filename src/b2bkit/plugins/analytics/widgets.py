"""Figures on first pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from b2bkit import Widget, Work
from b2bkit.core.i18n import N_
from b2bkit.plugins.analytics.chart import chart
from b2bkit.plugins.analytics.scopes import SALES, VIEW
from b2bkit.plugins.analytics.service.days import today_of
from b2bkit.plugins.analytics.service.periods import read_period
from b2bkit.plugins.analytics.service.sums import bars, change, currencies, day_rows, totals


def _month(work: Work, what: str) -> Mapping[str, object] | None:
    period = read_period(today_of(work), "month")
    rows = day_rows(work, period)
    if not rows:
        return None
    currency = currencies(rows, work.config.portal.currency)[0]
    now, before = totals(rows, period.span, currency), totals(rows, period.before, currency)
    return {
        "period": period, "currency": currency, "now": now, "before": before, "change": change,
        "picture": chart(bars(rows, period, currency, what)),
    }  # fmt: skip


def of_client(work: Work, _subject: object) -> Mapping[str, object] | None:
    """On a client's first page: what was bought this month, beside the month before. One statement."""
    return _month(work, "total") if work.actor.company_id is not None else None


def of_staff(work: Work, _subject: object) -> Mapping[str, object] | None:
    """On the staff's first page: the month's orders. One statement."""
    return _month(work, "total")


WIDGETS: Final = (
    Widget(
        name="analytics.month", label=N_("Purchases this month"), slot="dashboard", order=58, template="analytics/widget_month.html",
        load=of_client, permission=VIEW, side=True,
    ),
    Widget(
        name="analytics.sales_month", slot="admin.dashboard", order=260, template="analytics/widget_sales.html", load=of_staff,
        permission=SALES,
    ),
)  # fmt: skip
