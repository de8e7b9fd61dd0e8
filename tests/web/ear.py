"""A browser's open stream of live events, in process: `async with Ear(portal, client) as ear: await ear.next()`."""

from __future__ import annotations

import asyncio
import contextlib
import json
from types import TracebackType
from typing import Any, NamedTuple

from b2bkit.testing.client import Client
from b2bkit.testing.portal import HOST, Portal

PATIENCE = 15.0


class Event(NamedTuple):
    """One event as the browser gets it."""

    kind: str
    data: Any


class Ear:
    """GET /events with the cookies of a client. `status` is the answer's; `ended` is set when the server closes the stream."""

    def __init__(self, portal: Portal, client: Client, since: str = "") -> None:
        self.portal, self.client, self.since = portal, client, since
        self.status = 0
        self.ended = asyncio.Event()
        self._left = asyncio.Event()
        self._began = asyncio.Event()
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._rest = b""

    async def __aenter__(self) -> Ear:
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        host, _colon, port = HOST.partition(":")
        headers = [(b"host", HOST.encode()), (b"accept", b"text/event-stream"), (b"cookie", cookies.encode())]
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.1"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": "/events", "raw_path": b"/events", "query_string": self.since.encode(), "root_path": "", "headers": headers,
            "client": ("127.0.0.1", 5), "server": (host, int(port)),
        }  # fmt: skip
        self._task = asyncio.create_task(self.portal.app.asgi(scope, self._receive, self._send))  # type: ignore[arg-type]
        await asyncio.wait_for(self._began.wait(), PATIENCE)
        if self.status == 200:
            hello = await self.next()
            assert hello.kind == "hello"
            assert hello.data["live"].startswith("/events?since=")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.leave()

    async def leave(self) -> None:
        """The browser closes the page."""
        self._left.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait_for(self._task, PATIENCE)

    async def _receive(self) -> dict[str, Any]:
        if not self._began.is_set():
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._began.set()
            return
        self._rest += message.get("body", b"")
        *whole, self._rest = self._rest.split(b"\n\n")
        for block in whole:
            fields = dict(line.split(": ", 1) for line in block.decode().splitlines() if not line.startswith(":"))
            if "event" in fields:
                self._events.put_nowait(Event(fields["event"], json.loads(fields["data"])))
        if not message.get("more_body"):
            self.ended.set()

    async def next(self) -> Event:
        """The next event; raises TimeoutError when none comes."""
        return await asyncio.wait_for(self._events.get(), PATIENCE)

    async def until(self, kind: str) -> Event:
        """Events up to the first of this kind."""
        while (event := await self.next()).kind != kind:
            pass
        return event
