"""The web room's own routes: probes, figures, the API's document and viewer, widgets that fetch themselves."""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING
from uuid import UUID

import orjson
from falcon import Request, Response
from pydantic import BaseModel, ConfigDict

from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import PUBLIC, SIGNED_IN, Health, HealthCheck, Route
from b2bkit.core.web.handling import HTML, JSON, read_query, work_of
from b2bkit.core.web.metrics import CONTENT_TYPE
from b2bkit.core.web.render import LAZY_ROUTE
from b2bkit.core.web.state import state_of
from b2bkit.core.work import SYSTEM

if TYPE_CHECKING:
    from b2bkit.core.work import Work


def _trusted(req: Request) -> bool:
    """The operator: the bearer token of the configuration, or, where there is none, a direct call on the loopback."""
    token = state_of(req).site.parts.config.metrics_token
    if token:
        return secrets.compare_digest((req.get_header("Authorization") or "").encode(), f"Bearer {token}".encode())
    forwarded = req.get_header("X-Forwarded-For") or req.get_header("Forwarded")
    return state_of(req).client in ("127.0.0.1", "::1") and not forwarded


class Alive:
    """GET /healthz: the process answers. Touches neither threads nor the database."""

    async def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = "text/plain; charset=utf-8"
        resp.data = b"ok\n"


class Ready:
    """GET /readyz: 200 when everything that is needed can be used, else 503. Sentences and cures are for the operator alone."""

    def on_get(self, req: Request, resp: Response) -> None:
        site = state_of(req).site
        results = [(check, self._result(req, check)) for check in site.parts.health_checks]
        ready = all(health.ok for check, health in results if check.ready)
        told = _trusted(req)
        resp.status = 200 if ready else 503
        if not ready:
            resp.set_header("Retry-After", "5")
        resp.content_type = JSON
        resp.data = orjson.dumps({"ready": ready, "checks": [_line(check, health, told) for check, health in results]})

    def _result(self, req: Request, check: HealthCheck) -> Health:
        open_work = req.context.open_work
        try:
            work_context: AbstractContextManager[Work] = open_work(SYSTEM, write=False)
            with work_context as work:
                return check.check(work)
        except Exception as error:  # a check that breaks is a check that fails
            return Health(False, f"{type(error).__name__}", "See the log for this request.")


def _line(check: HealthCheck, health: Health, told: bool) -> dict[str, object]:
    line: dict[str, object] = {"name": check.name, "ok": health.ok, "required": check.ready}
    return {**line, "text": health.text, "cure": health.cure} if told else line


class Figures:
    """GET /metrics: for Prometheus; to others it does not exist."""

    def on_get(self, req: Request, resp: Response) -> None:
        if not _trusted(req):
            raise NotFound("metrics")
        resp.content_type = CONTENT_TYPE
        resp.data = state_of(req).site.metrics.text().encode()


class ApiDocument:
    """GET /api/openapi.json."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = JSON
        resp.data = state_of(req).site.openapi.json


class ApiViewer:
    """GET /api/docs: the document for people, in the bundled viewer."""

    def on_get(self, req: Request, resp: Response) -> None:
        state = state_of(req)
        resp.content_type = HTML
        resp.data = state.site.renderer.text("api/docs.html", {"title": state.site.parts.config.title}).encode()


class WidgetQuery(BaseModel):
    """Of which subject a widget is."""

    model_config = ConfigDict(extra="forbid")
    id: UUID | None = None


class LazyWidget:
    """GET /w/<widget>: one section, behind its own permission."""

    def on_get(self, req: Request, resp: Response, widget: str) -> None:
        work_of(req)
        state = state_of(req)
        resp.content_type = HTML
        resp.data = state.site.renderer.lazy_widget(state, widget, read_query(req, WidgetQuery).id).encode()


def web_routes(parts: object = None) -> list[Route]:
    """Routes that every portal has, to be added to the kit's; they find the parts of their app in the request."""
    return [
        Route(name="web.alive", path="/healthz", resource=Alive(), permission=PUBLIC, machine=True),
        Route(name="web.ready", path="/readyz", resource=Ready(), permission=PUBLIC, machine=True),
        Route(name="web.metrics", path="/metrics", resource=Figures(), permission=PUBLIC, machine=True),
        Route(name="web.openapi", path="/api/openapi.json", resource=ApiDocument(), permission=SIGNED_IN),
        Route(name="web.docs", path="/api/docs", resource=ApiViewer(), permission=SIGNED_IN),
        Route(name=LAZY_ROUTE, path="/w/{widget:name}", resource=LazyWidget(), permission=SIGNED_IN),
    ]
