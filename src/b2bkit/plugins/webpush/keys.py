"""Keys and what is made with them: VAPID (RFC 8292) says who sends, RFC 8291 lets the browser alone read."""

from __future__ import annotations

import base64
import binascii
import json
import os
from datetime import datetime, timedelta
from typing import Final

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HOURS: Final = 12  # of a signature; push services take at most 24
CURVE: Final = ec.SECP256R1()


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Raises ValueError for what is no base64url."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64url") from error


def new_private_key() -> str:
    """A key as the setting takes it."""
    number = ec.generate_private_key(CURVE).private_numbers().private_value
    return encoded(number.to_bytes(32, "big"))


class Vapid:
    """The portal as push services know it."""

    def __init__(self, private_key: str, contact: str) -> None:
        self._key = ec.derive_private_key(int.from_bytes(decoded(private_key), "big"), CURVE)
        self._contact = contact
        self.public_key = encoded(self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def authorization(self, origin: str, now: datetime) -> str:
        """The header for a push service; `origin` is its scheme and host."""
        claims = {"aud": origin, "exp": int((now + timedelta(hours=HOURS)).timestamp()), "sub": self._contact}
        parts = [encoded(json.dumps(part, separators=(",", ":")).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims)]
        r, s = decode_dss_signature(self._key.sign(".".join(parts).encode(), ec.ECDSA(SHA256())))
        signature = encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={'.'.join([*parts, signature])}, k={self.public_key}"


def check_browser_keys(p256dh: str, auth: str) -> None:
    """Raises ValueError for what is no point of the curve and no secret of 16 bytes."""
    point, secret = decoded(p256dh), decoded(auth)
    if len(point) != 65 or len(secret) != 16:
        raise ValueError("wrong length")
    ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)


def sealed(content: bytes, *, p256dh: str, auth: str) -> bytes:
    """What only that browser can read (aes128gcm, one record), with a key of its own each time."""
    once = ec.generate_private_key(CURVE)
    data: bytes = http_ece.encrypt(
        content, salt=os.urandom(16), private_key=once, dh=decoded(p256dh), auth_secret=decoded(auth), version="aes128gcm"
    )
    return data
