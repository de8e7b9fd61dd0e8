"""Addresses of the plugin."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit import Route
from b2bkit.plugins.analytics import api, pages
from b2bkit.plugins.analytics.scopes import SALES, VIEW


def routes() -> Iterable[Route]:
    """Pages, files and JSON."""
    yield Route(name="analytics.purchases", path="/analytics", resource=pages.PurchasesPage(), permission=VIEW)
    yield Route(name="analytics.purchases_file", path="/analytics/file", resource=pages.PurchasesFile(), permission=VIEW)
    for name, path, resource in (("sales", "", pages.SalesPage()), ("sales_file", "/file", pages.SalesFile())):
        yield Route(name=f"analytics.{name}", path=f"/admin/analytics{path}", resource=resource, permission=SALES, area="admin")
    yield from api.routes()
