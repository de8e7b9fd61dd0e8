"""From what hooks returned to the kit: names checked, duplicates refused, references resolved, everything sorted."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from b2bkit.core.config import Tables, did_you_mean
from b2bkit.core.errors import ConfigProblem
from b2bkit.core.extend.checkout import chosen_steps
from b2bkit.core.extend.kit import SLOTS, Kit, Role
from b2bkit.core.extend.openings import folded
from b2bkit.core.extend.plugin import Plugin
from b2bkit.core.extend.profiles import profiles
from b2bkit.core.extend.things import (
    NAME,
    PUBLIC,
    SIGNED_IN,
    Fact,
    Figure,
    Level,
    NavItem,
    NotificationKind,
    Permission,
    Route,
    Subscriber,
    Widget,
)
from b2bkit.core.i18n import N_

CLIENT_ROLES = {"owner": N_("Owner"), "buyer": N_("Buyer"), "accountant": N_("Accountant"), "viewer": N_("Viewer")}
STAFF_ROLES = {"manager": N_("Manager"), "admin": N_("Administrator"), "editor": N_("Editor of content")}
VERBS = ("get", "post", "put", "patch", "delete")


Collected = Mapping[str, Sequence[tuple[str, Any]]]


def assemble(plugins: Sequence[Plugin], collected: Collected, tables: Tables | None, file: str, problems: list[ConfigProblem]) -> Kit:
    """The kit of these plugins; appends what is wrong to `problems` (the kit is then not to be used)."""
    check = _Checker(collected, problems)
    facts = _facts(plugins, problems)
    permissions = check.named("register_permissions")
    roles = _roles(permissions, tables, file, problems)
    routes = check.named("register_routes")
    _check_routes(routes, permissions, problems)
    nav = check.ordered("register_nav")
    _check_nav(nav, routes, permissions, problems)
    widgets = check.ordered("register_widgets")
    _check_widgets(widgets, permissions, tables, file, problems)
    notifications = check.named("register_notifications")
    subscribers = check.named("register_subscribers")
    _check_facts([*subscribers.values(), *notifications.values()], facts, problems)
    channels = check.named("register_channels")
    _check_channels(notifications.values(), channels, problems)
    figures = check.ordered("register_figures")
    _check_figures(figures, permissions, problems)
    gateway = _gateway(collected["register_erp_gateway"], problems)
    can = _capabilities(collected["register_erp_gateway"], problems)
    routes = {name: route for name, route in routes.items() if _can(route, can)}
    return Kit(
        plugins={plugin.name: plugin for plugin in plugins},
        routes=routes,
        nav=tuple(item for item in nav if _can(item, can) and item.route in routes),
        widgets=_slots(tuple(widget for widget in widgets if _can(widget, can)), tables),
        permissions=permissions,
        roles=roles,
        scopes=tuple(check.named("register_scopes").values()),
        catalog_filters=folded(check.ordered("register_catalog_filters"), problems),
        facets=check.ordered("register_facets"),
        price_steps=check.ordered("register_price_steps"),
        order_checks=check.ordered("register_order_checks"),
        checkout_steps=chosen_steps(check.ordered("register_checkout_steps"), tables, file, problems),
        subscribers=_by_event(subscribers.values()),
        subscriber_by_name=subscribers,
        jobs=check.named("register_jobs"),
        commands=_by_plugin(collected["register_commands"]),
        notifications=notifications,
        channels=channels,
        erp_gateway=gateway,
        erp_can=can,
        health_checks=tuple(check.named("register_health_checks").values()),
        facts=facts,
        followers=tuple(check.named("register_followers").values()),
        paper_rules=tuple(check.named("register_paper_rules").values()),
        profiles=profiles(tables.profiles if tables else {}, permissions, routes, file, problems),
        search_listeners=tuple(check.named("register_search_listeners").values()),
        figures=figures,
    )


def _can(thing: Route | NavItem | Widget, can: frozenset[str]) -> bool:
    """What needs a capability that the ERP's gateway lacks is not there at all: no dead menu entry, no button that fails."""
    return not thing.needs or thing.needs in can


class _Checker:
    """Names: well formed, with the owner's prefix, used once."""

    def __init__(self, collected: Collected, problems: list[ConfigProblem]) -> None:
        self.collected = collected
        self.problems = problems

    def named(self, hook: str) -> dict[str, Any]:
        owners: dict[str, str] = {}
        found: dict[str, Any] = {}
        for owner, thing in self.collected[hook]:
            name = getattr(thing, "name", None)
            if not isinstance(name, str) or not dataclasses.is_dataclass(thing):
                self._wrong(owner, hook, f"returned {thing!r}", "return objects of the type that the hook names")
            elif not NAME.fullmatch(name) or not name.startswith(owner + "."):
                self._wrong(owner, hook, f"{name!r} is no name of this plugin", f"name it {owner}.<something> in lower case")
            elif name in found:
                self._wrong(owner, hook, f"{name!r} is already registered by {owners[name]}", "give one of them another name")
            else:
                owners[name], found[name] = owner, thing
        return found

    def ordered(self, hook: str) -> tuple[Any, ...]:
        return tuple(sorted(self.named(hook).values(), key=lambda thing: (thing.order, thing.name)))

    def _wrong(self, owner: str, hook: str, what: str, cure: str) -> None:
        self.problems.append(ConfigProblem(f"plugin {owner}", hook, what, cure))


