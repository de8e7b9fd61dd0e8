"""A large catalogue in memory, to count and page without the database: which products are in which group and have which values.

Products are numbered in the order of the list by name, so that a set of numbers is a list. It tells nothing of names, prices or stock:
the rows of a page are read from the database, through everything that hides products. Imported only where it is used.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

import numpy as np
from pyroaring import BitMap

from b2bkit.core.catalog.attributes import number_of
from b2bkit.core.catalog.cursor import Cursor, Sort
from b2bkit.core.catalog.facets.chosen import Chosen, Section
from b2bkit.core.extend.things import OpenedGroups

_ID: Final = "S16"
_CODES: Final = 65_535  # values that a column can tell apart
_FEW: Final = 150_000  # products up to which it is quicker to look at each than to meet sets
_KEPT: Final = 64  # counts and sets of the whole catalogue, by what is opened
Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


class Place(NamedTuple):
    """A category as the index knows it."""

    id: UUID
    parent_id: UUID | None
    name: str
    position: int
    active: bool


class Counted(NamedTuple):
    """Products in each category itself (None: in no category) and of each value."""

    groups: Mapping[UUID | None, int]
    values: Mapping[Section, Mapping[str, int]]


class Part(NamedTuple):
    """A piece of the list."""

    ids: list[UUID]
    more: bool


class FacetIndex:
    """What was read at one moment; nothing in it changes.

    ids       of all products in the order of the list by name, 16 bytes each
    grouped   products in each category itself
    active    products that are sold
    """

    def __init__(self, ids: Any, categories: Sequence[Place], grouped: Mapping[UUID | None, BitMap], active: BitMap) -> None:
        self.categories = {place.id: place for place in categories}
        self._ids, self._grouped = ids, grouped
        self._articles = np.zeros(len(ids), dtype=np.uint32)  # the place of each product in the order by article
        self._by_id = np.argsort(ids, kind="stable").astype(np.uint32)
        self._sorted: Any = ids[self._by_id]  # only while it is made: many are found sooner in what lies in their order
        self._values: dict[Section, dict[str, BitMap]] = {}
        self._numbers: dict[Section, list[tuple[Decimal, str]]] = {}
        self._columns: dict[Section, Any] = {}  # the number of the value of each product, 0: none; where no product has two
        self._below = _below(self.categories)
        dead = [id_ for place in categories if not place.active for id_ in self._below[place.id]]
        self._live = active - self._union(dead)
        self._everything: dict[tuple[OpenedGroups, ...], Counted] = {}
        self._visible: dict[tuple[OpenedGroups, ...], BitMap] = {}

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def size(self) -> int:
        """Bytes of its arrays and sets."""
        bitmaps = [
            *self._grouped.values(),
            *self._visible.values(),
            self._live,
            *(one for values in self._values.values() for one in values.values()),
        ]
        told = [bitmap.get_statistics() for bitmap in bitmaps]
        sets = sum(one["n_bytes_array_containers"] + one["n_bytes_run_containers"] + one["n_bytes_bitset_containers"] for one in told)
        arrays = [self._ids, self._by_id, self._articles, *self._columns.values()]
        return int(sum(array.nbytes for array in arrays) + sets)

    def places(self, ids: Iterable[UUID]) -> Any:
        """The numbers of products, those that are not here left out."""
        wanted = np.array([id_.bytes for id_ in ids], dtype=_ID)
        return self._places_and_known(wanted)[0]

    def _places_and_known(self, wanted: Any) -> tuple[Any, Any]:
        if not len(self._ids) or not len(wanted):
            return np.empty(0, np.uint32), np.zeros(len(wanted), bool)
        found = self._ranks(wanted)
        places = self._by_id[np.minimum(found, len(self._ids) - 1)]
        known = self._ids[places] == wanted
        return places[known], known

    def _ranks(self, wanted: Any) -> Any:
        if self._sorted is None:
            return np.searchsorted(self._ids, wanted, sorter=self._by_id)
        order = np.argsort(wanted, kind="stable")
        found = np.empty(len(wanted), np.int64)
        found[order] = np.searchsorted(self._sorted, wanted[order])
        return found

    def without(self, facets: Collection[str]) -> FacetIndex:
        """The same products without the values of these facets, which are to be taken anew; what is common is shared."""
        made = copy.copy(self)
        made._values = {section: values for section, values in self._values.items() if section.facet not in facets}
        made._columns = {section: codes for section, codes in self._columns.items() if section.facet not in facets}
        made._numbers = {section: numbers for section, numbers in self._numbers.items() if section.facet not in facets}
        made._everything, made._sorted = {}, self._ids[self._by_id]
        return made

    def take_order(self, ids: Iterable[UUID], done: int) -> int:
        """The next products in the order by article, after `done` of them; returns how many are done. Only while it is made."""
        found = self.places(ids)
        self._articles[found] = np.arange(done, done + len(found), dtype=np.uint32)
        return done + len(found)

    def take(self, facet: str, rows: Sequence[tuple[UUID, UUID | None, str]]) -> None:
        """Adds values of products (product_id, section, value); only while it is made."""
        wanted = np.array([row[0].bytes for row in rows], dtype=_ID)
        places, known = self._places_and_known(wanted)
        by_value: dict[tuple[UUID | None, str], list[int]] = {}
        for place, row in zip(places.tolist(), (row for row, there in zip(rows, known.tolist(), strict=True) if there), strict=True):
            by_value.setdefault((row[1], row[2]), []).append(place)
        for (key, value), found in by_value.items():
            bitmaps = self._values.setdefault(Section(facet, key), {})
            bitmaps.setdefault(value, BitMap()).update(found)

    def close(self, numeric: Iterable[Section] = (), facets: Collection[str] | None = None) -> None:
        """Ends the making: what was taken becomes as small as it can.

        numeric   sections whose values are numbers to choose ranges of
        facets    those that were taken; None: all, products and groups too
        """
        self._sorted = None
        taken = {section: values for section, values in self._values.items() if facets is None or section.facet in facets}
        for section in numeric:
            typed = ((number_of(value), value) for value in taken.get(section, ()))
            self._numbers[section] = [(number, value) for number, value in typed if number is not None]
        own = [*self._grouped.values(), self._live] if facets is None else []
        for bitmap in [*own, *(one for values in taken.values() for one in values.values())]:
            bitmap.run_optimize()
            bitmap.shrink_to_fit()
        for section, values in taken.items():
            if len(values) < _CODES and sum(map(len, values.values())) == len(BitMap.union(*values.values())):
                self._columns[section] = codes = np.zeros(len(self._ids), dtype=np.uint16)
                for code, bitmap in enumerate(values.values(), 1):
                    codes[_numbers(bitmap)] = code

    # what is there

    def visible(self, opened: Sequence[OpenedGroups]) -> BitMap:
        """Products that every filter opens: the same set for all whose contracts open the same. It is not to be changed."""
        return _kept(self._visible, tuple(opened), lambda: self._opened_by(opened))

    def _opened_by(self, opened: Iterable[OpenedGroups]) -> BitMap:
        found: BitMap | None = None
        for one in opened:
            part = self._live if one.live else None
            if one.groups is not None:
                inside = self._union({id_ for group in one.groups for id_ in self._below.get(group, ())})
                if one.products:
                    inside |= BitMap(self.places(one.products))
                part = inside if part is None else inside & part
            if part is not None:
                found = part if found is None else found & part
        return BitMap(range(len(self._ids))) if found is None else found

    def in_category(self, category: UUID) -> BitMap:
        """Products in a category and below."""
        return self._union(self._below.get(category, ()))

    def _union(self, ids: Iterable[UUID]) -> BitMap:
        parts = [self._grouped[id_] for id_ in ids if id_ in self._grouped]
        return BitMap.union(*parts) if parts else BitMap()

    def left(self, within: BitMap, chosen: Chosen) -> BitMap:
        """What the chosen values leave."""
        sets = [within]
        for section, wanted, range_ in chosen.sections:
            there = self._values.get(section, {})
            parts = [there[value] for value in wanted if value in there]
            if range_ is not None:
                parts += [there[value] for number, value in self._numbers.get(section, ()) if range_.holds(number)]
            sets.append(BitMap.union(*parts) if parts else BitMap())
        return reduce(and_, sorted(sets, key=len))  # the smallest first: what it leaves is looked up in the others

    # counts

    def groups(self, within: BitMap) -> dict[UUID | None, int]:
        """How many of these are in each category itself."""
        found = {id_: bitmap.intersection_cardinality(within) for id_, bitmap in self._grouped.items()}
        return {id_: number for id_, number in found.items() if number}

    def values(self, within: BitMap, chosen: Chosen) -> dict[Section, dict[str, int]]:
        """How many of these each value would leave, beside what was chosen in other sections; values that leave none are not there."""
        whole = self.left(within, chosen)
        numbers = _numbers(whole) if len(whole) <= _FEW else None
        sections = {section for section, _wanted, _range in chosen.sections}
        found: dict[Section, dict[str, int]] = {}
        for section in self._values:
            if section in sections:
                left = self.left(within, chosen.without(section))
                there = self._counted(section, left, _numbers(left) if len(left) <= _FEW else None)
            else:
                there = self._counted(section, whole, numbers)
            if there:
                found[section] = there
        return found

    def _counted(self, section: Section, left: BitMap, numbers: Any) -> dict[str, int]:
        """Values of a section among these products; `numbers` are the same as an array where they are few."""
        values, codes = self._values[section], self._columns.get(section)
        if numbers is not None and codes is not None:
            counted = np.bincount(codes[numbers], minlength=len(values) + 1).tolist()
            return {value: number for value, number in zip(values, counted[1:], strict=True) if number}
        found = {value: bitmap.intersection_cardinality(left) for value, bitmap in values.items()}
        return {value: number for value, number in found.items() if number}

    def everything(self, opened: Sequence[OpenedGroups], within: BitMap) -> Counted:
        """Counts of all that is opened: the same for all whose contracts open the same, so they are kept."""
        return _kept(self._everything, tuple(opened), lambda: Counted(self.groups(within), self.values(within, Chosen())))

    # pages

    def page(self, found: BitMap, sort: Sort, cursor: Cursor | None, limit: int) -> Part | None:
        """The piece of the list after (or before) the cursor; None when its product is not here any more."""
        at = None
        if cursor is not None:
            here = self.places([cursor.id])
            if not len(here):
                return None
            at = int(here[0])
        back = cursor is not None and cursor.back
        numbers, more = self._by_article(found, at, back, limit) if sort == "article" else _by_name(found, at, back, limit)
        return Part([UUID(bytes=self._ids[number].ljust(16, b"\0")) for number in numbers], more)

    def _by_article(self, found: BitMap, at: int | None, back: bool, limit: int) -> tuple[list[int], bool]:
        numbers = _numbers(found)
        ranks = self._articles[numbers]
        if at is not None:
            kept = ranks < self._articles[at] if back else ranks > self._articles[at]
            numbers, ranks = numbers[kept], ranks[kept]
        wanted = min(limit, len(ranks))
        near = np.argpartition(-ranks.astype(np.int64) if back else ranks, wanted - 1)[:wanted] if 0 < wanted < len(ranks) else slice(None)
        total, numbers, ranks = len(numbers), numbers[near], ranks[near]
        order = np.argsort(ranks, kind="stable")
        return [int(number) for number in numbers[order]], total > limit


def _kept(known: dict[Key, Found], key: Key, make: Callable[[], Found]) -> Found:
    """What is known under this key, else made now; all is forgotten when it gets too much."""
    found = known.get(key)
    if found is None:
        found = make()
        if len(known) >= _KEPT:
            known.clear()
        known[key] = found
    return found


def _numbers(found: BitMap) -> Any:
    return np.frombuffer(found.to_array(), dtype=np.uint32) if found else np.empty(0, np.uint32)


def _by_name(found: BitMap, at: int | None, back: bool, limit: int) -> tuple[list[int], bool]:
    if at is None:
        return list(found[:limit]), len(found) > limit
    if back:
        end = found.rank(at) - (at in found)
        return list(found[max(0, end - limit) : end]), end > limit
    start = found.rank(at)
    return list(found[start : start + limit]), len(found) > start + limit


def _below(categories: Mapping[UUID, Place]) -> dict[UUID, list[UUID]]:
    """Each category with itself and all below it."""
    found: dict[UUID, list[UUID]] = {id_: [] for id_ in categories}
    for id_ in categories:
        at: UUID | None = id_
        seen: set[UUID] = set()
        while at is not None and at in categories and at not in seen:
            found[at].append(id_)
            seen.add(at)
            at = categories[at].parent_id
    return found
