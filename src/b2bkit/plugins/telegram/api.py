"""The Bot API (https://core.telegram.org/bots/api): calls by JSON, answers with `ok`, `result` or `error_code` and `description`."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any, Final

import httpcore

from b2bkit import TryLater
from b2bkit.plugins.telegram.settings import TelegramSettings

SECONDS: Final = 10.0
LARGEST: Final = 1_000_000
LONGEST_WAIT: Final = 3600.0


class ApiError(Exception):
    """Telegram refused a call; never names the token."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"Telegram: {code} {description}"[:300])
        self.code, self.description = code, description


class ApiSilent(Exception):
    """Telegram did not answer, or not in its own words; the address, which holds the token, is not named."""


class BotApi:
    """Calls of one bot. Safe for several threads."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._address = f"{settings.base_url}/bot{settings.token.get_secret_value()}/"
        self._lock = threading.Lock()
        self._pool: httpcore.ConnectionPool | None = None

    def close(self) -> None:
        """Closes what is open; a later call opens anew."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def call(self, method: str, values: Mapping[str, object], *, seconds: float = SECONDS) -> Any:
        """The `result` of a call. Raises TryLater (429), ApiError, ApiSilent."""
        status, data = self._send(method, json.dumps(values).encode(), seconds)
        try:
            answer = json.loads(data)
            ok, code, said = bool(answer["ok"]), int(answer.get("error_code", status)), str(answer.get("description", ""))
            wait = float((answer.get("parameters") or {}).get("retry_after", 0))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise ApiSilent(f"an answer that is none of the Bot API, status {status}") from None
        if ok:
            return answer.get("result")
        if code == 429:
            raise TryLater(f"Telegram: {code} {said}"[:300], min(max(wait, 1.0), LONGEST_WAIT))
        raise ApiError(code, said)

    def _send(self, method: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
        headers = [("Content-Type", "application/json"), ("User-Agent", "b2bkit"), ("Content-Length", str(len(body)))]
        try:
            with self._connections().stream(
                "POST", self._address + method, headers=headers, content=body, extensions={"timeout": timeout}
            ) as answer:
                data = b""
                for piece in answer.iter_stream():
                    data += piece
                    if len(data) > LARGEST:
                        raise ApiSilent("the answer is larger than 1 MB")
                return answer.status, data
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise ApiSilent(f"no answer: {type(error).__name__}") from None  # its text may hold the address

    def _connections(self) -> httpcore.ConnectionPool:
        with self._lock:
            if self._pool is None:
                self._pool = httpcore.ConnectionPool(max_connections=4, keepalive_expiry=30.0)
            return self._pool
