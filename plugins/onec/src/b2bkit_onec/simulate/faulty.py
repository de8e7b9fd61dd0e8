"""What stands between the line and the application: it keeps every message of machines, and spoils those that a fault is for."""

from __future__ import annotations

import io
import json
import re
import threading
import time
import urllib.parse
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from b2bkit_onec.simulate import faults, objects
from b2bkit_onec.simulate.faults import ODATA, SERVICE, Armed
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import CONTRACT

CUT = "box.cut"  # tells the server how to break the connection: RESET, or HALF of what was declared
RESET, HALF = "reset", "half"
PREFIXES = {"/odata/": ODATA, "/hs/": SERVICE}
KEPT_MESSAGES, SHOWN = 500, 8_000
REMEMBERED = 400
HOUR = 3600
GUID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LOGIN_PAGE = "<!doctype html><html lang=ru><head><title>Вход</title></head><body><form method=post>Логин</form></body></html>"
Headers: TypeAlias = "list[tuple[str, str]]"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer before it goes out."""

    status: str
    headers: Headers
    body: bytes

    def with_body(self, body: bytes, kind: str = "") -> Answered:
        """The same with another body, and another type when one is given."""
        kept = [(name, value) for name, value in self.headers if name.lower() not in ("content-length", "content-type" if kind else "")]
        return replace(self, headers=kept + ([("Content-Type", kind)] if kind else []), body=body)


class Faulty:
    """WSGI: wraps the application. `wait` sleeps."""

    def __init__(self, app: WSGIApplication, base: Infobase, wait: Callable[[float], None] = time.sleep) -> None:
        self.app, self.base, self.wait = app, base, wait
        self._last_write: dict[str, Answered] = {}
        self._before: OrderedDict[str, tuple[Answered, Answered]] = OrderedDict()
        self._guard = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        protocol = next((name for prefix, name in PREFIXES.items() if environ["PATH_INFO"].startswith(prefix)), "")
        if not protocol or not self.base.is_on:
            return self.app(environ, start_response)
        started, sent = time.monotonic(), _read(environ)
        writes = environ["REQUEST_METHOD"] not in ("GET", "HEAD")
        fault = faults.take(self.base, protocol, writes=writes)
        answered = self._spoiled(environ, sent, fault, protocol, writes=writes)
        self._keep(environ, protocol, sent, answered, fault, round((time.monotonic() - started) * 1000))
        start_response(answered.status, [*answered.headers, ("Content-Length", str(len(answered.body)))])
        return [answered.body]

    def _spoiled(self, environ: WSGIEnvironment, sent: bytes, fault: Armed | None, protocol: str, *, writes: bool) -> Answered:
        if fault is None:
            return self._done(environ, sent, protocol, writes=writes)
        if fault.name in ("hang", "slow"):
            self.wait(float(fault.seconds))
        if fault.name in REFUSALS:
            environ[CUT] = RESET if fault.name in ("down", "hang") else ""
            return REFUSALS[fault.name]
        if fault.name == "limit":
            self._lower_limit(sent)
        if fault.name == "repeated":
            self._done(environ, sent, protocol, writes=writes)
        known, before = self._last_write.get(protocol), self._older(environ)
        with self.base.clock_off(HOUR if fault.name == "clock" else 0):
            answered = self._done(environ, sent, protocol, writes=writes)
        if fault.name == "foreign" and writes:
            return known or answered.with_body(GUID.sub(str(uuid.uuid4()).encode(), answered.body))
        if fault.name == "older" and before is not None:
            return before
        if fault.name in ("half", "lost"):
            environ[CUT] = HALF if fault.name == "half" else RESET
        change = BODIES.get(fault.name)
        return answered.with_body(change(answered.body)) if change else answered

    def _done(self, environ: WSGIEnvironment, sent: bytes, protocol: str, *, writes: bool) -> Answered:
        """The application's own answer."""
        told: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], object]:
            told[:] = [(status, headers)]
            return lambda data: None

        body = b"".join(self.app({**environ, "wsgi.input": io.BytesIO(sent), "CONTENT_LENGTH": str(len(sent))}, start))
        status, headers = told[0]
        answered = Answered(status, [one for one in headers if one[0].lower() != "content-length"], body)
        if status.startswith("2"):
            with self._guard:
                if writes:
                    self._last_write[protocol] = answered
                else:
                    self._remember(_address(environ), answered)
        return answered

    def _remember(self, address: str, answered: Answered) -> None:
        """The last answer, and the one before it that was different."""
        earlier, last = self._before.pop(address, (answered, answered))
        self._before[address] = (last if last.body != answered.body else earlier, answered)
        while len(self._before) > REMEMBERED:
            self._before.popitem(last=False)

    def _older(self, environ: WSGIEnvironment) -> Answered | None:
        with self._guard:
            found = self._before.get(_address(environ))
        return found[0] if found else None

    def _lower_limit(self, sent: bytes) -> None:
        try:
            told = json.loads(sent or b"null")
        except ValueError:
            return
        contract = told.get("Договор_Key") if isinstance(told, dict) else None
        with self.base.write() as db:
            if isinstance(contract, str) and objects.get(db, CONTRACT, contract) is not None:
                objects.change(db, CONTRACT, contract, ОграничиватьСуммуЗадолженности=True, ДопустимаяСуммаЗадолженности="0.01")

    def _keep(
        self, environ: WSGIEnvironment, protocol: str, sent: bytes, answered: Answered, fault: Armed | None, milliseconds: int
    ) -> None:  # fmt: skip
        row = (
            self.base.now().isoformat(), protocol, environ["REQUEST_METHOD"], _address(environ), _shown(sent), int(answered.status[:3]),
            _shown(answered.body), milliseconds, fault.name if fault else "",
        )  # fmt: skip
        with self.base.write() as db:
            db.execute(
                "INSERT INTO message (at, protocol, method, address, sent, status, answer, milliseconds, fault)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            db.execute("DELETE FROM message WHERE id <= (SELECT max(id) FROM message) - ?", (KEPT_MESSAGES,))


def _read(environ: WSGIEnvironment) -> bytes:
    length = str(environ.get("CONTENT_LENGTH") or "0")
    return bytes(environ["wsgi.input"].read(int(length))) if length.isdecimal() and int(length) else b""


def _address(environ: WSGIEnvironment) -> str:
    path = str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8", errors="replace")
    query = urllib.parse.unquote(str(environ.get("QUERY_STRING") or ""))
    return f"{path}?{query}" if query else path


def _shown(body: bytes) -> str:
    return body[: SHOWN * 2].decode("utf-8", errors="replace")[:SHOWN]


def _page(status: str, text: str, kind: str = "text/html; charset=utf-8", *more: tuple[str, str]) -> Answered:
    return Answered(status, [("Content-Type", kind), *more], text.encode())


NOTHING = Answered("500 Internal Server Error", [("Content-Type", "text/plain")], b"")
REFUSALS = {
    "down": NOTHING,
    "hang": NOTHING,
    "error": _page("500 Internal Server Error", "<h1>500</h1><p>Ошибка при выполнении запроса к серверу 1С:Предприятия</p>"),
    "unauthorised": _page("401 Unauthorized", "<h1>401</h1>", "text/html; charset=utf-8", ("WWW-Authenticate", 'Basic realm="1C"')),
    "forbidden": _page("403 Forbidden", "<h1>403</h1>"),
    "login_page": _page("200 OK", LOGIN_PAGE),
}
BODIES: dict[str, Callable[[bytes], bytes]] = {
    "cp1251": lambda body: body.decode("utf-8", errors="replace").encode("windows-1251", errors="replace"),
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "bigger": lambda body: body + b" " * (9 * len(body)),
}
