"""The kit: everything that plugins registered, validated, sorted, immutable. The run time touches only this, never pluggy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from b2bkit.core.extend.plugin import Plugin
from b2bkit.core.extend.profiles import Profile
from b2bkit.core.extend.things import (
    CatalogFilter,
    Channel,
    CheckoutStep,
    Command,
    ErpGateway,
    Facet,
    Fact,
    Figure,
    Followers,
    HealthCheck,
    Job,
    Level,
    NavItem,
    NotificationKind,
    OrderCheck,
    PaperRule,
    Permission,
    PriceStep,
    Route,
    Scope,
    SearchListener,
    Subscriber,
    Widget,
)

SLOTS = frozenset(
    {
        "dashboard", "order", "product", "paper", "papers", "papers.rows", "money", "cart", "cart.lines", "catalog.list", "catalog.rows",
        "admin.dashboard", "admin.client", "admin.exchange", "notify.settings",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Role:
    """A set of permissions with their reach. `side`: client roles belong to a membership, staff roles to a user."""

    code: str
    label: str
    side: str
    levels: Mapping[str, Level]


@dataclass(frozen=True)
class Kit:
    """What this portal is made of. Tuples are in the order in which they act; `erp_can` is what the ERP's gateway can."""

    plugins: Mapping[str, Plugin]
    routes: Mapping[str, Route]
    nav: tuple[NavItem, ...]
    widgets: Mapping[str, tuple[Widget, ...]]
    permissions: Mapping[str, Permission]
    roles: Mapping[str, Role]
    scopes: tuple[Scope, ...]
    catalog_filters: tuple[CatalogFilter, ...]
    facets: tuple[Facet, ...]
    price_steps: tuple[PriceStep, ...]
    order_checks: tuple[OrderCheck, ...]
    checkout_steps: tuple[CheckoutStep, ...]
    subscribers: Mapping[type[Fact], tuple[Subscriber, ...]]
    subscriber_by_name: Mapping[str, Subscriber]
    jobs: Mapping[str, Job]
    commands: Mapping[str, tuple[Command, ...]]
    notifications: Mapping[str, NotificationKind]
    channels: Mapping[str, Channel]
    erp_gateway: ErpGateway | None
    erp_can: frozenset[str]
    health_checks: tuple[HealthCheck, ...]
    facts: Mapping[str, type[Fact]]
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    search_listeners: tuple[SearchListener, ...] = ()
    figures: tuple[Figure, ...] = ()
    paper_rules: tuple[PaperRule, ...] = ()
    followers: tuple[Followers, ...] = ()

    def fact_name(self, event: type[Fact]) -> str:
        """The stored name of a fact's class, `<plugin>.<Class>`."""
        return next(name for name, found in self.facts.items() if found is event)

    def with_routes(self, *routes: Route) -> Kit:
        """This kit and the routes that the web room itself serves (health, metrics, documents of the API)."""
        from dataclasses import replace

        return replace(self, routes={**self.routes, **{route.name: route for route in routes}})
