"""Statements that pages ask again and again: compiled once, then run on the driver's cursor with this actor's values.

SQLAlchemy looks a compiled statement up by a key over the whole statement, which for a page costs more than the database's answer. A
plan is what SQLAlchemy itself compiled and ran at the first execution, the criteria of the scope and the wall's check included; it is
found again by the statement object and the shape of the actor's criteria.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Connection, Dialect, Uuid, any_, bindparam
from sqlalchemy.orm import InstrumentedAttribute

Row = tuple[Any, ...]
DIALECTS: Final = ("sqlite", "postgresql")
_Processor = Callable[[Any], Any] | None


def one_of(column: InstrumentedAttribute[UUID], name: str, dialect: str) -> ColumnElement[bool]:
    """Whether the column is among the ids of the list parameter `name`. On PostgreSQL they are one array, so that the SQL is the same for
    any number of them; psycopg also forgets how it parsed a statement with over fifty parameters.
    """
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(Uuid())))
    return column.in_(bindparam(name, expanding=True, type_=Uuid()))


class Plan:
    """One compiled statement.

    sql         in the driver's spelling
    constants   parameters whose values stand in the statement
    named       parameter, the caller's name for it, its processor
    of_actor    parameter, its place among the values of the scope's criteria, its processor
    """

    __slots__ = ("constants", "decode", "named", "of_actor", "order", "sql")

    def __init__(self, context: Any, binds: Sequence[BindParameter[Any]]) -> None:
        compiled = context.compiled
        self.sql: str = compiled.string
        self.order: tuple[str, ...] | None = tuple(compiled.positiontup) if compiled.positional else None
        self.constants: dict[str, object] = {}
        self.named: list[tuple[str, str, _Processor]] = []
        self.of_actor: list[tuple[str, int, _Processor]] = []
        places = {id(bind): place for place, bind in enumerate(binds)}
        given = _given(compiled, context.extracted_parameters)
        for bind, name in compiled.bind_names.items():
            source, process = given.get(bind, bind), compiled._bind_processors.get(name)
            if id(source) in places:
                self.of_actor.append((name, places[id(source)], process))
            elif source.required:
                self.named.append((name, source.key, process))
            else:
                self.constants[name] = process(source.effective_value) if process else source.effective_value
        self.decode = _decoders(context)

    def rows(self, connection: Connection, params: Mapping[str, object], binds: Sequence[BindParameter[Any]]) -> list[Row]:
        """The answer; `binds` are the values of the criteria with which the plan was found. Raises KeyError for a parameter not given."""
        values = dict(self.constants)
        for name, key, process in self.named:
            values[name] = process(params[key]) if process else params[key]
        for name, place, process in self.of_actor:
            values[name] = process(binds[place].effective_value) if process else binds[place].effective_value
        found = _fetch(connection, self.sql, values if self.order is None else tuple([values[name] for name in self.order]))
        if not self.decode:
            return found
        return [_decoded(row, self.decode) for row in found]


def _given(compiled: Any, extracted: Sequence[BindParameter[Any]]) -> dict[Any, BindParameter[Any]]:
    """Which parameter of the statement as it was run stands behind each one of the statement as it was compiled (the cache may have
    found one that was compiled for somebody else).
    """
    matches, _names = compiled._cache_key_bind_match
    return {bind: ours for theirs, ours in zip(compiled.cache_key[1], extracted, strict=True) for bind in matches[theirs]}


def _decoders(context: Any) -> list[tuple[int, Callable[[Any], Any]]]:
    found = []
    for place, ((_key, name, _objects, type_), column) in enumerate(
        zip(context.compiled._result_columns, context.cursor.description, strict=True)
    ):
        process = context.get_result_processor(type_, name, column[1])
        if process is not None:
            found.append((place, process))
    return found


def _decoded(row: Row, decode: list[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for place, process in decode:
        values[place] = process(values[place])
    return tuple(values)


def _fetch(connection: Connection, sql: str, parameters: Any) -> list[Row]:
    """All rows, with SQLAlchemy's events and with its handling of the driver's errors."""
    events = connection.dispatch
    cursor: Any = None
    try:
        cursor = connection.connection.dbapi_connection.cursor()  # type: ignore[union-attr]
        for tell in events.before_cursor_execute:
            tell(connection, cursor, sql, parameters, None, False)
        cursor.execute(sql, parameters)
        for tell in events.after_cursor_execute:
            tell(connection, cursor, sql, parameters, None, False)
        found: list[Row] = cursor.fetchall()
        cursor.close()
    except Exception as error:
        connection._handle_dbapi_exception(error, sql, parameters, cursor, None)
    return found


class Plans:
    """The plans of a database: by dialect (a walled one compiles otherwise), statement object and shape of the criteria."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Dialect, WeakKeyDictionary[Any, dict[Hashable, Plan | None]]] = WeakKeyDictionary()

    def of(self, dialect: Dialect, statement: Any) -> dict[Hashable, Plan | None]:
        """Shape -> plan, to be read and added to. None as a plan: this statement can only be run by SQLAlchemy."""
        statements = self._known.get(dialect)
        if statements is None:
            statements = self._known.setdefault(dialect, WeakKeyDictionary())
        known = statements.get(statement)
        return statements.setdefault(statement, {}) if known is None else known


def plan_of(result: Any, statement: Any, binds: Sequence[BindParameter[Any]]) -> Plan | None:
    """The plan of what was just executed, before its rows are read; None when its SQL depends on values or a row is not its columns."""
    context = getattr(result, "raw", result).context
    compiled = context.compiled
    plain = (
        context.extracted_parameters is not None
        and compiled.cache_key is not None
        and not (compiled.isinsert or compiled.isupdate or compiled.isdelete)
        and not (compiled.post_compile_params or compiled.literal_execute_params or compiled.escaped_bind_names)
        and not getattr(compiled.compile_state, "_has_mapper_entities", False)
        and compiled._ordered_columns
        and len(compiled._result_columns) == len(tuple(statement.selected_columns)) == len(context.cursor.description)
        and not any(isinstance(process, tuple) for process in compiled._bind_processors.values())
    )
    # a parameter that no key accounts for could hold the value of the actor who asked first: it must not become everybody's
    return Plan(context, binds) if plain and compiled.bind_names.keys() <= _given(compiled, context.extracted_parameters).keys() else None
