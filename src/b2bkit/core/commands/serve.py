"""`b2bkit serve` and `b2bkit worker`."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import ctypes
import gc
import logging
import os
import resource
import signal
import socket
import threading
import time
from pathlib import Path

import click

from b2bkit.core.app import App, create_app, owners
from b2bkit.core.commands import config_option
from b2bkit.core.db import migrate
from b2bkit.core.errors import B2bkitError
from b2bkit.core.web.app import B2bkitAsgi
from b2bkit.core.web.live import LiveStreams
from b2bkit.core.web.log import JsonLines

# each open page holds a connection for its live events; granian's own limit of 128 would let no further visitor in
CONNECTIONS = 10_000
WAITING_CONNECTIONS = 1024

# a page makes a few thousand short-lived objects: with Python's own limits each would have the collector look through them several times
COLLECT_AFTER = (20_000, 20, 50)

ANSWERS_END_WITHIN = 10.0  # seconds that answers have once the process is asked to end

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
log = logging.getLogger("b2bkit.serve")


class Behind(B2bkitError):
    """The database lacks migrations."""


def refuse_if_behind(app: App) -> None:
    """Raises Behind, naming the command, when migrations wait."""
    waiting = migrate.pending(app.db, owners(app.kit))
    if waiting:
        raise Behind(f"the database is behind ({', '.join(waiting)}): run `b2bkit db upgrade --config {app.config.folder}`")


def log_to_stderr() -> None:
    """One JSON line for each event, for whatever collects the output of processes."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("dramatiq").setLevel(logging.WARNING)


def started(app: App) -> App:
    """The portal with its runner: jobs run here with the in-process broker, else only wake-ups are sent.

    What was made until here stays as long as the process, so the garbage collector need not look at it again.
    """
    app.runner.start(work=app.config.tables.jobs.broker == "in-process")
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    return app


def portal() -> B2bkitAsgi:
    """What each of several server processes loads: the portal of the folder in B2BKIT_CONFIG."""
    log_to_stderr()
    share_memory()
    app = started(create_app(Path(os.environ["B2BKIT_CONFIG"])))
    atexit.register(app.close)
    return app.asgi


def share_memory() -> None:
    """Before threads start: glibc gives each of them a heap of its own, which Python, one thread at a time, has no use for."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def allow_connections() -> None:
    """As many open files as the system lets this process have: each connection is one, and the usual 1,024 are few."""
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 1024
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


async def serve_one(app: App, host: str, port: int) -> None:
    """Serves in this very process until SIGINT or SIGTERM: one process starts sooner and takes less memory than a parent with one child.

    Answers that are being given are finished, but for ANSWERS_END_WITHIN: one that never ends must not keep the process from ending.
    """
    from granian.constants import Interfaces
    from granian.server.embed import Server

    server = Server(
        app.asgi,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        backlog=WAITING_CONNECTIONS,
        backpressure=CONNECTIONS,
        websockets=False,
        log_enabled=False,
    )

    loop, late = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        loop.call_later(ANSWERS_END_WITHIN, late.set)
        threading.Thread(target=_leave_at_last, name="b2bkit-leave", daemon=True).start()
        if isinstance(app.parts.live, LiveStreams):
            app.parts.live.close()  # else the server would wait for the pages that are open
        server.stop()  # type: ignore[no-untyped-call]

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop)
    serving, waiting = asyncio.ensure_future(server.serve()), asyncio.ensure_future(late.wait())
    await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()  # raises what the server raised
        return
    log.warning("answers that did not end were cut off", extra={"seconds": ANSWERS_END_WITHIN})
    app.close()
    os._exit(0)  # the loop's own end would wait for them


def _leave_at_last() -> None:
    """Ends the process when closing what it has takes as long again as its answers had."""
    time.sleep(2 * ANSWERS_END_WITHIN)
    log.warning("the process was ended before everything was closed", extra={"seconds": 2 * ANSWERS_END_WITHIN})
    os._exit(1)


@click.command()
@config_option
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--processes", default=1, show_default=True, help="Web processes; more than one needs PostgreSQL.")
def serve(config: Path, port: int, host: str, processes: int) -> None:
    """Serve the portal; with `broker = "in-process"` its jobs run here too."""
    share_memory()
    app = create_app(config)  # every problem of the deployment is told here, once
    refuse_if_behind(app)
    _refuse_taken_port(host, port)
    log_to_stderr()
    allow_connections()
    if processes == 1:
        asyncio.run(serve_one(started(app), host, port))
        app.close()
        return
    if app.db.dialect == "sqlite":
        raise click.ClickException("SQLite serves one process: use --processes 1 or PostgreSQL")
    app.close()
    os.environ["B2BKIT_CONFIG"] = str(app.config.folder)
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "b2bkit.core.commands.serve:portal",
        factory=True,
        interface=Interfaces.ASGINL,
        address=host,
        port=port,
        workers=processes,
        backlog=WAITING_CONNECTIONS,
        backpressure=CONNECTIONS,
        websockets=False,
        log_enabled=False,
    ).serve()


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(f"port {port} of {host} cannot be used ({error.strerror}): choose another with --port") from error


@click.command()
@config_option
def worker(config: Path) -> None:
    """Run jobs and deliveries (with `broker = "redis"`, or beside a web process that should not)."""
    app = create_app(config)
    refuse_if_behind(app)
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    log_to_stderr()
    app.runner.start()
    click.echo("working")
    ended.wait()
    app.close()
