"""Paging by where one stands, not by counting: rows that come or go meanwhile are neither skipped nor shown twice."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

import orjson

from b2bkit.core.errors import Problem
from b2bkit.core.i18n import _
from b2bkit.core.web.errors import BadRequest

T = TypeVar("T")
Value = str | int | bool | None | UUID | datetime | Decimal
_LONGEST = 1000
_WRITE: tuple[tuple[type, str], ...] = ((UUID, "u"), (datetime, "t"), (Decimal, "d"))
_READ: dict[str, Callable[[str], Value]] = {"u": UUID, "t": datetime.fromisoformat, "d": Decimal}


class Cursor(NamedTuple):
    """A place in a sorted list: the sort values of the row beside it, and whether the rows before it are wanted."""

    values: tuple[Value, ...]
    backwards: bool = False

    def encode(self) -> str:
        """As it stands in an address. Not secret and not signed: it only says where to go on, the scope decides what is there."""
        plain = [_plain(value) for value in self.values]
        return base64.urlsafe_b64encode(orjson.dumps([int(self.backwards), plain])).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str | None, kinds: Sequence[type]) -> Cursor | None:
        """The cursor of an address, its values of these kinds; None for none. Raises BadRequest for what is none of ours."""
        if not text:
            return None
        try:
            if len(text) > _LONGEST:
                raise ValueError("too long")
            backwards, plain = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            values = tuple(_value(value) for value in plain)
            fits = len(values) == len(kinds) and all(
                value is None or type(value) is kind for value, kind in zip(values, kinds, strict=True)
            )
            if backwards not in (0, 1) or not fits:
                raise ValueError("not of this list")
        except (ValueError, TypeError, KeyError, binascii.Error, InvalidOperation):
            raise BadRequest(Problem("bad_cursor", _("This place in the list is not known. Start from the first page."), "after")) from None
        return cls(values, bool(backwards))


def _plain(value: Value) -> object:
    for kind, mark in _WRITE:
        if isinstance(value, kind):
            return [mark, value.isoformat() if isinstance(value, datetime) else str(value)]
    return value


def _value(value: object) -> Value:
    if isinstance(value, list):
        mark, text = value
        return _READ[mark](text)
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(type(value).__name__)


class Slice(NamedTuple, Generic[T]):
    """A page of a list: its items, and cursors to what is before and after it (None: nothing)."""

    items: tuple[T, ...]
    previous: str | None
    next: str | None


def slice_of(found: Sequence[T], size: int, at: Cursor | None, key: Callable[[T], tuple[Value, ...]]) -> Slice[T]:
    """A page from a query that asked for `size + 1` rows after (or, backwards, before) `at`, in the order in which it gave them."""
    more = len(found) > size
    items = tuple(found[:size])
    backwards = at is not None and at.backwards
    if backwards:
        items = items[::-1]
    before, after = (more, True) if backwards else (at is not None, more)
    return Slice(
        items,
        Cursor(key(items[0]), backwards=True).encode() if items and before else None,
        Cursor(key(items[-1])).encode() if items and after else None,
    )
