"""One writer at a time on an SQLite file, in turn: SQLite's own busy handler sleeps and tries again, which starves writers."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from pathlib import Path

from b2bkit.core.errors import B2bkitError, Unavailable


class SecondWrite(B2bkitError):
    """A second writing transaction opened inside one: it would never get its turn."""


class WriteGate:
    """A queue before BEGIN IMMEDIATE, fair among threads (first come, first served) and among processes.

    Threads of one process queue in memory. Processes meet at two file locks: whoever waits for the gate holds the turnstile, so that the
    writer which just left stands behind it and cannot pass it. A process that dies leaves both; one that is stopped in mid write holds
    the others up, and their threads give up after `timeout` seconds with `Unavailable`.
    """

    def __init__(self, database: Path, *, timeout: float = 30.0) -> None:
        self.timeout = timeout
        self._turnstile = f"{database}-turnstile"
        self._gate = f"{database}-gate"
        self._lock = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._busy = False
        self._holder: int | None = None

    def enter(self) -> int:
        """Waits for the turn; returns what `leave` takes. Raises Unavailable when it does not come in time."""
        if self._holder == threading.get_ident():
            raise SecondWrite("this thread writes already and would wait for itself: use the transaction that is open")
        self._wait_in_process()
        try:
            turnstile = self._open_locked(self._turnstile)
            try:
                held = self._open_locked(self._gate)
            finally:
                os.close(turnstile)
            self._holder = threading.get_ident()
            return held
        except BaseException:
            self._next_in_process()
            raise

    def leave(self, held: int) -> None:
        """Lets the next one in."""
        self._holder = None
        os.close(held)
        self._next_in_process()

    def _wait_in_process(self) -> None:
        with self._lock:
            if not self._busy:
                self._busy = True
                return
            turn = threading.Event()
            self._queue.append(turn)
        started = time.monotonic()
        if turn.wait(self.timeout):
            return
        with self._lock:
            if turn.is_set():  # it came while we gave up
                return
            self._queue.remove(turn)
        raise Unavailable(f"the database was busy with other writes for {time.monotonic() - started:.0f} s")

    def _next_in_process(self) -> None:
        with self._lock:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._busy = False

    @staticmethod
    def _open_locked(path: str) -> int:
        # opened anew each time: a forked child would share the lock of an inherited descriptor
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor
