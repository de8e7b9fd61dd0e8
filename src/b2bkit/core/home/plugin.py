"""Home: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import SIGNED_IN, NavItem, Route
from b2bkit.core.home import pages
from b2bkit.core.i18n import N_


class HomePlugin(Plugin):
    """The first page after signing in; everything on it is a widget."""

    name = "home"
    label = N_("Today")
    version = "0.1.0"

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="home.today", path="/", resource=pages.Today(), permission=SIGNED_IN)

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="home.today_nav",
            area="portal",
            label=N_("Today"),
            route="home.today",
            icon="home",
            order=10,
            permission=SIGNED_IN,
            bar=True,
        )
