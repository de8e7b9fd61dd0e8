"""An import from 1C as the portal does it: file on disk -> child process -> staged lines -> one transaction, against its floor."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol, cast

import psutil
import psycopg
from sqlalchemy import select

from b2bkit.core.accounts.sign_in import open_session
from b2bkit.core.app import App, owners, read_deployment
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.core.db.types import new_id
from b2bkit.core.pricing.models import PriceType
from b2bkit.testing import factories
from b2bkit.testing.portal import write_config
from b2bkit.testing.services import postgres_server, redis_server
from b2bkit_onec import jobs, reading, staging, uploads
from b2bkit_onec.models import Exchange, Upload
from b2bkit_onec.plugin import OneCPlugin
from tests.bench import onec_files, onec_floor
from tests.bench.figure import Figure
from tests.bench.load import Connection, _request, fetch
from tests.bench.stage import Stage

PRODUCTS = 100_000
ROUNDS = 2
CHILD = "b2bkit_onec.child"


class ImportStage(Stage):
    """A portal with 1C's exchange and no goods; what 1C sends is imported by this process, as a worker does it."""

    def prepare(self) -> None:
        """Tables."""
        self.environment["B2BKIT_ONEC_PASSWORD"] = "a password of the benchmark"
        write_config(self.folder, {"onec": {"memory_mb": 1024}})
        deployment = read_deployment(self.folder, self.environment)
        database = Database(self.url)
        migrate.upgrade(database, owners(deployment.kit))
        database.dispose()

    def buyer(self, app: App) -> None:
        """Somebody who may see everything that was imported."""
        with app.work() as work:
            prices = work.session.scalars(select(PriceType).order_by(PriceType.name)).first()
            assert prices is not None
            company = factories.company(work)
            factories.contract(work, company=company, prices=prices, whole_catalogue=True)
            self.token = open_session(work, user_id=factories.member(work, company=company, role="buyer").id)


def bring(app: App, file: Path, name: str) -> float:
    """Seconds in which a file that lies in its exchange's folder is read, staged and applied by the job of the queue."""
    plugin = cast(OneCPlugin, app.kit.plugins["onec"])
    with app.work() as work:
        exchange = Exchange(kind="catalog", token_hash=new_id().hex, started_at=work.now, seen_at=work.now)
        work.session.add(exchange)
        work.session.flush()
        folder = staging.make_folder(work.config, exchange.id)
        (folder / "1.xml").symlink_to(file)
        upload = Upload(exchange_id=exchange.id, name=name, stored="1.xml", size=file.stat().st_size, received_at=work.now)
        work.session.add(upload)
        work.session.flush()
        upload_id = upload.id
        uploads.queue(work, [upload])
    begin = time.perf_counter()
    while True:
        jobs.import_next(app.work, settings=plugin.own, flows=plugin.flows)
        with app.work(write=False) as work:
            found = work.session.get(Upload, upload_id)
            assert found is not None
            if found.state != "queued":
                assert (found.state, found.refused) == ("done", []), found.message
                return time.perf_counter() - begin


def run(app: App, files: Sequence[Path]) -> float:
    """The same for files one after the other."""
    return sum(bring(app, file, file.name) for file in files)


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """The most memory (MB, resident) that a child which reads a file took meanwhile."""
    told, ended = {"peak": 0.0}, threading.Event()

    def watch() -> None:
        own = psutil.Process()
        while not ended.wait(0.02):
            for child in own.children():
                try:
                    if CHILD in child.cmdline():
                        told["peak"] = max(told["peak"], child.memory_info().rss / 1e6)
                except psutil.Error:
                    continue

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield told
    finally:
        ended.set()
        thread.join()


def asked_while(port: int, path: str, headers: dict[str, str], seconds: float, ended: Ended | None = None) -> list[float]:
    """Seconds of each answer to a buyer who asks for a page twenty times a second."""
    request, connection, times = _request("127.0.0.1", port, path, headers), Connection(port), []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and not (ended and ended.is_set()):
        begin = time.perf_counter()
        connection.ask(request)
        times.append(time.perf_counter() - begin)
        time.sleep(max(0.0, 0.05 - times[-1]))
    return times


class Ended(Protocol):
    """An event of threads or processes."""

    def is_set(self) -> bool: ...


def _ask_and_tell(times: Any, port: int, path: str, headers: dict[str, str], ended: Ended) -> None:
    times.put(asked_while(port, path, headers, 600, ended))


@contextmanager
def buyer_asks(port: int, path: str, headers: dict[str, str]) -> Iterator[list[float]]:
    """A buyer in a process of his own, so that he waits for the portal and not for who imports in this one; his times, at the end."""
    spawn = get_context("spawn")
    ended, told, times = spawn.Event(), spawn.Queue(), list[float]()
    process = spawn.Process(target=_ask_and_tell, args=(told, port, path, headers, ended))
    process.start()
    try:
        yield times
    finally:
        ended.set()
        times += told.get(timeout=60)
        process.join()


