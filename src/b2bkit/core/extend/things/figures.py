"""What is counted: figures of a period, and what clients searched for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from b2bkit.core.work import Work


class FigureValue(NamedTuple):
    """A figure as it is shown and as programs take it. `value` is None where there is nothing to count.

    said   with its unit, in the language of the work: `1 h 20 min`
    note   a few words beside it: of how much
    """

    value: Decimal | int | None
    said: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of the supplier's work in a period, of the clients that the member of staff sees.

    label  what it is called
    load   (work, since, until) -> the figure of that time, `until` not included; a constant number of quick statements
    better which way is good, for the colour of a change: `less`, `more`, or "" where neither is
    """

    name: str
    order: int
    label: str
    permission: str
    load: Callable[[Work, datetime, datetime], FigureValue]
    better: Literal["less", "more", ""] = ""


class Search(NamedTuple):
    """A search in the catalogue. `found`: products that match the words, whatever group is open."""

    words: str
    found: int


@dataclass(frozen=True, kw_only=True)
class SearchListener:
    """Hears of searches in the catalogue, as they were typed: heard(work, search).

    It runs in the request of the one who searches, which writes nothing, and must return at once: whoever keeps what was searched for
    notes it in memory and writes it later.
    """

    name: str
    heard: Callable[[Work, Search], None]
