"""T1: every route and verb, as everybody, on what is one's own, another client's, and nobody's. Made from the routes of the app.

What is expected follows from one table: the route's permission, and whether the role has it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest
from falcon.testing import Result

from b2bkit.core.db.types import new_id
from b2bkit.core.extend.things import PUBLIC, SIGNED_IN, Level, Route
from b2bkit.core.web.app import handlers_of
from b2bkit.testing.client import Client
from b2bkit.testing.portal import HOST, MakePortal, Portal
from tests.web.exchange import FEATURES, portal_with_onec
from tests.web.world import BLOCKED, DISMISSED, SUSPENDED, World, entities, entity_of, foreign_state, whole_state

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
_FIELD = re.compile(r"\{([a-z_][a-z0-9_]*)(?::([a-z]+))?\}")
# a form's key and token, and the moment from which a page hears news
_KEY = re.compile(r'name="_(key|csrf)" value="[^"]*"|<meta name="csrf" content="[^"]*"|data-(live|csrf)="[^"]*"')
NO_SESSION = ("anonymous", BLOCKED, DISMISSED, SUSPENDED)
ENDS_SESSIONS = {"accounts.sign_out", "accounts.profile", "accounts.switch"}
OF_NOBODY = {"news.readers"}  # a post belongs to no client; of its readers one sees those of one's own clients
STRINGS = {"token": "absent-token-0123456789-0123456789", "text_kind": "ordering.taken"}


class Target(NamedTuple):
    """One way to fill a route's path: own, foreign, absent."""

    kind: str
    path: str
    ids: tuple[str, ...]


class Cell(NamedTuple):
    """What was asked by whom, and what came."""

    who: str
    method: str
    route: str
    target: str
    flavour: str
    status: int
    place: str
    body: bytes

    def told(self, expected: str) -> str:
        return f"{self.who} {self.method} {self.route} [{self.target}, {self.flavour}]: {self.status} {self.place}, expected {expected}"


def routes_of(portal: Portal) -> list[Route]:
    """All routes that the app answers."""
    return list(portal.app.asgi.site.parts.routes.values())  # type: ignore[attr-defined]


def methods_of(route: Route) -> list[str]:
    return [method for method in handlers_of(route.resource) if method != "HEAD"]


def targets(world: World, route: Route) -> list[Target]:
    """Paths of a route; raises LookupError when a parameter cannot be filled."""
    fields = _FIELD.findall(route.path)
    found = []
    for kind in ("own", "foreign", "absent") if fields else ("own",):
        ids = tuple(_fill(world, route, name, converter, kind) for name, converter in fields)
        waiting = iter(ids)
        found.append(Target(kind, _FIELD.sub(lambda _match, waiting=waiting: next(waiting), route.path), ids))  # type: ignore[misc]
    return found


def _fill(world: World, route: Route, name: str, converter: str, kind: str) -> str:
    if converter == "uuid":
        entity = entity_of(name)
        if kind == "absent":
            return str(new_id())
        found = world.id_of(entity, kind) if entity is not None else None  # type: ignore[arg-type]
        if found is None:
            raise LookupError(
                f"{route.name}: no row for {{{name}}}: name the parameter after its class, or add an alias to tests/web/world.py"
            )
        return str(found)
    if name == "widget":
        widgets = [widget.name for widget in world.portal.app.kit.widgets.get("dashboard", ())]  # sections of staff are not for clients
        return widgets[0] if kind == "own" and widgets else "shop.absent"
    if name == "name":
        return "stock" if kind == "own" else f"absent-{kind}"
    if name == "role":
        return "buyer" if kind == "own" else f"absent-{kind}"
    if name == "category":
        return "reconciliation" if kind == "own" else f"absent-{kind}"
    if name in STRINGS:
        return STRINGS[name]
    raise LookupError(f"{route.name}: no way to fill {{{name}}}: add it to STRINGS in tests/web/test_matrix.py")


def flavours(route: Route, method: str) -> tuple[str, ...]:
    return ("json",) if route.area == "api" else ("html", "htmx")


def ask(
    client: Client, route: Route, method: str, target: Target, flavour: str, who: str, fields: Mapping[str, object] | None = None
) -> Cell:
    """One request, its answer without what differs by nature: the number of the request, keys of forms, the id itself."""
    headers = {"Accept": "application/json" if flavour == "json" else "text/html", "X-Request-ID": "matrix-request"}
    body = b""
    if flavour == "htmx":
        headers["HX-Request"] = "true"
    if method in UNSAFE:
        headers |= {"Origin": f"http://{HOST}", "X-CSRF-Token": client.csrf, "Idempotency-Key": secrets.token_urlsafe(16)}
        if flavour == "json":
            headers["Content-Type"], body = "application/json", b"{}"
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
    result: Result = client.request(method, target.path, headers=headers, body=body)
    content = _KEY.sub("", result.text).encode() if "text" in result.headers.get("content-type", "") else result.content
    place = result.headers.get("location") or result.headers.get("hx-redirect") or ""
    for number in target.ids:
        content, place = content.replace(number.encode(), b"ID"), place.replace(number, "ID")
    return Cell(who, method, route.name, target.kind, flavour, result.status_code, place, content)


