"""Wishes for more of the catalogue: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit import CatalogFilter, Job, Level, NavItem, NotificationKind, Permission, Plugin, Route, Scope, Widget, hookimpl
from b2bkit.core.accounts.scopes import company_scope
from b2bkit.core.i18n import N_
from b2bkit.plugins.catalog_requests import admin, notices, opened, pages
from b2bkit.plugins.catalog_requests.events import CatalogAsked, CatalogClosed, CatalogDeclined, CatalogEnding, CatalogOpened
from b2bkit.plugins.catalog_requests.models import CatalogGrant, CatalogRequest
from b2bkit.plugins.catalog_requests.service import deciding
from b2bkit.plugins.catalog_requests.service.asking import ASK, DECIDE
from b2bkit.plugins.catalog_requests.settings import CatalogRequestsSettings


class CatalogRequestsPlugin(Plugin):
    """Clients ask for more of the catalogue than their contract opens; staff open groups or products for a time."""

    name = "catalog_requests"
    label = N_("Wishes for the catalogue")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = CatalogRequestsSettings
    events = (CatalogAsked, CatalogOpened, CatalogDeclined, CatalogEnding, CatalogClosed)

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        yield Permission(name=ASK, label=N_("Ask for more of the catalogue"), roles=dict.fromkeys(("owner", "buyer"), Level.COMPANY))
        staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
        yield Permission(name=DECIDE, label=N_("Open the catalogue to clients for a time"), roles=staff)
        yield Permission(
            name=admin.OFFER, label=N_("Choose groups that clients may ask for"), roles={"manager": Level.ALL, "admin": Level.ALL}
        )

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(
            name="catalog_requests.requests", entity=CatalogRequest,
            criterion=lambda actor: company_scope(actor, CatalogRequest.company_id, DECIDE if actor.kind == "staff" else ASK),
        )  # fmt: skip
        yield Scope(
            name="catalog_requests.grants", entity=CatalogGrant, criterion=lambda actor: company_scope(actor, CatalogGrant.company_id)
        )

    @hookimpl
    def register_catalog_filters(self) -> Iterable[CatalogFilter]:
        yield opened.FILTER

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield from pages.routes()
        yield from admin.routes()

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="catalog_requests.nav", area="portal", label=N_("Ask for more products"), route="catalog_requests.own",
            icon="layout-grid-add", order=21, permission=ASK, under="catalog.nav",
        )  # fmt: skip
        yield from admin.nav()

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return pages.widgets()

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="catalog_requests.follow", run=deciding.follow, every=900)
