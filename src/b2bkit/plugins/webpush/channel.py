"""Web push as a channel: title, a few words and a link, sealed for each browser of the person."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import httpcore
from sqlalchemy import delete

from b2bkit import Message, OpenWork, TryLater, Undeliverable
from b2bkit.plugins.webpush import hosts, keys, service
from b2bkit.plugins.webpush.models import PushDevice
from b2bkit.plugins.webpush.settings import WebPushSettings

SECONDS: Final = 10.0
TITLE, WORDS = 120, 180
GONE: Final = (404, 410)


class Pushed(NamedTuple):
    """What a push service said: its status and, where it asks to wait, for how long."""

    status: int
    after: float


class Pusher:
    """Sends to push services. Safe for several threads."""

    def __init__(self, settings: WebPushSettings) -> None:
        self.settings = settings
        self.vapid = keys.Vapid(settings.private_key.get_secret_value(), settings.contact)
        self._lock = threading.Lock()
        self._pool: httpcore.ConnectionPool | None = None

    def close(self) -> None:
        """Closes what is open; a later message opens anew."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def push(self, device: PushDevice, content: bytes, *, topic: str, now: datetime) -> Pushed:
        """One message for one browser. Raises httpcore's errors, and NotAllowed."""
        if not hosts.allowed(self.settings, device.endpoint):
            raise hosts.NotAllowed("the push service is not among hosts in [plugins.webpush]")
        parts = urlsplit(device.endpoint)
        body = keys.sealed(content, p256dh=device.p256dh, auth=device.auth)
        headers = {
            "Host": parts.netloc, "Authorization": self.vapid.authorization(f"{parts.scheme}://{parts.netloc}", now),
            "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream", "Content-Length": str(len(body)),
            "TTL": str(self.settings.keep_hours * 3600), "Urgency": "normal", "Topic": topic, "User-Agent": "b2bkit",
        }  # fmt: skip
        extensions, told = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)}, list(headers.items())
        with self._connections().stream("POST", device.endpoint, headers=told, content=body, extensions=extensions) as answer:
            after = next((value for name, value in answer.headers if name.lower() == b"retry-after"), b"")
            return Pushed(answer.status, float(after) if after.isdigit() else 60.0)

    def _connections(self) -> httpcore.ConnectionPool:
        with self._lock:
            if self._pool is None:
                backend = hosts.PublicOnly(self.settings)
                self._pool = httpcore.ConnectionPool(max_connections=8, keepalive_expiry=30.0, network_backend=backend)
            return self._pool


def content_of(message: Message) -> bytes:
    """What is sealed: no more than a screen shows. Everything else is behind the link, after the portal's own guard."""
    words = message.text if len(message.text) <= WORDS else message.text[: WORDS - 1].rstrip() + "…"
    known = {"title": message.title[:TITLE], "body": words, "url": message.link, "tag": str(message.id), "lang": message.lang}
    return json.dumps(known, ensure_ascii=False).encode()


class PushChannel:
    """Every browser of the person. One that took the message is enough; those that are gone are forgotten."""

    def __init__(self, pusher: Callable[[], Pusher]) -> None:
        self._pusher = pusher

    def send(self, open_work: OpenWork, message: Message, address: str) -> None:
        """Raises TryLater, Undeliverable, or what the network raises when no browser took it."""
        pusher = self._pusher()
        with open_work(write=False) as work:
            devices, now = service.devices(work, UUID(address)), work.now
            for device in devices:
                work.session.expunge(device)
        topic = keys.encoded(hashlib.sha256(message.id.bytes).digest()[:15])  # the same message again takes the place of the first
        content, taken, gone = content_of(message), 0, list[UUID]()
        failure: Exception | None = None
        for device in devices:
            try:
                said = _judged(pusher.push(device, content, topic=topic, now=now))
            except (hosts.NotAllowed, Undeliverable, TryLater, httpcore.TimeoutException, httpcore.NetworkError, OSError) as error:
                failure = error
            except httpcore.ProtocolError as error:
                failure = OSError(f"the push service broke off: {error}")
            else:
                taken, gone = taken + (said not in GONE), [*gone, *([device.id] if said in GONE else [])]
        if gone:
            with open_work() as work:
                work.session.execute(delete(PushDevice).where(PushDevice.id.in_(gone)))
        if not taken:
            _nobody(failure)


def _judged(said: Pushed) -> int:
    if said.status in (200, 201, 202, 204, *GONE):
        return said.status
    if said.status == 429 or said.status == 503:
        raise TryLater(f"the push service asks to wait, status {said.status}", min(max(said.after, 1.0), 3600.0))
    if 400 <= said.status < 500:
        raise Undeliverable(f"the push service refused the message, status {said.status}")
    raise OSError(f"the push service failed, status {said.status}")


def _nobody(failure: Exception | None) -> None:
    """No browser took the message: says why."""
    if failure is None:
        raise Undeliverable("no browser takes messages for this person any more")
    if isinstance(failure, hosts.NotAllowed):
        raise Undeliverable(str(failure)) from failure
    raise failure
