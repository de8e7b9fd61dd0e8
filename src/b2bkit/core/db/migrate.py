"""Migrations: each owner, the core and every plugin, has a folder of revisions and a version table of its own.

A plugin that is switched off is simply not visited: its rows stay, and what it missed is made up when it returns.
"""

from __future__ import annotations

import fcntl
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, MetaData, Table, inspect, text

from b2bkit.core.db import versions
from b2bkit.core.db.base import Base
from b2bkit.core.db.engine import WRITE, Database, UnsuitableDatabase
from b2bkit.core.errors import B2bkitError

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is imported where something is migrated, not here: a process that only asks whether migrations wait starts without it

CORE = "core"
CORE_FOLDER = Path(__file__).parent / "migrations"
_ENVIRONMENT = Path(__file__).parent / "alembic"
_VERSIONS = versions.PREFIX
_PG_LOCK = 0x62326269_6D696772  # "b2bimigr"


class MigrationRefused(B2bkitError):
    """A migration breaks a rule of the house; its transaction was rolled back."""


@dataclass(frozen=True)
class Owner:
    """Who owns tables: `core` or a plugin's name, with the folder of its revisions `<name>_<number>_<what>.py`."""

    name: str
    folder: Path


CORE_OWNER = Owner(CORE, CORE_FOLDER)


def upgrade(database: Database, owners: Sequence[Owner]) -> list[str]:
    """Brings every owner's tables up to date, the core first, then plugins in the given order (a plugin after those that it requires).

    One process at a time; each owner commits on its own. Returns the names of those that moved. Raises MigrationRefused and
    LostInMigration, with that owner untouched.
    """
    if not pending(database, owners):
        return []
    moved = []
    with _alone(database) as alone:
        for owner in _core_first(owners):
            if not pending(alone, [owner]):  # another process was faster
                continue
            with _migrating(alone, owner) as connection:
                _to_head(connection, owner)
                moved.append(owner.name)
    return moved


def _to_head(connection: Connection, owner: Owner) -> None:
    from alembic import command

    with _minding_the_house(connection, owner):
        command.upgrade(_config(owner, connection), "head")


def pending(database: Database, owners: Sequence[Owner]) -> list[str]:
    """Names of the owners whose tables are behind the code. Raises UnsuitableDatabase when the database is ahead of it."""
    behind = []
    with database.connection(write=False) as connection:
        for owner in _core_first(owners):
            known = versions.revisions(owner.folder)
            now = current(connection, owner.name)
            if now is not None and now not in {revision.name for revision in known}:
                raise UnsuitableDatabase(f"the tables of {owner.name} are at {now}, which this version does not know: install a newer one")
            if now != versions.head(known):
                behind.append(owner.name)
    return behind


current = versions.current


def installed(database: Database) -> list[str]:
    """Names of all owners that have tables, also of plugins that are switched off now."""
    with database.connection(write=False) as connection:
        return [name.removeprefix(_VERSIONS) for name in sorted(inspect(connection).get_table_names()) if name.startswith(_VERSIONS)]


def uninstall(database: Database, owner: str) -> list[str]:
    """Drops all tables of a plugin with everything in them and forgets its version. The caller has asked for confirmation.

    Works from the names of tables, so the plugin's code may be gone. Returns the dropped tables. Raises MigrationRefused for the core
    and when another owner's table refers to one of these.
    """
    if owner == CORE:
        raise MigrationRefused("the core cannot be uninstalled")
    with _alone(database) as alone, _migrating(alone, Owner(owner, CORE_FOLDER)) as connection:
        names = inspect(connection).get_table_names()
        owned = sorted(name for name in names if _owner_of(name, _known_owners(names) | {owner}) == owner)
        rivals = sorted(
            f"{name} -> {key['referred_table']}"
            for name in names
            for key in inspect(connection).get_foreign_keys(name)
            if key["referred_table"] in owned and name not in owned
        )
        if rivals:
            raise MigrationRefused(f"{owner} cannot be uninstalled, other tables refer to its own: {', '.join(rivals)}")
        metadata = MetaData()
        metadata.reflect(connection, only=owned)
        metadata.drop_all(connection, tables=[metadata.tables[name] for name in owned])
        Table(_VERSIONS + owner, MetaData()).drop(connection, checkfirst=True)
    return owned