def allowed(portal: Portal, route: Route, method: str, role: str) -> bool:
    permission = route.permission_for(method)
    return permission in (PUBLIC, SIGNED_IN) or permission in portal.app.kit.roles[role].levels


def reach(portal: Portal, route: Route, method: str, role: str) -> Level | None:
    permission = route.permission_for(method)
    return None if permission in (PUBLIC, SIGNED_IN) else portal.app.kit.roles[role].levels.get(permission)


def wrong_without_session(cell: Cell, route: Route, method: str) -> str | None:
    """What is wrong with an answer to somebody who is nobody here."""
    if route.permission_for(method) is PUBLIC:
        return None if cell.status < 500 else cell.told("no failure")
    if cell.flavour == "html" and not route.path.startswith("/api/"):
        return None if cell.status == 303 and cell.place.startswith("/sign-in") else cell.told("303 to sign in")
    return None if cell.status == 401 else cell.told("401")


def _closed_section(portal: Portal, route: Route, role: str) -> bool:
    """The section that is asked for has a right of its own, and the role lacks it: an editor of content has none of the core's."""
    if route.name != "web.widget":
        return False
    permission = portal.app.kit.widgets["dashboard"][0].permission
    return permission is not SIGNED_IN and permission not in portal.app.kit.roles[role].levels


def wrong_for_role(portal: Portal, cells: Mapping[str, Cell], route: Route, method: str, role: str) -> Iterator[str]:
    """What is wrong with a role's answers to own, foreign and absent."""
    own = cells["own"]
    if not allowed(portal, route, method, role):
        yield from (cell.told("403") for cell in cells.values() if cell.status != 403)
        if len({cell.body for cell in cells.values()}) != 1:
            yield own.told("one answer, whatever the object")
        return
    yield from (cell.told("no failure") for cell in cells.values() if cell.status >= 500)
    if own.status in (401, 403) and not _closed_section(portal, route, role):
        yield own.told("to be let in")
    if len(cells) == 1:
        return
    everything = reach(portal, route, method, role) is Level.ALL or (portal.app.kit.roles[role].side == "staff" and role == "admin")
    if not everything and route.name not in OF_NOBODY:
        foreign, absent = cells["foreign"], cells["absent"]
        if (foreign.status, foreign.place, foreign.body) != (absent.status, absent.place, absent.body):
            yield foreign.told(f"the answer for absent, {absent.status} {absent.place}")
        if method == "GET" and foreign.status < 400:
            yield foreign.told("404")


@pytest.fixture
def world(make_portal: MakePortal) -> World:
    """Two clients, everybody, in a portal with a plugin; its machine routes are in test_matrix_machines.py."""
    return World(portal_with_onec(make_portal, features=FEATURES))


def test_every_route_can_be_probed(world: World) -> None:
    problems = []
    for route in routes_of(world.portal):
        try:
            targets(world, route)
        except LookupError as error:
            problems.append(str(error))
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nobody_gets_in_without_a_session_and_no_client_sees_another(world: World) -> None:
    portal, wrong, cells = world.portal, [], 0
    routes = [route for route in routes_of(portal) if not route.machine and route.name != "web.live"]
    outsiders = {name: world.sign_in(name) for name in NO_SESSION if name != "anonymous"}
    world.exclude()
    outsiders["anonymous"] = portal.browser()
    outsiders["anonymous"].get("/sign-in")
    before, everything = foreign_state(world), whole_state(world)
    for route in routes:
        for method in methods_of(route):
            for name, client in outsiders.items():
                for target in targets(world, route):
                    for flavour in flavours(route, method):
                        cells += 1
                        found = wrong_without_session(ask(client, route, method, target, flavour, name), route, method)
                        wrong += [found] if found else []
    assert whole_state(world) == everything
    for role in [code for code, found in portal.app.kit.roles.items() if found.side == "client"]:
        cells += _walk(world, routes, role, wrong)
    assert not wrong, f"{len(wrong)} of {cells} cells:\n" + "\n".join(wrong[:60])
    assert foreign_state(world) == before
    for role in [code for code, found in portal.app.kit.roles.items() if found.side == "staff"]:
        cells += _walk(world, routes, role, wrong)
    assert not wrong, f"{len(wrong)} of {cells} cells:\n" + "\n".join(wrong[:60])
    print(f"{cells} cells over {len(routes)} routes")


def _walk(world: World, routes: list[Route], role: str, wrong: list[str]) -> int:
    """All routes as one role: reading first, since writing changes what there is; one session for each write that may end it."""
    asked, reading = 0, world.sign_in(role)
    steps = [(route, method) for route in routes for method in methods_of(route)]
    for route, method in sorted(steps, key=lambda step: (step[1] in UNSAFE, step[0].name in ENDS_SESSIONS, step[0].name)):
        for flavour in flavours(route, method):
            client = world.sign_in(role) if method in UNSAFE else reading
            order = sorted(targets(world, route), key=lambda target: target.kind == "own")  # what changes one's own comes last
            cells = {target.kind: ask(client, route, method, target, flavour, role) for target in order}
            asked += len(cells)
            wrong += wrong_for_role(world.portal, cells, route, method, role)
    return asked


