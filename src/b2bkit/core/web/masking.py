"""The token of a form, written another way in each answer.

Answers are compressed, and some hold what an address says. Who makes a browser ask again and again and sees how long the answers are could
find a secret that stands in all of them, letter by letter (BREACH, CVE-2013-3587); in one that is never written alike there is nothing to
find. The way is that of Django and Rails: as many bytes of chance as the token has, then the token combined with them by exclusive or.
"""

from __future__ import annotations

import binascii
import secrets
from base64 import b64decode, urlsafe_b64encode


def masked(token: str) -> str:
    """The token as an answer may write it: letters, digits, hyphens, underscores, another text each time."""
    plain = token.encode()
    mask = secrets.token_bytes(len(plain))
    return urlsafe_b64encode(mask + _combined(plain, mask)).rstrip(b"=").decode()


def is_token(given: str, token: str) -> bool:
    """Whether `given` is this token, masked; how long the answer takes says nothing of the token. The bare token is none."""
    try:
        both = b64decode(given.encode("ascii") + b"=" * (-len(given) % 4), b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    half = len(both) // 2
    return bool(both) and len(both) == 2 * half and secrets.compare_digest(_combined(both[half:], both[:half]), token.encode())


def _combined(first: bytes, second: bytes) -> bytes:
    return (int.from_bytes(first) ^ int.from_bytes(second)).to_bytes(len(first))
