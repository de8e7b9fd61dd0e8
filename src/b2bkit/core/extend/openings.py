"""Filters of the catalogue that widen another one: folded into it, so that whoever asks the kit finds filters that all apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import ColumnElement, false, or_

from b2bkit.core.config import did_you_mean
from b2bkit.core.errors import ConfigProblem
from b2bkit.core.extend.things import CatalogFilter, OpenedGroups
from b2bkit.core.work import Work

_KEPT: Final = 4096
_NOTHING: Final = false()


def folded(filters: Sequence[CatalogFilter], problems: list[ConfigProblem]) -> tuple[CatalogFilter, ...]:
    """The filters that widen none, each with those that widen it. Names one that widens what is not there, or what widens itself."""
    whole = [one for one in filters if not one.widens]
    names = [one.name for one in whole]
    for one in filters:
        if one.widens and one.widens not in names:
            owner, said = f"plugin {one.name.split('.')[0]}", f"there is no filter {one.widens!r} to widen"
            problems.append(ConfigProblem(owner, one.name, said, did_you_mean(one.widens, names)))
    return tuple(_with(one, [other for other in filters if other.widens == one.name]) for one in whole)


def _with(target: CatalogFilter, others: Sequence[CatalogFilter]) -> CatalogFilter:
    if not others:
        return target
    asked = None if any(one.opened is None for one in (target, *others)) else lambda work: _opened(work, target, others)
    return replace(target, criterion=_Joined(target, others), opened=asked)


class _Joined:
    """The criteria joined by "or". The same criteria give the same object: statements are known by it."""

    def __init__(self, target: CatalogFilter, others: Sequence[CatalogFilter]) -> None:
        self._target, self._others = target, others
        self._known: dict[tuple[int, ...], tuple[ColumnElement[bool], list[ColumnElement[bool]]]] = {}

    def __call__(self, work: Work) -> ColumnElement[bool]:
        parts = [self._target.criterion(work), *(one.criterion(work) for one in self._others)]
        parts = [parts[0], *(part for part in parts[1:] if part is not _NOTHING)]
        if len(parts) == 1:
            return parts[0]
        key = tuple(map(id, parts))
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[key] = (or_(*parts), parts)  # the parts are kept, so that no other object takes their place in memory
        return known[0]


def _opened(work: Work, target: CatalogFilter, others: Sequence[CatalogFilter]) -> OpenedGroups:
    found = target.opened(work) if target.opened is not None else OpenedGroups(None, live=False)
    for one in others:
        if found.groups is None:
            break
        if one.opened is not None:
            more = one.opened(work)
            found = OpenedGroups(found.groups | (more.groups or frozenset()), found.live, found.products | more.products)
    return found
