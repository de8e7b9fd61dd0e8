"""What an actor may see of the catalogue: every filter of the kit at once, for lists, counts, single products, carts and orders alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Uuid, and_, bindparam, exists, false, not_, or_, select, true
from sqlalchemy.sql import visitors

from b2bkit.core.accounts.models import Contract, ContractCategory
from b2bkit.core.catalog.models import Category, CategoryClosure, Product
from b2bkit.core.extend.things import OpenedGroups
from b2bkit.core.work import Work

S = TypeVar("S")
_KEPT_STATEMENTS = 512

_switched_off = (
    select(CategoryClosure.ancestor_id)
    .join(Category, Category.id == CategoryClosure.ancestor_id)
    .where(CategoryClosure.descendant_id == Product.category_id, Category.active.is_(False))
    .correlate(Product)
)
alive = and_(Product.active, not_(exists(_switched_off)))  # sold, and in no group that is switched off


@lru_cache(maxsize=2048)
def _opened_by(contract_id: UUID) -> ColumnElement[bool]:
    """What is below a category that the contract opens, or all; live products in live categories only."""
    opened = (
        select(CategoryClosure.descendant_id)
        .join(ContractCategory, ContractCategory.category_id == CategoryClosure.ancestor_id)
        .join(Contract, Contract.id == ContractCategory.contract_id)
        .where(Contract.id == contract_id, Contract.active)
    )
    whole = select(Contract.id).where(Contract.id == contract_id, Contract.active, Contract.whole_catalogue)
    return and_(alive, or_(Product.category_id.in_(opened), exists(whole)))


def contract_groups(work: Work) -> ColumnElement[bool]:
    """The filter `catalog.contract_groups`: staff see everything, a client what the session's contract opens, others nothing."""
    actor = work.actor
    if actor.kind in ("staff", "system"):
        return true()
    if actor.kind == "client" and actor.contract_id is not None:
        return _opened_by(actor.contract_id)
    return false()


_OPENED = (
    select(Contract.whole_catalogue, ContractCategory.category_id)
    .outerjoin(ContractCategory, ContractCategory.contract_id == Contract.id)
    .where(Contract.id == bindparam("contract_id", type_=Uuid()), Contract.active)
)


def groups_of_contract(work: Work) -> OpenedGroups:
    """What `contract_groups` opens, in groups: one statement for a client, none for others."""
    actor = work.actor
    if actor.kind in ("staff", "system"):
        return OpenedGroups(None, live=False)
    if actor.kind != "client" or actor.contract_id is None:
        return OpenedGroups(frozenset(), live=True)
    rows = work.session.rows(_OPENED, {"contract_id": actor.contract_id})
    if any(whole for whole, _group in rows):
        return OpenedGroups(None, live=True)
    return OpenedGroups(frozenset(group for _whole, group in rows if group is not None), live=True)


def visible(work: Work) -> ColumnElement[bool]:
    """The criterion over `Product` for any statement of this work."""
    return and_(true(), *(found.criterion(work) for found in work.kit.catalog_filters))


# Statements are built once per shape of the filters: only the values differ between two requests.


class _Shape(NamedTuple):
    number: int  # the same for all criteria that differ in values only
    criterion: ColumnElement[bool]
    binds: tuple[BindParameter[Any], ...]


_SHAPE: Final = "_b2bkit_shape"
_numbers: dict[Hashable, int] = {}
_statements: dict[Hashable, Any] = {}
_lock = Lock()


def _shape_of(criterion: ColumnElement[bool]) -> _Shape | None:
    """What two criteria that differ in values only have in common; None when SQLAlchemy cannot tell."""
    known: _Shape | None = criterion.__dict__.get(_SHAPE)  # a dictionary would compare criteria, which builds expressions
    if known is None:
        key = criterion._generate_cache_key()
        if key is None:
            return None
        known = _Shape(_numbers.setdefault(key.key, len(_numbers)), criterion, tuple(key.bindparams))
        criterion.__dict__[_SHAPE] = known
    return known


def _template(shapes: tuple[_Shape, ...]) -> ColumnElement[bool]:
    """The criteria with named parameters in place of values: `visible_<filter>_<number>`."""
    parts = []
    for place, shape in enumerate(shapes):
        names = {id(bind): f"visible_{place}_{number}" for number, bind in enumerate(shape.binds)}

        def named(element: Any, names: Mapping[int, str] = names, **_others: Any) -> Any:
            name = names.get(id(element))
            return bindparam(name, type_=element.type, expanding=element.expanding) if name else None

        parts.append(visitors.replacement_traverse(shape.criterion, {}, named))
    return and_(true(), *parts)


def prepared(work: Work, key: Hashable, build: Callable[[ColumnElement[bool]], S]) -> tuple[S, dict[str, object]]:
    """A statement over visible products and the values of its filters, to be passed to `session.execute`.

    key    names what `build` builds; the same key, the same statement
    build  (criterion) -> statement; called once per key and shape of the filters
    """
    criteria = [found.criterion(work) for found in work.kit.catalog_filters]
    shapes = tuple(shape for shape in map(_shape_of, criteria) if shape is not None)
    if len(shapes) < len(criteria):
        return build(and_(true(), *criteria)), {}
    full_key = (key, *(shape.number for shape in shapes))
    statement = _statements.get(full_key)
    if statement is None:
        statement = build(_template(shapes))
        with _lock:
            if len(_statements) >= _KEPT_STATEMENTS:
                _statements.clear()
            _statements[full_key] = statement
    values = {
        f"visible_{place}_{number}": bind.effective_value for place, shape in enumerate(shapes) for number, bind in enumerate(shape.binds)
    }
    return statement, values
