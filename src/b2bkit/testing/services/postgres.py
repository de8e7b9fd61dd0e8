"""A throw-away PostgreSQL server, with databases cloned from a template."""

import os
import pwd
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import psycopg
from psycopg import sql

from b2bkit.testing.services.server import GuardedServer, ServerFailed, find_program

OWNER = "b2bkit"
SUPERUSER = "postgres"
FAST = MappingProxyType({"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"})
ALWAYS = MappingProxyType({"timezone": "UTC", "jit": "off", "max_connections": "100", "shared_buffers": "64MB"})


def unprivileged_user() -> tuple[int, int] | None:
    """Whom the server runs as: PostgreSQL refuses root, so then its own account or nobody. None: the caller."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return account.pw_uid, account.pw_gid
    raise ServerFailed("PostgreSQL does not run as root and there is neither an account postgres nor nobody")


def reachable(folder: Path, user: tuple[int, int] | None) -> bool:
    """Whether that user may pass through every folder above; /root, for one, lets nobody in."""
    if user is None:
        return True
    test = ["test", "-x", str(folder.absolute().parent)]
    return subprocess.run(test, user=user[0], group=user[1], extra_groups=[], check=False).returncode == 0


def place_for(folder: Path, user: tuple[int, int] | None) -> Path:
    """`folder`, or where it leads: when the server's user cannot reach it, it becomes a link to a folder under /var/tmp."""
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not folder.exists() and not reachable(folder, user):
        folder.unlink(missing_ok=True)
        folder.symlink_to(tempfile.mkdtemp(prefix=f"b2bkit-{folder.name}-", dir="/var/tmp"))
    folder.mkdir(exist_ok=True)
    return folder.resolve()


class PostgresServer(GuardedServer):
    """PostgreSQL on a free port of 127.0.0.1 and on a Unix socket beside its log, passwords on both.

    Two roles: `postgres`, the superuser, and `b2bkit`, who may create databases and owns them, and for whom row security holds as
    in production. `durable`: fsync as in production, for tests that kill the server; without it a killed server may lose data.
    """

    name = "postgres"

    def __init__(self, folder: Path | None = None, *, durable: bool = False, settings: Mapping[str, str] | None = None) -> None:
        user = unprivileged_user()
        super().__init__(None if folder is None else place_for(folder, user))
        self.user = user
        self.kept = folder is not None
        self.stop_signal = signal.SIGINT if self.kept or durable else signal.SIGQUIT
        self.settings = {**ALWAYS, **({} if durable else FAST), **(settings or {})}
        self.data = self.folder / "data"
        self.password = ""
        self._templates: dict[str, str] = {}
        self._serial = 0

    def command(self) -> list[str]:
        """The postmaster itself, without pg_ctl, so that the process id is its own."""
        settings = {
            **self.settings,
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.run_folder),
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [str(find_program("postgres")), "-D", str(self.data), *options]

    def answers(self) -> bool:
        """The superuser can connect."""
        try:
            with psycopg.connect(self.url(SUPERUSER, SUPERUSER, driver=False), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def start(self) -> None:
        """Also creates the cluster and the role `b2bkit`, the first time."""
        self._prepare()
        super().start()
        with self._superuser() as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone()
            if known is None:
                create = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
                connection.execute(create.format(sql.Identifier(OWNER), sql.Literal(self.password)))

    def _prepare(self) -> None:
        secret = self.folder / "password"
        for path in {self.folder, self.run_folder}:
            if self.user is not None:
                os.chown(path, *self.user)
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_text(secrets.token_hex(16))
            if self.user is not None:
                os.chown(secret, *self.user)
        self.password = secret.read_text()
        if not (self.data / "PG_VERSION").exists():
            self._initdb(secret)

    def _initdb(self, secret: Path) -> None:
        uid, gid = self.user or (None, None)
        options = ["--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        done = subprocess.run(
            [str(find_program("initdb")), "-D", str(self.data), "-U", SUPERUSER, *options],
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            cwd=self.run_folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ServerFailed(f"initdb failed:\n{done.stderr.strip()}")

    def url(self, database: str, role: str = OWNER, *, driver: bool = True) -> str:
        """SQLAlchemy's URL of a database, or without `driver` the one that psycopg and psql take."""
        scheme = "postgresql+psycopg" if driver else "postgresql"
        return f"{scheme}://{role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def _superuser(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url(SUPERUSER, SUPERUSER, driver=False), autocommit=True)

    def create_database(self, name: str, template: str | None = None) -> str:
        """Creates a database that `b2bkit` owns, a copy of `template` when given, and returns its URL."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "template0")
        )
        with self._superuser() as connection:
            connection.execute(statement)
        return self.url(name)

    def has_database(self, name: str) -> bool:
        """Whether a database of that name exists."""
        with self._superuser() as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def drop_database(self, name: str) -> None:
        """Drops a database, ending whoever is still connected; none of that name is fine."""
        with self._superuser() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def template(self, key: str, build: Callable[[str], None]) -> str:
        """The name of the database that `build(url)` filled, built once per key and server: migrations run once, not per test.
        `build` must leave no connection open."""
        if key not in self._templates:
            name = f"template_{len(self._templates)}"
            build(self.create_database(name))
            self._templates[key] = name
        return self._templates[key]

    @contextmanager
    def fresh_database(self, template: str | None = None) -> Iterator[str]:
        """The URL of a database of one's own, empty or a copy of `template`, dropped afterwards."""
        self._serial += 1
        name = f"fresh_{self._serial}"
        url = self.create_database(name, template)
        try:
            yield url
        finally:
            self.drop_database(name)


@contextmanager
def postgres_server(
    folder: Path | None = None, *, durable: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[PostgresServer]:
    """A running PostgreSQL for the length of the block. A given folder is kept and used again, with its password."""
    server = PostgresServer(folder, durable=durable, settings=settings)
    try:
        server.start()
        yield server
    finally:
        server.close()


@contextmanager
def kept_postgres(folder: Path, database: str = "portal") -> Iterator[str]:
    """The URL of a database that stays in `folder` from one start to the next, on a durable server that runs for the block."""
    with postgres_server(folder, durable=True) as server:
        yield server.url(database) if server.has_database(database) else server.create_database(database)
