"""One verb of one route: from the bytes of the request to the bytes of the answer, in one hop to a thread."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

import falcon.asgi

from b2bkit.core.db.engine import retrying
from b2bkit.core.db.patience import patience
from b2bkit.core.extend.things import Route
from b2bkit.core.i18n import speaking
from b2bkit.core.web import guard, idempotency
from b2bkit.core.web.answers import clear
from b2bkit.core.web.body import read_bytes
from b2bkit.core.web.handling import refuse_unread
from b2bkit.core.web.state import State, current, state_of
from b2bkit.core.work import ANONYMOUS, SYSTEM, Actor

if TYPE_CHECKING:
    from b2bkit.core.web.parts import SignedIn
    from b2bkit.core.web.site import Site
    from b2bkit.core.work import Work

Params = dict[str, object]
Responder = Callable[..., Awaitable[None]]


class _Undo(Exception):
    """Rolls the transaction back and keeps the answer."""


class Endpoint:
    """Answers one verb. `handler` is the resource's synchronous method; an asynchronous one (live events) runs on the loop.

    before   the resource's `before_post` ... where it has one: (req, open_work, **path parameters), once a request, after the guard and
             before the transaction is opened: for what must not be done inside one, such as asking another system
    """

    def __init__(
        self, site: Site, route: Route, method: str, handler: Callable[..., object], before: Callable[..., object] | None = None
    ) -> None:
        self.site = site
        self.route = route
        self.writes = method not in guard.SAFE
        self.handler = handler
        self.before = before
        self.keyed = self.writes and route.replay and not route.machine
        self.on_loop = inspect.iscoroutinefunction(handler)

    def responder(self) -> Responder:
        """The coroutine that Falcon calls."""

        async def respond(req: falcon.asgi.Request, resp: falcon.asgi.Response, **params: object) -> None:
            state = state_of(req)
            state.route = self.route
            try:
                if self.on_loop:
                    await self._on_loop(req, resp, state, params)
                    return
                if self.writes or self.route.machine:
                    state.body = await read_bytes(req, self.route.max_body, self.site.parts.config.read_seconds)
            except Exception as error:  # a body that is too large or too slow still gets the person's page
                await answer_failure(self.site, req, resp, state, error)
                return
            await self.site.pool.run(partial(self._answer, req, resp, state, params))

        return respond

    async def _on_loop(self, req: falcon.asgi.Request, resp: falcon.asgi.Response, state: State, params: Params) -> None:
        if not self.route.machine:
            failed: list[Exception] = []

            def enter() -> None:
                try:
                    self.site.identify(state)
                    guard.admit(self.route, state.method, state.actor)
                except Exception as error:  # raised on the loop below, where failures are answered
                    failed.append(error)

            await self.site.pool.run(enter)
            if failed:
                raise failed[0]
        answered = self.handler(req, resp, **params)
        if inspect.isawaitable(answered):
            await answered

    def _answer(self, req: falcon.asgi.Request, resp: falcon.asgi.Response, state: State, params: Params) -> None:
        """Runs in a thread; never raises."""
        with patience(self.site.parts.config.patience):
            self._answered(req, resp, state, params)

    def _answered(self, req: falcon.asgi.Request, resp: falcon.asgi.Response, state: State, params: Params) -> None:
        token = current.set(state)
        try:
            if self.route.machine:
                self._machine(req, resp, state, params)
            elif not self.writes and not self.route.unscoped and self.site.parts.visit is not None:
                self._visit(req, resp, state, params)
            elif self.writes and self.site.parts.database is not None:
                retrying(self.site.parts.database, partial(self._afresh, req, resp, state, params))
            else:
                self._in_two_steps(req, resp, state, params)
            self.site.touch(state)
        except _Undo:
            pass
        except Exception as error:
            self.site.answer_failure(req, resp, state, error)
        finally:
            state.work = None
            current.reset(token)

    def _machine(self, req: falcon.asgi.Request, resp: falcon.asgi.Response, state: State, params: Params) -> None:
        def open_work(actor: Actor = ANONYMOUS, *, write: bool = True) -> AbstractContextManager[Work]:
            return self.site.parts.work(actor, write=write, lang=state.lang, request_id=state.request_id)

        req.context.open_work = open_work
        with speaking(state.lang, self.site.parts.translations(state.lang)):
            self.handler(req, resp, **params)

    def _visit(self, req: falcon.asgi.Request, resp: falcon.asgi.Response, state: State, params: Params) -> None:
        """Reading: session and handler share one transaction."""
        visit = self.site.parts.visit
        assert visit is not None

        def enter(signed: SignedIn | None) -> tuple[Actor, str]:
            self.site.recognise(state, signed)
            guard.admit(self.route, state.method, state.actor)
            return state.actor, state.lang

        with visit(state.token, enter, request_id=state.request_id) as work:
            state.work = work
            self.handler(req, resp, **params)

    def _afresh(self, req: falcon.asgi.Request, resp: falcon.asgi.Response, state: State, params: Params) -> None:
        """A write, from the beginning each time: what an attempt before this one began to answer is forgotten."""
        clear(resp)
        state.keep = False
        self._in_two_steps(req, resp, state, params)

    def _in_two_steps(self, req: falcon.asgi.Request, resp: falcon.asgi.Response, state: State, params: Params) -> None:
        """Writing: who may not write never gets as far as the line of writers."""
        self.site.identify(state)
        with speaking(state.lang, self.site.parts.translations(state.lang)):
            guard.admit(self.route, state.method, state.actor)
            claimed, asked = None, ""
            if self.writes:
                guard.check_meant(req, state)
            if self.keyed:
                principal = idempotency.principal_of(state.actor, state.pre_session)
                claimed = idempotency.Claim(principal, self.route.name, guard.key_of(req))
                asked = idempotency.request_hash(req, state)
            if self.before is not None and not state.prepared:
                state.prepared = True
                self.before(req, self._open_work(state), **params)
            with self._work(state) as work:
                state.work = work
                if claimed is not None:
                    self._once(req, resp, params, work, claimed, asked)
                else:
                    self.handler(req, resp, **params)
                    self._refused(req, resp, state)

    def _open_work(self, state: State) -> Callable[..., AbstractContextManager[Work]]:
        def open_work(actor: Actor = SYSTEM, *, write: bool = True) -> AbstractContextManager[Work]:
            return self.site.parts.work(actor, write=write, lang=state.lang, request_id=state.request_id)

        return open_work

    def _work(self, state: State) -> AbstractContextManager[Work]:
        """The transaction of this request; unscoped only for the portal's own doors."""
        lang, request_id, wide = state.lang, state.request_id, self.route.unscoped
        return self.site.parts.work(state.actor, write=self.writes, lang=lang, request_id=request_id, unscoped=wide)

    def _refused(self, req: falcon.asgi.Request, resp: falcon.asgi.Response, state: State) -> bool:
        """True for a refusal that commits all the same; a refusal that does not leaves the transaction by an exception.

        So does an answer of a handler that never looked at what was sent: nothing that came is ignored.
        """
        if not self.writes:
            return False
        if resp.status_code < 400:
            refuse_unread(req)
            return False
        if not state.keep:
            raise _Undo
        return True

    def _once(
        self,
        req: falcon.asgi.Request,
        resp: falcon.asgi.Response,
        params: Params,
        work: Work,
        claimed: idempotency.Claim,
        asked: str,
    ) -> None:
        state = state_of(req)
        stored = idempotency.claim(work, claimed, asked)
        if stored is not None:
            state.replayed = True
            idempotency.replay(stored, resp)
            return
        self.handler(req, resp, **params)
        if self._refused(req, resp, state):
            idempotency.release(work, claimed)
        else:
            idempotency.store(work, claimed, resp)


async def answer_failure(site: Site, req: falcon.asgi.Request, resp: falcon.asgi.Response, state: State, error: Exception) -> None:
    """Answers a failure that happened on the loop: in a thread, since the page around it reads the database."""

    def answer() -> None:
        token = current.set(state)
        try:
            try:
                site.identify(state)
            except Exception as later:  # the database is away: the failure itself is still answered
                site.answer_failure(req, resp, state, later)
                return
            site.answer_failure(req, resp, state, error)
        finally:
            current.reset(token)

    await site.pool.run(answer)
