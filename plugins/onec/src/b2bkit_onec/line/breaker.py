"""The breaker: after several silent calls 1C is left alone for a while, so that nobody waits for what will not come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from b2bkit.core.i18n import _
from b2bkit_onec.line.errors import LineOpen

FAILURES: Final = 3  # silent calls in a row until it opens
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 300.0

State = Literal["closed", "open", "half_open"]


class Seen(NamedTuple):
    """What the breaker says of itself: its state, seconds since it began, the last error's words."""

    state: State
    for_seconds: float
    words: str


class Breaker:
    """closed: calls go; open: none goes until the pause is over; half_open: one goes and decides.

    clock   seconds
    told    called with (state, words) at every change, outside the lock; keeps the record
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, told: Callable[[State, str], None] | None = None) -> None:
        self._clock, self._told = clock, told
        self._lock = threading.Lock()
        self._state: State = "closed"
        self._since = clock()
        self._failures, self._pause, self._words = 0, FIRST_PAUSE, ""
        self._trying = False

    def seen(self) -> Seen:
        """How it stands now."""
        with self._lock:
            return Seen(self._state, self._clock() - self._since, self._words)

    def enter(self, *, probe: bool = False) -> None:
        """Before a call; raises LineOpen while 1C is left alone. A probe (the ping) always goes and decides as the one trial does."""
        change: State | None = None
        with self._lock:
            self._since = min(self._since, self._clock())  # a clock that is set back must not lengthen the pause
            if self._state == "open" and (probe or self._clock() - self._since >= self._pause):
                change = self._set("half_open")
            if self._state != "closed":
                if self._trying and not probe:
                    raise self._refusal()
                if self._state == "open":
                    raise self._refusal()
                self._trying = True
        self._tell(change)

    def good(self) -> None:
        """1C answered, be it with a refusal."""
        with self._lock:
            change = self._set("closed") if self._state != "closed" else None
            self._failures, self._pause, self._words, self._trying = 0, FIRST_PAUSE, "", False
        self._tell(change)

    def bad(self, words: str) -> None:
        """1C was silent or answered nonsense."""
        change: State | None = None
        with self._lock:
            self._failures += 1
            self._words, self._trying = words, False
            if self._state == "half_open":
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
                change = self._set("open")
            elif self._state == "closed" and self._failures >= FAILURES:
                change = self._set("open")
        self._tell(change)

    def left(self) -> None:
        """The call ended without telling anything about 1C (it did not leave this side, or had less time than 1C may take)."""
        with self._lock:
            self._trying = False

    def _set(self, state: State) -> State:
        self._state, self._since = state, self._clock()
        return state

    def _refusal(self) -> LineOpen:
        left = max(self._pause - (self._clock() - self._since), 0.0)
        return LineOpen(_("1C did not answer before and is asked again in {seconds} s. {words}").format(
            seconds=round(left), words=self._words).strip())  # fmt: skip

    def _tell(self, change: State | None) -> None:
        if change is not None and self._told is not None:
            self._told(change, self._words)
