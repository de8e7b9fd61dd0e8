"""The second wall of the scope: a compiler that refuses to render a scoped table which the actor's criterion does not guard.

The first wall (`b2bkit.core.db.scope`) adds the criterion to ORM statements. This one looks at the finished statement, whatever made
it, so a form that the first wall does not reach is refused instead of leaking. It costs nothing for statements already compiled.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.engine.base import OptionEngineMixin
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BooleanClauseList, ColumnElement, Grouping
from sqlalchemy.sql.selectable import FromClause, FromGrouping, Join
from sqlalchemy.sql.visitors import InternalTraversal, iterate

from b2bkit.core.errors import B2bkitError

# set while the unit of work writes rows that the session has checked one by one
writing_checked_rows: ContextVar[bool] = ContextVar("b2bkit_writing_checked_rows", default=False)
_inside_criterion: ContextVar[bool] = ContextVar("b2bkit_inside_criterion", default=False)
_HARMLESS_LITERAL = re.compile(r"\*|\d+|NULL", re.IGNORECASE)
_HIDDEN_SQL = re.compile(r"\b(select|from|table|with)\b|\(", re.IGNORECASE)
_RUNS_SQL = re.compile(r".*_to_xml.*|ts_stat|ts_rewrite|dblink.*|lo_.*|pg_read.*|pg_ls.*|load_extension", re.IGNORECASE)


class ScopeViolation(B2bkitError):
    """A statement that could reach another client's rows, or cannot be checked: a fault of the program. Names the way that is allowed."""


class Guarded(Grouping[bool]):
    """A scope's criterion as it stands in a statement. `pin` is a column of the table it guards, and follows it into aliases."""

    _traverse_internals = [*Grouping._traverse_internals, ("pin", InternalTraversal.dp_clauseelement)]  # noqa: RUF012
    _cache_key_traversal = [("element", InternalTraversal.dp_clauseelement), ("pin", InternalTraversal.dp_clauseelement)]  # noqa: RUF012

    operator: Any = None  # a Grouping answers with its content's, and AND would dissolve it

    def __init__(self, criterion: ColumnElement[bool], pin: ColumnElement[Any]) -> None:
        super().__init__(criterion)
        self.pin = pin

    @property
    def guarded_table(self) -> FromClause:  # not `table`: SQLAlchemy's annotated elements answer that from the unadapted original
        """The table or alias whose rows are guarded."""
        return cast(FromClause, self.pin.table)

    @property
    def _from_objects(self) -> list[FromClause]:
        return [*self.element._from_objects, *self.pin._from_objects]


def _conjuncts(criteria: Iterable[Any]) -> Iterator[Any]:
    """The parts that must all hold; nothing from inside OR or NOT."""
    for part in criteria:
        if isinstance(part, Guarded):
            yield part
        elif isinstance(part, BooleanClauseList) and part.operator is operators.and_:
            yield from _conjuncts(part.clauses)
        elif isinstance(part, Grouping):
            yield from _conjuncts([part.element])


def _guards(criteria: Iterable[Any]) -> set[FromClause]:
    return {part.guarded_table for part in _conjuncts(criteria) if isinstance(part, Guarded)}


def _guarded_by_joins(source: FromClause) -> set[FromClause]:
    """Tables below `source` that an ON clause guards: of an outer join only the side that may be missing, of a full join neither."""
    if isinstance(source, FromGrouping):
        return _guarded_by_joins(source.element)
    if not isinstance(source, Join):
        return set()
    guarded = _guarded_by_joins(source.left) | _guarded_by_joins(source.right)
    if source.full:
        return guarded
    own = _guards([source.onclause])
    return guarded | (own & set(source.right._from_objects) if source.isouter else own)


def hidden(what: str) -> ScopeViolation:
    """The refusal of SQL that nobody can look into."""
    return ScopeViolation(
        f"{what} cannot be checked in a scoped session: write an ORM statement, or do it in a job with the unscoped session"
    )


