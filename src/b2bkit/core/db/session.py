"""Sessions: one that sees everything, and one in which other clients' rows do not exist."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import BindParameter, Connection, Engine, Table, event, insert, inspect, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import InstanceState, Mapper, Session
from sqlalchemy.orm.exc import ObjectDeletedError
from sqlalchemy.util import LRUCache

from b2bkit.core.db.plan import Plans, Row, plan_of
from b2bkit.core.db.scope import ScopeMap, holds
from b2bkit.core.db.wall import ScopeViolation, hidden, refuse_insert, writing_checked_rows
from b2bkit.core.errors import NotFound
from b2bkit.core.work import Actor

T = TypeVar("T")
_checked_inserts: LRUCache[Any, Any] = LRUCache(500)


class PortalSession(Session):
    """A transaction. Objects stay readable after the commit."""

    def __init__(self, bind: Engine | Connection, plans: Plans | None = None) -> None:
        super().__init__(bind=bind, expire_on_commit=False)
        self._bound, self._plans = bind, plans or Plans()

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self._bound.dialect.name

    def rows(self, statement: Any, params: Mapping[str, object] | None = None) -> list[Row]:
        """The rows of a select of columns as plain tuples: the short way for statements that are built once and asked often.

        The same checks and the same answer as `execute(statement, params).all()`; what is pending is written first.
        """
        known = self._plans.of(self._bound.dialect, statement)
        shape, binds = self._shape_of(statement)
        plan = known.get(shape)
        if plan is None or writing_checked_rows.get():
            result = self.execute(statement, params)
            if shape is not None and shape not in known:
                known[shape] = plan_of(result, statement, binds)
            return [tuple(row) for row in result]
        self._autoflush()
        connection = self._bound if isinstance(self._bound, Connection) else self._connection_for_bind(self._bound)
        return plan.rows(connection, params or {}, binds)

    def _shape_of(self, statement: Any) -> tuple[Hashable, Sequence[BindParameter[Any]]]:
        """What tells apart two SQL texts of this statement, None when nothing can, and the values that the session adds to it."""
        return (), ()

    def insert_rows(self, entity: type, rows: Sequence[Mapping[str, object]]) -> None:
        """Inserts many rows at once without making objects; attribute name -> value, the same names in every row.

        Ids and other defaults are filled in. Raises ValueError for a name that the entity lacks and for rows that differ in their names.
        """
        if rows:
            self._insert_checked(entity, _as_columns(entity, rows))

    def _insert_checked(self, entity: type, rows: list[dict[str, object]]) -> None:
        self.flush()  # rows that these refer to
        self.execute(insert(inspect(entity).local_table), rows)


class UnscopedSession(PortalSession):
    """Sees and changes the rows of all clients: for jobs, the ERP exchange and the manager's workspace only."""


