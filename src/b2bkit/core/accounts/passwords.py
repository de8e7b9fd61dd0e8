"""Passwords: argon2id, at most two computed at once, so that a flood of sign-ins cannot take the portal's processors."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from b2bkit.core.errors import Problem, Unavailable
from b2bkit.core.i18n import _

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_places = threading.BoundedSemaphore(2)
# of a random password that nobody kept; made with the parameters above, so that it takes as long
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$4YajPCVcMLX79cCRpMfoqA$/FoHEak4gC7ym5+HCCzsKOLPpbFc0ZvfUwU2P6cQZeQ"
LONGEST = 200


def hash_password(password: str) -> str:
    """The stored form of a password."""
    with _Place():
        return _hasher.hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Whether the password fits; takes as long when there is no account or no password yet."""
    with _Place():
        try:
            _hasher.verify(stored or _NOBODY, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def weakness(password: str, *, email: str, field: str = "password") -> list[Problem]:
    """What is wrong with a new password: length, the address itself, a single repeated character, common ones."""
    if len(password) < 10:
        return [Problem("password_short", _("Use at least 10 characters; several words are easy to remember."), field)]
    if len(password) > LONGEST:
        return [Problem("password_long", _("Use at most 200 characters."), field)]
    lowered = password.lower()
    if lowered in (email, email.split("@")[0]) or len(set(lowered)) < 4 or lowered in _COMMON:
        return [Problem("password_guessable", _("This password is easy to guess. Use several unrelated words."), field)]
    return []


_COMMON = frozenset(
    {"1234567890", "qwertyuiop", "password123", "password1234", "йцукенгшщз", "0123456789", "1q2w3e4r5t", "passwordpassword"}
)


class _Place:
    """One of the two places; waits at most five seconds."""

    def __enter__(self) -> None:
        if not _places.acquire(timeout=5):
            raise Unavailable("sign-in is busy")

    def __exit__(self, *_exception: object) -> None:
        _places.release()
