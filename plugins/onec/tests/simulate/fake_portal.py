"""The receiving side of the exchange, strict and small: what it takes is counted, what it should say wrong can be told beforehand."""

from __future__ import annotations

import base64
import datetime as dt
import http.server
import io
import secrets
import socket
import struct
import threading
import urllib.parse
import zipfile
from collections import defaultdict
from decimal import Decimal

from b2bkit_onec.commerceml.outgoing import OutgoingLine, OutgoingOrder, OutgoingParty
from b2bkit_onec.commerceml.reader import read_stream
from b2bkit_onec.commerceml.records import Document, Item, Refused
from b2bkit_onec.commerceml.writer import orders_xml

LOGIN, PASSWORD = "1c", "pass:word"
NOW = dt.datetime(2026, 11, 20, 12, 0)  # noqa: DTZ001 (1C's naive time)


class FakePortal:
    """Listens on a free port; `url` is what 1C is told. Every request is in `seen` as (type, mode, filename)."""

    def __init__(self, *, zipped: bool = False, file_limit: int = 100_000) -> None:
        self.zipped, self.file_limit = zipped, file_limit
        self.seen: list[tuple[str, str, str]] = []
        self.orders: list[OutgoingOrder] = []
        self.acknowledged: set[str] = set()
        self.imported: dict[str, list[Item]] = {}
        self.statuses: dict[str, Document] = {}
        self.largest_body = 0
        self.cookies: set[str] = set()
        self._offered: dict[str, set[str]] = {}
        self._uploads: dict[str, bytes] = {}
        self._told: dict[str, list[bytes | None]] = defaultdict(list)
        portal = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                portal._answer(self)

            def do_POST(self) -> None:
                portal._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/1c/exchange"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def say(self, mode: str, *bodies: bytes | None) -> None:
        """The next answers to this mode, in order; None resets the connection in place of an answer."""
        self._told[mode].extend(bodies)

    def count(self, mode: str) -> int:
        """How often the mode was asked for."""
        return sum(1 for _, seen, _ in self.seen if seen == mode)

    def order(self, number: str, product_id: str, *, quantity: str = "25", price: str = "5.12") -> OutgoingOrder:
        """A new order of one line that waits for 1C."""
        total = (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"))
        line = OutgoingLine(
            product_id, "ПЭВД 15803-020", Decimal(quantity), Decimal(price), total, "166", "кг", vat_rate=Decimal(20),
            vat_total=(total / 6).quantize(Decimal("0.01")),
        )  # fmt: skip
        party = OutgoingParty("buyer-1", "Плёнка-Сервис", "ООО «Плёнка-Сервис»")
        made = OutgoingOrder(f"portal-{number}", number, NOW, "BYN", total, party, (line,))
        self.orders.append(made)
        return made

    def _answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(handler.path).query))
        kind, mode, name = query.get("type", ""), query.get("mode", ""), query.get("filename", "")
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self.seen.append((kind, mode, name))
        if self._told[mode]:
            told = self._told[mode].pop(0)
            if told is None:
                _reset(handler)
                return
            _send(handler, told)
            return
        _send(handler, self._served(handler, kind, mode, name, body))

    def _served(self, handler: http.server.BaseHTTPRequestHandler, kind: str, mode: str, name: str, body: bytes) -> bytes:
        if handler.headers.get("Authorization") != "Basic " + base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode():
            return b"failure\nwrong login or password"
        if mode == "checkauth":
            cookie = secrets.token_hex(8)
            self.cookies.add(cookie)
            return f"success\nexchange\n{cookie}".encode()
        cookie = (handler.headers.get("Cookie") or "").removeprefix("exchange=")
        if cookie not in self.cookies:
            return b"failure\nno session"
        return self._worked(cookie, kind, mode, name, body)

    def _worked(self, cookie: str, kind: str, mode: str, name: str, body: bytes) -> bytes:
        match mode:
            case "init":
                self._uploads = {}
                return f"zip={'yes' if self.zipped else 'no'}\nfile_limit={self.file_limit}".encode()
            case "file" if len(body) > self.file_limit:
                return b"failure\npiece too large"
            case "file":
                self.largest_body = max(self.largest_body, len(body))
                self._uploads[name] = self._uploads.get(name, b"") + body
                return b"success"
            case "import":
                return self._import(name)
            case "query" if kind == "sale":
                waiting = [order for order in self.orders if order.number not in self.acknowledged]
                self._offered[cookie] = {order.number for order in waiting}
                return orders_xml(waiting, formed_at=NOW)
            case "success" if kind == "sale":
                self.acknowledged |= self._offered.pop(cookie, set())
                return b"success"
        return b"failure\nunknown mode"

    def _import(self, name: str) -> bytes:
        self._unpack()
        body = self._uploads.pop(name, None)
        if body is None:
            return b"failure\nno such file"
        items = list(read_stream(io.BytesIO(body), name))
        refused = [one.reason for one in items if isinstance(one, Refused)]
        if refused:
            return f"failure\n{refused[0]}".encode()
        self.imported[name] = items
        self.statuses |= {one.number: one for one in items if isinstance(one, Document)}
        return b"success"

    def _unpack(self) -> None:
        for name in [one for one in self._uploads if one.endswith(".zip")]:
            with zipfile.ZipFile(io.BytesIO(self._uploads.pop(name))) as archive:
                self._uploads |= {inner: archive.read(inner) for inner in archive.namelist()}


def _send(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/plain; charset=utf-8")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _reset(handler: http.server.BaseHTTPRequestHandler) -> None:
    """RST in place of FIN: the client sees a connection reset."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.wfile = io.BytesIO()  # nothing is flushed to the dead socket
    handler.connection.close()
