"""Who refers to a row, as the database itself knows it: tables of extensions that are switched off too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, case, column, func, inspect, literal_column, or_, select, table, update

from b2bkit.core.db.session import UnscopedSession

_KEPT: Final = bindparam("kept_id", type_=Uuid())
_GONE: Final = bindparam("gone_id", type_=Uuid())


class Key(NamedTuple):
    """A foreign key: `pairs` of (own column, column there)."""

    table: str
    there: str
    pairs: tuple[tuple[str, str], ...]


def keys_of(session: UnscopedSession) -> list[Key]:
    """Every foreign key of the database. Takes a moment: for what is done by hand now and then."""
    session.flush()
    found = inspect(session.connection()).get_multi_foreign_keys()
    return [
        Key(name, key["referred_table"], tuple(zip(key["constrained_columns"], key["referred_columns"], strict=True)))
        for (_schema, name), keys in found.items()
        for key in keys
    ]


def references(keys: Iterable[Key], *there: str, column: str = "id") -> dict[str, tuple[str, ...]]:
    """Table -> its columns that hold what stands in this column of one of the tables `there`, alone or as a part of a longer key."""
    found: dict[str, set[str]] = {}
    for key in keys:
        mine = {own for own, theirs in key.pairs if theirs == column}
        if key.there in there and mine:
            found.setdefault(key.table, set()).update(mine)
    return {name: tuple(sorted(columns)) for name, columns in sorted(found.items())}


def refer_anew(session: UnscopedSession, places: Mapping[str, Iterable[str]], *, kept: UUID, gone: UUID) -> None:
    """All that refers to `gone` refers to `kept`, at once: keys of several columns would not hold in between.

    PostgreSQL looks at keys when the statement ends, so it is one; SQLite at the end of the transaction. Raises IntegrityError where
    both have what only one may have.
    """
    changes = [_change(name, tuple(columns)) for name, columns in places.items()]
    session.flush()
    connection, values = session.connection(), {"kept_id": kept, "gone_id": gone}
    if session.dialect == "postgresql":
        parts: list[Any] = [change.returning(literal_column("1").label("one")).cte(f"moved_{n}") for n, change in enumerate(changes)]
        connection.execute(select(*(select(func.count()).select_from(part).scalar_subquery() for part in parts)), values)
    else:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for change in changes:
            connection.execute(change, values)
    session.expire_all()


def _change(name: str, columns: tuple[str, ...]) -> Any:
    known = table(name, *(column(each, Uuid()) for each in columns))
    new = {each: case((known.c[each] == _GONE, _KEPT), else_=known.c[each]) for each in columns}
    return update(known).values(new).where(or_(*(known.c[each] == _GONE for each in columns)))