def differences(database: Database, owner: Owner) -> list[str]:
    """Where an owner's models and its migrated tables differ, in words; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with database.connection(write=False) as connection:
        options = {"include_name": _only_names(owner.name, connection), "include_object": _only_objects(owner.name, connection)}
        context = MigrationContext.configure(connection, opts={**options, "compare_type": True, "version_table": _VERSIONS + owner.name})
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def revise(database: Database, owner: Owner, message: str) -> Path | None:
    """Writes a revision with what the models have and the database, which is up to date, lacks. None when there is nothing to do."""
    from alembic import command

    owner.folder.mkdir(parents=True, exist_ok=True)
    number = (
        max(
            (int(found.group(1)) for path in owner.folder.glob("*.py") if (found := re.match(r".*?_(\d{4})_", path.name))),
            default=0,
        )
        + 1
    )

    def drop_empty(context: object, revision: object, directives: list[Any]) -> None:
        if directives[0].upgrade_ops.is_empty():
            directives.clear()

    with _migrating(database, owner) as connection:
        config = _config(owner, connection)
        revision = command.revision(
            config, message, autogenerate=True, rev_id=f"{owner.name}_{number:04d}", process_revision_directives=drop_empty
        )
    path = getattr(revision, "path", None)
    return Path(path) if path else None


def run_environment(context: Any) -> None:
    """What alembic/env.py does: one owner, its own version table, on the connection that it is given."""
    from b2bkit.core.db import rebuild

    def check_step(ctx: Any, step: Any, heads: Any, run_args: Any, **others: Any) -> None:
        if ctx.connection.dialect.name == "sqlite":
            rebuild.check_rebuilds(ctx.connection, str(step.up_revision_id))

    attributes = context.config.attributes
    connection, owner = attributes["connection"], attributes["owner"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=_VERSIONS + owner,
        include_name=_only_names(owner, connection),
        include_object=_only_objects(owner, connection),
        render_as_batch=True,
        render_item=_render_exact_type,
        compare_type=True,
        transactional_ddl=True,  # on SQLite too: the driver does not meddle with our BEGIN
        transaction_per_migration=False,
        on_version_apply=check_step,
    )
    with warnings.catch_warnings():
        # where Alembic only warns, check_rebuilds refuses
        warnings.filterwarnings("ignore", "Unnamed CHECK constraint on reflected table")
        context.run_migrations()


def _render_exact_type(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Exact types are spelt through `b2bkit.core.db.types`, whose names are frozen for migrations."""
    from b2bkit.core.db import types

    if kind != "type":
        return False
    if item is types.Json or type(item).__module__ == types.__name__:
        autogen_context.imports.add("from b2bkit.core.db import types")
        return "types.Json" if item is types.Json else f"types.{type(item).__name__}()"
    return False


def _core_first(owners: Iterable[Owner]) -> list[Owner]:
    return sorted(owners, key=lambda owner: owner.name != CORE)