class ScopedSession(PortalSession):
    """Only the rows that the actor may see exist here; what cannot be checked raises ScopeViolation."""

    def __init__(self, bind: Engine | Connection, actor: Actor, scopes: ScopeMap, plans: Plans | None = None) -> None:
        self._engine = bind
        super().__init__(bind, plans)
        self.actor = actor
        self.scope = scopes.of(actor)
        self._companies: dict[object, bool] = {}

    # --- statements

    def execute(self, statement: Any, params: Any = None, **options: Any) -> Any:
        with _not_trusted():
            return super().execute(self._scoped(statement, params, options), params, **options)

    def scalar(self, statement: Any, params: Any = None, **options: Any) -> Any:
        with _not_trusted():
            return super().scalar(self._scoped(statement, params, options), params, **options)

    def scalars(self, statement: Any, params: Any = None, **options: Any) -> Any:
        with _not_trusted():
            return super().scalars(self._scoped(statement, params, options), params, **options)

    def _scoped(self, statement: Any, params: Any, options: Mapping[str, Any]) -> Any:
        if not (getattr(statement, "is_select", False) or getattr(statement, "is_dml", False)):
            raise hidden(f"a statement of type {type(statement).__name__}")
        found = self.scope.map.found_in(statement)
        if not found:
            return statement
        if statement.is_dml:
            self._check_dml(statement, params, options)
        if getattr(getattr(statement, "_compile_options", None), "_for_refresh_state", False):
            # SQLAlchemy leaves criteria out when it refreshes an object
            own = self.scope.map.mapper(statement._propagate_attrs["plugin_subject"].mapper)
            if own is not None:
                statement = statement.where(self.scope.criterion(own).guard)
        if statement.is_dml and not statement.is_insert and self.scope.reads_further:
            statement = self._own_alone(statement)
        return statement.options(self.scope.option(found))

    def _own_alone(self, statement: Any) -> Any:
        """A change meets no row of those companies that the actor only reads of."""
        mapper = self.scope.map.by_table.get(str(statement.table.name).lower())
        owner = None if mapper is None else self.scope.owner_column(mapper)
        return statement if owner is None else statement.where(owner == self.actor.company_id)

    def _shape_of(self, statement: Any) -> tuple[Hashable, Sequence[BindParameter[Any]]]:
        found = self.scope.map.found_in(statement)
        if not found:
            return (), ()
        option = self.scope.option(found)
        return option.shape, option.binds

    def _check_dml(self, statement: Any, params: Any, options: Mapping[str, Any]) -> None:
        table = str(statement.table.name)
        if table.lower() not in self.scope.map.scoped:
            return
        if statement.is_insert:
            refuse_insert(table, self.scope.map.scoped)
        strategy = {**statement._execution_options, **options.get("execution_options", {})}.get("dml_strategy", "auto")
        if isinstance(params, list | tuple) or strategy not in ("auto", "orm"):
            raise ScopeViolation(
                f"update of {table} by a list of keys is unchecked: change loaded objects, or update(Entity).where(...).values(...)"
            )

    # --- single objects

    def refresh(self, instance: object, *args: Any, **options: Any) -> None:
        """As in SQLAlchemy; raises NotFound when the row is not there for this actor."""
        try:
            super().refresh(instance, *args, **options)
        except (InvalidRequestError, ObjectDeletedError) as error:
            raise NotFound(type(instance).__name__) from error

    def merge(self, instance: Any, *, load: bool = True, options: Any = None) -> Any:
        """As in SQLAlchemy for what everybody may see; a scoped object must be one that the actor sees."""
        for state in _cascaded(self, instance):
            self._check_merge(state, load)
        return super().merge(instance, load=load, options=options)

    def _check_merge(self, state: InstanceState[Any], load: bool) -> None:
        if self.scope.map.mapper(state.mapper) is None:
            return
        key = state.mapper.primary_key_from_instance(cast(object, state.obj()))
        if not load or None in key or self.get(state.mapper, tuple(key)) is None:
            raise ScopeViolation(f"merge() of a {state.class_.__name__} that is not there: load it and change it, or add a new one")

    # --- the unit of work

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        token = writing_checked_rows.set(True)
        try:
            super().flush(objects)
        finally:
            writing_checked_rows.reset(token)

    def check_flush(self) -> None:
        """What is about to be written belongs to companies that the actor may write for, and keeps its company."""
        for instance in [*self.new, *self.dirty, *self.deleted]:
            state: InstanceState[Any] = inspect(instance)
            mapper = self.scope.map.mapper(state.mapper)
            if mapper is None:
                continue
            history = state.attrs["company_id"].history if "company_id" in mapper.columns else None
            if state.persistent and history is not None and history.has_changes():
                raise ScopeViolation(f"a {state.class_.__name__} never changes its company: make a new one")
            if state.persistent and self.scope.reads_further:
                self._refuse_read_only(state, mapper)
            if state.pending:
                self._check_row(mapper, {column.key: state.dict.get(key) for key, column in _columns(mapper)})

    def _refuse_read_only(self, state: InstanceState[Any], mapper: Mapper[Any]) -> None:
        """Another company's row that the actor may read is as absent for changes as any foreign one."""
        owner = self.scope.owner_column(mapper)
        if owner is not None and (state.modified or state.obj() in self.deleted) and state.dict.get(owner.key) != self.actor.company_id:
            raise NotFound(state.class_.__name__)

    def _check_row(self, mapper: Mapper[Any], row: Mapping[str, object]) -> None:
        if "company_id" in mapper.columns:
            company_id = row.get("company_id")
            if company_id is None and mapper.columns["company_id"].nullable:
                return
            allowed = self._may_write_for(company_id)
        else:
            allowed = bool(self.actor.kind == "system" or holds(self.scope.criterion(mapper).plain, row))
        if not allowed:
            raise ScopeViolation(f"this {mapper.class_.__name__} belongs to a company that the actor does not act for")

    def _may_write_for(self, company_id: object) -> bool:
        if company_id not in self._companies:
            allowed = self.scope.company_allowed(company_id)
            if allowed is None:
                company = self.scope.map.by_table["core_company"]
                key = company.columns["id"]
                with self.no_autoflush:
                    allowed = self.scalar(select(company.attrs["id"].class_attribute).where(key == company_id)) is not None
            self._companies[company_id] = allowed
        return self._companies[company_id]

    def _insert_checked(self, entity: type, rows: list[dict[str, object]]) -> None:
        mapper = self.scope.map.mapper(entity)
        if mapper is not None:
            for row in rows:
                self._check_row(mapper, row)
        self.flush()
        token = writing_checked_rows.set(True)
        try:
            options = {"compiled_cache": _checked_inserts}
            Session.execute(self, insert(inspect(entity).local_table), rows, execution_options=options)
        finally:
            writing_checked_rows.reset(token)

    # --- ways around

    @property
    def bind(self) -> Any:
        raise hidden("session.bind")

    @bind.setter
    def bind(self, engine: Any) -> None:
        if engine is not self._engine:
            raise hidden("another engine")

    def get_bind(self, mapper: Any = None, *, clause: Any = None, **others: Any) -> Any:
        return self._engine  # walled: what it runs by itself is checked too

    def connection(self, *args: Any, **options: Any) -> Any:
        raise hidden("session.connection()")

    def bulk_save_objects(self, *args: Any, **options: Any) -> None:
        raise ScopeViolation("bulk_save_objects() is unchecked: use session.add_all() or session.insert_rows()")

    def bulk_insert_mappings(self, *args: Any, **options: Any) -> None:
        raise ScopeViolation("bulk_insert_mappings() is unchecked: use session.insert_rows()")

    def bulk_update_mappings(self, *args: Any, **options: Any) -> None:
        raise ScopeViolation("bulk_update_mappings() is unchecked: change loaded objects, or update(Entity).where(...).values(...)")


