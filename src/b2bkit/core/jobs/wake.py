"""Wake-ups through Dramatiq. A message holds a row's number and nothing else; it may be lost, doubled or late without harm.

In process: StubBroker and one consumer. With Redis: RedisBroker, reached only from a thread of its own with short time-outs, so that no web
request ever waits for Redis; while Redis is away messages are dropped and the poller does the work.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import dramatiq
from dramatiq.brokers.stub import StubBroker

if TYPE_CHECKING:
    from dramatiq.brokers.redis import RedisBroker

    from b2bkit.core.config import Config

log = logging.getLogger("b2bkit.wake")
QUEUE = "b2bkit-wake"
PAUSE_AFTER_FAILURE = 2.0
PATIENCE = 2.0
MOST_WAITING = 1000


class Waker(Protocol):
    """Sends and receives the numbers of rows."""

    def start(self, *, consume: bool) -> None: ...
    def send(self, task_id: int) -> None: ...
    def stop(self) -> None: ...


def waker_for(config: Config, take: Callable[[int], None]) -> Waker:
    """The waker that `[jobs] broker` asks for."""
    if config.tables.jobs.broker == "redis":
        return _BrokerWaker(_redis_broker(config.redis_url.get_secret_value()), take, own_thread=True)
    return _BrokerWaker(StubBroker(middleware=[]), take, own_thread=False)


def _redis_broker(url: str) -> RedisBroker:
    import redis  # a portal without Redis does not pay for its client
    from dramatiq.brokers.redis import RedisBroker
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # A client of our own: RedisBroker(url=...) builds its connections from the address alone and drops other parameters, time-outs too.
    client = redis.Redis.from_url(
        url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, socket_keepalive=True, retry=Retry(NoBackoff(), 0)
    )
    return RedisBroker(client=client, middleware=[], heartbeat_timeout=15_000)  # type: ignore[no-untyped-call]


class _BrokerWaker:
    def __init__(self, broker: dramatiq.Broker, take: Callable[[int], None], *, own_thread: bool) -> None:
        self.broker = broker
        self._own_thread = own_thread
        self._waiting: queue.Queue[int | None] = queue.Queue(MOST_WAITING)
        self._sender: threading.Thread | None = None
        self._stopped = threading.Event()
        self._worker: dramatiq.Worker | None = None
        self._actor = dramatiq.actor(broker=broker, actor_name="wake", queue_name=QUEUE)(take)

    def start(self, *, consume: bool) -> None:
        if self._own_thread:
            self._sender = threading.Thread(target=self._send_all, name="b2bkit-waker", daemon=True)
            self._sender.start()
        if consume:
            self._worker = dramatiq.Worker(self.broker, queues={QUEUE}, worker_threads=1, worker_timeout=200)
            self._worker.start()

    def send(self, task_id: int) -> None:
        if self._sender is None:
            if self._worker is not None:
                self._actor.send(task_id)
            return
        with contextlib.suppress(queue.Full):  # Redis is away: the poller finds the row
            self._waiting.put_nowait(task_id)

    def _send_all(self) -> None:
        while (task_id := self._waiting.get()) is not None and not self._stopped.is_set():
            try:
                self._actor.send(task_id)
            except Exception as error:
                log.warning("wake-up not sent: %s", type(error).__name__)
                self._stopped.wait(PAUSE_AFTER_FAILURE)

    def stop(self) -> None:
        self._stopped.set()
        if self._sender is not None:
            with contextlib.suppress(queue.Full):  # then it is awake and sees that it is over
                self._waiting.put_nowait(None)
            self._sender.join(timeout=2 * PATIENCE)
            self._sender = None
        if self._worker is not None:
            self._worker.stop(timeout=3000)
            self._worker = None
        self.broker.close()