def _config(owner: Owner, connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(owner.folder).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(owner=owner.name, connection=connection)
    return config


def _known_owners(tables: Iterable[str]) -> set[str]:
    return {CORE} | {name.removeprefix(_VERSIONS) for name in tables if name.startswith(_VERSIONS)}


def _owner_of(table: str, owners: Iterable[str]) -> str | None:
    """The owner with the longest name that is a prefix of the table's, so that `chat` does not own `chat_bots_rule`."""
    return max((owner for owner in owners if table.startswith(f"{owner}_")), key=len, default=None)


def _only_names(owner: str, connection: Connection) -> Any:
    owners = _known_owners(inspect(connection).get_table_names()) | {owner}
    return lambda name, kind, parents: kind != "table" or _owner_of(name or "", owners) == owner


def _only_objects(owner: str, connection: Connection) -> Any:
    owners = _known_owners(inspect(connection).get_table_names()) | {owner}
    return lambda item, name, kind, reflected, compared: kind != "table" or _owner_of(name or "", owners) == owner


@contextmanager
def _alone(database: Database) -> Iterator[Database]:
    """A database object of one's own, without time limits, while no other process migrates."""
    alone = Database(database.url.render_as_string(hide_password=False), pool_size=2, lock_timeout=None)
    try:
        if alone.dialect == "sqlite":
            descriptor = os.open(f"{Path(str(alone.url.database)).absolute()}-migrate", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield alone
            finally:
                os.close(descriptor)
        else:
            with alone.connection(write=True) as lock:  # held to the end of this transaction, or of this process
                lock.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PG_LOCK})
                yield alone
    finally:
        alone.dispose()


@contextmanager
def _migrating(database: Database, owner: Owner) -> Iterator[Connection]:
    """One transaction, on SQLite without foreign keys, or a rebuilt table would take its children along; references are checked after."""
    if database.dialect == "postgresql":
        with database.connection(write=True) as connection:
            yield connection
        return
    engine = database.engine.execution_options(**{WRITE: True})
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys=OFF").close()  # has no effect once a transaction has begun
        try:
            with connection.begin():
                yield connection
        finally:
            connection.invalidate()  # nobody gets a connection without foreign keys from the pool


@contextmanager
def _minding_the_house(connection: Connection, owner: Owner) -> Iterator[None]:
    """Refuses what an owner must not do: tables outside its prefix, changes of another's, references that would block another's deletes."""
    from alembic.util import CommandError

    others_before = _columns_of_others(connection, owner.name)
    try:
        yield
    except CommandError as error:
        raise UnsuitableDatabase(f"{owner.name}: {error}") from error
    problems = [f"{table} is changed, but belongs to another owner" for table in _changed(others_before, connection, owner.name)]
    problems += _references_that_block(connection, owner.name)
    if connection.dialect.name == "sqlite":
        broken = {(row[0], row[2]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
        problems += [f"{child} refers to rows of {parent} that are not there" for child, parent in sorted(broken)]
    if problems:
        raise MigrationRefused(f"migrations of {owner.name}: {'; '.join(problems)}")


def _columns_of_others(connection: Connection, owner: str) -> dict[str, tuple[Any, ...]]:
    connection_inspector = inspect(connection)
    names = connection_inspector.get_table_names()
    owners = _known_owners(names) | {owner}
    mine = {name for name in names if _owner_of(name, owners) == owner} | {_VERSIONS + owner}
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    else:
        rows = connection.exec_driver_sql(
            "SELECT table_name, string_agg(column_name || ' ' || data_type || ' ' || is_nullable, ',' ORDER BY ordinal_position) "
            "FROM information_schema.columns WHERE table_schema = current_schema() GROUP BY table_name"
        )
    return {name: (shape,) for name, shape in rows if name not in mine}


def _changed(before: dict[str, tuple[Any, ...]], connection: Connection, owner: str) -> list[str]:
    after = _columns_of_others(connection, owner)
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _references_that_block(connection: Connection, owner: str) -> list[str]:
    inspector = inspect(connection)
    names = inspector.get_table_names()
    owners = _known_owners(names) | {owner}
    problems = []
    for name in sorted(name for name in names if owner != CORE and _owner_of(name, owners) == owner):
        for key in inspector.get_foreign_keys(name):
            foreign = _owner_of(key["referred_table"], owners) != owner
            if foreign and str(key["options"].get("ondelete", "")).upper() not in ("CASCADE", "SET NULL"):
                columns = ", ".join(key["constrained_columns"])
                problems.append(f"{name} ({columns}) refers to {key['referred_table']} without ON DELETE CASCADE or SET NULL")
    return problems
