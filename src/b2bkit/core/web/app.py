"""Builds the Falcon app from routes: every resource wrapped, every verb guarded, no path twice."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import falcon.asgi
from falcon.routing import BaseConverter

from b2bkit.core.errors import ConfigError, ConfigProblem
from b2bkit.core.extend.things import PUBLIC, SIGNED_IN, Route
from b2bkit.core.web import live
from b2bkit.core.web.endpoint import Endpoint, Responder
from b2bkit.core.web.middleware import Edge, Failures
from b2bkit.core.web.site import Site
from b2bkit.core.web.statics import PREFIX, StaticFiles
from b2bkit.core.web.system import web_routes

if TYPE_CHECKING:
    from b2bkit.core.web.parts import WebParts

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
LIVE = "web.live"
BROWSER = Path(__file__).parent / "browser"
_FIELD = re.compile(r"\{[^}]*\}")
_TEXT_FIELD = re.compile(r"\{[a-z_][a-z0-9_]*(:uuid|:name)?\}")


class UuidConverter(BaseConverter):
    """`{id:uuid}`: lower case with hyphens and nothing else, so that one thing has one address."""

    _SPELLING: ClassVar[re.Pattern[str]] = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

    def convert(self, value: str) -> uuid.UUID | None:
        return uuid.UUID(value) if self._SPELLING.fullmatch(value) else None


class NameConverter(BaseConverter):
    """`{widget:name}`: names of registered things, at most 100 characters."""

    _SPELLING: ClassVar[re.Pattern[str]] = re.compile(r"[a-z0-9_.\-]{1,100}")

    def convert(self, value: str) -> str | None:
        return value if self._SPELLING.fullmatch(value) else None


class _Mounted:
    """What Falcon sees of a resource: its verbs as coroutines."""

    def __init__(self, responders: Mapping[str, Responder]) -> None:
        for method, responder in responders.items():
            setattr(self, f"on_{method.lower()}", responder)


def handlers_of(resource: object) -> dict[str, Callable[..., object]]:
    """Verb -> method of a resource; HEAD is answered by GET."""
    found = {method: getattr(resource, f"on_{method.lower()}") for method in METHODS if hasattr(resource, f"on_{method.lower()}")}
    if "GET" in found:
        found.setdefault("HEAD", found["GET"])
    return found


def problems_of(routes: Mapping[str, Route]) -> list[ConfigProblem]:
    """What is wrong with the routes, all of it: a path twice, a verb without an operation, a guarded machine route ..."""
    problems: list[ConfigProblem] = []
    paths: dict[str, str] = {}
    for route in routes.values():
        shape = _FIELD.sub("{}", route.path.lower())
        if shape in paths:
            problems.append(_problem(route, f"has the path of {paths[shape]}, {route.path}", "give one of them another path"))
        paths.setdefault(shape, route.name)
        problems += _problems_of_one(route)
    return problems


def _problems_of_one(route: Route) -> list[ConfigProblem]:
    problems = []
    verbs = handlers_of(route.resource).keys() - {"HEAD"}
    if not verbs:
        problems.append(_problem(route, "has a resource without any on_get, on_post ...", "give the resource a method"))
    if not route.path.startswith("/") or route.path.startswith(PREFIX) or (route.path != "/" and route.path.endswith("/")):
        problems.append(_problem(route, f"has the path {route.path!r}", f"begin it with /, end without, keep out of {PREFIX}"))
    if any(not _TEXT_FIELD.fullmatch(field.group()) for field in _FIELD.finditer(route.path)):
        problems.append(_problem(route, f"has a field of another kind in {route.path}", "ids are {name:uuid}, names {name:name}"))
    if route.machine and route.permission is not PUBLIC:
        problems.append(_problem(route, "is for machines and has a permission", "make it PUBLIC; the resource authenticates"))
    if route.area == "api":
        missing = sorted(verbs - route.operations.keys())
        surplus = sorted(route.operations.keys() - verbs)
        if missing:
            problems.append(_problem(route, f"answers {', '.join(missing)} without an Operation", "describe it in `operations`"))
        if surplus:
            problems.append(_problem(route, f"describes {', '.join(surplus)} and does not answer it", "take it out of `operations`"))
    return problems


def _problem(route: Route, what: str, cure: str) -> ConfigProblem:
    return ConfigProblem("routes", route.name, what, cure)


class B2bkitAsgi(falcon.asgi.App[falcon.asgi.Request, falcon.asgi.Response]):
    """The ASGI app; `close()` lets running handlers finish."""

    site: Site

    async def __call__(  # type: ignore[override]  # as falcon.asgi.App does
        self, scope: live.Scope, receive: live.Receive, send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if scope.get("path") == live.PATH:
            receive = live.noticing(scope, receive)
        if scope.get("http_version") == "1":  # so granian names 1.0, which nginx speaks to what is behind it; Falcon takes "1.0" alone
            scope["http_version"] = "1.0"
        await super().__call__(scope, receive, send)

    def close(self) -> None:
        """Stops the threads."""
        self.site.pool.close()


def _all_routes(parts: WebParts) -> dict[str, Route]:
    """The kit's routes and the web room's own, whether or not the kit has those already."""
    routes = {route.name: route for route in web_routes()}
    if parts.live is not None:
        routes[LIVE] = Route(name=LIVE, path=live.PATH, resource=parts.live, permission=SIGNED_IN)
    return {**routes, **parts.routes}


def build_asgi(parts: WebParts) -> B2bkitAsgi:
    """The app of these routes. Raises ConfigError with every wrong route."""
    parts = replace(parts, routes=_all_routes(parts))
    problems = problems_of(parts.routes)
    if problems:
        raise ConfigError(problems)
    site = Site(parts)
    app = B2bkitAsgi(middleware=[Edge(site)])
    app.site = site
    app.router_options.converters["uuid"] = UuidConverter
    app.router_options.converters["name"] = NameConverter
    app.resp_options.secure_cookies_by_default = parts.config.cookie_secure
    app.add_error_handler(Exception, Failures(site))
    app.add_error_handler(falcon.HTTPError, Failures(site))
    for route in parts.routes.values():
        endpoints = {
            method: Endpoint(site, route, method, handler, getattr(route.resource, f"before_{method.lower()}", None))
            for method, handler in handlers_of(route.resource).items()
        }
        app.add_route(route.path, _Mounted({method: endpoint.responder() for method, endpoint in endpoints.items()}))
    app.add_sink(StaticFiles({"api": BROWSER, **parts.static}, parts.theme), PREFIX)
    return app
