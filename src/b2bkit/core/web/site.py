"""What is built once per app: renderer, addresses, pool, metrics; and how a failure becomes an answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

import falcon

from b2bkit.core.errors import NotSignedIn
from b2bkit.core.i18n import SOURCE_LANGUAGE, speaking
from b2bkit.core.web.answers import answer_kind, bare_page, came_from, clear, neutral, typed_fields
from b2bkit.core.web.errors import PROBLEM_JSON, Failure, Stale, failure_of, problem_json
from b2bkit.core.web.guard import known_hosts
from b2bkit.core.web.handling import HTML, is_htmx
from b2bkit.core.web.openapi import OpenApi
from b2bkit.core.web.pool import HandlerPool
from b2bkit.core.web.render import Renderer
from b2bkit.core.web.state import State
from b2bkit.core.web.urls import Urls
from b2bkit.core.work import ANONYMOUS, SYSTEM

if TYPE_CHECKING:
    from b2bkit.core.web.parts import SignedIn, WebParts

log = logging.getLogger("b2bkit.web")


class Site:
    """The running web room."""

    def __init__(self, parts: WebParts) -> None:
        self.parts = parts
        self.urls = Urls(parts.routes.values())
        self.renderer = Renderer(parts, self.urls)
        self.pool = HandlerPool(parts.config.threads, parts.config.queue)
        self.hosts = known_hosts(parts.config)
        self.openapi = OpenApi(parts.routes.values(), parts.config)
        self.metrics = parts.metrics
        self.metrics.gauge("b2bkit_web_requests_taken", "Requests that run or wait for a thread.", lambda: float(self.pool.taken))
        self.metrics.gauge("b2bkit_web_threads", "Threads that run handlers.", lambda: float(self.pool.size))

    def language_of(self, req: falcon.Request) -> str:
        """The browser's choice: a cookie, else the first language of Accept-Language that there is, else the portal's first."""
        known = self.parts.config.languages
        chosen = req.get_cookie_values("b2bkit-lang") or []
        if chosen and chosen[0] in known:
            return chosen[0]
        for wanted in (req.get_header("Accept-Language") or "").split(",")[:10]:
            code = wanted.partition(";")[0].strip().lower().partition("-")[0]
            if code in known:
                return code
        return known[0] if known else SOURCE_LANGUAGE

    def identify(self, state: State) -> None:
        """Reads the session of the request's cookie in a short transaction of its own."""
        if state.token is None or state.signed is not None:
            return
        with self.parts.work(SYSTEM, write=False, lang=state.lang, request_id=state.request_id) as work:
            self.recognise(state, self.parts.sessions.read(work.session, state.token, work.now))

    def recognise(self, state: State, signed: SignedIn | None) -> None:
        """Takes over who the session says acts here."""
        if signed is not None:
            state.signed = signed
            state.actor = signed.actor
            if signed.lang in self.parts.config.languages:
                state.lang = signed.lang

    def touch(self, state: State) -> None:
        """Notes, now and then, that the session is in use; never at the price of the answer."""
        if state.signed is None or not state.signed.stale or state.token is None:
            return
        try:
            with self.parts.work(SYSTEM, write=True, lang=state.lang, request_id=state.request_id) as work:
                self.parts.sessions.touch(work.session, state.token, work.now)
        except Exception:
            log.exception("session could not be touched", extra={"request_id": state.request_id})

    # failures

    def answer_failure(self, req: falcon.Request, resp: falcon.Response, state: State, error: Exception) -> None:
        """Turns an exception into the answer: page, fragment or problem document."""
        with speaking(state.lang, self.parts.translations(state.lang)):
            failure = failure_of(error)
            state.error = failure.code
            if failure.status == 500:  # also those of ours that no person should ever see, as a statement that the scope refuses
                route = state.route.name if state.route else ""
                log.error("request failed", exc_info=error, extra={"request_id": state.request_id, "route": route})
            clear(resp)
            resp.status = failure.status
            for name, value in failure.headers:
                resp.set_header(name, value)
            kind = answer_kind(req, state)
            if kind == "json":
                resp.content_type = PROBLEM_JSON
                resp.data = problem_json(failure, state.request_id)
            elif isinstance(error, NotSignedIn) and self.parts.sign_in_route in self.urls:
                self._to_sign_in(req, resp, state)
            else:
                resp.content_type = HTML
                resp.data = self._failure_html(req, state, failure, error, kind).encode()

    def _to_sign_in(self, req: falcon.Request, resp: falcon.Response, state: State) -> None:
        """The door; to somebody whose session was there and is over it says so, and that what was just sent was not taken."""
        here = came_from(req)
        ended = None if state.token is None else "read" if req.method in ("GET", "HEAD") else "sent"
        path = self.urls.path(self.parts.sign_in_route, next=here, ended=ended)
        if is_htmx(req):
            resp.status = 401
            resp.content_type = HTML
            resp.data = b""
            resp.set_header("HX-Redirect", path)
        else:
            resp.status = 303
            resp.set_header("Location", path)

    def _failure_html(
        self, req: falcon.Request, state: State, failure: Failure, error: Exception, kind: Literal["page", "fragment"]
    ) -> str:
        values: dict[str, object] = {"failure": failure, "request_id": state.request_id}
        try:
            if kind == "fragment":
                return self.renderer.text("problem/fragment.html", values)
            actor = state.actor if state.signed is not None else ANONYMOUS
            with self.parts.work(actor, write=False, lang=state.lang, request_id=state.request_id) as work:
                state.work = work
                try:
                    values["page"] = neutral(self.parts.shell(work, req))
                    if isinstance(error, Stale):
                        values.update(action=req.path, fields=typed_fields(req), csrf=state.csrf_token())
                        return self.renderer.text("problem/resend.html", values)
                    return self.renderer.text("problem/page.html", values)
                finally:
                    state.work = None
        except Exception:
            log.exception("the problem page could not be made", extra={"request_id": state.request_id})
            return bare_page(failure, state)
