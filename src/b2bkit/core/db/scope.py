"""Who may see which rows: criteria of the actor, added to every statement of a scoped session."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, cast
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Table, and_, inspect
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.interfaces import CriteriaOption
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import operators
from sqlalchemy.sql.cache_key import NO_CACHE
from sqlalchemy.sql.elements import AsBoolean, BinaryExpression, BindParameter, BooleanClauseList, ColumnElement, False_, Grouping, True_
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.util import LRUCache

from b2bkit.core.db.base import Base, CompanyOwned
from b2bkit.core.db.wall import Guarded, ScopeViolation, names_of, walled_engine
from b2bkit.core.extend.things import Level, Scope
from b2bkit.core.work import Actor

__all__ = ["ScopeMap", "ScopeViolation", "scope_map", "unscoped_entities", "walled_engine"]

EntityMapper = Mapper[Any]
_KEPT_ACTORS = 1000


def unscoped_entities(scopes: Iterable[Scope]) -> list[type]:
    """Entities that belong to a company and that no scope guards: with one of these a portal must not start."""
    guarded = {scope.entity for scope in scopes}
    owned = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, CompanyOwned)]
    return sorted((entity for entity in owned if not guarded.intersection(entity.__mro__)), key=lambda entity: entity.__name__)


class ScopeMap:
    """All scopes of a portal, by entity and by table; the same for every actor."""

    def __init__(self, scopes: Iterable[Scope]) -> None:
        self.criteria: dict[EntityMapper, list[Callable[[Actor], ColumnElement[bool]]]] = {}
        for scope in scopes:
            self.criteria.setdefault(inspect(scope.entity), []).append(scope.criterion)
        self.by_table: dict[str, EntityMapper] = {
            cast(Table, part.local_table).name.lower(): mapper for mapper in self.criteria for part in mapper.self_and_descendants
        }
        self.scoped = frozenset(self.by_table)
        self.company_tables = frozenset(name for name, mapper in self.by_table.items() if "company_id" in mapper.columns)
        self._registries = {Base.registry, *(mapper.registry for mapper in self.criteria)}
        self._known: tuple[int, Mapping[str, tuple[EntityMapper, ...]]] = (-1, {})
        self._reach: dict[EntityMapper, frozenset[EntityMapper]] = {}
        self._found: WeakKeyDictionary[Any, frozenset[EntityMapper]] = WeakKeyDictionary()
        self._actors: LRUCache[Any, ActorScope] = LRUCache(_KEPT_ACTORS)

    def of(self, actor: Actor) -> ActorScope:
        """The criteria of an actor. Kept for those who come again: what a scope says depends on the actor and nothing else."""
        key = actor.kind, actor.user_id, actor.company_id, actor.contract_id, actor.session_id, actor.role, actor.on_behalf
        known = self._actors.get(key)
        if known is None or (known.actor is not actor and known.actor != actor):
            known = self._actors[key] = ActorScope(actor, self)
        return known

    def mapper(self, entity: object) -> EntityMapper | None:
        """The scoped mapper of an entity class or one of its subclasses; None for what everybody may see."""
        found: EntityMapper | None = inspect(entity, raiseerr=False)
        for mapper in found.iterate_to_root() if isinstance(found, Mapper) else ():
            if mapper in self.criteria:
                return mapper
        return None

    def found_in(self, statement: Any) -> frozenset[EntityMapper]:
        """The scoped entities that a statement names or can load through relationships. Remembered for statements that are built once."""
        found = self._found.get(statement)
        if found is None:
            named = {mapper for name in names_of(statement) for mapper in self._reached_from(name)}
            found = self._found[statement] = frozenset(named)
        return found

    def _reached_from(self, table: str) -> frozenset[EntityMapper]:
        mappers = self._mappers().get(table, ())
        reached: set[EntityMapper] = set()
        for mapper in mappers:
            if mapper not in self._reach:
                self._reach[mapper] = self._closure(mapper)
            reached |= self._reach[mapper]
        return frozenset(reached)

    def _mappers(self) -> Mapping[str, tuple[EntityMapper, ...]]:
        """All mapped entities by table; looked up anew only when models were imported since."""
        count = sum(len(registry._class_registry) for registry in self._registries)
        if count != self._known[0]:
            found: dict[str, tuple[EntityMapper, ...]] = {}
            for mapper in (mapper for registry in self._registries for mapper in registry.mappers):
                name = cast(Table, mapper.local_table).name.lower()
                found[name] = (*found.get(name, ()), mapper)
            self._known = (count, found)
        return self._known[1]

    def _closure(self, start: EntityMapper) -> frozenset[EntityMapper]:
        seen: set[EntityMapper] = set()
        waiting = [start]
        while waiting:
            mapper = waiting.pop()
            if mapper not in seen:
                seen.add(mapper)
                waiting.extend(relationship.mapper for relationship in mapper.relationships)
        return frozenset(scoped for scoped in map(self.mapper, seen) if scoped is not None)


@lru_cache(maxsize=64)
def scope_map(scopes: tuple[Scope, ...]) -> ScopeMap:
    """The map of these scopes, made once."""
    return ScopeMap(scopes)


class Criterion:
    """What one actor may see of one entity, ready for statements."""

    _shapes: dict[Any, tuple[int, bool]] = {}  # noqa: RUF012

    def __init__(self, mapper: EntityMapper, parts: Iterable[ColumnElement[bool]]) -> None:
        self.mapper = mapper
        self.plain = and_(*parts)
        pin = mapper.attrs[mapper.get_property_by_column(mapper.primary_key[0]).key].class_attribute
        self.guard = Guarded(self.plain, cast(Any, pin.__clause_element__()))
        cache_key = self.guard._generate_cache_key()
        self.shape: int | None = None
        self.nested = True
        if cache_key is not None:
            self.shape, self.nested = self._shape((mapper, cache_key.key))
        self.binds = [] if cache_key is None else list(cache_key.bindparams)

    def _shape(self, key: Any) -> tuple[int, bool]:
        """A number for the structure without its values, and whether it holds a query of its own."""
        if key not in self._shapes:
            nested = any(isinstance(node, SelectBase) for node in iterate(self.guard))
            self._shapes.setdefault(key, (len(self._shapes), nested))
        return self._shapes[key]


class _AdaptedCriteria(LoaderCriteriaOption):
    """SQLAlchemy leaves a plain criterion unadapted when an alias is joined: it would guard the wrong table."""

    __slots__ = ("nested",)

    def __init__(self, criterion: Criterion) -> None:
        super().__init__(criterion.mapper, criterion.guard, include_aliases=True)
        self.nested = criterion.nested

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        # SQLAlchemy's annotation, for queries within, copies the bound values: each execution then pays for comparing them
        criterion = super()._resolve_where_criteria(ext_info) if self.nested else cast(ColumnElement[bool], self.where_criteria)
        return cast(ColumnElement[bool], ext_info._adapter.traverse(criterion)) if ext_info.is_aliased_class else criterion


class ScopeOption(CriteriaOption):
    """`with_loader_criteria` for several entities at once, with a cache key that is worked out once per work."""

    propagate_to_loaders = False  # the session adds it to the loaders' statements itself

    def __init__(self, criteria: Iterable[Criterion]) -> None:
        self.criteria = tuple(criteria)
        self._key = (ScopeOption, *(criterion.shape for criterion in self.criteria))
        self._cacheable = all(criterion.shape is not None for criterion in self.criteria)
        self.binds = [bind for criterion in self.criteria for bind in criterion.binds]

    @property
    def shape(self) -> tuple[Any, ...] | None:
        """What two options that differ in values only have in common; None when SQLAlchemy cannot tell."""
        return self._key if self._cacheable else None

    def _gen_cache_key(self, anon_map: Any, bindparams: list[BindParameter[Any]]) -> tuple[Any, ...] | None:
        if not self._cacheable:
            anon_map[NO_CACHE] = True
            return None
        bindparams.extend(self.binds)
        return self._key

    def process_compile_state(self, compile_state: Any) -> None:
        self.get_global_criteria(compile_state.global_attributes)

    def process_compile_state_replaced_entities(self, compile_state: Any, mapper_entities: Any) -> None:
        self.process_compile_state(compile_state)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        for criterion in self.criteria:
            _AdaptedCriteria(criterion).get_global_criteria(attributes)


class ActorScope:
    """The criteria of one actor, asked once and only for entities that occur."""

    def __init__(self, actor: Actor, scopes: ScopeMap) -> None:
        self.actor = actor
        self.map = scopes
        self._criteria: dict[EntityMapper, Criterion] = {}
        self._options: dict[frozenset[EntityMapper], ScopeOption] = {}

    def criterion(self, mapper: EntityMapper) -> Criterion:
        """What the actor may see of the entity; all its scopes apply."""
        known = self._criteria.get(mapper)
        if known is None:
            known = self._criteria[mapper] = Criterion(mapper, [ask(self.actor) for ask in self.map.criteria[mapper]])
        return known

    def option(self, mappers: frozenset[EntityMapper]) -> ScopeOption:
        """The statement option for these entities."""
        known = self._options.get(mappers)
        if known is None:
            ordered = sorted(mappers, key=lambda mapper: mapper.class_.__qualname__)
            known = self._options[mappers] = ScopeOption(map(self.criterion, ordered))
        return known

    @property
    def reads_further(self) -> bool:
        """Whether a client's person sees rows of other companies (its dealers'): those are there for reading only."""
        return self.actor.kind == "client" and Level.NETWORK in self.actor.levels.values()

    def owner_column(self, mapper: EntityMapper) -> Any:
        """The attribute that says which company a row belongs to; None for what belongs to none."""
        if cast(Table, mapper.local_table).name == "core_company":
            return mapper.attrs["id"].class_attribute
        return mapper.attrs["company_id"].class_attribute if issubclass(mapper.class_, CompanyOwned) else None

    def company_allowed(self, company_id: object) -> bool | None:
        """Whether the actor may write rows of this company; None when only the database can say."""
        if self.actor.kind == "system":
            return True
        if self.actor.kind == "client":
            return isinstance(company_id, UUID) and company_id == self.actor.company_id
        company = self.map.by_table.get("core_company")
        if company is None or company_id is None:
            return False
        return holds(self.criterion(company).plain, {"id": company_id})


def holds(criterion: Any, row: Mapping[str, object]) -> bool | None:
    """Whether a criterion of comparisons with plain values holds for a row (column name -> value); None when SQL must decide."""
    if isinstance(criterion, True_ | False_):
        return isinstance(criterion, True_)
    if isinstance(criterion, Grouping) or (isinstance(criterion, AsBoolean) and criterion.operator is operators.is_true):
        return holds(criterion.element, row)
    if isinstance(criterion, BooleanClauseList):
        return _holds_list(criterion, row)
    if isinstance(criterion, BinaryExpression) and isinstance(criterion.right, BindParameter):
        name, value = str(getattr(criterion.left, "key", "")), criterion.right.effective_value
        if name not in row:
            return None
        if criterion.operator is operators.eq:
            return row[name] is not None and row[name] == value
        if criterion.operator is operators.in_op:
            return row[name] in cast(Any, value)
    return None


def _holds_list(criterion: BooleanClauseList, row: Mapping[str, object]) -> bool | None:
    results = [holds(part, row) for part in criterion.clauses]
    decisive = criterion.operator is operators.or_
    if decisive in results:
        return decisive
    return None if None in results else not decisive
