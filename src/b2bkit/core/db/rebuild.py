"""SQLite changes a table by building it anew and copying its rows. This watches that nothing gets lost on the way.

Alembic's batch mode drops triggers and CHECKs without a name, and, with foreign keys on, the rows of every child table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from alembic.ddl.sqlite import SQLiteImpl
from sqlalchemy import Connection, inspect, text

from b2bkit.core.errors import B2bkitError


class LostInMigration(B2bkitError):
    """A migration would lose something that it does not say it drops; nothing was changed."""


@dataclass(frozen=True)
class TableState:
    """What hangs on a table besides its columns."""

    rows: int
    triggers: dict[str, str]
    checks: dict[str, str | None]  # normalised text -> name
    foreign_keys: dict[tuple[tuple[str, ...], str], tuple[str | None, str]]  # (columns, table) -> (name, ON DELETE)
    indexes: frozenset[str]


def table_state(connection: Connection, table: str) -> TableState:
    """Reads the state of an SQLite table as the database has it."""
    inspector = inspect(connection)
    found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"), {"table": table})
    keys = {
        (tuple(key["constrained_columns"]), key["referred_table"]): (key["name"], str(key["options"].get("ondelete", "")).upper())
        for key in inspector.get_foreign_keys(table)
    }
    return TableState(
        rows=cast(int, connection.scalar(text(f'SELECT count(*) FROM "{table}"'))),  # noqa: S608  (a name from the schema)
        triggers={row[0]: row[1] for row in found},
        checks={" ".join(check["sqltext"].split()): check["name"] for check in inspector.get_check_constraints(table)},
        foreign_keys=keys,
        indexes=frozenset(str(index["name"]) for index in inspector.get_indexes(table)),
    )


@dataclass(frozen=True)
class _Rebuild:
    table: str
    before: TableState
    constraints: frozenset[str]  # names that the new table is to have
    indexes: frozenset[str]
    columns: frozenset[str]


class WatchedSQLite(SQLiteImpl):
    """Alembic's SQLite implementation that keeps triggers and notes every rebuild, for `check_rebuilds`."""

    __dialect__ = "sqlite"

    def prep_table_for_batch(self, batch_impl: Any, table: Any) -> None:
        super().prep_table_for_batch(batch_impl, table)
        assert self.connection is not None
        notes: list[_Rebuild] = self.connection.info.setdefault("b2bkit_rebuilds", [])
        constraints = {str(name) for name in batch_impl.named_constraints}
        constraints |= {str(argument.name) for argument in batch_impl.table_args if getattr(argument, "name", None)}
        notes.append(
            _Rebuild(
                table=table.name,
                before=table_state(self.connection, table.name),
                constraints=frozenset(constraints),
                indexes=frozenset(map(str, [*batch_impl.indexes, *batch_impl.new_indexes])),
                columns=frozenset(batch_impl.column_transfers),
            )
        )

    def rename_table(self, old_table_name: str, new_table_name: Any, schema: Any = None) -> None:
        super().rename_table(old_table_name, new_table_name, schema)
        assert self.connection is not None
        for rebuild in self.connection.info.get("b2bkit_rebuilds", ())[-1:]:
            if rebuild.table == new_table_name:
                for sql in rebuild.before.triggers.values():
                    self.connection.exec_driver_sql(sql)


def check_rebuilds(connection: Connection, revision: str) -> None:
    """Compares the tables that a revision rebuilt with what they were. Raises LostInMigration that names everything lost."""
    lost: list[str] = []
    for rebuild in connection.info.pop("b2bkit_rebuilds", []):
        if inspect(connection).has_table(rebuild.table):
            lost += [f"{rebuild.table}: {what}" for what in _losses(rebuild, table_state(connection, rebuild.table))]
    if lost:
        raise LostInMigration(
            f"{revision} would lose: {'; '.join(lost)}. Name what should stay (for a CHECK: in batch_alter_table's table_args), "
            f"or drop it by name in a step of its own"
        )


def _losses(rebuild: _Rebuild, after: TableState) -> list[str]:
    before = rebuild.before
    lost = [f"{before.rows - after.rows} rows"] if after.rows < before.rows else []
    lost += [f"trigger {name}" for name in before.triggers.keys() - after.triggers.keys()]
    for sql, name in before.checks.items():
        if sql not in after.checks and (name is None or name in rebuild.constraints):
            lost.append(f"CHECK ({sql})")
    for key, (name, ondelete) in before.foreign_keys.items():
        columns, table = key
        dropped = (name is not None and name not in rebuild.constraints) or not rebuild.columns.issuperset(columns)
        if key not in after.foreign_keys:
            lost += [] if dropped else [f"foreign key of {', '.join(columns)} to {table}"]
        elif after.foreign_keys[key][1] != ondelete and not dropped:
            lost.append(f"ON DELETE {ondelete or 'NO ACTION'} of {', '.join(columns)}")
    lost += [f"index {name}" for name in (before.indexes & rebuild.indexes) - after.indexes]
    return lost
