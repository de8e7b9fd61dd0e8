"""Pages while 1C hangs, against pages while it answers: two portals alike on databases alike, asked by turns.

One has the 1C in the box behind its flows; the other a server that takes every call and says nothing, so its flows hang in their calls.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from sys import executable
from typing import Final

from sqlalchemy import func, select

from b2bkit.core.app import owners, read_deployment
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.testing.portal import write_config
from b2bkit.testing.services import free_port, postgres_server
from b2bkit_onec.models import Run
from examples.polymertorg.generate import generate
from tests.bench.figure import Figure
from tests.bench.load import measure
from tests.bench.stage import Stage, running

ROUNDS: Final = 9
PAGE: Final = "/catalog"
SETTLED_WITHIN: Final = 120.0
HUNG_AT_LEAST: Final = 3  # calls
SECRETS: Final = {
    "B2BKIT_ONEC_PASSWORD": "a password of the benchmark",
    "B2BKIT_ONEC_ODATA_PASSWORD": "a password of the benchmark",
    "B2BKIT_ONEC_SERVICE_PASSWORD": "a password of the benchmark",
    "B2BKIT_ONEC_SERVICE_KEY": "k" * 40,
}


class Connected(Stage):
    """The benchmark's portal with 1C at an address."""

    def connect(self, onec: str) -> None:
        """Writes the settings and makes the plugin's tables."""
        self.environment |= SECRETS
        tables = "".join(f'[plugins.onec.{name}]\nurl = "{onec}"\n' for name in ("odata", "service"))
        write_config(self.folder, {"onec": {}}, f"{tables}[plugins.onec.line]\nping_seconds = 5\n")
        database = Database(self.url)
        migrate.upgrade(database, owners(read_deployment(self.folder, self.environment).kit))
        database.dispose()

    def runs(self, outcome: str) -> int:
        """How many runs of flows have ended so, or go on."""
        app = self.app()
        try:
            with app.work(write=False) as work:
                return work.session.scalar(select(func.count()).select_from(Run).where(Run.outcome == outcome)) or 0
        finally:
            app.close()

    def like(self, other: Stage) -> None:
        """Its database is a copy of the other's, its buyer too."""
        self.token, self.csrf, self.products = other.token, other.csrf, other.products


@contextmanager
def silent() -> Iterator[tuple[str, list[socket.socket]]]:
    """The address of a server that takes calls and never answers, and the calls."""
    server = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(server.accept()[0])
            except OSError:
                return

    threading.Thread(target=take, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}", taken
    finally:
        server.close()
        for one in taken:
            one.close()


@contextmanager
def answering(folder: Path) -> Iterator[str]:
    """The address of a 1C in the box that runs by itself and begins no exchange."""
    port, files = free_port(), folder / "files"
    generate(files, dt.date(2026, 11, 20), products=60, orders=12)
    command = [executable, "-m", "b2bkit", "onec", "simulate", "--portal", "http://127.0.0.1:9/1c_exchange", "--login", "1c"]
    command += ["--data", str(folder / "base"), "--port", str(port), "--every", "36000", "--load", str(files)]
    with running(command, {**os.environ, **SECRETS}, port, "/control/state"):
        yield f"http://127.0.0.1:{port}"


def figures() -> Iterator[Figure]:
    """How many list pages come while 1C hangs, of those that come while it answers."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server())
        one, two = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _portal in range(2))
        well = Connected(one, stack.enter_context(server.fresh_database()))
        well.fill()
        hung = Connected(two, stack.enter_context(server.fresh_database(well.url.rpartition("/")[2])))
        hung.like(well)
        well.connect(stack.enter_context(answering(one)))
        stack.enter_context(well.served())
        nobody, calls = stack.enter_context(silent())
        hung.connect(nobody)
        with hung.served():
            _until(lambda: well.runs("good") >= 5 and not well.runs("running"))
            _until(lambda: len(calls) >= 1 and hung.runs("running") >= HUNG_AT_LEAST)
            yield from _compared(well, hung)
            for call in calls:  # so that the portal need not wait for its runs at its end
                call.close()


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SETTLED_WITHIN
    while not condition():
        assert time.monotonic() < end, "the flows did not come to what is measured"
        time.sleep(0.5)


def _compared(well: Connected, hung: Connected) -> Iterator[Figure]:
    ratios, rates = [], []
    for number in range(ROUNDS):
        pair = (well, hung) if number % 2 else (hung, well)  # each is the first as often
        told = {stage.port: measure(stage.port, PAGE, stage.cookies, seconds=2.0) for stage in pair}
        rates.append((told[hung.port].rate, told[well.port].rate))
        ratios.append(rates[-1][0] / rates[-1][1])
    while_hung, while_well = rates[-1]
    yield Figure("list page, HTML: while 1C hangs, of while it answers", round(statistics.median(ratios), 2), "ratio", "higher", 0.9)
    yield Figure(f"list page, HTML: pages a second while 1C hangs (well {while_well:.0f})", round(while_hung), "1/s", "higher", None)
