"""Lists that were read before: while the database says the same of these products, what was made of it is used again.

Every list is read anew each time, so nothing here is older than the answer; only the work of making objects, JSON and words of equal rows
is spared. A page of fifty products is asked for far more often than it changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

if TYPE_CHECKING:
    from b2bkit.core.catalog.goods import Good

    _Products = tuple[Good, ...]
else:
    _Products = tuple

MOST: Final = 2000  # products in all; one is some 4 kB with its JSON and its words
Made = TypeVar("Made")


class Goods(_Products):
    """Products of a page. What is made of all of them, and of nothing else, stays with them: see `once`."""

    def once(self, name: str, make: Callable[[Goods], Made]) -> Made:
        """What `make` gives, made when it is first asked for. `name` says what it depends on besides the products, e.g. the language."""
        kept: dict[str, Any] = self.__dict__
        if name not in kept:
            kept[name] = make(self)
        return cast(Made, kept[name])


class Pages:
    """Pages that were made, by what was asked; the one not asked for longest goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._size = most, 0
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, tuple[object, Goods]] = OrderedDict()

    def of(self, asked: Hashable, told: object, make: Callable[[], Goods]) -> Goods:
        """The page made of what the database told, from memory when it told the same as before.

        asked   what the page depends on besides: prices' terms
        told    rows, compared by value; columns have fixed scales, so equal figures are written alike
        """
        with self._lock:
            kept = self._kept.get(asked)
            if kept is not None:
                self._kept.move_to_end(asked)
        if kept is not None and kept[0] == told:
            return kept[1]
        made = make()
        with self._lock:
            self._forget(asked)
            self._kept[asked] = (told, made)
            self._size += len(made)
            while self._size > self._most:
                self._forget(next(iter(self._kept)))
        return made

    def _forget(self, asked: Hashable) -> None:
        old = self._kept.pop(asked, None)
        if old is not None:
            self._size -= len(old[1])
