"""The site as 1C's exchange module sees it: one connection per request, answers judged by their first lines."""

from __future__ import annotations

import base64
import http.client
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass

from b2bkit_onec.simulate.site_faults import NO_FAULT, SiteFault

CHECKAUTH, INIT, FILE, IMPORT, QUERY, SUCCESS = "checkauth", "init", "file", "import", "query", "success"
TIMEOUT = 180.0
IMPORT_LIMIT = 3600.0
ANSWER_LIMIT = 64 << 20
SHOWN_ANSWER = 600


class ExchangeFailed(Exception):
    """The session with the site ends here; the text is what 1C writes into its journal."""


class SwitchedOff(ExchangeFailed):
    """1C was switched off in the middle of the session."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site answered: 1C logs the HTTP status and judges the body."""

    status: int
    body: bytes
    charset: str

    @property
    def text(self) -> str:
        try:
            return self.body.decode(self.charset, errors="replace")
        except LookupError:
            return self.body.decode("utf-8", errors="replace")

    @property
    def first_line(self) -> str:
        """Trimmed and in small letters, as 1C compares it."""
        return self.text.split("\n", 1)[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Step:
    """One request with its answer for the journal; `status` 0: there was no answer."""

    exchange: str
    request: str
    answer: str
    status: int
    milliseconds: int
    good: bool


@dataclass(frozen=True, slots=True)
class Address:
    """Where the site takes the exchange, and who 1C is there."""

    url: str
    login: str
    password: str

    def __post_init__(self) -> None:
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"portal: «{self.url}» is no address; give one like http://127.0.0.1:8000/1c/exchange")


