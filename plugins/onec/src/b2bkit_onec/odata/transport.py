"""Calls of one 1C base: signed in, few at a time, each on a session of 1C that is kept, tried again only where that is safe."""

from __future__ import annotations

import base64
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from b2bkit.core.i18n import _
from b2bkit_onec.line.call import Answer, Caller, Request
from b2bkit_onec.line.errors import Barred, LineOpen, OneCSilent
from b2bkit_onec.odata.verdict import judge, structured

TRIES: Final = 3
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
COOKIE: Final = "ibsession"


@dataclass(slots=True)
class _Session:
    """A session of 1C that later calls go on with; its cookie is "" while none is begun."""

    cookie: str = ""


class Sessions:
    """At most so many calls of one base at a time, each with a session of its own: a session of 1C is a licence.

    `kept` becomes False for a publication that does not know IBSession; then each call is a session by itself.
    """

    def __init__(self, parallel: int) -> None:
        self.kept = True
        self._free: queue.LifoQueue[_Session] = queue.LifoQueue()  # the one used last is the one least likely to have ended
        for _number in range(parallel):
            self._free.put(_Session())

    @contextmanager
    def one(self, seconds: float) -> Iterator[_Session]:
        """Waits for a free one at most so long; raises OneCSilent."""
        try:
            session = self._free.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            raise OneCSilent(_("All calls of this base that may run at a time are busy."), _("The portal tries again by itself.")) from None
        try:
            yield session
        finally:
            self._free.put(session)


_bases: dict[tuple[str, str, int], Sessions] = {}
_bases_lock = threading.Lock()


def sessions_of(url: str, login: str, parallel: int) -> Sessions:
    """The sessions of a base, the same ones for everybody in this process."""
    with _bases_lock:
        return _bases.setdefault((url, login, parallel), Sessions(parallel))


class Transport:
    """Sends requests as a user of 1C. Basic credentials are in UTF-8, so Russian names work."""

    def __init__(
        self,
        caller: Caller,
        sessions: Sessions,
        *,
        login: str,
        password: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.caller, self._sessions, self._sleep = caller, sessions, sleep
        self._basic = "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode("ascii")

    def send(self, request: Request, *, tries: int = TRIES) -> Answer:
        """A good answer. Reading is tried again after silence, with doubling pauses or the one that 1C's side asks for; writing never is.

        Raises what `judge` raises; a refusal is never tried again.
        """
        pause = FIRST_PAUSE
        for left in range(tries - 1, -1, -1):
            try:
                return self._once(request)
            except (Barred, LineOpen):
                raise
            except OneCSilent as silent:
                wait = pause if silent.after is None else silent.after
                if not left or request.method != "GET" or wait > LONGEST_PAUSE:
                    raise
                self._sleep(wait)
                pause = min(pause * 2, LONGEST_PAUSE)
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def stream(self, request: Request) -> Iterator[Iterator[bytes]]:
        """The body of a good answer in pieces."""
        with (
            self._sessions.one(request.seconds) as session,
            self.caller.stream(self._signed(request, session)) as (status, headers, chunks),
        ):
            if status != 200:
                judge(Answer(status, headers, b"".join(chunks), 0.0))
            yield chunks

    def _once(self, request: Request) -> Answer:
        began = time.monotonic()
        with self._sessions.one(request.seconds) as session:
            request = replace(request, seconds=max(request.seconds - (time.monotonic() - began), 0.001))
            answer = self._on(session, request)
        judge(answer)
        return answer

    def _on(self, session: _Session, request: Request) -> Answer:
        """Goes on with the session, or begins one. One that 1C has ended, and a publication that begins none, are asked once more."""
        had, begins = bool(session.cookie), self._sessions.kept and not session.cookie
        answer = self.caller.send(self._signed(request, session, begins=begins))
        if answer.status in (400, 404, 406) and (had or begins) and not structured(answer):
            session.cookie = ""
            answer = self.caller.send(self._signed(request, session, begins=had))
            if begins and (answer.status < 400 or structured(answer)):
                self._sessions.kept = False  # without a session it works
                return answer
        self._remember(session, answer)
        return answer

    def _remember(self, session: _Session, answer: Answer) -> None:
        for part in answer.headers.get("set-cookie", "").split(";"):
            name, _equals, value = part.strip().partition("=")
            if name.lower() == COOKIE and value and value.isascii() and value.isprintable():
                session.cookie = value
                return
        if not session.cookie and answer.status < 400:
            self._sessions.kept = False  # it was asked for a session and gave none

    def _signed(self, request: Request, session: _Session, *, begins: bool = False) -> Request:
        own = {"Authorization": self._basic}
        if session.cookie:
            own["Cookie"] = f"{COOKIE}={session.cookie}"
        elif begins:
            own["IBSession"] = "start"
        return replace(request, headers={**request.headers, **own})
