"""A 1C at the edge: a loopback HTTP server that says what a test tells it to say, and speaks just enough OData to be read and written."""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = "/ut/odata/standard.odata/"


@dataclass
class Asked:
    """A request as it came."""

    method: str
    raw: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Said:
    """An answer. `drip` seconds pass before each byte, `cut` bytes are left out of the body although they are announced."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0
    cut: int = 0
    hang_up: bool = False


def rows(*found: dict[str, Any]) -> Said:
    return said({"odata.metadata": "x", "value": list(found)})


def said(body: Any, status: int = 200) -> Said:
    return Said(status, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json;charset=utf-8"})


def refused(status: int, code: str, words: str) -> Said:
    return said({"odata.error": {"code": code, "message": {"lang": "ru", "value": words}}}, status)


Answerer = Callable[[Asked], Said]


class FakeOneC:
    """`sets` are rows by set name; `tables` rows by `Register/Function`; `next` answers are given first, one a request, then `answer`."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.next: list[Said | Answerer] = []
        self.sets: dict[str, list[dict[str, Any]]] = {}
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.answer: Answerer = self.serve
        self.called: list[tuple[str, str, dict[str, str]]] = []
        self.busy = self.most_busy = 0
        self.lock = threading.Lock()
        self.url = ""

    def serve(self, asked: Asked) -> Said:
        path = asked.path.removeprefix(ROOT)
        table = re.fullmatch(r"(\w+)/(\w+)\((.*)\)", path)
        if asked.method == "GET" and table:
            key = f"{table.group(1)}/{table.group(2)}"
            return rows(*self.tables[key]) if key in self.tables else refused(404, "8", f"Тип не найден {key}")
        single = re.fullmatch(r"(\w+)\(guid'([0-9a-f-]+)'\)(?:/(\w+))?", path)
        if single:
            return self._object(asked, *single.groups())
        if path not in self.sets:
            return refused(404, "8", f"Тип не найден {path}")
        if asked.method == "POST":
            return self._create(path, asked.json)
        refs = re.findall(r"Ref_Key eq guid'([0-9a-f-]+)'", asked.query.get("$filter", ""))
        found = [row for row in self.sets[path] if not refs or row["Ref_Key"] in refs]
        skip, top = int(asked.query.get("$skip", 0)), int(asked.query.get("$top", 1_000_000))
        return rows(*found[skip : skip + top])

    def _object(self, asked: Asked, entity: str, key: str, function: str | None) -> Said:
        found = next((row for row in self.sets.get(entity, []) if row["Ref_Key"] == key), None)
        if found is None:
            return refused(404, "9", "Экземпляр сущности не найден")
        if function:
            self.called.append((entity, function, asked.query))
            found["Posted"] = function == "Post"
            return Said(200, b"")
        if asked.method == "PATCH":
            found.update(asked.json)
        return said({"odata.metadata": "x", **found})

    def _create(self, entity: str, body: dict[str, Any]) -> Said:
        if any(row["Ref_Key"] == body.get("Ref_Key") for row in self.sets[entity]):
            return refused(400, "15", "Объект уже существует")
        made = {"Number": f"ТД00-{len(self.sets[entity]) + 1:06}", "Posted": False, "DeletionMark": False, **body}
        self.sets[entity].append(made)
        return said({"odata.metadata": "x", **made}, 201)

    def reply(self, asked: Asked) -> Said:
        with self.lock:
            self.asked.append(asked)
            self.busy += 1
            self.most_busy = max(self.busy, self.most_busy)
            one = self.next.pop(0) if self.next else self.answer
        try:
            return one(asked) if callable(one) else one
        finally:
            with self.lock:
                self.busy -= 1


def basic(header: str) -> str:
    return base64.b64decode(header.removeprefix("Basic ")).decode()


def _handler(fake: FakeOneC) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def _do(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = fake.reply(Asked(self.command, self.path, unquote(parts.path), query, headers, body))
            try:
                self._write(answer)
            except OSError:
                self.close_connection = True

        def _write(self, answer: Said) -> None:
            if answer.hang_up:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            shown = answer.body[: len(answer.body) - answer.cut]
            if not answer.drip:
                self.wfile.write(shown)
            else:
                for byte in shown:
                    self.wfile.write(bytes([byte]))
                    time.sleep(answer.drip)
            self.close_connection = self.close_connection or bool(answer.cut)

        do_GET = do_POST = do_PATCH = _do  # noqa: N815

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off is what some tests are about."""


@contextmanager
def serving(fake: FakeOneC, wrap: Callable[[Any], Any] | None = None) -> Iterator[FakeOneC]:
    """Serves on a free port of loopback; `wrap` puts TLS around the socket."""
    server = _Server(("127.0.0.1", 0), _handler(fake))
    server.block_on_close = False
    if wrap is not None:
        server.socket = wrap(server.socket)
    host = "localhost" if wrap else "127.0.0.1"
    fake.url = f"{'https' if wrap else 'http'}://{host}:{server.server_address[1]}/ut"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
