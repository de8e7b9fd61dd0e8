"""Fresh, migrated databases for tests: migrations run once, then each test gets a copy."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from b2bkit.core.db.engine import Database
from b2bkit.core.db.migrate import CORE_OWNER, Owner, upgrade
from b2bkit.testing.services import PostgresServer

Dialect = Literal["sqlite", "postgresql"]


class Databases:
    """Copies of migrated templates. `postgres` is asked for its server only when a test needs one."""

    def __init__(self, folder: Path, postgres: Callable[[], PostgresServer]) -> None:
        self.folder = folder
        self.postgres = postgres
        self._serial = 0
        self._files: dict[str, Path] = {}

    @contextmanager
    def fresh_url(self, dialect: Dialect, owners: Sequence[Owner] = (CORE_OWNER,)) -> Iterator[str]:
        """The URL of a database of one's own that holds the owners' empty tables; no owners: nothing at all."""
        if dialect == "postgresql":
            server = self.postgres()
            template = server.template(_key(owners), lambda url: _migrate(url, owners)) if owners else None
            with server.fresh_database(template) as url:
                yield url
            return
        self._serial += 1
        copy = self.folder / f"portal-{self._serial}.db"
        if owners:
            shutil.copyfile(self._file(owners), copy)
        yield f"sqlite:///{copy}"
        for path in self.folder.glob(f"{copy.name}*"):
            path.unlink()

    @contextmanager
    def fresh(self, dialect: Dialect, owners: Sequence[Owner] = (CORE_OWNER,)) -> Iterator[Database]:
        """A database of one's own, closed and deleted afterwards."""
        with self.fresh_url(dialect, owners) as url:
            database = Database(url, pool_size=10, lock_timeout=20.0)
            try:
                yield database
            finally:
                database.dispose()

    def _file(self, owners: Sequence[Owner]) -> Path:
        key = _key(owners)
        if key not in self._files:
            path = self.folder / f"template-{key}.db"
            _migrate(f"sqlite:///{path}", owners)
            self._files[key] = path
        return self._files[key]


def _migrate(url: str, owners: Sequence[Owner]) -> None:
    database = Database(url, pool_size=2)
    try:
        upgrade(database, owners)
    finally:
        database.dispose()


def _key(owners: Sequence[Owner]) -> str:
    """Changes with every migration, so that a template is never older than the code."""
    text = hashlib.sha256()
    for owner in owners:
        text.update(owner.name.encode())
        for path in sorted(owner.folder.glob("*.py")):
            text.update(path.name.encode() + path.read_bytes())
    return text.hexdigest()[:16]


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Where tests that need more than one database get them."""

    def postgres() -> PostgresServer:
        server: PostgresServer = request.getfixturevalue("postgres")
        return server

    return Databases(tmp_path_factory.mktemp("databases"), postgres)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Makes a test run once on each database."""
    chosen: Dialect = request.param
    return chosen


@pytest.fixture
def database(databases: Databases, dialect: Dialect) -> Iterator[Database]:
    """A fresh database with the core's empty tables: the test runs once on each kind."""
    with databases.fresh(dialect) as fresh:
        yield fresh
