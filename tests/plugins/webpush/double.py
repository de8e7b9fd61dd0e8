"""A local double of a push service with its browsers: it checks who sends (RFC 8292) and opens what was sealed (RFC 8291)."""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Browser:
    """A subscription as `PushSubscription.toJSON()` gives it, and what arrived, opened."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        self.shown: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    @property
    def form(self) -> dict[str, str]:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "p256dh": encoded(point), "auth": encoded(self._auth)}

    def take(self, body: bytes) -> None:
        self.shown.append(json.loads(http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")))


class PushService:
    """What the double knows. `answers`: statuses to give instead of taking a message, with headers."""

    def __init__(self) -> None:
        self.address = ""
        self.browsers: dict[str, Browser] = {}
        self.gone: set[str] = set()
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.public_keys: set[str] = set()

    def browser(self) -> Browser:
        """Somebody turns push on in a new browser."""
        path = f"/push/{encoded(os.urandom(24))}"
        self.browsers[path] = Browser(self.address + path)
        return self.browsers[path]

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        if self.answers:
            return self.answers.pop(0)
        if path not in self.browsers:
            return 404, {}
        if path in self.gone:
            return 410, {}
        if headers.get("content-encoding") != "aes128gcm" or not headers.get("ttl", "").isdigit() or len(headers.get("topic", "")) > 32:
            return 400, {}
        if not self._known(headers.get("authorization", "")):
            return 403, {}
        if len(body) > 4096:
            return 413, {}
        self.browsers[path].headers.append(headers)
        self.browsers[path].take(body)
        return 201, {}

    def _known(self, authorization: str) -> bool:
        """Whether the signature is of the key that it names, for this service, not over and not for too long, with a contact."""
        scheme, _space, rest = authorization.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        head, claims, signature = parts["t"].split(".")
        point, raw = plain(parts["k"]), plain(signature)
        self.public_keys.add(parts["k"])
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        try:
            der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
            key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        said, ends = json.loads(plain(claims)), json.loads(plain(claims))["exp"] - NOON
        right = scheme == "vapid" and json.loads(plain(head)) == {"typ": "JWT", "alg": "ES256"}
        return right and said["aud"] == self.address and 0 < ends <= 24 * 3600 and said["sub"].startswith("mailto:")


NOON = 1795510800  # the clock of tests, 24 November 2026, 9:00 UTC
assert time.gmtime(NOON)[:4] == (2026, 11, 24, 9)


class _Handler(BaseHTTPRequestHandler):
    service: PushService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers = self.service.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""


@contextmanager
def served() -> Iterator[PushService]:
    """The double on 127.0.0.1."""
    service = PushService()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"service": service}))
    server.daemon_threads = True
    service.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
