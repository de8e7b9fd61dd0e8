"""Live events: server-sent, per person, kinds and ids only. The page fetches what changed through the normal guard.

One asyncio queue per open page in this process; between processes signals go over a bus: Redis pub/sub, or PostgreSQL NOTIFY. A signal may
be lost with the bus; once the bus is back every open page is told to fetch itself afresh, so that costs freshness for seconds, never data.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import queue
import secrets
import select
import socket
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import falcon
import falcon.asgi
import psycopg
from falcon.asgi import SSEvent

from b2bkit.core.work import Actor, Signal

if TYPE_CHECKING:
    import redis

    from b2bkit.core.app import App

log = logging.getLogger("b2bkit.live")
CHANNEL = "b2bkit_live"
HEARTBEAT = 20.0
WAITING = 64
PAUSE = 2.0
PER_PERSON = 20
RELOAD = Signal("reload", "")
REMEMBERED = 1000
PATH = "/events"
_LEAVE = "b2bkit.leave"

Deliver = Callable[[Sequence[Signal]], None]


def address(moment: float) -> str:
    """Where a page hears what happens from `moment` on (seconds since 1970), also while it is still on its way to the browser."""
    return f"{PATH}?since={int(moment * 1000)}"


class Bus(Protocol):
    """Carries signals to every process of the portal, this one included."""

    def send(self, signals: Sequence[Signal]) -> None: ...
    def listen(self, deliver: Deliver) -> None: ...
    def close(self) -> None: ...


def bus_for(app: App) -> Bus:
    """Redis when the jobs use it, else PostgreSQL when the data are there, else this process alone."""
    if app.config.tables.jobs.broker == "redis":
        return RedisBus(app.config.redis_url.get_secret_value())
    if app.config.database_url.startswith("postgresql"):
        return PostgresBus(app.config.database_url.replace("postgresql+psycopg://", "postgresql://"))
    return LocalBus()


def pack(signals: Sequence[Signal]) -> str:
    """Signals as one line of JSON."""
    return json.dumps([asdict(signal) for signal in signals], default=str, separators=(",", ":"))


def unpack(line: str | bytes) -> list[Signal]:
    """The signals of a line; raises ValueError, KeyError, TypeError or AttributeError for what is none."""
    found = []
    for item in json.loads(line):
        users, companies = tuple(UUID(u) for u in item["users"]), tuple(UUID(c) for c in item["companies"])
        found.append(Signal(str(item["kind"]), str(item["id"]), users, companies, bool(item["staff"])))
    return found


class LocalBus:
    """Within this process."""

    def __init__(self) -> None:
        self._deliver: Deliver | None = None

    def send(self, signals: Sequence[Signal]) -> None:
        if self._deliver is not None:
            self._deliver(signals)

    def listen(self, deliver: Deliver) -> None:
        self._deliver = deliver

    def close(self) -> None:
        self._deliver = None


class _ThreadedBus:
    """Sends from one thread and listens in another; both reconnect, neither ever makes a caller wait.

    What could not be sent is sent again after the connection; after a pause in listening every open page here gets RELOAD. Pages of this
    process are told at once; what comes back of it over the bus is left aside.

    listening   set while the subscription holds
    """

    def __init__(self) -> None:
        self._own = secrets.token_hex(4)
        self._outgoing: queue.Queue[str | None] = queue.Queue(1000)
        self._unsent: str | None = None
        self._missed = False
        self.listening = threading.Event()
        self._stop = threading.Event()
        self._waking, self._wake = socket.socketpair()  # readable once it is over: whoever waits for news waits for this too
        self._deliver: Deliver | None = None
        self._threads = [threading.Thread(target=self._run, args=(self._send_loop,), name="b2bkit-bus-out", daemon=True)]
        self._threads[0].start()

    def send(self, signals: Sequence[Signal]) -> None:
        if self._deliver is not None:
            self._deliver(signals)
        with contextlib.suppress(queue.Full):  # the bus is away: pages fetch themselves afresh when it is back
            self._outgoing.put_nowait(self._own + pack(signals))

    def listen(self, deliver: Deliver) -> None:
        self._deliver = deliver
        thread = threading.Thread(target=self._run, args=(self._listen_loop,), name="b2bkit-bus-in", daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        self._stop.set()
        with contextlib.suppress(OSError):
            self._wake.send(b".")
        with contextlib.suppress(queue.Full):
            self._outgoing.put_nowait(None)
        for thread in self._threads:
            thread.join(timeout=3)
        for end in (self._wake, self._waking):
            end.close()

    def _run(self, loop: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                loop()
            except Exception as error:
                log.warning("live bus: %s", type(error).__name__)
                if loop == self._listen_loop:
                    self.listening.clear()
                    self._missed = True
                self._stop.wait(PAUSE)

    def _received(self, line: str | bytes) -> None:
        try:
            sender, begins, rest = (line if isinstance(line, str) else line.decode()).partition("[")
            if sender == self._own:
                return
            signals = unpack(begins + rest)
        except (ValueError, KeyError, TypeError, AttributeError):
            log.warning("live bus: a line that is no signal")
            return
        if self._deliver is not None:
            self._deliver(signals)

    def _send_with(self, put: Callable[[str], object]) -> None:
        while not self._stop.is_set():
            if self._unsent is None:
                self._unsent = self._outgoing.get()
            if self._unsent is not None:
                put(self._unsent)
                self._unsent = None

    def _listening(self) -> None:
        """The subscription holds from now on."""
        self.listening.set()
        if self._missed and self._deliver is not None:
            self._deliver([RELOAD])

    def _send_loop(self) -> None:
        raise AssertionError("a bus says how")

    def _listen_loop(self) -> None:
        raise AssertionError("a bus says how")


class RedisBus(_ThreadedBus):
    """Redis pub/sub."""

    def __init__(self, url: str) -> None:
        self._url = url
        super().__init__()

    def _client(self) -> redis.Redis:
        import redis  # a portal without Redis does not pay for its client: a third of a second and 10 MB
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        # no silent retries: a subscription that was renewed behind our back would hide that signals were missed
        retry = Retry(NoBackoff(), 0)
        return redis.Redis.from_url(self._url, socket_timeout=PAUSE, socket_connect_timeout=PAUSE, socket_keepalive=True, retry=retry)

    def _send_loop(self) -> None:
        with self._client() as client:
            self._send_with(lambda line: client.publish(CHANNEL, line))

    def _listen_loop(self) -> None:
        with self._client() as client, client.pubsub(ignore_subscribe_messages=True) as subscription:
            subscription.subscribe(CHANNEL)
            self._listening()
            while not self._stop.is_set():
                message = subscription.get_message(timeout=1.0)
                if message is not None:
                    self._received(message["data"])


class PostgresBus(_ThreadedBus):
    """PostgreSQL LISTEN and NOTIFY; a line is at most 8,000 bytes, longer lists are sent in parts."""

    def __init__(self, url: str) -> None:
        self._url = url
        super().__init__()

    def send(self, signals: Sequence[Signal]) -> None:
        if len(signals) > 1 and len(pack(signals).encode()) > 7000:
            half = len(signals) // 2
            self.send(signals[:half])
            self.send(signals[half:])
        else:
            super().send(signals)

    def _send_loop(self) -> None:
        with psycopg.connect(self._url, autocommit=True, connect_timeout=3) as connection:
            self._send_with(lambda line: connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, line)))

    def _listen_loop(self) -> None:
        with psycopg.connect(self._url, autocommit=True, connect_timeout=3) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._listening()
            either = select.poll()
            either.register(connection, select.POLLIN)
            either.register(self._waking, select.POLLIN)
            while not self._stop.is_set():
                either.poll()
                for notice in connection.notifies(timeout=0):
                    self._received(notice.payload)


class _Stream:
    """One open page."""

    __slots__ = ("actor", "events", "loop", "since", "token")

    def __init__(self, actor: Actor, token: str, loop: asyncio.AbstractEventLoop, since: float) -> None:
        self.actor = actor
        self.token = token
        self.loop = loop
        self.since = since
        self.events: asyncio.Queue[Signal | None] = asyncio.Queue(WAITING)

    def wants(self, signal: Signal) -> bool:
        if signal is RELOAD:
            return True
        if self.actor.user_id in signal.users or (signal.staff and self.actor.kind == "staff"):
            return True
        return self.actor.company_id is not None and self.actor.company_id in signal.companies

    def put(self, signal: Signal) -> None:
        """In the loop's thread. A page that reads too slowly loses events and fetches everything afresh (`reload`)."""
        if self.events.full():
            self._forget()
            self.events.put_nowait(RELOAD)
        else:
            self.events.put_nowait(signal)

    def leave(self) -> None:
        """In the loop's thread: the page was closed."""
        if self.events.full():
            self._forget()
        self.events.put_nowait(None)

    def _forget(self) -> None:
        while not self.events.empty():
            self.events.get_nowait()


