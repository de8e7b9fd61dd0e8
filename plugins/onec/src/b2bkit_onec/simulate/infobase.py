"""The simulator's own data: one SQLite file that plays the infobase (информационная база) of 1C."""

from __future__ import annotations

import datetime as dt
import fcntl
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from pathlib import Path

from b2bkit_onec.simulate.migrate import migrate

JOURNAL_KEPT, IDLE_KEPT = 3000, 300
PRICE, STOCK, ORDER = "price", "stock", "order"


def server_time() -> dt.datetime:
    """1C's clock: the server's local time without a zone, whole seconds."""
    return dt.datetime.now(dt.UTC).astimezone().replace(tzinfo=None, microsecond=0)


class FolderTaken(Exception):
    """Another simulator works in this folder."""


class Infobase:
    """Opens or makes `<folder>/base.db`; one process at a time owns a folder. Safe to use from several threads.

    The infobase of an earlier release is brought up to date where it lies. Raises FolderTaken, NewerInfobase.
    """

    def __init__(self, folder: Path, now: Callable[[], dt.datetime] = server_time) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._now = now
        self._clock_off: ContextVar[int] = ContextVar("clock_off", default=0)
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._lock = (folder / "base.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            self._lock.close()
            raise FolderTaken(str(folder)) from taken
        db = self._connect()
        try:
            db.execute("PRAGMA journal_mode = WAL")
            migrate(db)
        except BaseException:
            self._lock.close()
            raise
        finally:
            db.close()

    def now(self) -> dt.datetime:
        """1C's naive server time."""
        return self._now() + dt.timedelta(seconds=self._clock_off.get())

    @contextmanager
    def clock_off(self, seconds: int) -> Iterator[None]:
        """Within the block, and in this thread alone, the clock goes wrong by so much."""
        mark = self._clock_off.set(seconds)
        try:
            yield
        finally:
            self._clock_off.reset(mark)

    def close(self) -> None:
        """Gives the folder free for another simulator."""
        with self._guard:
            while self._idle:
                self._idle.pop().close()
        self._lock.close()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the data for the whole block."""
        with self._connected() as db:
            db.execute("BEGIN")
            yield db

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: committed at the end of the block, undone when it raises."""
        with self._connected() as db:
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """A connection for one block alone; it is kept for the next one, for opening and closing takes longer than most work."""
        with self._guard:
            db = self._idle.pop() if self._idle else None
        db = db or self._connect()
        try:
            yield db
        finally:
            if db.in_transaction:
                db.rollback()
            with self._guard:
                self._idle.append(db)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.folder / "base.db", timeout=30, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        return db

    def setting(self, key: str, default: str = "") -> str:
        """A stored setting, `default` when it was never set."""
        with self.read() as db:
            return setting(db, key, default)

    def keep_setting(self, key: str, value: str) -> None:
        """Stores a setting."""
        with self.write() as db:
            keep_setting(db, key, value)

    @property
    def is_on(self) -> bool:
        """Whether 1C works; it is on unless somebody switched it off."""
        return self.setting("power", "on") == "on"


def setting(db: sqlite3.Connection, key: str, default: str = "") -> str:
    """A stored setting within a transaction."""
    row = db.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    return str(row["value"]) if row else default


def keep_setting(db: sqlite3.Connection, key: str, value: str) -> None:
    """Stores a setting within a transaction."""
    db.execute("INSERT INTO setting VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))


def register_change(db: sqlite3.Connection, kind: str, object_id: str) -> None:
    """Registers an object for the exchange node (1C: ОбменССайтом): one row per object, however often it changed."""
    seq = int(setting(db, "change_seq", "0")) + 1
    keep_setting(db, "change_seq", str(seq))
    db.execute(
        "INSERT INTO change VALUES (?, ?, ?) ON CONFLICT (kind, object_id) DO UPDATE SET seq = excluded.seq",
        (kind, object_id, seq),
    )


def forget_changes(db: sqlite3.Connection, kinds: tuple[str, ...], up_to: int) -> None:
    """Unregisters what the site has taken; an object changed again meanwhile has a later number and stays."""
    for kind in kinds:
        db.execute("DELETE FROM change WHERE kind = ? AND seq <= ?", (kind, up_to))


def plain(value: Decimal) -> str:
    """A decimal as digits: `25`, `12.5`, never `2.5E+1`."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
