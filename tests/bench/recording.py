"""What a portal in this process asks its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from b2bkit.core.app import App
from b2bkit.testing.client import Client
from tests.bench.raw import Statement
from tests.bench.stage import Stage


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Statements that this process sends meanwhile, transaction control left out."""
    found: list[Statement] = []

    def note(_connection: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, _many: bool) -> None:
        found.append((sql, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def signed_in(app: App, stage: Stage) -> Client:
    client = Client(app.asgi, f"127.0.0.1:{stage.port}")
    client.cookies["b2bkit"], client.csrf = stage.token, stage.csrf
    return client
