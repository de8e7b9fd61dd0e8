"""An ERP at the other end of a line: keeps one document per key, as 1C finds an order again by its id, and counts what it was asked."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from uuid import UUID

from b2bkit import ErpState, Plugin, Receipt, Work, hookimpl
from b2bkit.core.extend.things import OpenWork


class Erp:
    """What the ERP has: document number by key, and how often each key came."""

    def __init__(self) -> None:
        self.documents: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()

    def take(self, key: str) -> str:
        """The document of this key; made when it is not there."""
        with self.lock:
            self.asked[key] += 1
            return self.documents.setdefault(key, f"УТ-{len(self.documents) + 1:06}")


@contextmanager
def erp_server() -> Iterator[tuple[Erp, str]]:
    """An ERP on the loopback, and its address."""
    erp = Erp()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            key = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = json.dumps({"number": erp.take(key)}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield erp, f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


class PushGateway:
    """A gateway that calls the ERP, as OData or an HTTP service would."""

    name = "pushed"

    def capabilities(self) -> frozenset[str]:
        return frozenset({"orders.out"})

    def send_order(self, open_work: OpenWork, order_id: UUID, idempotency_key: str) -> Receipt:
        request = urllib.request.Request(PushPlugin.address, data=idempotency_key.encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return Receipt("taken", ref=idempotency_key, number=json.load(answer)["number"])

    def state(self, work: Work) -> ErpState:
        return ErpState("up")


class PushPlugin(Plugin):
    """The line to the ERP of these tests."""

    name = "pushed"
    address: ClassVar[str] = ""

    @hookimpl
    def register_erp_gateway(self) -> Iterable[PushGateway]:
        yield PushGateway()
