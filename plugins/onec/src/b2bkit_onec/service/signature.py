"""Signatures of requests: both sides know one key, nobody between them can make or change a request.

Signed are five lines joined by a line feed: method; path below the service's root with its parameters, decoded and sorted by name
(`/v1/answers?after=17`); SHA-256 of the body in hex; unix time in seconds; a random word. The header carries the last two and the
HMAC-SHA256 of the lines in hex: `X-B2bkit-Signature: v1 <time> <random word> <hex>`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

HEADER: Final = "X-B2bkit-Signature"
LEEWAY: Final = 300
_FORM: Final = re.compile(r"v1 ([0-9]{1,12}) ([0-9A-Za-z_-]{16,64}) ([0-9a-f]{64})")
_MOST_SEEN: Final = 100_000


def digest(body: bytes) -> str:
    """SHA-256 in hex, as both sides name what was sent."""
    return hashlib.sha256(body).hexdigest()


def signed(key: str, method: str, path: str, parameters: Mapping[str, str], body: bytes, *, at: int, nonce: str = "") -> str:
    """The header's value. `path` is below the service's root and decoded, `at` is unix time in seconds."""
    nonce = nonce or secrets.token_urlsafe(18)
    return f"v1 {at} {nonce} {_hmac(key, _lines(method, path, parameters, body, at, nonce))}"


def _lines(method: str, path: str, parameters: Mapping[str, str], body: bytes, at: int, nonce: str) -> str:
    query = "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))
    return "\n".join((method, f"{path}?{query}" if query else path, digest(body), str(at), nonce))


def _hmac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


class Verifier:
    """The other side's check, as the 1C in the box does it. Each signature is good once and within five minutes."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._seen: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def problem(self, header: str, method: str, path: str, parameters: Mapping[str, str], body: bytes, *, now: int) -> str:
        """ "" for a good signature, else the code of what is wrong: unsigned, clock, signature, repeated."""
        found = _FORM.fullmatch(header)
        if found is None:
            return "unsigned"
        at, nonce, given = int(found[1]), found[2], found[3]
        if not hmac.compare_digest(given, _hmac(self._key, _lines(method, path, parameters, body, at, nonce))):
            return "signature"
        if abs(now - at) > LEEWAY:
            return "clock"
        return "" if self._first(nonce, now) else "repeated"

    def _first(self, nonce: str, now: int) -> bool:
        with self._lock:
            while self._seen and (next(iter(self._seen.values())) < now - 2 * LEEWAY or len(self._seen) >= _MOST_SEEN):
                self._seen.popitem(last=False)
            if nonce in self._seen:
                return False
            self._seen[nonce] = now
            return True
