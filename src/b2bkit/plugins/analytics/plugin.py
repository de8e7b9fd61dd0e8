"""Analytics: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from b2bkit import (
    Command,
    Job,
    NavItem,
    OpenWork,
    Permission,
    Plugin,
    PluginSettings,
    Route,
    Scope,
    SearchListener,
    Subscriber,
    Widget,
    hookimpl,
)
from b2bkit.core.i18n import N_
from b2bkit.core.ordering.events import OrderPlaced, OrderRefused, OrderStatusChanged
from b2bkit.plugins.analytics import cli, jobs, routes, scopes, widgets
from b2bkit.plugins.analytics.service.follow import order_changed
from b2bkit.plugins.analytics.service.searches import Ear
from b2bkit.plugins.analytics.settings import AnalyticsSettings


class AnalyticsPlugin(Plugin):
    """Purchases for clients and sales for staff, from figures by day."""

    name = "analytics"
    label = N_("Analytics")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = AnalyticsSettings

    def __init__(self, settings: PluginSettings) -> None:
        super().__init__(settings)
        self.own = cast(AnalyticsSettings, settings)
        self.ear = Ear(self.own.words_a_day)

    def open(self, open_work: OpenWork) -> None:
        self.ear.open(open_work)

    def close(self) -> None:
        self.ear.close()

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        return scopes.permissions()

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        return scopes.SCOPES

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        return routes.routes()

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="analytics.nav", area="portal", label=N_("Analytics"), route="analytics.purchases", icon="chart-bar", order=64,
            permission=scopes.VIEW,
        )  # fmt: skip
        yield NavItem(
            name="analytics.sales_nav", area="admin", label=N_("Analytics"), route="analytics.sales", icon="chart-bar", order=50,
            permission=scopes.SALES,
        )  # fmt: skip

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return widgets.WIDGETS

    @hookimpl
    def register_search_listeners(self) -> Iterable[SearchListener]:
        if self.own.searches:
            yield SearchListener(name="analytics.searches", heard=self.ear.heard)

    @hookimpl
    def register_subscribers(self) -> Iterable[Subscriber]:
        for name, event in (("placed", OrderPlaced), ("moved", OrderStatusChanged), ("refused", OrderRefused)):
            yield Subscriber(name=f"analytics.{name}", event=event, handle=order_changed)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        return jobs.jobs(self.own)

    @hookimpl
    def register_commands(self) -> Iterable[Command]:
        return cli.commands()