def _facts(plugins: Sequence[Plugin], problems: list[ConfigProblem]) -> dict[str, type[Fact]]:
    found: dict[str, type[Fact]] = {}
    for plugin in plugins:
        for event in plugin.events:
            if not _is_fact(event):
                cure = "make it a frozen dataclass that inherits from b2bkit.Fact"
                problems.append(ConfigProblem(f"plugin {plugin.name}", "events", f"{event!r} is no fact", cure))
            else:
                found[f"{plugin.name}.{event.__name__}"] = event
    return found


def _is_fact(event: object) -> bool:
    parameters = getattr(event, "__dataclass_params__", None)  # set on dataclasses; there is no public way to ask whether one is frozen
    return isinstance(event, type) and issubclass(event, Fact) and bool(getattr(parameters, "frozen", False))


def _roles(permissions: Mapping[str, Permission], tables: Tables | None, file: str, problems: list[ConfigProblem]) -> dict[str, Role]:
    known = {**CLIENT_ROLES, **STAFF_ROLES}
    levels: dict[str, dict[str, Level]] = {role: {} for role in known}
    for permission in permissions.values():
        for role, level in permission.roles.items():
            if role in levels:
                levels[role][permission.name] = level
            else:
                owner = permission.name.split(".")[0]
                problems.append(ConfigProblem(f"plugin {owner}", permission.name, f"unknown role {role!r}", did_you_mean(role, known)))
    for role, changes in (tables.roles if tables else {}).items():
        if role not in levels:
            problems.append(ConfigProblem(file, f"roles.{role}", "unknown role", did_you_mean(role, known)))
            continue
        for name, reach in changes.items():
            if name not in permissions:
                problems.append(ConfigProblem(file, f"roles.{role}.{name}", "unknown permission", did_you_mean(name, permissions)))
            elif reach == "none":
                levels[role].pop(name, None)
            elif (reach in ("assigned", "all")) != (role in STAFF_ROLES):
                cure = "clients reach own, company or network, staff reach assigned or all"
                problems.append(ConfigProblem(file, f"roles.{role}.{name}", f"{reach!r} is not for this role", cure))
            else:
                levels[role][name] = Level(reach)
    for role in tables.accounts.second_factor if tables else ():
        if role not in levels:
            problems.append(ConfigProblem(file, "accounts.second_factor", f"unknown role {role!r}", did_you_mean(role, known)))
    return {role: Role(role, label, "staff" if role in STAFF_ROLES else "client", levels[role]) for role, label in known.items()}


def _verbs(resource: object) -> list[str]:
    return [verb.upper() for verb in VERBS if callable(getattr(resource, f"on_{verb}", None))]


def _check_routes(routes: Mapping[str, Route], permissions: Mapping[str, Permission], problems: list[ConfigProblem]) -> None:
    paths: dict[str, str] = {}
    for route in routes.values():
        owner, shape = f"plugin {route.name.split('.')[0]}", _shape(route.path)
        if shape in paths:
            problems.append(ConfigProblem(owner, route.name, f"path {route.path} is already that of {paths[shape]}", "choose another path"))
        paths[shape] = route.name
        for permission in {route.permission, route.write_permission or route.permission}:
            if permission is not PUBLIC and permission is not SIGNED_IN and permission not in permissions:
                problems.append(
                    ConfigProblem(
                        owner,
                        route.name,
                        f"needs the permission {permission!r}, which nobody registers",
                        did_you_mean(permission, permissions),
                    )
                )
        verbs = _verbs(route.resource)
        if not verbs:
            problems.append(ConfigProblem(owner, route.name, "its resource answers no verb", "give it on_get, on_post ..."))
        if route.machine and route.permission is not PUBLIC:
            problems.append(
                ConfigProblem(
                    owner,
                    route.name,
                    "is a machine endpoint with a person's permission",
                    "machine endpoints are PUBLIC and authenticate themselves",
                )
            )
        if route.area == "api" and set(verbs) != set(route.operations):
            problems.append(
                ConfigProblem(
                    owner, route.name, f"answers {verbs} but describes {sorted(route.operations)}", "give an Operation for each verb"
                )
            )
        if not _in_area(route):
            problems.append(
                ConfigProblem(
                    owner,
                    route.name,
                    f"path {route.path} is outside its area {route.area}",
                    "api: /api/..., admin: /admin..., portal: elsewhere",
                )
            )


def _in_area(route: Route) -> bool:
    api, admin = route.path.startswith("/api/"), route.path == "/admin" or route.path.startswith("/admin/")
    return (route.area == "api") == api and (route.area == "admin") == admin


def _shape(path: str) -> str:
    import re

    return re.sub(r"\{[^}]*\}", "{}", path)


