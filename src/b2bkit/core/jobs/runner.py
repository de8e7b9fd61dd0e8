"""Running tasks: Dramatiq carries wake-ups that name a row, a poller finds every second what no wake-up named.

Losing a wake-up, the broker, or all of Redis costs seconds; the rows in the database are the queue. In the in-process profile
everything runs in
the web process; with Redis, `b2bkit worker` processes run tasks, and web processes only send wake-ups, from a thread of their own.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from b2bkit.core.errors import B2bkitError
from b2bkit.core.jobs import schedule
from b2bkit.core.jobs.claim import Claimed, claim, due_ids, finish, put_back, renew
from b2bkit.core.jobs.points import reach
from b2bkit.core.jobs.queue import DELIVERY
from b2bkit.core.jobs.wake import Waker, waker_for
from b2bkit.core.outbox.facts import from_json
from b2bkit.core.outbox.models import StoredFact

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from b2bkit.core.config import Config
    from b2bkit.core.extend.kit import Kit
    from b2bkit.core.work import Actor, Work

log = logging.getLogger("b2bkit.jobs")
POLL_SECONDS = 1.0
RENEW_SECONDS = 2.0
DELIVERY_LIMIT = 60


class Portal(Protocol):
    """What the runner needs of the app."""

    config: Config
    kit: Kit

    def work(
        self, actor: Actor = ..., *, write: bool = ..., lang: str | None = ..., request_id: str = ...
    ) -> AbstractContextManager[Work]: ...


class LeaseLost(B2bkitError):
    """Another process took the task meanwhile; what was done here is rolled back."""


class JobRunner:
    """Runs the tasks of one portal in this process."""

    def __init__(self, app: Portal) -> None:
        self.app = app
        self._stop = threading.Event()
        self._kick = threading.Event()
        self._threads: list[threading.Thread] = []
        self._pool: ThreadPoolExecutor | None = None
        self._busy: set[int] = set()
        self._running: dict[int, Claimed] = {}
        self._lock = threading.Lock()
        self._waker: Waker = waker_for(app.config, self.take)

    @property
    def limits(self) -> dict[str, int]:
        """What this portal can run, with seconds for each; rows of a disabled plugin wait for its return."""
        jobs = {job.name: job.time_limit for job in self.app.kit.jobs.values()}
        return jobs | dict.fromkeys(self.app.kit.subscriber_by_name, DELIVERY_LIMIT)

    def start(self, *, work: bool = True) -> None:
        """Starts the poller and the workers; with `work=False` (a web process beside workers) only the sending of wake-ups."""
        self._waker.start(consume=work)
        if work:
            self._pool = ThreadPoolExecutor(self.app.config.tables.jobs.threads, "b2bkit-job")
            for target, name in ((self._poll, "b2bkit-poller"), (self._renew, "b2bkit-leases")):
                thread = threading.Thread(target=target, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def stop(self) -> None:
        """Lets running tasks end (at most their own time) and starts no more."""
        self._stop.set()
        self._kick.set()
        self._waker.stop()
        for thread in self._threads:
            thread.join(timeout=5)
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def wake(self, ids: Iterable[int]) -> None:
        """After a commit: these rows are there. Never waits for a broker."""
        for task_id in ids:
            self._waker.send(task_id)

    def take(self, task_id: int) -> None:
        """A wake-up arrived: run this row, unless somebody else has it."""
        if self._pool is None or self._stop.is_set():
            return
        with self._lock:
            if task_id in self._busy:
                return
            self._busy.add(task_id)
        try:
            self._pool.submit(self._run_one, task_id)
        except RuntimeError:  # the pool is shutting down; the row waits for the next process
            self._busy.discard(task_id)

    def _run_one(self, task_id: int) -> None:
        try:
            if self.run(task_id):
                self._kick.set()  # its successor of the same key may be due now
        except Exception:
            log.exception("task could not be run", extra={"task": task_id})
        finally:
            with self._lock:
                self._busy.discard(task_id)

    def _poll(self) -> None:
        while not self._stop.is_set():
            try:
                self._sweep()
            except Exception:
                log.exception("poller")
            self._kick.wait(POLL_SECONDS)
            self._kick.clear()

    def _renew(self) -> None:
        """Keeps the leases of what runs here longer than a moment."""
        held: list[Claimed] = []
        while not self._stop.wait(RENEW_SECONDS):
            running = list(self._running.values())
            lasting = [one for one in running if one in held]
            held = running
            if not lasting:
                continue
            try:
                with self.app.work() as work:
                    renew(work.session, lasting, now=work.now)
            except Exception:
                log.exception("leases could not be renewed")

    def _sweep(self) -> None:
        with self.app.work(write=False) as work:
            ids = due_ids(work.session, now=work.now, names=list(self.limits))
            late = schedule.any_due(work)
        if late:
            with self.app.work() as work:
                schedule.start_due(work)
        for task_id in ids:
            self.take(task_id)

    def run(self, task_id: int | None = None) -> bool:
        """Takes and runs one task; False when there was none. A failure is written down and never raised."""
        with self.app.work() as work:
            claimed = claim(work.session, now=work.now, limits=self.limits, task_id=task_id)
        if claimed is None:
            return False
        reach("claimed")
        self._running[claimed.id] = claimed
        try:
            self._perform(claimed)
        except LeaseLost:
            log.warning("lease lost", extra={"task": claimed.id, "task_name": claimed.name})
        except Exception as error:
            log.warning("task failed", exc_info=True, extra={"task": claimed.id, "task_name": claimed.name, "attempts": claimed.attempts})
            with self.app.work() as work:
                put_back(work.session, claimed, now=work.now, error=f"{type(error).__name__}: {error}")
        finally:
            self._running.pop(claimed.id, None)
        reach("saved")
        return True

    def drain(self, most: int = 10_000) -> int:
        """Runs what is due, here and now, one after the other; returns how many. For commands and tests."""
        for count in range(most):
            if not self.run():
                return count
        return most

    def _perform(self, claimed: Claimed) -> None:
        job = self.app.kit.jobs.get(claimed.name) if claimed.kind != DELIVERY else None
        if job is not None and job.opens_work:
            job.run(self._open_work, **claimed.arguments)
        with self.app.work() as work:
            if job is None:
                self._deliver(work, claimed)
            elif not job.opens_work:
                job.run(work, **claimed.arguments)
            if not finish(work.session, claimed, now=work.now):
                raise LeaseLost(claimed.name)

    def _open_work(self, *, write: bool = True) -> AbstractContextManager[Work]:
        return self.app.work(write=write)

    def _deliver(self, work: Work, claimed: Claimed) -> None:
        stored = work.session.get_one(StoredFact, claimed.fact_id)
        work.fact_id = str(stored.id)
        subscriber = self.app.kit.subscriber_by_name[claimed.name]
        subscriber.handle(work, from_json(self.app.kit.facts[stored.type], stored.payload))
