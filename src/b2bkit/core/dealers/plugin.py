"""Dealers: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.dealers import pages
from b2bkit.core.dealers.service import VIEW
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import Level, NavItem, Route
from b2bkit.core.i18n import N_

FAR = Level.NETWORK


class DealersPlugin(Plugin):
    """A distributor's dealers and their orders. There for those whose right to see orders reaches the network."""

    name = "dealers"
    label = N_("Dealers")
    version = "0.1.0"

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="dealers.list", path="/dealers", resource=pages.Dealers(), permission=VIEW, least=FAR)
        yield Route(name="dealers.one", path="/dealers/{company_id:uuid}", resource=pages.DealerPage(), permission=VIEW, least=FAR)
        every = pages.ApiDealers()
        yield Route(
            name="dealers.api_list", path="/api/v1/dealers", resource=every, permission=VIEW, least=FAR, area="api", operations=pages.LIST
        )

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        label, icon = N_("Dealers"), "building-store"
        yield NavItem(name="dealers.nav", area="portal", label=label, route="dealers.list", icon=icon, order=45, permission=VIEW)
