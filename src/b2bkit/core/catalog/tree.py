"""Categories: setting their tree, and the tree as somebody sees it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, case, delete, func, select, true, update

from b2bkit.core.catalog.models import Category, CategoryClosure, Product
from b2bkit.core.catalog.visibility import prepared
from b2bkit.core.errors import Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.pricing.terms import TERMS, Terms, session_terms
from b2bkit.core.work import Work


class Group(NamedTuple):
    """A category as it is shown: with its depth and how many visible products are in it and below, in all and of those that match."""

    id: UUID
    parent_id: UUID | None
    name: str
    depth: int
    total: int
    matching: int


class Tree(NamedTuple):
    """Groups that hold something for this actor, each followed by what is below it; counts of the whole catalogue.

    `terms` are those of the session's contract: a page needs both.
    """

    groups: tuple[Group, ...]
    total: int
    matching: int
    terms: Terms | None = None

    def find(self, category_id: UUID | None) -> Group | None:
        """The group with this id, if it is there for this actor."""
        return next((group for group in self.groups if group.id == category_id), None)

    def path(self, category_id: UUID | None) -> tuple[Group, ...]:
        """The group and those above it, topmost first."""
        found: list[Group] = []
        while (group := self.find(category_id)) is not None:
            found.append(group)
            category_id = group.parent_id
        return tuple(reversed(found))


class _Row(NamedTuple):
    id: UUID
    parent_id: UUID | None
    name: str
    position: int
    total: int | None
    matching: int | None
    loose_total: int | None
    loose_matching: int | None


def counted(matches: Sequence[ColumnElement[bool]]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """All products, and those for which every one of `matches` holds."""
    every = func.count()
    return every, func.coalesce(func.sum(case((matches[0], 1), else_=0), type_=Integer), 0) if matches else every


def _tree_statement(criterion: ColumnElement[bool], match: ColumnElement[bool] | None) -> Select[*tuple[object, ...]]:
    total, matching = counted([match] if match is not None else [])
    counts = (
        select(Product.category_id.label("category_id"), total.label("total"), matching.label("matching"))
        .where(criterion)
        .group_by(Product.category_id)
        .cte("counts")
    )
    loose_total = select(counts.c.total).where(counts.c.category_id.is_(None)).scalar_subquery()
    loose_matching = select(counts.c.matching).where(counts.c.category_id.is_(None)).scalar_subquery()
    columns = (
        Category.id,
        Category.parent_id,
        Category.name,
        Category.position,
        counts.c.total,
        counts.c.matching,
        loose_total,
        loose_matching,
    )
    terms = TERMS.subquery("terms")  # the same in each row: the page needs them, and a statement of their own costs more
    return select(*columns, *terms.c).outerjoin(counts, counts.c.category_id == Category.id).outerjoin(terms, true())


def _count_statement(criterion: ColumnElement[bool], match: ColumnElement[bool] | None) -> Select[int, int]:
    return select(*counted([match] if match is not None else [])).select_from(Product).where(criterion)


def category_tree(
    work: Work, *, match: ColumnElement[bool] | None = None, key: Hashable = None, values: Mapping[str, object] | None = None
) -> Tree:
    """The visible part of the tree with counts of visible products, in one statement.

    match    a further criterion; products for which it holds are counted as matching. `key` names it, `values` are its parameters
    """
    statement, visible_values = prepared(work, ("tree", key), lambda criterion: _tree_statement(criterion, match))
    parameters = {**visible_values, **(values or {}), "contract_id": work.actor.contract_id}
    found = work.session.rows(statement, parameters)
    rows = sorted((_Row._make(row[: len(_Row._fields)]) for row in found), key=_place)
    if not rows:  # no category at all, so nothing to hang the counts on
        statement_of_all, visible_values = prepared(work, ("count", key), lambda criterion: _count_statement(criterion, match))
        ((total, matching),) = work.session.rows(statement_of_all, parameters)
        return Tree((), total, matching, session_terms(work))
    of_contract = found[0][len(_Row._fields) :]
    return _as_tree(rows, Terms._make(of_contract) if of_contract[0] is not None else None)


def _place(row: _Row) -> tuple[int, str, UUID]:
    return row.position, row.name.casefold().replace("ё", "е"), row.id  # the same on both databases


def _as_tree(rows: Sequence[_Row], terms: Terms | None) -> Tree:
    known = {row.id for row in rows}
    children: dict[UUID | None, list[_Row]] = {}
    for row in rows:
        children.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)

    def below(parent: UUID | None, depth: int) -> list[Group]:
        found: list[Group] = []
        for row in children.get(parent, ()):
            inner = below(row.id, depth + 1)
            total = (row.total or 0) + sum(group.total for group in inner if group.parent_id == row.id)
            matching = (row.matching or 0) + sum(group.matching for group in inner if group.parent_id == row.id)
            if total:
                found += [Group(row.id, parent, row.name, depth, total, matching), *inner]
        return found

    groups = tuple(below(None, 0))
    top = [group for group in groups if group.depth == 0]
    total = sum(group.total for group in top) + (rows[0].loose_total or 0)
    matching = sum(group.matching for group in top) + (rows[0].loose_matching or 0)
    return Tree(groups, total, matching, terms)


class Place(Protocol):
    """A category, wherever it was read."""

    @property
    def id(self) -> UUID: ...
    @property
    def parent_id(self) -> UUID | None: ...
    @property
    def name(self) -> str: ...
    @property
    def position(self) -> int: ...


def tree_from(places: Iterable[Place], total: Mapping[UUID | None, int], matching: Mapping[UUID | None, int], terms: Terms | None) -> Tree:
    """The tree of these categories with counts of what is in each itself (None: in no category)."""
    loose = total.get(None, 0), matching.get(None, 0)
    rows = [
        _Row(place.id, place.parent_id, place.name, place.position, total.get(place.id), matching.get(place.id), *loose) for place in places
    ]
    return _as_tree(sorted(rows, key=_place), terms) if rows else Tree((), *loose, terms)


# setting

_PARENTS = select(Category.id, Category.parent_id)


class CategoryPlace(NamedTuple):
    """Where a category hangs; None: at the top."""

    id: UUID
    parent_id: UUID | None


def set_category_parents(work: Work, *, places: Iterable[CategoryPlace]) -> None:
    """Hangs existing categories below others and rebuilds the closure. Raises Refused when a category would be below itself."""
    known: dict[UUID, UUID | None] = dict(work.session.execute(_PARENTS).all())
    wanted = {place.id: place.parent_id for place in places}
    missing = [id_ for id_ in {*wanted, *filter(None, wanted.values())} if id_ not in known]
    if missing:
        raise Refused(Problem("catalog.unknown_category", _("There is no category %(id)s.") % {"id": missing[0]}, "parent_id"))
    _refuse_rings({**known, **wanted})
    for id_, parent in wanted.items():
        if known[id_] != parent:
            work.session.execute(update(Category).where(Category.id == id_).values(parent_id=parent))
    rebuild_category_closure(work)


def _refuse_rings(parents: Mapping[UUID, UUID | None]) -> None:
    safe: set[UUID] = set()
    for start in parents:
        way: list[UUID] = []
        at: UUID | None = start
        while at is not None and at not in safe:
            if at in way:
                message = _("The category %(id)s would be below itself.") % {"id": at}
                raise Refused(Problem("catalog.category_ring", message, "parent_id"))
            way.append(at)
            at = parents.get(at)
        safe.update(way)


def rebuild_category_closure(work: Work) -> None:
    """Makes the closure what the parents say. Call it after a change of `parent_id`. Raises Refused for a ring."""
    parents: dict[UUID, UUID | None] = dict(work.session.execute(_PARENTS).all())
    _refuse_rings(parents)
    rows: list[dict[str, object]] = []
    for id_ in parents:
        at: UUID | None = id_
        depth = 0
        while at is not None:
            rows.append({"ancestor_id": at, "descendant_id": id_, "depth": depth})
            at, depth = parents[at], depth + 1
    work.session.execute(delete(CategoryClosure))
    work.session.insert_rows(CategoryClosure, rows)
