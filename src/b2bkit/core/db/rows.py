"""Writing many rows by their keys, and only those that differ from what is there. For unscoped sessions: a scoped one refuses it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import ARRAY, ColumnElement, SQLColumnExpression, Table, any_, bindparam, delete, inspect, literal, select, update

from b2bkit.core.db.bulk import copy_rows, copy_told, replace_rows, update_rows
from b2bkit.core.db.session import PortalSession, UnscopedSession

PART = 2_000
FEW = 20  # rows that are not worth a COPY
T = TypeVar("T")
Row = dict[str, Any]
Key = tuple[Any, ...]


class Change(NamedTuple):
    """How many rows of a kind are new, and how many changed."""

    new: int = 0
    changed: int = 0


def parts(values: Iterable[T], size: int = PART) -> Iterator[list[T]]:
    """Values in lists that fit into one statement."""
    every = list(values)
    for start in range(0, len(every), size):
        yield every[start : start + size]


def by_id(session: PortalSession, entity: type, values: Sequence[Any], *, column: str = "id") -> dict[Any, Row]:
    """The whole rows whose `column` is one of the values, by that column."""
    return {row[column]: row for row in where_in(session, entity, column, values)}


def where_in(session: PortalSession, entity: type, column: str, values: Iterable[Any]) -> list[Row]:
    """The whole rows whose `column` is one of the values."""
    table = _table(entity)
    found: list[Row] = []
    for part in parts(dict.fromkeys(values)):
        result = session.execute(select(table).where(among(session, table.c[column], part)))
        names = list(result.keys())
        found += [dict(zip(names, row, strict=True)) for row in result.all()]
    return found


def among(session: PortalSession, column: SQLColumnExpression[T], values: Sequence[T]) -> ColumnElement[bool]:
    """Whether the column is one of the values. On PostgreSQL they are one array: the driver then reads the same short SQL each time."""
    if session.dialect == "postgresql":
        return column == any_(literal(values, ARRAY(cast(ColumnElement[T], column).type)))
    return column.in_(values)


def save(
    session: PortalSession, entity: type, wanted: Mapping[Any, Row], *, key: str = "id", stamp: Mapping[str, object] | None = None
) -> Change:
    """Inserts and updates rows so that they are as wanted; rows that already are, are not touched.

    wanted   key -> column -> value; columns that are absent keep their value, for a new row every needed column must be there
    stamp    columns that are set only when another one differs
    """
    there = by_id(session, entity, list(wanted), column=key)
    new = [{**row, **(stamp or {}), key: id_} for id_, row in wanted.items() if id_ not in there]
    insert(session, entity, new)
    changed = [(id_, row) for id_, row in wanted.items() if id_ in there and differs(there[id_], row)]
    _update(session, entity, key, [({key: id_}, {**row, **(stamp or {})}) for id_, row in changed])
    return Change(len(new), len(changed))


def replace(
    session: PortalSession,
    entity: type,
    key: Sequence[str],
    there: Iterable[Row],
    wanted: Mapping[Key, Row],
    *,
    stamp: Mapping[str, object] | None = None,
) -> Change:
    """Makes the rows `there` be the wanted ones: inserts, updates, deletes. `key` names the columns that tell them apart."""
    old = {tuple(row[name] for name in key): row for row in there}
    new: list[Row] = []
    changed: list[tuple[Row, Row]] = []
    for place, row in wanted.items():
        known = old.pop(place, None)
        if known is None:
            new.append({**dict(zip(key, place, strict=True)), **row, **(stamp or {})})
        elif differs(known, row):
            changed.append((dict(zip(key, place, strict=True)), {**row, **(stamp or {})}))
    insert(session, entity, new)
    _update(session, entity, "", changed)
    gone = list(old)
    if gone:
        table = _table(entity)
        clauses: list[ColumnElement[bool]] = [table.c[name] == bindparam(f"key_{name}") for name in key]
        session.connection().execute(
            delete(table).where(*clauses), [{f"key_{n}": v for n, v in zip(key, place, strict=True)} for place in gone]
        )
    return Change(len(new), len(changed) + len(gone))


def compares_itself(session: PortalSession) -> bool:
    """Whether the database takes rows as `replace_told` gives them."""
    return session.dialect == "postgresql" and isinstance(session, UnscopedSession)


def replace_told(
    session: PortalSession,
    entity: type,
    key: Sequence[str],
    value: str,
    lines: Sequence[str],
    *,
    within: Sequence[str] = (),
    stamp: Mapping[str, object],
) -> Change:
    """The same as `replace` where the database compares the rows itself: see `bulk.replace_rows`. The key is the primary one."""
    assert isinstance(session, UnscopedSession)
    return Change(*replace_rows(session, _table(entity), lines, key=key, value=value, within=within, stamp=stamp)) if lines else Change()


def insert_told(
    session: PortalSession, entity: type, columns: Sequence[str], lines: Sequence[str], *, stamp: Mapping[str, object]
) -> Change:
    """Inserts rows of which none is there, given as `bulk.copy_told` takes them; for who `compares_itself`."""
    assert isinstance(session, UnscopedSession)
    if lines:
        copy_told(session, _table(entity), lines, columns=columns, stamp=stamp)
    return Change(new=len(lines))


def having(session: PortalSession, column: SQLColumnExpression[T], values: Collection[T]) -> set[T]:
    """Those of the values that some row has in this column."""
    found: set[T] = set()
    for part in parts(values):
        found |= set(session.scalars(select(column).where(among(session, column, part)).distinct()))
    return found


def differs(there: Row, wanted: Row) -> bool:
    """Whether any wanted column has another value."""
    return any(there[name] != value for name, value in wanted.items())


def insert(session: PortalSession, entity: type, rows: list[Row]) -> None:
    """Inserts rows, which may differ in the columns that they name; defaults are filled in."""
    for group in _alike(rows):
        if session.dialect == "postgresql" and len(group) >= FEW and isinstance(session, UnscopedSession):
            copy_rows(session, _table(entity), group)
        else:
            session.insert_rows(entity, group)


def _update(session: PortalSession, entity: type, _key: str, changes: list[tuple[Row, Row]]) -> None:
    table = _table(entity)
    session.flush()
    for names, group in _grouped(changes, lambda one: (tuple(one[0]), tuple(one[1]))):
        keys, columns = names
        if session.dialect == "postgresql" and len(group) >= FEW and isinstance(session, UnscopedSession):
            update_rows(session, table, [{**where, **row} for where, row in group], key=keys)
            continue
        statement = update(table).where(*(table.c[name] == bindparam(f"key_{name}") for name in keys))
        statement = statement.values({name: bindparam(f"new_{name}") for name in columns})
        values = [{**{f"key_{n}": v for n, v in where.items()}, **{f"new_{n}": v for n, v in row.items()}} for where, row in group]
        session.connection().execute(statement, values)


def _alike(rows: list[Row]) -> list[list[Row]]:
    return [group for _names, group in _grouped(rows, lambda row: tuple(row))]


def _grouped(values: Iterable[T], shape: Callable[[T], Any]) -> list[tuple[Any, list[T]]]:
    found: dict[Any, list[T]] = {}
    for value in values:
        found.setdefault(shape(value), []).append(value)
    return list(found.items())


def _table(entity: type) -> Table:
    table: Any = inspect(entity).local_table
    assert isinstance(table, Table)
    return table
