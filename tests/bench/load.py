"""A load of one request, again and again, over kept-alive connections on the loopback: raw sockets, so that the client costs little."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Load:
    """What a run showed: answers a second, and the time within which 95 of 100 came (seconds)."""

    rate: float
    p95: float


def _request(host: str, port: int, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Connection:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def ask(self, request: bytes) -> bytes:
        """The body of the answer; raises AssertionError for another status than 200."""
        self.sock.sendall(request)
        data = self.rest
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _gap, body = data.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head[:200]
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        while len(body) < length:
            body += self._more()
        self.rest = body[length:]
        return body[:length]

    def _more(self) -> bytes:
        part = self.sock.recv(262144)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part


def fetch(port: int, path: str, headers: dict[str, str] | None = None) -> bytes:
    """One answer's body."""
    return Connection(port).ask(_request("127.0.0.1", port, path, headers or {}))


def measure(port: int, path: str, headers: dict[str, str] | None = None, *, clients: int = 8, seconds: float = 4.0) -> Load:
    """Asks for `path` by `clients` connections at once for `seconds`."""
    request = _request("127.0.0.1", port, path, headers or {})
    times: list[list[float]] = [[] for _client in range(clients)]
    end = time.perf_counter() + seconds

    def run(mine: list[float]) -> None:
        connection = Connection(port)
        while (start := time.perf_counter()) < end:
            connection.ask(request)
            mine.append(time.perf_counter() - start)

    threads = [threading.Thread(target=run, args=(mine,)) for mine in times]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = sorted(one for mine in times for one in mine)
    return Load(len(every) / (time.perf_counter() - begin), every[int(len(every) * 0.95)])


Ask = Callable[[str, str, dict[str, str], bytes], tuple[int, bytes]]


@contextmanager
def direct(app: Any) -> Iterator[Ask]:
    """Asks an ASGI application in this process, one request after the other: (method, path, headers, body) -> (status, body)."""
    loop = asyncio.new_event_loop()

    async def one(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        given = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": ("127.0.0.1", 50000),
            "headers": [(b"content-length", str(len(body)).encode()), *given],
        }  # fmt: skip
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(event: dict[str, Any]) -> None:
            sent.append(event)

        await app(scope, receive, send)
        return int(sent[0]["status"]), b"".join(event.get("body", b"") for event in sent)

    try:
        yield lambda method, path, headers, body: loop.run_until_complete(one(method, path, headers, body))
    finally:
        loop.close()
