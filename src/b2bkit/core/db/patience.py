"""How long the database may take in the name of somebody who waits: web requests have a limit, jobs and migrations have none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy.pool import ConnectionPoolEntry

_seconds: ContextVar[float | None] = ContextVar("b2bkit_patience", default=None)
STEPS = 20_000  # of SQLite's virtual machine between two looks at the clock: a few milliseconds
CANCELLED = "57014"


@contextmanager
def patience(seconds: float | None) -> Iterator[None]:
    """Transactions that begin in this block are ended when the database takes longer; None: it may take its time.

    On PostgreSQL each statement has the limit, on SQLite all that a transaction does.
    """
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)


def limit_postgresql(driver: Any, info: dict[str, Any]) -> None:
    """Before a transaction. The server is told only when the limit is another than this connection's last one."""
    wanted = _seconds.get()
    if info.get("patience") != wanted:
        driver.autocommit = True  # what is set in a transaction goes with its rollback
        driver.execute(f"SET statement_timeout = {int((wanted or 0) * 1000)}")
        driver.autocommit = False
        info["patience"] = wanted


def limit_sqlite(driver: Any, info: dict[str, Any]) -> None:
    """After the turn to write has come: waiting for it is limited elsewhere."""
    wanted = _seconds.get()
    if wanted is None:
        if info.pop("patience", None) is not None:
            driver.set_progress_handler(None, STEPS)
        return
    info["patience"], until = wanted, time.monotonic() + wanted
    driver.set_progress_handler(lambda: time.monotonic() > until, STEPS)


def at_rest(connection: Any, record: ConnectionPoolEntry) -> None:
    """A connection that goes back into its pool has no limit any more."""
    if record.info.pop("patience", None) is not None and connection is not None:
        connection.set_progress_handler(None, STEPS)


def ran_out(error: BaseException) -> bool:
    """Whether a statement was ended because it took too long."""
    return getattr(error, "sqlstate", None) == CANCELLED or str(error) == "interrupted"
