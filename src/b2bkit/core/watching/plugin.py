"""Watching: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, false, true

from b2bkit.core.erp.events import DataTold
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import Followers, NavItem, NotificationKind, Route, Scope, Subscriber, Widget
from b2bkit.core.i18n import N_
from b2bkit.core.watching import pages, service
from b2bkit.core.watching.events import BackInStock, PriceChanged
from b2bkit.core.watching.models import Watch
from b2bkit.core.watching.notices import KINDS
from b2bkit.core.work import Actor

VIEW = "catalog.view"


class WatchingPlugin(Plugin):
    """Telling people when a product is back in stock or has another price."""

    name = "watching"
    label = N_("Watched products")
    version = "0.1.0"
    events = (BackInStock, PriceChanged)

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(name="watching.own", entity=Watch, criterion=_own)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="watching.list", path="/watches", resource=pages.Watches(), permission=VIEW)
        yield Route(name="watching.remove", path="/watches/{watch_id:uuid}/remove", resource=pages.Remove(), permission=VIEW)
        every, one = pages.ApiWatches(), pages.ApiWatch()
        path = "/api/v1/watches"
        yield Route(name="watching.api_list", path=path, resource=every, permission=VIEW, area="api", operations=pages.ALL)
        path = "/api/v1/watches/{watch_id:uuid}"
        yield Route(name="watching.api_one", path=path, resource=one, permission=VIEW, area="api", operations=pages.ONE)

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        label = N_("Watched products")
        yield NavItem(name="watching.nav", area="portal", label=label, route="watching.list", icon="eye", order=25, permission=VIEW)

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        template = "watching/_box.html"
        yield Widget(
            name="watching.box", slot="product", order=20, template=template, load=pages.box, permission=VIEW, lazy=True, side=True
        )

    @hookimpl
    def register_subscribers(self) -> Iterable[Subscriber]:
        yield Subscriber(name="watching.follow", event=DataTold, handle=service.follow)

    @hookimpl
    def register_followers(self) -> Iterable[Followers]:
        yield Followers(name="watching.followers", of=service.followers)

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        yield from KINDS


def _own(actor: Actor) -> ColumnElement[bool]:
    """A person's own, within the company that he acts for."""
    if actor.kind == "client" and actor.user_id is not None:
        return (Watch.company_id == actor.company_id) & (Watch.user_id == actor.user_id)
    return true() if actor.kind == "system" else false()
