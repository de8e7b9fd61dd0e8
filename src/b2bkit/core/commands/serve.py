"""`b2bkit serve` and `b2bkit worker`."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from b2bkit.core.app import App, create_app, owners
from b2bkit.core.commands import config_option
from b2bkit.core.db import migrate
from b2bkit.core.errors import B2bkitError

if TYPE_CHECKING:
    import falcon.asgi


class Behind(B2bkitError):
    """The database lacks migrations."""


def refuse_if_behind(app: App) -> None:
    """Raises Behind, naming the command, when migrations wait."""
    waiting = migrate.pending(app.db, owners(app.kit))
    if waiting:
        raise Behind(f"the database is behind ({', '.join(waiting)}): run `b2bkit db upgrade --config {app.config.folder}`")


def portal() -> falcon.asgi.App:
    """What the server process loads: the portal of the folder in B2BKIT_CONFIG."""
    app = create_app(Path(os.environ["B2BKIT_CONFIG"]))
    refuse_if_behind(app)
    return app.asgi


@click.command()
@config_option
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--processes", default=1, show_default=True, help="Web processes; more than one needs PostgreSQL.")
def serve(config: Path, port: int, host: str, processes: int) -> None:
    """Serve the portal; with `broker = "in-process"` its jobs run here too."""
    from granian import Granian
    from granian.constants import Interfaces

    app = create_app(config)  # every problem of the deployment is told here, once
    refuse_if_behind(app)
    if processes > 1 and app.db.dialect == "sqlite":
        raise click.ClickException("SQLite serves one process: use --processes 1 or PostgreSQL")
    app.close()
    os.environ["B2BKIT_CONFIG"] = str(app.config.folder)
    server = Granian(
        "b2bkit.core.commands.serve:portal",
        factory=True,
        interface=Interfaces.ASGI,
        address=host,
        port=port,
        workers=processes,
        websockets=False,
        log_enabled=False,
    )
    server.serve()


@click.command()
@config_option
def worker(config: Path) -> None:
    """Run jobs and deliveries (with `broker = "redis"`, or beside a web process that should not)."""
    app = create_app(config)
    refuse_if_behind(app)
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    app.runner.start()
    click.echo("working")
    ended.wait()
    app.close()
