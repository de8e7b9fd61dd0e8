"""The filter `access.groups`: groups of products that a person or role is narrowed to, for staff and clients alike."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, select, true

from b2bkit.core.catalog.models import CategoryClosure, Product
from b2bkit.core.extend.things import OpenedGroups
from b2bkit.core.work import Work

VIEW = "catalog.view"


@lru_cache(maxsize=512)
def _below(categories: frozenset[str]) -> ColumnElement[bool]:
    opened = select(CategoryClosure.descendant_id).where(CategoryClosure.ancestor_id.in_(sorted(map(UUID, categories))))
    return Product.category_id.in_(opened)


def opened_groups(work: Work) -> OpenedGroups:
    """The same in groups."""
    left = work.actor.limit("category", VIEW)
    return OpenedGroups(None if left is None else frozenset(map(UUID, left)), live=False)


def groups_left(work: Work) -> ColumnElement[bool]:
    """What is below the groups that are left of the catalogue; everything where nothing narrows it."""
    left = work.actor.limit("category", VIEW)
    return true() if left is None else _below(left)
