"""A local double of the Bot API: keeps chats and messages, and answers as https://core.telegram.org/bots/api says.

Telegram's own habits that matter here: unconfirmed updates come again, `offset` confirms, a second `getUpdates` at the same time and one
beside a webhook are 409, a blocked bot is 403, floods are 429 with `parameters.retry_after`, a wrong token is 401, `text` has 1 to 4096
characters after entities were read, buttons need https.
"""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "123456789:only-for-tests-only-for-tests-only"
BOT = "PortalTestBot"
_TAG = re.compile(r"</?(b|i|u|s|code|pre|a)( [^>]*)?>")


class Refusal(Exception):
    """What the API says instead of a result."""

    def __init__(self, code: int, description: str, **parameters: object) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class Telegram:
    """What the double knows. `sent` are the messages that were taken, oldest first."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.blocked: set[int] = set()
        self.flood: list[int] = []  # seconds to wait, one for each refusal to come
        self.raw: list[bytes] = []  # answers that are none of the Bot API
        self.webhook: dict[str, Any] = {}
        self.calls: list[str] = []
        self._updates: list[dict[str, Any]] = []
        self._number = 1000
        self._news = threading.Condition()
        self._asking = 0

    def says(self, chat: int, text: str, *, lang: str = "ru", kind: str = "private") -> dict[str, Any]:
        """A person writes to the bot."""
        with self._news:
            self._number += 1
            sender = {"id": chat, "is_bot": False, "first_name": "Анна", "last_name": "Ковалёва", "language_code": lang}
            message = {"message_id": self._number, "from": sender, "chat": {"id": chat, "type": kind}, "date": 0, "text": text}
            update = {"update_id": self._number, "message": message}
            self._updates.append(update)
            self._news.notify_all()
            return update

    def answer(self, token: str, method: str, values: dict[str, Any]) -> object:
        """The result of a call; raises Refusal."""
        self.calls.append(method)
        if token != TOKEN:
            raise Refusal(401, "Unauthorized")
        handler = {
            "getMe": self._me,
            "sendMessage": self._send,
            "getUpdates": self._get,
            "setWebhook": self._set,
            "deleteWebhook": self._drop,
        }
        if method not in handler:
            raise Refusal(404, "Not Found")
        return handler[method](values)

    def _me(self, _values: dict[str, Any]) -> object:
        return {"id": 123456789, "is_bot": True, "first_name": "Portal", "username": BOT}

    def _send(self, values: dict[str, Any]) -> object:
        if self.flood:
            seconds = self.flood.pop(0)
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        chat, text = values["chat_id"], str(values.get("text", ""))
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if not isinstance(chat, int) or chat <= 0:
            raise Refusal(400, "Bad Request: chat not found")
        if values.get("parse_mode") == "HTML":
            plain = _TAG.sub("", text)
            if re.search(r"<[^>]*>?", plain):
                raise Refusal(400, "Bad Request: can't parse entities: Unsupported start tag")
            text = html.unescape(plain)
        if not text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        if len(text) > 4096:
            raise Refusal(400, "Bad Request: message is too long")
        for row in values.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if not button.get("url", "").startswith("https://"):
                    raise Refusal(400, "Bad Request: BUTTON_URL_INVALID")
        self.sent.append({**values, "shown": text})
        return {"message_id": len(self.sent), "chat": {"id": chat, "type": "private"}, "text": text}

    def _get(self, values: dict[str, Any]) -> object:
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        with self._news:
            if self._asking:
                raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
            self._asking += 1
            try:
                offset = values.get("offset", 0)
                self._updates = [update for update in self._updates if update["update_id"] >= offset]
                self._news.wait_for(lambda: bool(self._updates), timeout=values.get("timeout", 0))
                return list(self._updates)
            finally:
                self._asking -= 1

    def _set(self, values: dict[str, Any]) -> object:
        if not str(values.get("url", "")).startswith("https://"):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", str(values.get("secret_token", ""))):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = values
        return True

    def _drop(self, _values: dict[str, Any]) -> object:
        self.webhook = {}
        return True


class _Handler(BaseHTTPRequestHandler):
    telegram: Telegram

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.telegram.raw:
            return self._reply(200, self.telegram.raw.pop(0))
        match = re.fullmatch(r"/bot([^/]+)/(\w+)", self.path)
        try:
            if match is None:
                raise Refusal(404, "Not Found")
            answer: dict[str, Any] = {"ok": True, "result": self.telegram.answer(match[1], match[2], json.loads(data))}
            status = 200
        except Refusal as refused:
            status = refused.code
            answer = {"ok": False, "error_code": refused.code, "description": refused.description}
            if refused.parameters:
                answer["parameters"] = refused.parameters
        return self._reply(status, json.dumps(answer).encode())

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""


@contextmanager
def served() -> Iterator[tuple[Telegram, str]]:
    """The double and its address on 127.0.0.1."""
    telegram = Telegram()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"telegram": telegram}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield telegram, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