def column_names() -> list[str]:
    """Every column of every table."""
    from typing import cast

    from sqlalchemy import Table, inspect

    return sorted({column.name for found in entities().values() for column in cast(Table, inspect(found).local_table).columns})


SENSITIVE = {
    "id",
    "company_id",
    "manager_id",
    "staff_role",
    "blocked",
    "suspended",
    "password_hash",
    "created_at",
    "token_hash",
    "csrf",
    "expires_at",
    "price",
    "seen_price",
    "net",
    "vat",
    "total",
    "paid",
    "vat_rate",
    "vat_included",
    "status",
    "state",
    "erp_state",
    "erp_number",
    "erp_version",
    "placed_by",
    "placed_at",
    "price_type_id",
    "whole_catalogue",
    "payment_delay_days",
    "value",
    "min_quantity",
    "factor",
    "explanation",
    "used_at",
    "revoked_at",
    "dismissed_at",
    "attempts",
    "source",
    "tax_id",
    "invited_by",
}
TAKEN = {
    "access.colleague_narrowed": {"value"},  # what a right is narrowed to: one of those that the page offers
    "access.member_narrowed": {"value"},
    "access.role_narrowed": {"value"},
    "access.start": {"company_id"},  # the client to act for: refused but for clients that one may act for
    "accounts.edit_entity": {"tax_id"},  # asked for: it holds once 1C or a manager confirms it
    "admin.entity": {"tax_id"},  # staff change it where no ERP does
    "accounts.register": {"tax_id"},  # a stranger's own, kept apart until a manager decides
    "accounts.switch": {"company_id"},
    "admin.access": {"suspended"},
    "chat.begin": {"company_id"},  # the client to write to first: refused but for clients that one sees
    "discount_requests.own": {"price"},  # wished: it holds once staff grant it
    "discount_requests.decide": {"price"},
    "notify.open": {"id"},
    "notify.read": {"id"},
    "ordering.api_orders": {"total"},  # the sum that the buyer saw: the server compares, never takes it over
}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_form_takes_a_column_that_is_not_the_persons_to_set(world: World) -> None:
    """P9: each column's name is sent as a further field, as the role that may do most."""
    portal, wrong = world.portal, []
    names = [name for name in column_names() if not name.startswith("_")]
    before = whole_state(world)
    for route in routes_of(portal):
        for method in [method for method in methods_of(route) if method in UNSAFE and not route.machine]:
            role = next((code for code in ("owner", "buyer", "admin", "manager") if allowed(portal, route, method, code)), None)
            if role is None:
                continue
            client = world.sign_in(role)
            for start in range(0, len(names), 15):
                chunk = names[start : start + 15]
                accepted, status = _accepted(client, route, method, targets(world, route)[0].path, chunk)
                if status < 400:
                    wrong.append(f"{method} {route.name}: {status} with {', '.join(chunk)}")
                bad = (accepted & SENSITIVE) - TAKEN.get(route.name, set())
                wrong += [f"{method} {route.name} takes {name}" for name in sorted(bad)]
    assert not wrong, "\n".join(wrong)
    assert whole_state(world) == before


def _accepted(client: Client, route: Route, method: str, path: str, names: list[str]) -> tuple[set[str], int]:
    """Which of these fields a route knows, and the status of the answer."""
    headers = {
        "Accept": "application/json",
        "Origin": f"http://{HOST}",
        "X-CSRF-Token": client.csrf,
        "Idempotency-Key": secrets.token_urlsafe(16),
    }
    if route.area == "api":
        headers["Content-Type"], body = "application/json", ("{" + ",".join(f'"{name}": "1"' for name in names) + "}").encode()
    else:
        headers["Content-Type"], body = "application/x-www-form-urlencoded", "&".join(f"{name}=1" for name in names).encode()
    result = client.request(method, path, headers=headers, body=body)
    if result.status_code == 404:
        return set(), 404
    if result.status_code != 400:
        return set(names), result.status_code
    return set(names) - {problem["field"] for problem in result.json["problems"]}, 400


def test_the_matrix_notices_a_planted_leak(world: World) -> None:
    """The matrix itself: an answer for foreign that differs from the one for absent is found."""
    portal = world.portal
    route = next(route for route in routes_of(portal) if _FIELD.search(route.path) and route.permission not in (PUBLIC, SIGNED_IN))
    role = next(
        code
        for code, found in portal.app.kit.roles.items()
        if route.permission in found.levels and found.levels[route.permission] is not Level.ALL
    )
    cell = Cell(role, "GET", route.name, "own", "html", 200, "", b"mine")
    told = cell._replace(target="foreign", body=b"absent, and here is a hint", status=404)
    found = list(
        wrong_for_role(portal, {"own": cell, "foreign": told, "absent": told._replace(target="absent", body=b"absent")}, route, "GET", role)
    )
    assert len(found) == 1