@event.listens_for(ScopedSession, "before_flush")
def _before_flush(session: ScopedSession, context: object, instances: object) -> None:
    session.check_flush()


@event.listens_for(ScopedSession, "detached_to_persistent")
def _attached(session: ScopedSession, instance: object) -> None:
    if session.scope.map.mapper(type(instance)) is not None:
        raise ScopeViolation(f"this {type(instance).__name__} was loaded elsewhere: load it in this session")


@contextmanager
def _not_trusted() -> Iterator[None]:
    """What runs while a flush goes on (lazy loads, listeners) is checked like everything else."""
    if not writing_checked_rows.get():
        yield
        return
    token = writing_checked_rows.set(False)
    try:
        yield
    finally:
        writing_checked_rows.reset(token)


def _cascaded(session: Session, instance: object) -> Iterable[InstanceState[Any]]:
    state: InstanceState[Any] = inspect(instance)
    yield state
    for _, _, found, _ in state.mapper.cascade_iterator("merge", state):
        yield found


def _columns(mapper: Mapper[Any]) -> list[tuple[str, Any]]:
    return [(attribute.key, attribute.columns[0]) for attribute in mapper.column_attrs]


def _as_columns(entity: type, rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    mapper: Mapper[Any] = inspect(entity)
    columns = {key: column.key for key, column in _columns(mapper) if isinstance(column.table, Table)}
    names = rows[0].keys()
    unknown = sorted(names - columns.keys())
    if unknown:
        raise ValueError(f"{entity.__name__} has no attribute {', '.join(unknown)}")
    for number, row in enumerate(rows):
        if row.keys() != names:
            raise ValueError(f"row {number} differs from the first one in: {', '.join(sorted(row.keys() ^ names))}")
    return [{columns[name]: value for name, value in row.items()} for row in rows]
