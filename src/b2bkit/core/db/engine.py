"""The database of a portal: SQLite in one file or PostgreSQL, with the same promises.

A transaction is opened for reading or for writing; a write in a reading one raises `WriteInRead` on both. Writing transactions on
SQLite stand in a fair queue and begin with BEGIN IMMEDIATE, so what they read is what they decide on.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast

import orjson
import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from b2bkit.core.db.gate import WriteGate
from b2bkit.core.db.patience import at_rest, limit_postgresql, limit_sqlite, ran_out
from b2bkit.core.db.plan import Plans, Row
from b2bkit.core.db.scope import ScopeMap, scope_map, walled_engine
from b2bkit.core.errors import B2bkitError, Unavailable

if TYPE_CHECKING:
    from b2bkit.core.db.session import PortalSession, ScopedSession, UnscopedSession
    from b2bkit.core.extend.things import Scope
    from b2bkit.core.work import Actor

SQLITE_OLDEST = (3, 51, 3)
WRITE = "b2bkit_write"
_IDLE_SECONDS = 5.0
_READS = "default_transaction_read_only"
_SERIALIZATION_FAILURE, _DEADLOCK, _READ_ONLY = "40001", "40P01", "25006"
_SQLITE_READONLY = "attempt to write a readonly database"
T = TypeVar("T")
S = TypeVar("S", bound="PortalSession")


class UnsuitableDatabase(B2bkitError):
    """This database cannot be used; the message says why and what to do."""


class WriteInRead(B2bkitError):
    """A write in a transaction that was opened for reading: open it with `write=True` (a page's GET must not write)."""


def sqlite_driver() -> ModuleType:
    """The DB-API module with an SQLite that does not corrupt its WAL: Python's own when new enough, else the bundled one of pysqlite3."""
    import sqlite3

    if sqlite3.sqlite_version_info >= SQLITE_OLDEST:
        return sqlite3
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        found = f"Python's SQLite is {sqlite3.sqlite_version} and the package pysqlite3 is not installed"
    else:
        if tuple(dbapi2.sqlite_version_info) >= SQLITE_OLDEST:
            return cast(ModuleType, dbapi2)
        found = f"Python's SQLite is {sqlite3.sqlite_version}, that of pysqlite3 {dbapi2.sqlite_version}"
    oldest = ".".join(map(str, SQLITE_OLDEST))
    raise UnsuitableDatabase(f"{found}; versions before {oldest} can corrupt the database: run `pip install --upgrade pysqlite3`")


class Database:
    """A portal's database.

    url                 `sqlite:///path` or `postgresql+psycopg://user:password@host/name`
    pool_size           connections kept and at most open (PostgreSQL); at least the number of threads that serve requests
    statement_timeout   seconds after which PostgreSQL ends a statement; None: never (workers, migrations)
    lock_timeout        seconds to wait for another transaction's lock, on SQLite for the turn to write
    """

    def __init__(self, url: str, *, pool_size: int = 10, statement_timeout: float | None = None, lock_timeout: float | None = 30.0) -> None:
        self.url = _checked(url)
        self.dialect: Literal["sqlite", "postgresql"] = "sqlite" if self.url.get_backend_name() == "sqlite" else "postgresql"
        self.gate: WriteGate | None = None
        if self.dialect == "sqlite":
            path = Path(str(self.url.database)).absolute()
            self.gate = WriteGate(path, timeout=lock_timeout or 3600.0)
            self.engine = _sqlite_engine(path, pool_size, self.gate)
        else:
            self.engine = _postgresql_engine(self.url, pool_size, statement_timeout, lock_timeout)
        self._listen(self.engine)
        self._write_engine = self.engine.execution_options(**{WRITE: True})
        self._read_engine = self.engine.execution_options(**{WRITE: False})
        self._walls: dict[ScopeMap, tuple[Engine, Engine]] = {}
        self._plans = Plans()

    def __repr__(self) -> str:
        return f"Database({self.url.render_as_string(hide_password=True)!r})"

    @contextmanager
    def unscoped(self, write: bool) -> Iterator[UnscopedSession]:
        """A transaction that sees everything: for jobs, the ERP exchange and the manager's workspace."""
        from b2bkit.core.db.session import UnscopedSession

        with _transaction(UnscopedSession(self._write_engine if write else self._read_engine, self._plans)) as session:
            yield session

    @contextmanager
    def scoped(self, actor: Actor, scopes: Sequence[Scope], write: bool) -> Iterator[ScopedSession]:
        """A transaction in which only the rows that `scopes` allow the actor exist."""
        from b2bkit.core.db.session import ScopedSession

        known = scope_map(tuple(scopes))
        reading, writing = self._walls.get(known) or self._build_wall(known)
        with _transaction(ScopedSession(writing if write else reading, actor, known, self._plans)) as session:
            yield session

    @contextmanager
    def visit(self, scopes: Sequence[Scope], enter: Callable[[Reader], Actor]) -> Iterator[ScopedSession]:
        """One reading transaction for somebody who is known only once the database was asked: `enter` asks, outside any scope, and gives
        the actor in whose scope the rest of the transaction goes on.
        """
        from b2bkit.core.db.session import ScopedSession

        known = scope_map(tuple(scopes))
        reading, _writing = self._walls.get(known) or self._build_wall(known)
        with reading.begin() as connection:
            actor = enter(_Asking(self, connection))
            with _transaction(ScopedSession(connection, actor, known, self._plans)) as session:
                yield session

    def _build_wall(self, scopes: ScopeMap) -> tuple[Engine, Engine]:
        walled = walled_engine(self.engine, scopes.scoped, scopes.company_tables)
        self._listen(walled)
        self._walls[scopes] = walled.execution_options(**{WRITE: False}), walled.execution_options(**{WRITE: True})
        return self._walls[scopes]

    def _listen(self, engine: Engine) -> None:
        event.listen(engine, "begin", _sqlite_begin(self.gate) if self.gate else _postgresql_begin)
        if self.gate is None:
            event.listen(engine, "savepoint", _postgresql_savepoint)
        event.listen(engine, "handle_error", _explain)

    @contextmanager
    def connection(self, write: bool) -> Iterator[Connection]:
        """A transaction without the ORM, for migrations and checks."""
        with (self._write_engine if write else self._read_engine).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Closes all pooled connections."""
        self.engine.dispose()


class Reader(Protocol):
    """What asks for rows: a session, or a visit before its actor is known."""

    def rows(self, statement: Any, params: Mapping[str, object] | None = None) -> list[Row]:
        """The rows of a select of columns as plain tuples."""
        ...


class _Asking:
    """Reads outside any scope in the transaction of a visit. A statement that has no plan yet gets one in a transaction of its own."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self.database, self.connection = database, connection

    def rows(self, statement: Any, params: Mapping[str, object] | None = None) -> list[Row]:
        plan = self.database._plans.of(self.database._read_engine.dialect, statement).get(())
        if plan is None:
            with self.database.unscoped(False) as session:
                return session.rows(statement, params)
        return plan.rows(self.connection, params or {}, ())


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UnsuitableDatabase("the database's address is no URL: write sqlite:///path or postgresql+psycopg://user@host/name") from None
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:" or parsed.query:
            raise UnsuitableDatabase("SQLite needs a file of its own: write sqlite:///path/to/portal.db")
    elif parsed.drivername not in ("postgresql", "postgresql+psycopg"):
        raise UnsuitableDatabase(f"{parsed.drivername} is not supported: write sqlite:///path or postgresql+psycopg://user@host/name")
    return parsed.set(drivername="postgresql+psycopg") if parsed.get_backend_name() == "postgresql" else parsed


def _sqlite_engine(path: Path, pool_size: int, gate: WriteGate) -> Engine:
    if not path.parent.is_dir():
        raise UnsuitableDatabase(f"the folder of the database does not exist: make {path.parent}")
    engine = sqlalchemy.create_engine(
        URL.create("sqlite", database=str(path)),
        module=sqlite_driver(),
        pool_size=pool_size,
        max_overflow=0,
        json_deserializer=orjson.loads,
        # isolation_level None: the driver never opens a transaction by itself; `begin` below does
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": 30.0},
    )

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: ConnectionPoolEntry) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "mmap_size=0",
            "temp_store=MEMORY",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    def leave(connection: Any, record: ConnectionPoolEntry) -> None:
        held = record.info.pop("gate", None)
        if held is not None:
            gate.leave(held)

    event.listen(engine, "checkin", at_rest)
    event.listen(engine, "checkin", leave)  # after COMMIT or ROLLBACK, whichever way the transaction ended
    event.listen(engine, "close", leave)
    return engine


