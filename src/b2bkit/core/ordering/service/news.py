"""What differs in a cart from what its page showed, as short signs: of each line, and of all lines together.

The sign of all is the sum of the signs of the lines, so that what is new beside one line can be told without the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final, Protocol

_LONG: Final = 16  # hexadecimal digits
_ALL: Final = 16**_LONG


class Signed(Protocol):
    """A line that has a sign; "" where nothing of it differs."""

    @property
    def sign(self) -> str: ...


def sign(told: object) -> str:
    """A short sign of what a line says now."""
    return sha256(repr(told).encode()).hexdigest()[:_LONG]


def news_of(lines: Iterable[Signed]) -> str:
    """The sign of all that differs; "" where nothing does."""
    signs = [line.sign for line in lines if line.sign]
    return f"{sum(int(one, _LONG) for one in signs) % _ALL:0{_LONG}x}" if signs else ""


def beside(news: str, own: str) -> int:
    """What is in `news` without one line whose sign is `own`. Raises ValueError for what are no signs."""
    return (int(news or "0", _LONG) - int(own or "0", _LONG)) % _ALL
