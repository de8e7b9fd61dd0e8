"""The one line to 1C of a portal, opened when it is first needed, and the job that asks whether 1C is there."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from typing import Final

from b2bkit import OpenWork
from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import language, speaking
from b2bkit_onec.archive.store import Keeper, keep
from b2bkit_onec.line import Line, open_line
from b2bkit_onec.sessions import SYSTEM_NAME
from b2bkit_onec.settings import OneCSettings

log = logging.getLogger("b2bkit.onec")
WAIT: Final = timedelta(seconds=15)
PATIENCE: Final = 3.0  # seconds that a job waits for what it asks of 1C


class Apart:
    """Work of a job that asks 1C, in a thread of its own: while 1C hangs, the job's thread goes on to other jobs, and the portal can stop.

    What takes longer goes on by itself; until it has ended, the job begins nothing new.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def do(self, action: Callable[[], None]) -> None:
        """Does it, and raises what it raises within the time that is waited for; what comes later is logged."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            failed: list[Exception] = []
            self._thread = thread = threading.Thread(
                target=copy_context().run, args=(self._run, action, failed), name=f"onec-{self._name}", daemon=True
            )
            thread.start()
        thread.join(PATIENCE)
        if failed:
            raise failed[0]

    def _run(self, action: Callable[[], None], failed: list[Exception]) -> None:
        try:
            action()
        except Exception as error:
            log.info("1C was asked in vain", extra={"job": self._name}, exc_info=error)
            failed.append(error)


class Lines:
    """Shared by all flows, pages and jobs of one process: one breaker, one set of connections, one set of names."""

    def __init__(self, settings: OneCSettings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._ping = Apart("ping")

    def line(self, open_work: OpenWork) -> Line:
        """The line; opens no connection."""
        with self._lock:
            if self._line is None:
                with open_work(write=False) as work:
                    config, clock = work.config, work.clock
                self._line = open_line(
                    self.settings, folder=config.folder, data=config.data, zone=config.portal.zone, keep=keep, clock=clock
                )
            return self._line

    def rests(self, *, at_least: bool = False) -> bool:
        """Whether the breaker is open: 1C was silent so often that it is left alone. `at_least`: also that it stays so for now."""
        if self._line is None:
            return False
        seen = self._line.caller.breaker.seen()
        return seen.state == "open" and (not at_least or seen.for_seconds < WAIT.total_seconds())

    def ping(self, open_work: OpenWork) -> None:
        """Job: asks 1C the smallest question and notes what came of it."""
        self._ping.do(lambda: self._ask_whether_there(open_work))

    def _ask_whether_there(self, open_work: OpenWork) -> None:
        line = self.line(open_work)
        with open_work(write=False) as work:
            lang = work.lang or language()
            texts = work.translations(lang)
        with speaking(lang, texts):
            found = line.ping()
        with open_work() as work:
            if found.state == "down":
                erp.failed(work, SYSTEM_NAME, f"{found.words} {found.cure}".strip())
            else:
                erp.heard(work, SYSTEM_NAME)

    def close(self) -> None:
        """Closes connections; a later use opens them anew."""
        with self._lock:
            line, self._line = self._line, None
        if line is not None:
            line.close()

    def keeper(self, open_work: OpenWork) -> Keeper:
        """For a page that asks 1C on demand: `with lines.keeper(open_work):` keeps what is said meanwhile."""
        return Keeper(open_work, settings=self.settings)
