"""Many rows at once from the ERP: new ones are inserted, changed ones updated, equal ones left alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, cast

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import Column, Connection, Table, and_, delete, exists, literal, or_, select, update
from sqlalchemy import column as named_column
from sqlalchemy import table as named_table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.type_api import TypeEngine

from b2bkit.core.db.session import UnscopedSession

_CHUNK = 5_000
_STAGE = "b2bkit_bulk_stage"
Row = Mapping[str, object]


def bulk_upsert(session: UnscopedSession, table: Table, rows: Iterable[Row], *, key: Sequence[str], update: Sequence[str]) -> int:
    """Inserts rows or, where one with the same `key` is there, sets its `update` columns; returns how many rows it wrote.

    rows     column name -> value; each has the key and the update columns, and what an insert needs besides (Python defaults are filled
             in). Read as a stream. Of rows with the same key the last wins.
    key      columns of a primary key or unique constraint of the table
    A row whose `update` columns are equal already, NULL equal to NULL, is not written. Raises ValueError for a name that the table lacks.
    """
    names = [*key, *update]
    unknown = sorted(set(names) - {column.name for column in table.columns})
    if unknown or not key or not update:
        raise ValueError(f"{table.name} has no column {', '.join(unknown)}" if unknown else "bulk_upsert needs key and update columns")
    session.flush()
    connection = session.connection()
    upsert = _upsert_postgresql if connection.dialect.name == "postgresql" else _upsert_sqlite
    written = 0
    stream = iter(rows)
    while chunk := _complete(table, list(islice(stream, _CHUNK)), key, update):
        written += upsert(connection, table, chunk, key, update)
    return written


def copy_rows(session: UnscopedSession, table: Table, rows: Sequence[Row]) -> None:
    """Inserts rows that name the same columns by COPY, on PostgreSQL; Python defaults are filled in."""
    session.flush()
    given = rows[0].keys()
    filled = [column for column in table.columns if column.name not in given and _has_default(column)]
    columns = [*(table.c[name] for name in given), *filled]
    complete = [{**row, **{column.name: _default(column) for column in filled}} for row in rows] if filled else rows
    connection = session.connection()
    _copy(connection, f"COPY {_quoted(connection, table.name)} ({_listed(connection, columns)}) FROM STDIN", columns, complete)


def replace_rows(
    session: UnscopedSession,
    table: Table,
    lines: Sequence[str],
    *,
    key: Sequence[str],
    value: str,
    within: Sequence[str] = (),
    stamp: Mapping[str, object],
) -> tuple[int, int]:
    """Makes rows be as told, on PostgreSQL, which compares them itself; returns how many are new and how many changed or went.

    lines    a row each, as COPY takes it and without its end: the key, then the value. Only ids and numbers: nothing is escaped
    within   columns of the key that tell groups of rows apart: of the groups that are told, rows that are not told are deleted. A line
             without a value (`\\N`) tells its group alone
    stamp    columns that are set when the value is new or another
    """
    session.flush()
    connection = session.connection()
    columns = [table.c[name] for name in (*key, value)]
    _make_stage(connection, table, columns)
    _feed(connection, f"COPY {_STAGE} ({_listed(connection, columns)}) FROM STDIN", lines)
    connection.exec_driver_sql(f"ANALYZE {_STAGE}")
    staged = named_table(_STAGE, *(named_column(column.name, column.type) for column in columns))
    same = and_(*(table.c[name] == staged.c[name] for name in key))
    told = staged.c[value].is_not(None)
    counted = {"execution_options": {"preserve_rowcount": True}}
    changes = update(table).where(same, table.c[value] != staged.c[value]).values({value: staged.c[value], **stamp})
    changed = connection.execute(changes, **counted).rowcount
    if within:
        group = exists().where(*(table.c[name] == staged.c[name] for name in within))
        changed += connection.execute(delete(table).where(group, ~exists().where(same, told)), **counted).rowcount
    marks = [literal(mark, table.c[name].type) for name, mark in stamp.items()]
    fresh = select(*staged.c, *marks).where(told, ~exists().where(same).correlate(staged))
    new = postgresql.insert(table).from_select([*key, value, *stamp], fresh, include_defaults=False)
    return connection.execute(new, **counted).rowcount, changed


def copy_told(session: UnscopedSession, table: Table, lines: Sequence[str], *, columns: Sequence[str], stamp: Mapping[str, object]) -> None:
    """Inserts rows by COPY, on PostgreSQL.

    lines    a row each, as COPY takes it and without its end: values of the columns. Only ids and numbers: nothing is escaped
    stamp    columns with the same value in all rows: ids, numbers and moments
    """
    session.flush()
    connection = session.connection()
    every = [table.c[name] for name in (*columns, *stamp)]
    end = "".join(f"\t{value}" for value in stamp.values())
    _feed(connection, f"COPY {_quoted(connection, table.name)} ({_listed(connection, every)}) FROM STDIN", [line + end for line in lines])


def update_rows(session: UnscopedSession, table: Table, rows: Sequence[Row], *, key: Sequence[str]) -> None:
    """Sets the other columns of the rows that have these keys, which are there, on PostgreSQL. All rows name the same columns."""
    session.flush()
    connection = session.connection()
    columns = [table.c[name] for name in rows[0]]
    _stage(connection, table, columns, rows)
    quote = connection.dialect.identifier_preparer.quote
    sets = ", ".join(f"{quote(column.name)} = staged.{quote(column.name)}" for column in columns if column.name not in key)
    same = " AND ".join(f"there.{quote(name)} = staged.{quote(name)}" for name in key)
    connection.exec_driver_sql(f"ANALYZE {_STAGE}")
    connection.exec_driver_sql(f"UPDATE {quote(table.name)} AS there SET {sets} FROM {_STAGE} AS staged WHERE {same}")  # noqa: S608


def _stage(connection: Connection, table: Table, columns: Sequence[Column[Any]], rows: Sequence[Row]) -> None:
    """The rows in a temporary table with these columns."""
    _make_stage(connection, table, columns)
    _copy(connection, f"COPY {_STAGE} ({_listed(connection, columns)}) FROM STDIN", columns, rows)


def _make_stage(connection: Connection, table: Table, columns: Sequence[Column[Any]]) -> None:
    """An empty temporary table with these columns."""
    listed = _listed(connection, columns)
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS pg_temp.{_STAGE}")
    source = _quoted(connection, table.name)
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {_STAGE} ON COMMIT DROP AS SELECT {listed} FROM {source} LIMIT 0")  # noqa: S608


def _listed(connection: Connection, columns: Sequence[Column[Any]]) -> str:
    return ", ".join(_quoted(connection, column.name) for column in columns)


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def _complete(table: Table, rows: list[Row], key: Sequence[str], update: Sequence[str]) -> list[dict[str, object]]:
    """Rows with the same columns in the same order, one for each key."""
    needed = {*key, *update}
    given = {name for row in rows for name in row}
    filled = [column for column in table.columns if column.name not in needed and (column.name in given or _has_default(column))]
    unique: dict[tuple[object, ...], dict[str, object]] = {}
    for row in rows:
        missing = needed - row.keys()
        if missing:
            raise ValueError(f"a row for {table.name} lacks {', '.join(sorted(missing))}")
        complete = {name: row[name] for name in (*key, *update)}
        complete |= {column.name: row[column.name] if column.name in row else _default(column) for column in filled}
        unique[tuple(row[name] for name in key)] = complete
    return list(unique.values())


def _has_default(column: Column[Any]) -> bool:
    return column.default is not None and (column.default.is_scalar or column.default.is_callable)


def _default(column: Column[Any]) -> object:
    default = cast(Any, column.default)
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def _changed(table: Table, new: Any, update: Sequence[str]) -> Any:
    return or_(*(table.c[name].is_distinct_from(new[name]) for name in update))


def _upsert_sqlite(connection: Connection, table: Table, rows: list[dict[str, object]], key: Sequence[str], update: Sequence[str]) -> int:
    from sqlalchemy.dialects import sqlite

    statement = sqlite.insert(table)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=list(key), set_={name: new[name] for name in update}, where=_changed(table, new, update)
    )
    # an executemany of SQLite does not tell rows that its WHERE left alone
    before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
    connection.execute(statement, rows)
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one() - before)


def _upsert_postgresql(
    connection: Connection, table: Table, rows: list[dict[str, object]], key: Sequence[str], update: Sequence[str]
) -> int:
    columns = [table.c[name] for name in rows[0]]
    _stage(connection, table, columns, rows)
    stage = named_table(_STAGE, *(named_column(column.name, column.type) for column in columns))
    statement = postgresql.insert(table).from_select([column.name for column in columns], select(*stage.columns), include_defaults=False)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=list(key), set_={name: new[name] for name in update}, where=_changed(table, new, update)
    )
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _copy(connection: Connection, statement: str, columns: Sequence[Column[Any]], rows: Sequence[Row]) -> None:
    bind = [_bound(column.type, connection) for column in columns]
    with _copying(connection, statement) as copy:
        for values in _values(rows, bind):
            copy.write_row(values)


def _feed(connection: Connection, statement: str, lines: Sequence[str]) -> None:
    with _copying(connection, statement) as copy:
        for start in range(0, len(lines), _CHUNK):
            copy.write("\n".join((*lines[start : start + _CHUNK], "")))


@contextmanager
def _copying(connection: Connection, statement: str) -> Iterator[psycopg.Copy]:
    driver = cast(Any, connection.connection.dbapi_connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except psycopg.Error as error:  # as the engine tells it, so that who lost a race tries again
        lost = connection.dialect.is_disconnect(cast(Any, error), driver, None)
        raise DBAPIError.instance(statement, None, error, psycopg.Error, connection_invalidated=lost, dialect=connection.dialect) from error


def _values(rows: Sequence[Row], bind: list[Any]) -> Iterator[list[object]]:
    for row in rows:
        yield [value if change is None or value is None else change(value) for change, value in zip(bind, row.values(), strict=True)]


def _bound(column_type: TypeEngine[Any], connection: Connection) -> Any:
    """What makes the driver's value of ours: refuses floats, writes JSON."""
    if isinstance(column_type.dialect_impl(connection.dialect), postgresql.JSON):
        return Jsonb
    return column_type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