def _sqlite_begin(gate: WriteGate) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        driver, info = cast(Any, connection.connection.dbapi_connection), connection.connection.info
        write = connection.get_execution_options().get(WRITE, False)
        if info.get("query_only") is not (not write):
            driver.execute(f"PRAGMA query_only={'OFF' if write else 'ON'}").close()
            info["query_only"] = not write
        if write:
            info["gate"] = gate.enter()
        limit_sqlite(driver, info)
        driver.execute("BEGIN IMMEDIATE" if write else "BEGIN").close()

    return begin


def _postgresql_engine(url: URL, pool_size: int, statement_timeout: float | None, lock_timeout: float | None) -> Engine:
    settings = {"statement_timeout": statement_timeout, "lock_timeout": lock_timeout}
    options = " ".join(f"-c {name}={int(seconds * 1000)}" for name, seconds in settings.items() if seconds is not None)
    engine = sqlalchemy.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,
        json_deserializer=orjson.loads,
        connect_args={"options": f"{options} -c timezone=UTC -c {_READS}=on".strip(), "connect_timeout": 5},
    )

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: ConnectionPoolEntry) -> None:
        if connection.info.timezone is not UTC:  # a pooler between us and the server may drop what we asked for
            connection.execute("SET TIME ZONE 'UTC'")
            connection.commit()
        if connection.info.parameter_status(_READS) != "on":
            connection.execute(f"SET {_READS} = on")
            connection.commit()

    @event.listens_for(engine, "checkin")
    def checkin(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def checkout(connection: Any, record: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
        # a connection that rested may be gone with its server; a busy one was seen a moment ago
        if time.monotonic() - record.info.get("idle_since", time.monotonic()) < _IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as gone:
            raise DisconnectionError from gone

    return engine


def _postgresql_begin(connection: Connection) -> None:
    """Writing begins a transaction. Reading does without: at READ COMMITTED each statement sees what was committed before it either way,
    and BEGIN and COMMIT are two of a page's six round trips. That nothing is written is the connection's own default (`_READS`).
    """
    driver = cast(Any, connection.connection.dbapi_connection)
    limit_postgresql(driver, connection.connection.info)
    read_only = not connection.get_execution_options().get(WRITE, False)
    if driver.autocommit is not read_only:
        driver.autocommit = read_only
    if driver.read_only is not read_only:
        driver.read_only = read_only  # psycopg then says BEGIN READ WRITE: no further round trip


def _postgresql_savepoint(connection: Connection, _name: str) -> None:
    driver = cast(Any, connection.connection.dbapi_connection)
    if driver.autocommit:  # a savepoint needs a transaction around it: from here on, reading has one
        driver.autocommit = False


def _explain(context: ExceptionContext) -> None:
    error = context.original_exception
    if getattr(error, "sqlstate", None) == _READ_ONLY or _SQLITE_READONLY in str(error):
        raise WriteInRead(f"this transaction only reads; open it with write=True to run: {(context.statement or '')[:200]}") from error
    if ran_out(error):
        raise Unavailable(f"the database took too long: {(context.statement or '')[:200]}", retry_after=10) from error


@contextmanager
def _transaction(session: S) -> Iterator[S]:
    """Commits at the end of the block, reads too: psycopg's rollback would drop its prepared statements."""
    with session:
        yield session
        if session.in_transaction():
            session.commit()


def _is_collision(error: BaseException) -> bool:
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlstate", None) in (_SERIALIZATION_FAILURE, _DEADLOCK) or "database is locked" in str(original)


def retrying(database: Database, act: Callable[[], T], *, attempts: int = 3) -> T:
    """`act()`, again when its transaction lost against another (serialization failure, deadlock); act opens its own transaction.

    What reaches a person after the last attempt is `Unavailable`, never the database's words.
    """
    for attempt in range(1, attempts + 1):
        try:
            return act()
        except DBAPIError as error:
            if not _is_collision(error):
                raise
            if attempt == attempts:
                raise Unavailable("others changed the same data at the same moment", retry_after=1) from error
            time.sleep(random.uniform(0.005, 0.03) * attempt)  # noqa: S311  (spreads the rivals, guards nothing)
    raise AssertionError("unreachable")