Bearer = Callable[[str], Actor | None]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]


def noticing(scope: Scope, receive: Receive) -> Receive:
    """The `receive` of a stream's request that ends the stream as soon as the page is closed; Falcon looks only after the next event."""

    async def received() -> Any:
        message = await receive()
        if message["type"] == "http.disconnect" and _LEAVE in scope:
            scope[_LEAVE]()
        return message

    return received


class LiveStreams:
    """The resource of /events, and the hub that signals are delivered to.

    A page says since when it wants news: the last signals are remembered, because between a page's making and its stream's opening
    an order may be accepted. Whose moment lies further back than is remembered is told to fetch itself afresh.

    bearer   (token) -> who bears it now, None when the session has ended; asked before every event and heartbeat, in a thread
    """

    def __init__(self, bearer: Bearer) -> None:
        self.bearer = bearer
        self._streams: set[_Stream] = set()
        self._recent: deque[tuple[float, Signal]] = deque(maxlen=REMEMBERED)
        self._known_from = time.time()
        self._lock = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """From any thread: ends every stream and opens no more, so that a server which lets answers finish can stop."""
        self._closed = True
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            with contextlib.suppress(RuntimeError):  # its loop has ended already
                stream.loop.call_soon_threadsafe(stream.leave)

    @property
    def count(self) -> int:
        """Open pages in this process."""
        return len(self._streams)

    def deliver(self, signals: Sequence[Signal]) -> None:
        """From any thread: to each open page that a signal is for."""
        now = time.time()
        with self._lock:
            for signal in signals:
                if len(self._recent) == REMEMBERED:
                    self._known_from = self._recent[0][0]
                self._recent.append((now, signal))
            streams = list(self._streams)
        for signal in signals:
            for stream in streams:
                if stream.wants(signal):
                    try:
                        stream.loop.call_soon_threadsafe(stream.put, signal)
                    except RuntimeError:  # the loop has ended with its process's web part
                        self._drop(stream)

    async def on_get(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        """Opens a stream for the signed-in person; the guard has run before. `since`: milliseconds since 1970, default now."""
        if self._closed:
            raise falcon.HTTPServiceUnavailable(retry_after=5)
        state = req.context.state
        if state.signed is None or state.token is None:
            raise falcon.HTTPUnauthorized
        since = req.get_param_as_int("since", min_value=0)
        moment = time.time() if since is None else since / 1000
        stream = _Stream(state.signed.actor, state.token, asyncio.get_running_loop(), moment)
        with self._lock:
            mine = sum(1 for other in self._streams if other.actor.user_id == stream.actor.user_id)
        if mine >= PER_PERSON:
            raise falcon.HTTPTooManyRequests(retry_after=30)
        req.scope[_LEAVE] = stream.leave
        resp.set_header("Cache-Control", "no-store")
        resp.set_header("X-Accel-Buffering", "no")
        resp.sse = self._events(stream)

    async def _events(self, stream: _Stream) -> AsyncGenerator[SSEvent | None, None]:
        loop = asyncio.get_running_loop()
        self._join(stream)
        try:
            yield SSEvent(event="hello", json={"live": address(time.time())}, retry=3000)
            while not self._closed:
                try:
                    async with asyncio.timeout(HEARTBEAT):  # wait_for would hold a task more for every open page
                        signal = await stream.events.get()
                    if signal is None:
                        return
                except TimeoutError:
                    signal = None
                actor = await loop.run_in_executor(None, self.bearer, stream.token)
                if actor is None:
                    yield SSEvent(event="signed-out", data=b"{}")
                    return
                stream.actor = actor  # who has changed to another company, or lost one, hears no more of the former
                if signal is None:
                    yield SSEvent(comment="still here")
                elif stream.wants(signal):
                    yield SSEvent(event=signal.kind, json={"id": signal.id})
        finally:
            self._drop(stream)

    def _join(self, stream: _Stream) -> None:
        """In the loop's thread: what it missed comes first."""
        with self._lock:
            missed = [signal for moment, signal in self._recent if moment >= stream.since]
            if stream.since < self._known_from:
                missed = [RELOAD]
            for signal in missed:
                if stream.wants(signal):
                    stream.put(signal)
            self._streams.add(stream)

    def _drop(self, stream: _Stream) -> None:
        with self._lock:
            self._streams.discard(stream)
