"""Admin: what the manager's workspace gives to the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from b2bkit.core.accounts import kinds
from b2bkit.core.admin import badges, client_pages, contact_pages, duplicate_pages, duplicates, entity_pages, pages, widgets
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import Badge, Level, NavItem, Permission, Route, Widget
from b2bkit.core.i18n import N_
from b2bkit.core.work import Work

VIEW, CLIENTS, PEOPLE = "admin.view", "accounts.clients", "admin.people"
DELIVERIES, HEALTH = "admin.deliveries", "admin.health"
Badged = Callable[[Work], Badge | None]


class AdminPlugin(Plugin):
    """The manager's workspace: clients, orders, the line to 1C, the portal's health."""

    name = "admin"
    label = N_("Manager's workspace")
    version = "0.1.0"

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
        yield Permission(name=VIEW, label=N_("Use the manager's workspace"), roles=staff)
        yield Permission(name=DELIVERIES, label=N_("See what waits for 1C; with all clients also the portal's own tasks"), roles=staff)
        yield Permission(name=PEOPLE, label=N_("Invite, change and dismiss people of clients"), roles=staff)
        yield duplicates.PERMISSION
        yield Permission(name=HEALTH, label=N_("See the portal's health"), roles={"admin": Level.ALL})

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield _page("dashboard", "", pages.Dashboard(), VIEW)
        yield _page("clients", "/clients", client_pages.Clients(), CLIENTS)
        yield _page("client", "/clients/{company_id:uuid}", client_pages.Client(), CLIENTS)
        yield _page("invite", "/clients/{company_id:uuid}/people", client_pages.Invite(), PEOPLE)
        yield _page("person", "/clients/{company_id:uuid}/people/{membership_id:uuid}", client_pages.Person(), PEOPLE)
        yield _page("revoke", "/clients/{company_id:uuid}/invitations/{invitation_id:uuid}", client_pages.Revoke(), PEOPLE)
        yield _page("access", "/clients/{company_id:uuid}/access", client_pages.Access(), "accounts.suspend")
        yield _page("account", "/clients/{company_id:uuid}/account", client_pages.Account(), kinds.EDIT)
        path = "/clients/{company_id:uuid}/entities/{legal_entity_id:uuid}"
        yield _page("entity", path, entity_pages.Entity(), "accounts.confirm_changes")
        yield from contact_pages.routes()
        yield from duplicate_pages.routes()
        yield _page("orders", "/orders", pages.Orders(), VIEW)
        yield _page("order", "/orders/{order_id:uuid}", pages.OrderPage(), VIEW)
        yield _page("resend", "/orders/{order_id:uuid}/delivery", pages.Resend(), "erp.resend")
        yield _page("exchange", "/exchange", pages.Exchange(), DELIVERIES)
        yield _page("retry", "/exchange/tasks", pages.Retry(), DELIVERIES)
        yield _page("health", "/health", pages.HealthPage(), HEALTH)

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return (*widgets.WIDGETS, contact_pages.CONTACTS)

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        system = N_("System")
        yield _entry("dashboard", N_("Today"), "home", 10, VIEW, bar=True)
        yield _entry("clients", N_("Clients"), "users", 20, CLIENTS, bar=True)
        yield _entry("orders", N_("Orders"), "clipboard-list", 30, VIEW, bar=True, badge=badges.orders)
        yield _entry("exchange", N_("1C exchange"), "arrows-left-right", 60, DELIVERIES, bar=True, badge=badges.exchange, group=system)
        yield _entry("health", N_("Health"), "heartbeat", 70, HEALTH, group=system)


def _page(name: str, path: str, resource: object, permission: str) -> Route:
    return Route(name=f"admin.{name}", path=f"/admin{path}", resource=resource, permission=permission, area="admin")


def _entry(
    name: str, label: str, icon: str, order: int, permission: str, *, bar: bool = False, group: str = "", badge: Badged | None = None
) -> NavItem:
    return NavItem(
        name=f"admin.{name}_nav",
        area="admin",
        label=label,
        route=f"admin.{name}",
        icon=icon,
        order=order,
        permission=permission,
        bar=bar,
        group=group,
        badge=badge,
    )
