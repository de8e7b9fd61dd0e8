"""Around every request: its number, the host it asks, headers of the answer, one line in the log, counts."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING

import falcon.asgi

from b2bkit.core.db.types import new_id
from b2bkit.core.errors import Unavailable
from b2bkit.core.web import guard
from b2bkit.core.web.answers import answer_kind, bare_page, clear
from b2bkit.core.web.download import SANDBOX
from b2bkit.core.web.endpoint import answer_failure
from b2bkit.core.web.errors import PROBLEM_JSON, failure_of, problem_json
from b2bkit.core.web.handling import HTML, set_cookie
from b2bkit.core.web.state import State

if TYPE_CHECKING:
    from b2bkit.core.web.site import Site

access = logging.getLogger("b2bkit.access")
PROBES = frozenset({"/healthz", "/readyz"})  # asked by address, not by name; their answers hold no links
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SECURITY = (
    ("Content-Security-Policy", CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


class Edge:
    """Falcon middleware of the whole portal."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.proxies = site.parts.config.trusted_proxies
        self.security = [
            *_SECURITY,
            *([("Strict-Transport-Security", "max-age=31536000")] if site.parts.config.cookie_secure else []),
        ]

    async def process_request(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        request_id = guard.request_id_of(req.get_header("X-Request-ID")) or new_id().hex
        state = State(self.site, request_id, req.method)
        req.context.state = state
        remote = req.remote_addr if req.scope.get("client") else ""  # without it (a Unix socket) Falcon would say 127.0.0.1
        state.client = guard.client_of(remote, req.get_header("X-Forwarded-For"), self.proxies)
        state.lang = self.site.language_of(req)
        cookies = req.cookies
        config = self.site.parts.config
        state.token = cookies.get(config.session_cookie) or None
        state.pre_session = guard.pre_session_of(cookies.get(config.pre_session_cookie))
        if req.path not in PROBES:
            guard.check_host(req.get_header("Host"), self.site.hosts)

    async def process_response(self, req: falcon.asgi.Request, resp: falcon.asgi.Response, resource: object, succeeded: bool) -> None:
        state: State | None = getattr(req.context, "state", None)
        if state is None:
            return
        download = resp.get_header("Content-Security-Policy") == SANDBOX
        resp.set_headers(self.security)
        if download:
            resp.set_header("Content-Security-Policy", SANDBOX)
        resp.set_header("X-Request-ID", state.request_id)
        if resp.get_header("Cache-Control") is None:
            resp.set_header("Cache-Control", "no-store")
        if state.new_pre_session and state.pre_session is not None:
            set_cookie(state, resp, self.site.parts.config.pre_session_cookie, state.pre_session, None)
        seconds = perf_counter() - state.started
        route = state.route.name if state.route is not None else "static" if req.path.startswith("/static/") else "none"
        self.site.metrics.count(route, state.method if state.method in falcon.HTTP_METHODS else "OTHER", resp.status_code, seconds)
        if access.isEnabledFor(logging.INFO):
            access.info("request", extra=self._line(state, route, resp.status_code, seconds))

    def _line(self, state: State, route: str, status: int, seconds: float) -> dict[str, object]:
        line: dict[str, object] = {
            "request_id": state.request_id,
            "method": state.method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "user": str(state.actor.user_id or ""),
            "company": str(state.actor.company_id or ""),
        }
        if state.error:
            line["code"] = state.error
        if state.replayed:
            line["replayed"] = True
        return line


class Failures:
    """Falcon's error handler: every failure outside a handler (unknown path, wrong verb, wrong host, no free thread)."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def __call__(self, req: falcon.asgi.Request, resp: falcon.asgi.Response, error: Exception, params: dict[str, object]) -> None:
        state: State | None = getattr(req.context, "state", None)
        if state is None:
            state = req.context.state = State(self.site, new_id().hex, req.method)
        failure = failure_of(error)
        if not isinstance(error, Unavailable) and failure.status not in (400, 421):
            try:
                await answer_failure(self.site, req, resp, state, error)
                return
            except Unavailable as busy:
                failure = failure_of(busy)
        clear(resp)
        state.error = failure.code
        resp.status = failure.status
        for name, value in failure.headers:
            resp.set_header(name, value)
        if answer_kind(req, state) == "json":
            resp.content_type, resp.data = PROBLEM_JSON, problem_json(failure, state.request_id)
        else:
            resp.content_type, resp.data = HTML, bare_page(failure, state).encode()