class _WallMixin:
    """Over a dialect's SQLCompiler. `scoped` holds the lower-case names of scoped tables, `company_tables` those whose owner is fixed."""

    scoped: frozenset[str] = frozenset()
    company_tables: frozenset[str] = frozenset()

    @contextmanager
    def _allowing(self, guarded: set[FromClause]) -> Iterator[None]:
        stack: list[set[FromClause]] = self.__dict__.setdefault("_guarded_tables", [])
        stack.append(guarded)
        try:
            yield
        finally:
            stack.pop()

    def _must_be_guarded(self, table: Any, leaf: Any) -> None:
        if str(table.name).lower() not in self.scoped or writing_checked_rows.get() or _inside_criterion.get():
            return
        stack: list[set[FromClause]] = self.__dict__.get("_guarded_tables", [])
        if not stack or leaf not in stack[-1]:
            raise ScopeViolation(
                f"{table.name} is scoped and stands unguarded in this statement: name the entity's attributes, as in "
                f"select(Entity.id, Entity.name), not its table; use inner or left joins, and join with .join(Entity)"
            )

    def _compose_select_body(
        self, text: Any, select: Any, compile_state: Any, inner_columns: Any, froms: Any, byfrom: Any, toplevel: Any, kwargs: Any
    ) -> Any:
        if select._hints or select._statement_hints:
            raise hidden("a hint")
        guarded = _guards(select._where_criteria)
        for source in froms:
            guarded |= _guarded_by_joins(source)
        with self._allowing(guarded):
            return super()._compose_select_body(  # type: ignore[misc]
                text, select, compile_state, inner_columns, froms, byfrom, toplevel, kwargs
            )

    def update_tables_clause(self, update_stmt: Any, *args: Any, **kwargs: Any) -> Any:
        if update_stmt.table.name.lower() in self.company_tables and not writing_checked_rows.get():
            changed = [*(update_stmt._values or ()), *(self.column_keys or ())]  # type: ignore[attr-defined]
            if any(getattr(column, "key", column) == "company_id" for column in changed):
                raise ScopeViolation(f"a row of {update_stmt.table.name} never changes its company: make a new row")
        with self._allowing(_guards(update_stmt._where_criteria)):
            return super().update_tables_clause(update_stmt, *args, **kwargs)  # type: ignore[misc]

    def update_from_clause(self, update_stmt: Any, *args: Any, **kwargs: Any) -> Any:
        with self._allowing(_guards(update_stmt._where_criteria)):
            return super().update_from_clause(update_stmt, *args, **kwargs)  # type: ignore[misc]

    def delete_table_clause(self, delete_stmt: Any, *args: Any, **kwargs: Any) -> Any:
        with self._allowing(_guards(delete_stmt._where_criteria)):
            return super().delete_table_clause(delete_stmt, *args, **kwargs)  # type: ignore[misc]

    def delete_extra_from_clause(self, delete_stmt: Any, *args: Any, **kwargs: Any) -> Any:
        with self._allowing(_guards(delete_stmt._where_criteria)):
            return super().delete_extra_from_clause(delete_stmt, *args, **kwargs)  # type: ignore[misc]

    def visit_table(self, table: Any, asfrom: bool = False, ashint: bool = False, **kwargs: Any) -> Any:
        if asfrom or ashint:
            alias = kwargs.get("enclosing_alias")
            self._must_be_guarded(table, table if alias is None or alias.element is not table else alias)
        return super().visit_table(table, asfrom=asfrom, ashint=ashint, **kwargs)  # type: ignore[misc]

    def visit_grouping(self, grouping: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(grouping, Guarded):
            return super().visit_grouping(grouping, *args, **kwargs)  # type: ignore[misc]
        token = _inside_criterion.set(True)  # a criterion may ask other tables for what it needs
        try:
            return super().visit_grouping(grouping, *args, **kwargs)  # type: ignore[misc]
        finally:
            _inside_criterion.reset(token)

    def visit_insert(self, insert_stmt: Any, *args: Any, **kwargs: Any) -> Any:
        refuse_insert(str(insert_stmt.table.name), self.scoped)
        return super().visit_insert(insert_stmt, *args, **kwargs)  # type: ignore[misc]

    def visit_textclause(self, textclause: Any, *args: Any, **kwargs: Any) -> Any:
        raise hidden("text()")

    def visit_tstring(self, tstring: Any, *args: Any, **kwargs: Any) -> Any:
        raise hidden("a template string")

    def visit_function(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        if _RUNS_SQL.fullmatch(func.name):
            raise hidden(f"the function {func.name}")
        return super().visit_function(func, *args, **kwargs)  # type: ignore[misc]

    def visit_custom_op_binary(self, element: Any, operator: Any, **kwargs: Any) -> Any:
        if _HIDDEN_SQL.search(operator.opstring):
            raise hidden("SQL inside an operator")
        return super().visit_custom_op_binary(element, operator, **kwargs)  # type: ignore[misc]

    def escape_literal_column(self, text: str) -> Any:
        if not _HARMLESS_LITERAL.fullmatch(text):
            raise hidden("literal_column()")
        return super().escape_literal_column(text)  # type: ignore[misc]


def refuse_insert(table: str, scoped: frozenset[str]) -> None:
    """Inserts into scoped tables go through the session, which looks at each row's company."""
    if table.lower() in scoped and not writing_checked_rows.get():
        raise ScopeViolation(f"insert() into {table} is unchecked: use session.add(Entity(...)) or session.insert_rows(Entity, rows)")


def walled_dialect(dialect: Dialect, scoped: frozenset[str], company_tables: frozenset[str]) -> Dialect:
    """A copy of an initialised dialect whose compiler is walled; connections of the original serve it too."""
    walled = copy.copy(dialect)
    compiler = dialect.statement_compiler
    tables = {"scoped": scoped, "company_tables": company_tables}
    walled.statement_compiler = type(f"Walled{compiler.__name__}", (_WallMixin, compiler), tables)
    return walled


def walled_engine(engine: Engine, scoped: frozenset[str], company_tables: frozenset[str]) -> Engine:
    """An engine on the same pool with a compiled cache of its own, so that no statement compiled without the wall is found there."""
    with engine.connect():  # the first connection initialises the dialect
        pass
    return _WalledEngine(engine.pool, walled_dialect(engine.dialect, scoped, company_tables), engine.url)


class _WalledConnection(Connection):
    """Runs nothing that the walled compiler does not see."""

    def exec_driver_sql(self, *args: Any, **options: Any) -> Any:
        raise hidden("exec_driver_sql()")

    def _execute_ddl(self, *args: Any, **options: Any) -> Any:
        raise hidden("a change of the schema")


class _WalledEngine(Engine):
    _connection_cls = _WalledConnection


class _WalledOptionEngine(OptionEngineMixin, _WalledEngine):
    def update_execution_options(self, **options: Any) -> None:
        Engine.update_execution_options(self, **options)


_WalledEngine._option_cls = cast(Any, _WalledOptionEngine)


def names_of(statement: Any) -> Iterator[str]:
    """Lower-case names of all tables that occur in a statement, at any depth."""
    waiting, seen = [statement], set()
    while waiting:
        for node in iterate(waiting.pop()):
            if id(node) in seen:
                continue
            seen.add(id(node))
            name = node.__visit_name__
            if name == "table":
                yield str(cast(Any, node).name).lower()
            elif name == "column":
                table = getattr(node, "table", None)
                if table is not None and id(table) not in seen:
                    waiting.append(table)
