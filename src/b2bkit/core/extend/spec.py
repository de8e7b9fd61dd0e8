"""Every hook, and nothing else. Each is called once, by `create_app`, after all plugins are loaded; none during a request.

What holds for all of them: return an iterable of the named things (a list, a tuple, a generator). The core validates names,
refuses duplicates, sorts by `(order, name)` and keeps them in an immutable kit. An exception stops the start with a message that names the
plugin and the hook.
"""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.extend.plugin import hookspec
from b2bkit.core.extend.things import (
    CatalogFilter,
    Channel,
    CheckoutStep,
    Command,
    ErpGateway,
    Facet,
    Figure,
    Followers,
    HealthCheck,
    Job,
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


class Specs:
    """The hooks of b2bkit."""

    @hookspec
    def register_routes(self) -> Iterable[Route]:
        """Pages, JSON operations and machine endpoints.

        Return `Route` objects. A route without a permission cannot be made; a second route with the same name or path is an error that
        names both owners. Paths of the JSON API start with `/api/v1/`, those of the manager's workspace with `/admin/`.
        Used by: every domain of the core, onec. Since 0.1.
        """
        return ()

    @hookspec
    def register_nav(self) -> Iterable[NavItem]:
        """Entries of the menu: the rail on a desk, the bottom bar and the drawer on a phone.

        Return `NavItem` objects. An entry is shown to those who have its permission; `badge(work)` runs on every page and must be one quick
        query or none. Used by: catalog, ordering, notify, admin. Since 0.1.
        """
        return ()

    @hookspec
    def register_widgets(self) -> Iterable[Widget]:
        """Sections of pages, put into named slots; a deployment may hide and reorder them.

        Return `Widget` objects. `load` runs when the page is rendered; an exception becomes a small box with a code, the page lives.
        Slots: `dashboard`, `order`, `product`, `paper` (subject: the page of a paper), `papers` (above the list; subject: what is
        searched for, `settlements.service.find.Wanted`), `money` (no subject), `cart`,
        `admin.dashboard`, `admin.client`, `admin.exchange`, `notify.settings`;
        `catalog.list`, once below a page of products (subject: its rows, `catalog.view.Shown`, none where nothing was found), which may put
        something into each row's `[data-mark]`, whose value is the product's id; `cart.lines`, where `load` runs once for all lines of the
        cart that are drawn (subject: `ordering.service.lines.Line` objects) and gives `line_id -> values`, and the template is rendered
        beside each; `catalog.rows` is the same for a page of products, by `product_id`, drawn without
        knowing who looks, and `papers.rows` for the papers of a list, by `paper_id`. Used by: ordering, notify, erp, admin, documents,
        favorites, tickets. Since 0.1.
        """
        return ()

    @hookspec
    def register_permissions(self) -> Iterable[Permission]:
        """What roles may do.

        Return `Permission` objects; roles of clients: `owner`, `buyer`, `accountant`, `viewer`; of staff: `manager`, `admin`, and
        `editor`, who has only what plugins of content give him. A deployment
        changes defaults under `[roles.<role>]`. Used by: every domain of the core, onec. Since 0.1.
        """
        return ()

    @hookspec
    def register_scopes(self) -> Iterable[Scope]:
        """Who may see which rows of an entity with a `company_id`.

        Return one `Scope` for each scoped entity of yours; a scoped entity without one stops the start. Two scopes of one entity both
        apply. The criterion is asked once per work. Used by: accounts, ordering, notify, audit. Since 0.1.
        """
        return ()

    @hookspec
    def register_catalog_filters(self) -> Iterable[CatalogFilter]:
        """What a buyer may see of the catalogue.

        Return `CatalogFilter` objects; all of them apply to every list, search, count, suggestion, cart and order. One that names another
        in `widens` opens more instead: what staff grant beside the contract. Used by: catalog (groups allowed by the contract), access,
        catalog_requests. Since 0.1.
        """
        return ()

    @hookspec
    def register_facets(self) -> Iterable[Facet]:
        """Ways to narrow the catalogue, beside the list of products.

        Return `Facet` objects. `pairs` is part of one statement with those of the others; `sections` runs once per panel and must be one
        quick query or none. Used by: catalog (stock, producer, attributes). Since 0.1.
        """
        return ()

    @hookspec
    def register_search_listeners(self) -> Iterable[SearchListener]:
        """Who wants to know what is searched for in the catalogue.

        Return `SearchListener` objects. `heard` runs for each list of products that words asked for, not for its further pages and not
        where facets narrow it; an exception is logged and changes nothing for the one who searches. Used by: analytics. Since 0.1.
        """
        return ()

    @hookspec
    def register_figures(self) -> Iterable[Figure]:
        """Figures of the supplier's work in a period, beside those of sales.

        Return `Figure` objects. `load` runs for the period that staff look at and for the one before it, under the rights of whoever looks;
        one that fails is left out and logged. Shown by: analytics. Used by: tickets (first answers). Since 0.1.
        """
        return ()

    @hookspec
    def register_followers(self) -> Iterable[Followers]:
        """Whom news of a product concern.

        Return `Followers` objects; `of` runs in jobs as the system, for up to 200 products, and in requests of a client, and must be one
        quick query. Who is told is checked against what he may see at that moment, so it need not look. An exception fails
        the job, which is tried again. Used by: watching, ordering (carts), favorites. Since 0.1.
        """
        return ()

    @hookspec
    def register_price_steps(self) -> Iterable[PriceStep]:
        """Steps of the price pipeline.

        Return `PriceStep` objects; they run in `order`: 100 price type, 200 volume, 300 what the ERP just said, from 500 on
        what plugins add, 900 rounding. One with `carts_only` runs for the actor's cart alone, and costs lists nothing.
        An exception in a step means no price, with its reason, never a wrong one. Used by: pricing, discount_requests. Since 0.1.
        """
        return ()

    @hookspec
    def register_order_checks(self) -> Iterable[OrderCheck]:
        """Rules that an order must meet before it is placed.

        Return `OrderCheck` objects. All of them run, inside the placing transaction, and all problems are shown together; an exception
        refuses the order and is logged with the check's name. Used by: ordering, pricing. Since 0.1.
        """
        return ()

    @hookspec
    def register_paper_rules(self) -> Iterable[PaperRule]:
        """What may be done with the printed forms of papers, by kind.

        Return `PaperRule` objects; a use is allowed when all of them allow it, and everything is where there is none. The core asks them
        before it hands out a form or offers to print a paper (`settlements.service.prints`), so a rule holds whatever asks: pages,
        the JSON interface, another plugin. They run in requests and ask nobody. An exception refuses. Used by: documents. Since 0.1.
        """
        return ()

    @hookspec
    def register_checkout_steps(self) -> Iterable[CheckoutStep]:
        """Parts of the checkout: what is asked before an order is placed.

        Return `CheckoutStep` objects; each is a section of the checkout's page, in `order`, and is shown where `applies` says that there is
        something to ask. A deployment hides and reorders them under `[checkout]`. Two steps with a field of one name are an error that
        names both. All steps that apply are completed before the order is placed, and all their problems are shown together; an exception
        is an error of the request, nothing is placed. Used by: ordering (whose order, delivery, day and comment, contents). Since 0.1.
        """
        return ()

    @hookspec
    def register_subscribers(self) -> Iterable[Subscriber]:
        """Reactions to facts.

        Return `Subscriber` objects. `atomic=True` runs inside the publisher's transaction and may raise `Refused`; everything else is
        delivered at least once after commit, in order per key, tried again with growing pauses, parked after repeated failure and never
        dropped. Used by: erp (hand-over), notify. Since 0.1.
        """
        return ()

    @hookspec
    def register_jobs(self) -> Iterable[Job]:
        """Work outside requests, on a schedule or when asked for with `work.enqueue(name, **arguments)`.

        Return `Job` objects. An exception counts as a failed attempt. Used by: accounts (expired sessions), outbox, onec. Since 0.1.
        """
        return ()

    @hookspec
    def register_commands(self) -> Iterable[Command]:
        """Commands of the shell, mounted as `b2bkit <plugin> <command>`.

        Return `Command` objects. Used by: accounts, onec. Since 0.1.
        """
        return ()

    @hookspec
    def register_notifications(self) -> Iterable[NotificationKind]:
        """Reasons to tell people something.

        Return `NotificationKind` objects; each becomes a subscriber of its fact. Used by: ordering, accounts. Since 0.1.
        """
        return ()

    @hookspec
    def register_channels(self) -> Iterable[Channel]:
        """Ways to reach people.

        Return `Channel` objects; `send` runs in a worker and raises to be tried again. Used by: notify (inbox, e-mail),
        telegram, webpush. Since 0.1.
        """
        return ()

    @hookspec
    def register_erp_gateway(self) -> Iterable[ErpGateway]:
        """The line to the ERP.

        Return one `ErpGateway`; two in one portal are an error that names both; none means the portal works alone. Used by: onec.
        Since 0.1.
        """
        return ()

    @hookspec
    def register_health_checks(self) -> Iterable[HealthCheck]:
        """What must be in order for the portal to work.

        Return `HealthCheck` objects; they run for `b2bkit check` and, those with `ready=True`, for `/readyz`; an exception counts as
        not ok. Used by: the core, notify (SMTP), onec. Since 0.1.
        """
        return ()
