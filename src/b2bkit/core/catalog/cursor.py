"""Where a page of products begins: the key of the row beside it, opaque to who carries it."""

from __future__ import annotations

import base64
import binascii
from typing import Literal, NamedTuple
from uuid import UUID

import orjson

from b2bkit.core.errors import Problem, Refused
from b2bkit.core.i18n import _

Sort = Literal["best", "name", "article", "price", "price_desc", "stock"]
_LONGEST = 4_000
_RANKS = range(10)


class Cursor(NamedTuple):
    """After (or, `back`, before) the row with this key and id, in this order of rows; `rank` is how well it fits what was searched."""

    sort: Sort
    back: bool
    key: str
    id: UUID
    rank: int = 0

    def encode(self) -> str:
        """For a query string."""
        return base64.urlsafe_b64encode(orjson.dumps([self.sort, self.back, self.key, str(self.id), self.rank])).rstrip(b"=").decode()


def bad_cursor() -> Refused:
    """What a cursor of another list is answered with."""
    return Refused(Problem("catalog.bad_cursor", _("This page of the list is no longer valid. Begin again from the first."), "cursor"))


def decode(text: str, sort: Sort) -> Cursor:
    """The cursor of a list in this order; raises Refused for anything else, a cursor of another order included."""
    if len(text) > _LONGEST:
        raise bad_cursor()
    try:
        found = orjson.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
        known_sort, back, key, id_, rank = found
        cursor = Cursor(sort, back, key, UUID(id_), rank)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise bad_cursor() from None
    if (
        known_sort != sort
        or not isinstance(back, bool)
        or not isinstance(key, str)
        or type(rank) is not int
        or rank not in _RANKS
        or "\x00" in key
    ):
        raise bad_cursor()
    return cursor