def _check_nav(
    nav: Iterable[NavItem], routes: Mapping[str, Route], permissions: Mapping[str, Permission], problems: list[ConfigProblem]
) -> None:
    for item in nav:
        owner = f"plugin {item.name.split('.')[0]}"
        if item.route not in routes:
            problems.append(
                ConfigProblem(
                    owner, item.name, f"leads to the route {item.route!r}, which nobody registers", did_you_mean(item.route, routes)
                )
            )
        if item.permission is not SIGNED_IN and item.permission not in permissions:
            problems.append(
                ConfigProblem(owner, item.name, f"unknown permission {item.permission!r}", did_you_mean(item.permission, permissions))
            )


def _check_figures(figures: Iterable[Figure], permissions: Mapping[str, Permission], problems: list[ConfigProblem]) -> None:
    for figure in figures:
        if figure.permission not in permissions:
            owner, said = f"plugin {figure.name.split('.')[0]}", f"unknown permission {figure.permission!r}"
            problems.append(ConfigProblem(owner, figure.name, said, did_you_mean(figure.permission, permissions)))


def _check_widgets(
    widgets: Iterable[Widget], permissions: Mapping[str, Permission], tables: Tables | None, file: str, problems: list[ConfigProblem]
) -> None:
    names = [widget.name for widget in widgets]
    for widget in widgets:
        owner = f"plugin {widget.name.split('.')[0]}"
        if widget.slot not in SLOTS:
            problems.append(ConfigProblem(owner, widget.name, f"unknown slot {widget.slot!r}", did_you_mean(widget.slot, SLOTS)))
        if widget.permission is not SIGNED_IN and widget.permission not in permissions:
            problems.append(
                ConfigProblem(owner, widget.name, f"unknown permission {widget.permission!r}", did_you_mean(widget.permission, permissions))
            )
    if tables is None:
        return
    for key, chosen in (("hide", tables.widgets.hide), ("order", tuple(tables.widgets.order))):
        for name in chosen:
            if name not in names:
                problems.append(ConfigProblem(file, f"widgets.{key}", f"there is no widget {name!r}", did_you_mean(name, names)))


def _slots(widgets: Iterable[Widget], tables: Tables | None) -> dict[str, tuple[Widget, ...]]:
    places = tables.widgets.order if tables else {}
    hidden = set(tables.widgets.hide) if tables else set()
    shown = sorted(
        (widget for widget in widgets if widget.name not in hidden), key=lambda widget: (places.get(widget.name, widget.order), widget.name)
    )
    return {slot: tuple(widget for widget in shown if widget.slot == slot) for slot in sorted(SLOTS)}


def _check_facts(
    listeners: Iterable[Subscriber | NotificationKind], facts: Mapping[str, type[Fact]], problems: list[ConfigProblem]
) -> None:
    for listener in listeners:
        if listener.event not in facts.values():
            owner = f"plugin {listener.name.split('.')[0]}"
            cure = "add the class to the `events` of the plugin that publishes it"
            problems.append(ConfigProblem(owner, listener.name, f"{listener.event.__name__} is a fact that no chosen plugin lists", cure))


def _check_channels(kinds: Iterable[NotificationKind], channels: Mapping[str, object], problems: list[ConfigProblem]) -> None:
    for kind in kinds:
        for name in kind.channels:
            if name not in channels:
                problems.append(
                    ConfigProblem(f"plugin {kind.name.split('.')[0]}", kind.name, f"unknown channel {name!r}", did_you_mean(name, channels))
                )


def _by_event(subscribers: Iterable[Subscriber]) -> dict[type[Fact], tuple[Subscriber, ...]]:
    found: dict[type[Fact], list[Subscriber]] = {}
    for subscriber in sorted(subscribers, key=lambda one: one.name):
        found.setdefault(subscriber.event, []).append(subscriber)
    return {event: tuple(several) for event, several in found.items()}


def _by_plugin(collected: Sequence[tuple[str, Any]]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {}
    for owner, command in collected:
        found.setdefault(owner, []).append(command)
    return {owner: tuple(several) for owner, several in found.items()}


def _capabilities(collected: Sequence[tuple[str, Any]], problems: list[ConfigProblem]) -> frozenset[str]:
    """What the gateway can; one that cannot say it is a problem by its own name."""
    if len(collected) != 1:
        return frozenset()
    owner, gateway = collected[0]
    if not callable(getattr(gateway, "capabilities", None)):
        what = f"returned {gateway!r}, which is no ErpGateway"
        problems.append(ConfigProblem(f"plugin {owner}", "register_erp_gateway", what, "give it name, capabilities, send_order and state"))
        return frozenset()
    return frozenset(gateway.capabilities())


def _gateway(collected: Sequence[tuple[str, Any]], problems: list[ConfigProblem]) -> Any:
    if len(collected) > 1:
        owners = " and ".join(owner for owner, _gateway in collected)
        problems.append(ConfigProblem("plugins", "register_erp_gateway", f"both {owners} are a line to the ERP", "choose one of them"))
    return collected[0][1] if collected else None
