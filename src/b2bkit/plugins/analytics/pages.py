"""Pages of figures: purchases in the cabinet, sales in the workspace, both as files."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from falcon import Request, Response

from b2bkit import Work
from b2bkit.core.i18n import _
from b2bkit.core.sheets import XLSX
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import read_query, render, work_of
from b2bkit.plugins.analytics import sheets
from b2bkit.plugins.analytics.chart import chart
from b2bkit.plugins.analytics.forms import PeriodQuery, PurchasesQuery
from b2bkit.plugins.analytics.service.periods import Period
from b2bkit.plugins.analytics.service.purchases import purchases
from b2bkit.plugins.analytics.service.sales import sales
from b2bkit.plugins.analytics.service.sums import change
from b2bkit.plugins.analytics.settings import AnalyticsSettings


def kept(query: PeriodQuery, period: Period, entity: UUID | None = None) -> Mapping[str, object]:
    """What stands in the addresses of this page."""
    days = {"since": period.span.first, "until": period.span.last} if period.kind == "own" else {"at": period.key}
    return {"kind": period.kind, **days, "currency": query.currency or None, "entity": entity}


def settings_of(work: Work) -> AnalyticsSettings:
    """The plugin's settings."""
    found = work.kit.plugins["analytics"].settings
    assert isinstance(found, AnalyticsSettings)
    return found


class PurchasesPage:
    """What the client bought."""

    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, PurchasesQuery), work_of(req)
        period = query.period(work)
        seen = purchases(work, period, currency=query.currency, entity=query.entity, top=settings_of(work).top)
        render(
            req, resp, "analytics/purchases.html", block="figures", seen=seen, period=period, query=query, change=change,
            picture=chart(seen.bars), kept=kept(query, period, query.entity),
        )  # fmt: skip


class PurchasesFile:
    """The same by day, legal entity and product, as a file."""

    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, PurchasesQuery), work_of(req)
        data = sheets.purchases_file(work, query.period(work), entity=query.entity)
        send_file(resp, data, name=_("Purchases") + ".xlsx", kind=XLSX)


class SalesPage:
    """What the supplier's people look at."""

    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, PeriodQuery), work_of(req)
        period = query.period(work)
        seen = sales(work, period, currency=query.currency, top=settings_of(work).top)
        render(
            req, resp, "analytics/sales.html", block="figures", seen=seen, period=period, query=query, change=change,
            picture=chart(seen.bars), kept=kept(query, period),
        )  # fmt: skip


class SalesFile:
    """The same by day and client, as a file."""

    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, PeriodQuery), work_of(req)
        send_file(resp, sheets.sales_file(work, query.period(work)), name=_("Sales") + ".xlsx", kind=XLSX)