class SiteSession:
    """One session of 1C:Trade Management with the site: checkauth, then what its type allows. Raises ExchangeFailed at a refusal.

    `allowed` is asked before each request (1C may be switched off), `tell` gets each step for the journal.
    """

    def __init__(
        self,
        address: Address,
        exchange: str,
        *,
        allowed: Callable[[], bool],
        tell: Callable[[Step], None],
        timeout: float = TIMEOUT,
        fault: SiteFault = NO_FAULT,
    ) -> None:
        self.address, self.exchange, self.fault = address, exchange, fault
        self.allowed, self.tell, self.timeout = allowed, tell, timeout
        self.cookie = ""
        self.sessid = ""
        self.zip = False
        self.file_limit = 0

    def sign_in(self) -> None:
        """checkauth: line 1 `success`, lines 2 and 3 a cookie that is used as it stands, line 4 may bring sessid."""
        answer = self._ask("GET", CHECKAUTH)
        lines = answer.text.split("\n")
        if answer.first_line != SUCCESS:
            raise ExchangeFailed(f"checkauth: {_reason(answer)}")
        if len(lines) < 3 or not lines[1] or not lines[2]:
            raise ExchangeFailed("checkauth: the answer has no cookie in lines 2 and 3")
        if "\r" in lines[1] + lines[2]:
            raise ExchangeFailed("checkauth: lines end with CR LF, so the cookie would carry a CR")
        self.cookie = f"{lines[1]}={lines[2]}"
        for line in lines[3:]:
            name, _, value = line.strip().partition("=")
            if name == "sessid":
                self.sessid = value

    def start_upload(self) -> None:
        """init: exactly two lines, `zip=` and `file_limit=`; anything else and 1C does not know what to do."""
        answer = self._ask("GET", INIT)
        lines = answer.text.split("\n")
        pairs = dict(line.strip().lower().partition("=")[::2] for line in lines)
        if len(lines) != 2 or set(pairs) != {"zip", "file_limit"}:
            raise ExchangeFailed(f"Параметры обмена не получены: init answered {len(lines)} lines, two are expected: {_reason(answer)}")
        self.zip = pairs["zip"] == "yes"
        self.file_limit = int(pairs["file_limit"]) if pairs["file_limit"].isdigit() else 0

    def send_file(self, name: str, body: bytes) -> None:
        """file: the body as it is, in pieces of `file_limit` under one name when it is larger."""
        step = self.file_limit if 0 < self.file_limit < len(body) else max(len(body), 1)
        pieces = [body[start : start + step] for start in range(0, max(len(body), 1), step)]
        for piece in self.fault.pieces(pieces):
            answer = self._ask("POST", FILE, filename=name, body=piece)
            if answer.first_line != SUCCESS:
                raise ExchangeFailed(f"file {name}: {_reason(answer)}")

    def start_import(self, name: str) -> None:
        """import: asked again without a pause while the site says `progress`."""
        deadline = time.monotonic() + IMPORT_LIMIT
        while True:
            answer = self._ask("GET", IMPORT, filename=name)
            if answer.first_line == SUCCESS:
                return
            if answer.first_line != "progress":
                raise ExchangeFailed(f"import {name}: {_reason(answer)}")
            if time.monotonic() > deadline:
                raise ExchangeFailed(f"import {name}: still in progress after {IMPORT_LIMIT:.0f} s")

    def fetch_orders(self) -> bytes:
        """query: the body, yet to be read."""
        answer = self._ask("GET", QUERY)
        if not answer.body:
            raise ExchangeFailed("query: the answer is empty")
        return answer.body

    def confirm_orders(self) -> None:
        """success: from now on the site may forget the batch."""
        answer = self._ask("GET", SUCCESS)
        if answer.first_line != SUCCESS:
            raise ExchangeFailed(f"success: {_reason(answer)}")

    def _ask(self, method: str, mode: str, *, filename: str = "", body: bytes | None = None) -> Answer:
        if not self.allowed():
            raise SwitchedOff("1C is switched off")
        query = f"type={self.exchange}&mode={mode}" + (f"&filename={urllib.parse.quote(filename)}" if filename else "")
        shown = f"{method} ?{query}" + (f" ({len(body)} B)" if body is not None else "")
        if self.sessid:
            query += f"&sessid={urllib.parse.quote(self.sessid)}"
        self.fault.pause()
        started = time.monotonic()
        try:
            answer = self._send(method, query, body)
        except (OSError, http.client.HTTPException) as broken:
            text = f"{type(broken).__name__}: {broken}"
            self.tell(Step(self.exchange, shown, text, 0, _since(started), good=False))
            raise ExchangeFailed(f"{mode}: the site does not answer ({text})") from broken
        good = answer.status < 400 and answer.first_line != "failure" and bool(answer.body)
        text = _without_cookie(answer.text) if mode == CHECKAUTH else answer.text
        self.tell(Step(self.exchange, shown, text[:SHOWN_ANSWER], answer.status, _since(started), good=good))
        return answer

    def _send(self, method: str, query: str, body: bytes | None) -> Answer:
        parts = urllib.parse.urlsplit(self.address.url)
        assert parts.hostname is not None
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname, parts.port, timeout=self.timeout)
        target = f"{parts.path or '/'}?{parts.query}&{query}" if parts.query else f"{parts.path or '/'}?{query}"
        basic = base64.b64encode(f"{self.address.login}:{self.address.password}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "User-Agent": "1C+Enterprise/8.3", "Connection": "close"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if body is not None:
            headers["Content-Type"] = "application/octet-stream"
        try:
            if self.fault.name == "down":
                raise ConnectionResetError("the connection was broken")
            connection.request(method, target, body, headers)
            if self.fault.name == "lost":
                connection.getresponse()
                raise ConnectionResetError("the connection was broken after the request")
            reply = connection.getresponse()
            content = reply.read(ANSWER_LIMIT)
            return Answer(reply.status, content, reply.headers.get_content_charset() or "utf-8")
        finally:
            connection.close()


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _without_cookie(text: str) -> str:
    """The answer to checkauth for the journal: who reads it must not get the session."""
    lines = text.split("\n")
    return "\n".join([*lines[:2], *("…" for _ in lines[2:])])


def _reason(answer: Answer) -> str:
    text = " ".join(answer.text.split()) or "empty answer"
    return f"HTTP {answer.status}: {text[:300]}"
