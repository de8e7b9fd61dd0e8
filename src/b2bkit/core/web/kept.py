"""Markup that is the same for everybody who may see what it shows: drawn once, and put into pages with each form's own token and key."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Final, Never

from markupsafe import Markup

from b2bkit.core.web.state import State, current

MOST: Final = 2048  # of a language; a line of the catalogue is some 3 kB
_TOKEN, _KEY = secrets.token_hex(16), secrets.token_hex(16)  # nobody knows them, so no text that comes from outside holds them
_MARKS: Final = re.compile(f"({_TOKEN}|{_KEY})")


class Drawn(State):
    """Stands in for the request while markup is drawn that others will see too: knows nobody, leaves marks where forms are sealed."""

    __slots__ = ()

    def __init__(self) -> None:
        """Nothing is set: whatever is asked for besides the two marks raises."""

    def __getattr__(self, name: str) -> Never:
        raise RuntimeError(f"kept markup is the same for everybody: instead of asking for the request's {name}, take a value")

    def csrf_token(self) -> str:
        return _TOKEN

    def form_key(self) -> str:
        return _KEY


class Kept:
    """Of one language: `kept(macro, *values)` gives what the macro draws of these values, from memory when it drew them before.

    The values are the key, so they are all that the macro may look at: asking who looks, what he may or how late it is raises RuntimeError.
    """

    def __init__(self) -> None:
        self._pieces = lru_cache(maxsize=MOST)(_pieces)

    def __call__(self, macro: Callable[..., str], *values: Hashable) -> Markup:
        pieces = self._pieces(macro, *values)
        if len(pieces) == 1:
            return Markup(pieces[0])  # noqa: S704  (drawn by a template with autoescape)
        state, sealed = current.get(), list(pieces)
        for place in range(1, len(sealed), 2):  # pieces and marks take turns
            sealed[place] = state.csrf_token() if sealed[place] == _TOKEN else state.form_key()
        return Markup("".join(sealed))  # noqa: S704


def _pieces(macro: Callable[..., str], *values: Hashable) -> tuple[str, ...]:
    """The markup in pieces, with a piece for each mark."""
    token = current.set(Drawn())
    try:
        text = str(macro(*values))
    finally:
        current.reset(token)
    return tuple(_MARKS.split(text))
