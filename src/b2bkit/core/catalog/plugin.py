"""Catalog: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.catalog import api, beside_pages, compare, pages, visibility
from b2bkit.core.catalog.facets import api as facets_api
from b2bkit.core.catalog.facets import own, panel
from b2bkit.core.catalog.facets.keeper import Keeper
from b2bkit.core.catalog.saved import pages as saved_pages
from b2bkit.core.catalog.words import learn, suggest
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import CatalogFilter, Facet, Job, Level, NavItem, OpenWork, Permission, Route, Scope, Widget
from b2bkit.core.i18n import N_

VIEW = "catalog.view"


class CatalogPlugin(Plugin):
    """Products, units and packagings, categories, visibility, stock and search."""

    name = "catalog"
    label = N_("Catalogue")
    version = "0.1.0"
    keeper: Keeper | None = None

    def open(self, open_work: OpenWork) -> None:
        self.keeper = Keeper(open_work)

    def close(self) -> None:
        if self.keeper is not None:
            self.keeper.close()

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        clients = dict.fromkeys(("owner", "buyer", "accountant", "viewer"), Level.COMPANY)
        yield Permission(
            name=VIEW, label=N_("See the catalogue"), roles={**clients, "manager": Level.ALL, "admin": Level.ALL}, limits=("category",)
        )

        yield beside_pages.PERMISSION
        yield saved_pages.PERMISSION

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield saved_pages.SCOPE

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return beside_pages.widgets(VIEW)

    @hookimpl
    def register_catalog_filters(self) -> Iterable[CatalogFilter]:
        yield CatalogFilter(
            name="catalog.contract_groups", order=100, criterion=visibility.contract_groups, opened=visibility.groups_of_contract
        )

    @hookimpl
    def register_facets(self) -> Iterable[Facet]:
        return own.facets()

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name=learn.JOB, run=learn.learn_words, every=3600, time_limit=900)

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="catalog.nav",
            area="portal",
            label=N_("Catalogue"),
            route="catalog.list",
            icon="layout-grid",
            order=20,
            permission=VIEW,
            bar=True,
        )

        yield NavItem(
            name="catalog.staff_nav",
            area="admin",
            label=N_("Catalogue"),
            route="catalog.list",
            icon="layout-grid",
            order=40,
            permission=VIEW,
        )

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="catalog.list", path="/catalog", resource=pages.ProductList(), permission=VIEW)
        yield Route(name="catalog.suggest", path="/catalog/suggest", resource=suggest.Suggest(), permission=VIEW)
        yield Route(name="catalog.facets", path="/catalog/facets", resource=panel.Facets(), permission=VIEW)
        yield Route(name="catalog.product", path="/catalog/{product_id:uuid}", resource=pages.ProductPage(), permission=VIEW)
        yield from compare.routes(VIEW)
        yield from facets_api.routes(VIEW)
        yield from saved_pages.routes(VIEW)
        yield from beside_pages.routes(VIEW)
        yield Route(name="catalog.quantity", path="/catalog/{product_id:uuid}/quantity", resource=pages.QuantityHint(), permission=VIEW)
        yield Route(
            name="catalog.api_products", path="/api/v1/products", resource=api.Products(), permission=VIEW, area="api", operations=api.LIST
        )
        yield Route(
            name="catalog.api_product",
            path="/api/v1/products/{product_id:uuid}",
            resource=api.Product(),
            permission=VIEW,
            area="api",
            operations=api.ONE,
        )
        yield Route(
            name="catalog.api_categories",
            path="/api/v1/categories",
            resource=api.Categories(),
            permission=VIEW,
            area="api",
            operations=api.TREE,
        )
