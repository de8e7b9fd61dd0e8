"""`make bench`: ratios within one run, on PostgreSQL; prints a table and writes build/bench.json.

Each line has its bar. A ratio compares the portal with bare Falcon and psycopg (or bare SQL) doing the same on the same machine in the
same minute, in rounds that alternate, so that a busy machine slows both.
"""

from __future__ import annotations

import json
import os
import pickle
import secrets
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from b2bkit.core.app import App
from b2bkit.testing.services import free_port, postgres_server
from tests.bench import chat, facets, hanging, large, onec
from tests.bench.figure import Figure
from tests.bench.load import direct, fetch, measure
from tests.bench.raw import BareOrder, Statement
from tests.bench.recording import recorded, signed_in
from tests.bench.stage import Stage, running

ROUNDS = 7  # short ones: a neighbour of this machine that wakes up spoils one or two, not the median
STREAMS = 1000


def statements_of(app: App, stage: Stage, path: str) -> list[Statement]:
    """What a page asks the database once its session's frame is known."""
    client = signed_in(app, stage)
    client.get(path)
    with recorded() as found:
        answer = client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return list(found)


def pages(stage: Stage) -> Iterator[Figure]:
    """Catalogue page of 50 rows, as JSON and HTML, against the floor."""
    paths = {"JSON": "/api/v1/products?limit=50", "HTML": "/catalog"}
    app = stage.app()
    asked = {path: statements_of(app, stage, path) for path in paths.values()}
    product = statements_of(app, stage, f"/catalog/{stage.products[0]}")
    app.close()
    yield Figure("list page, JSON: SQL statements", len(asked[paths["JSON"]]), "statements", "lower", 4)
    yield Figure("list page, HTML: SQL statements", len(asked[paths["HTML"]]), "statements", "lower", 4)
    yield Figure("product page: SQL statements", len(product), "statements", "lower", 4)
    with stage.served() as portal:
        yield Figure("web process: start to first answer", round(portal.started, 2), "s", "lower", 2.0)  # type: ignore[attr-defined]
        time.sleep(3)
        yield Figure("web process: idle memory", round(psutil.Process(portal.pid).memory_info().rss / 1e6), "MB", "lower", 120)
        bodies = {path: fetch(stage.port, path, stage.cookies) for path in paths.values()}
        with floor(stage, asked, bodies) as port:
            for label, path in paths.items():
                plain = path.partition("?")[0]
                ratios, rates = [], []
                for _round in range(ROUNDS):
                    ours = measure(stage.port, path, stage.cookies, seconds=2.0)
                    bare = measure(port, plain, seconds=2.0)
                    ratios.append(ours.rate / bare.rate)
                    rates.append((ours.rate, bare.rate, ours.p95))
                rate, bare_rate, p95 = rates[-1]
                yield Figure(f"list page, {label}: of bare Falcon + psycopg", round(statistics.median(ratios), 2), "ratio", "higher", 0.5)
                yield Figure(f"list page, {label}: pages a second (bare {bare_rate:.0f})", round(rate), "1/s", "higher", None)
                yield Figure(f"list page, {label}: p95 at 8 clients", round(p95 * 1000, 1), "ms", "lower", None)
        yield streams(stage, portal.pid)


@contextmanager
def floor(stage: Stage, asked: dict[str, list[Statement]], bodies: dict[str, bytes]) -> Iterator[int]:
    """The bare server with the same statements and bytes."""
    known = {
        path.partition("?")[0]: {
            "statements": asked[path],
            "body": bodies[path],
            "type": "application/json" if path.startswith("/api") else "text/html; charset=utf-8",
        }
        for path in asked
    }
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "floor.pickle"
        file.write_bytes(pickle.dumps({"url": stage.url.replace("postgresql+psycopg://", "postgresql://"), "pages": known}))
        command = [sys.executable, "-m", "tests.bench.floor", str(port), str(file)]
        with running(command, dict(os.environ), port, next(iter(known))):
            yield port


def streams(stage: Stage, pid: int) -> Figure:
    """Memory of a thousand open, idle pages. All belong to one buyer's company but to many people, since one person has a bounded
    number.
    """
    from b2bkit.core.accounts.sign_in import open_session
    from b2bkit.testing import factories

    app = stage.app()
    with app.work() as work:
        company = work.session.query(_company()).first()
        tokens = [open_session(work, user_id=factories.member(work, company=company).id) for _person in range(STREAMS // 10)]
    app.close()
    before = psutil.Process(pid).memory_info().rss
    opened = [_open_stream(stage.port, token) for token in tokens for _page in range(10)]
    time.sleep(2)
    grown = psutil.Process(pid).memory_info().rss - before
    for one in opened:
        one.close()
    return Figure(f"{len(opened)} idle live streams: memory", round(grown / 1e6, 1), "MB", "lower", 40)


def _company() -> Any:
    from b2bkit.core.accounts.models import Company

    return Company


def _open_stream(port: int, token: str) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port))
    one.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: b2bkit={token}\r\nAccept: text/event-stream\r\n\r\n".encode())
    data = b""
    while b"event: hello" not in data:
        part = one.recv(4096)
        assert part, data[:300]
        data += part
    return one


def orders(stage: Stage) -> Iterator[Figure]:
    """An order of five lines with its checks and its outbox, against the same statements on a bare connection."""
    app = stage.app()
    order = json.dumps({"lines": [{"product_id": one, "unit": "мешок", "quantity": "2"} for one in stage.products[:5]]}).encode()
    with direct(app.asgi) as ask:

        def place() -> None:
            status, body = ask("POST", "/api/v1/orders", {**stage.headers, "Idempotency-Key": secrets.token_hex(16)}, order)
            assert status in (200, 201), body

        place()
        recordings = []
        for _order in range(2):
            with recorded() as found:
                place()
            recordings.append(list(found))
        yield Figure("order of 5 lines: SQL statements", len(recordings[-1]), "statements", "lower", 40)
        bare = BareOrder(stage, *recordings)
        ratios = []
        for _round in range(ROUNDS):
            ours, raw = per_second(place), per_second(bare.place, bare.prepare)
            ratios.append(ours / raw)
    app.close()
    yield Figure("order of 5 lines: of its raw SQL", round(statistics.median(ratios), 2), "ratio", "higher", 0.4)
    yield Figure(f"orders a second, one client (raw {raw:.0f})", round(ours), "1/s", "higher", None)


def per_second(action: Callable[[], None], prepare: Callable[[], None] = lambda: None, seconds: float = 2.0) -> float:
    """How often `action` is done in a second; what `prepare` needs before each is not counted."""
    end, spent, count = time.perf_counter() + seconds, 0.0, 0
    while time.perf_counter() < end:
        prepare()
        begin = time.perf_counter()
        action()
        spent, count = spent + time.perf_counter() - begin, count + 1
    return count / spent


def main() -> int:
    """Runs everything; 1 when a bar is missed."""
    figures: list[Figure] = []
    with postgres_server() as server, server.fresh_database() as url, tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), url)
        stage.fill()
        for part in (
            pages,
            orders,
            lambda _stage: hanging.figures(),
            lambda _stage: onec.figures(),
            lambda _stage: chat.figures(),
            lambda _stage: facets.figures(),
            lambda _stage: large.figures(),
        ):
            for figure in part(stage):
                figures.append(figure)
                sys.stdout.write(figure.line)
                sys.stdout.flush()
    Path("build").mkdir(exist_ok=True)
    Path("build/bench.json").write_text(json.dumps([asdict(figure) for figure in figures], ensure_ascii=False, indent=1), "utf-8")
    return int(any(figure.kept is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