def p99(times: Sequence[float]) -> float:
    """The time within which 99 of 100 answers came."""
    return sorted(times)[int(len(times) * 0.99)]


def figures(products: int = PRODUCTS) -> Iterator[Figure]:
    """Everything that is promised of an import, on a PostgreSQL of its own. Jobs are others' work, not that of the portal under measure."""
    with postgres_server() as server, server.fresh_database() as url, redis_server() as redis, tempfile.TemporaryDirectory() as folder:
        stage = ImportStage(Path(folder), url)
        stage.environment |= {"B2BKIT_JOBS_BROKER": "redis", "B2BKIT_REDIS_URL": redis.url}
        stage.prepare()
        (Path(folder) / "files").mkdir()
        app = stage.app()
        with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as connection:
            yield from _imports(stage, app, connection, products)
        app.close()


def _imports(stage: ImportStage, app: App, connection: psycopg.Connection[Any], products: int) -> Iterator[Figure]:
    files = stage.folder / "files"
    whole = [onec_files.write_catalogue(files / "import0_1.xml", products), onec_files.write_offers(files / "offers0_1.xml", products)]
    label = f"import of {products:,} goods, {products * 3:,} prices, {products * 3:,} stock rows"
    ratios, firsts, sames, stocks = [], [], [], []
    for turn in range(ROUNDS):
        with watched() as memory:
            firsts.append(run(app, whole))
        sames.append(run(app, whole))
        _check(connection, products)
        kept = onec_floor.Rows(connection)
        stocks.append(run(app, [onec_files.write_stock(files / "offers0_2.xml", products, turn + 1)]))
        onec_floor.empty(connection)
        parsed, copied = onec_floor.parse(whole), onec_floor.copy(connection, kept)
        del kept
        ratios.append((parsed + copied) / firsts[-1])
        if turn < ROUNDS - 1:
            onec_floor.empty(connection)
    first, floor = min(firsts), parsed + copied
    yield Figure(f"{label}: of parse + COPY", round(max(ratios), 2), "ratio", "higher", 0.5)
    yield Figure(f"the same: seconds (parse {parsed:.1f}, COPY {copied:.1f}: {floor:.1f})", round(first, 1), "s", "lower", None)
    yield Figure("nothing changed: times as fast as the first", round(first / min(sames), 2), "ratio", "higher", 2)
    yield Figure("stock alone: of the full exchange", round(min(stocks) / first, 2), "ratio", "lower", 0.33)
    yield Figure("child that reads: memory", round(memory["peak"]), "MB", "lower", 300)
    yield from _large(stage, app, products)
    yield from _pages(stage, app, whole, connection)


def _large(stage: ImportStage, app: App, products: int) -> Iterator[Figure]:
    """A file ten times as large, read to its end."""
    file = onec_files.write_offers(stage.folder / "files" / "offers0_9.xml", products * 10)
    plugin = cast(OneCPlugin, app.kit.plugins["onec"])
    with watched() as memory:
        reading.read_in_child(file, file.name, plugin.own)
    assert isinstance(staging.outcome(file), Path), staging.outcome(file)
    size = file.stat().st_size / 1e6
    staging.forget(file)
    yield Figure(f"child that reads {size:.0f} MB: memory", round(memory["peak"]), "MB", "lower", 300)


def _pages(stage: ImportStage, app: App, whole: Sequence[Path], connection: psycopg.Connection[Any]) -> Iterator[Figure]:
    """A buyer's catalogue page of a served portal while the import runs in another process: everything is new."""
    stage.buyer(app)
    with stage.served():
        asked_while(stage.port, "/catalog", stage.cookies, 3)
        assert b'class="buy' in fetch(stage.port, "/catalog", stage.cookies), "the buyer sees no goods"
        with buyer_asks(stage.port, "/catalog", stage.cookies) as quiet:
            time.sleep(20)
        connection.execute("UPDATE core_price SET value = value + 1")
        connection.execute("UPDATE core_product SET description = description || '.'")
        connection.commit()
        with buyer_asks(stage.port, "/catalog", stage.cookies) as times:
            run(app, whole)
    yield Figure("catalogue page: p99 without an import", round(p99(quiet) * 1000, 1), "ms", "lower", None)
    yield Figure("catalogue page: p99 during the import", round(p99(times) * 1000, 1), "ms", "lower", None)
    yield Figure("p99 during the import: times that without", round(p99(times) / p99(quiet), 2), "ratio", "lower", 2)


def _check(connection: psycopg.Connection[Any], products: int) -> None:
    """That the import did what is measured."""
    for table, wanted in (("core_product", products), ("core_price", products * 3), ("core_stock", products * 3)):
        (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
        assert found == wanted, (table, found)
    connection.commit()


def main() -> int:
    """`python -m tests.bench.onec [products]`: these figures alone."""
    missed = False
    for figure in figures(int(sys.argv[1]) if len(sys.argv) > 1 else PRODUCTS):
        sys.stdout.write(figure.line)
        sys.stdout.flush()
        missed |= figure.kept is False
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
