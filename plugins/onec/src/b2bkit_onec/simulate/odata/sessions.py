"""Sessions of the infobase and its licences: each call without a session takes a licence while it runs, a kept session all the time."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

IDLE = 1200.0


class NoLicence(Exception):
    """More sessions than licences."""


class Sessions:
    """`limit` is asked at each call; `clock` counts seconds."""

    def __init__(self, limit: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._kept: dict[str, float] = {}
        self._stateless = 0
        self._guard = threading.Lock()

    @property
    def count(self) -> int:
        """How many licences are taken now."""
        with self._guard:
            self._forget_idle()
            return len(self._kept) + self._stateless

    @contextmanager
    def call(self, cookie: str, wish: str) -> Iterator[str]:
        """A call with the session of a cookie, or with `IBSession: start` a new one; gives its name, "" for a call without.

        A cookie of a session that ended is a call without one. `finish` ends the session after the call. Raises NoLicence.
        """
        name = self._enter(cookie, start=wish == "start")
        try:
            yield name
        finally:
            self._leave(name, finish=wish == "finish")

    def _enter(self, cookie: str, *, start: bool) -> str:
        with self._guard:
            self._forget_idle()
            if cookie in self._kept:
                self._kept[cookie] = self._clock()
                return cookie
            if len(self._kept) + self._stateless >= self._limit():
                raise NoLicence
            if not start:
                self._stateless += 1
                return ""
            name = secrets.token_hex(16)
            self._kept[name] = self._clock()
            return name

    def _leave(self, name: str, *, finish: bool) -> None:
        with self._guard:
            if not name:
                self._stateless -= 1
            elif finish:
                self._kept.pop(name, None)
            elif name in self._kept:
                self._kept[name] = self._clock()

    def _forget_idle(self) -> None:
        for name in [name for name, used in self._kept.items() if self._clock() - used > IDLE]:
            del self._kept[name]
