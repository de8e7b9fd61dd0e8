"""A portal to measure: PostgreSQL of its own, 20,000 products with prices and stock, a buyer who is signed in."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from b2bkit.core.accounts.models import UserSession
from b2bkit.core.accounts.sign_in import open_session
from b2bkit.core.app import App, create_app, owners, read_deployment
from b2bkit.core.catalog.models import Packaging, Product, Stock
from b2bkit.core.catalog.service import search_text
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.core.db.types import new_id
from b2bkit.core.pricing.models import Price
from b2bkit.core.web.masking import masked
from b2bkit.testing import factories
from b2bkit.testing.portal import write_config
from b2bkit.testing.services import free_port
from tests.bench.load import fetch

PRODUCTS = 20_000
SECRET = "a secret of the benchmark that is long enough"


class Stage:
    """The portal's folder, its database and the buyer."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.port = free_port()
        self.token = self.csrf = ""
        self.products: list[str] = []
        self.environment = {**os.environ, "B2BKIT_DATABASE_URL": url, "B2BKIT_SECRET_KEY": SECRET, "B2BKIT_PORT": str(self.port)}

    @property
    def cookies(self) -> dict[str, str]:
        return {"Cookie": f"b2bkit={self.token}; b2bkit-theme=light", "Accept-Language": "ru"}

    @property
    def headers(self) -> dict[str, str]:
        """Of a write by the buyer's program."""
        host = f"127.0.0.1:{self.port}"
        return {**self.cookies, "Host": host, "Origin": f"http://{host}", "X-CSRF-Token": self.csrf, "Content-Type": "application/json"}

    def app(self) -> App:
        """The portal in this process."""
        return create_app(read_deployment(self.folder, self.environment))

    def fill(self) -> None:
        """Tables and data."""
        write_config(self.folder, {})
        deployment = read_deployment(self.folder, self.environment)
        database = Database(self.url)
        migrate.upgrade(database, owners(deployment.kit))
        database.dispose()
        app = self.app()
        with app.work() as work:
            prices, warehouse = factories.price_type(work), factories.warehouse(work)
            groups = [factories.category(work, name=f"Группа {number}") for number in range(40)]
            company = factories.company(work)
            factories.contract(work, company=company, prices=prices, categories=tuple(groups[:24]))
            buyer = factories.member(work, company=company, role="buyer")
            rows = [_product(number, groups[number % 40].id, work.now) for number in range(PRODUCTS)]
            work.session.insert_rows(Product, rows)
            packs = [{"product_id": row["id"], "name": "мешок", "factor": Decimal(25), "position": 0} for row in rows]
            work.session.insert_rows(Packaging, packs)
            costs = [
                {"price_type_id": prices.id, "product_id": row["id"], "min_quantity": least, "value": value, "as_of": work.now}
                for row in rows
                for least, value in ((Decimal(0), Decimal("4.62")), (Decimal(1000), Decimal("4.41")))
            ]
            work.session.insert_rows(Price, costs)
            stocks = [{"product_id": row["id"], "warehouse_id": warehouse.id, "quantity": Decimal(9000), "as_of": work.now} for row in rows]
            work.session.insert_rows(Stock, stocks)
            self.token = open_session(work, user_id=buyer.id)
            self.csrf = masked(work.session.query(UserSession).one().csrf)
            self.products = [str(row["id"]) for number, row in enumerate(rows) if number % 40 < 24][:200]
        with app.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        app.close()

    @contextmanager
    def served(self) -> Iterator[subprocess.Popen[bytes]]:
        """The portal as a process of its own; `started` on it is the time to its first answer in seconds."""
        command = [sys.executable, "-m", "b2bkit", "serve", "--config", str(self.folder), "--port", str(self.port)]
        with running(command, self.environment, self.port, "/healthz") as process:
            yield process


def _product(number: int, category: object, now: object) -> dict[str, object]:
    name = f"ПЭВД {number:05} высший сорт"
    return {
        "id": new_id(), "article": f"PE-{number:05}", "name": name, "full_name": name, "description": "", "category_id": category,
        "unit": "кг",
        "vat_rate": Decimal(20), "minimum": Decimal(25), "multiple": Decimal(25), "producer": "Заволжьеполимер", "barcode": "",
        "attributes": {"ПТР": "2,0", "Плотность": "0,918"}, "active": True, "updated_at": now,
        "search_text": search_text(article=f"PE-{number:05}", name=name, producer="Заволжьеполимер"),
    }  # fmt: skip


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int, path: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server process; ready when `path` answers."""
    begin = time.perf_counter()
    # a pipe that nobody reads would stop the server once it is full
    errors = tempfile.TemporaryFile()  # noqa: SIM115  (open as long as the process)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
    try:
        while time.perf_counter() - begin < 60:
            try:
                fetch(port, path)
                break
            except (OSError, AssertionError):
                if process.poll() is not None:
                    errors.seek(0)
                    raise RuntimeError(errors.read().decode()[-2000:]) from None
                time.sleep(0.01)
        process.started = time.perf_counter() - begin  # type: ignore[attr-defined]
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)
        errors.close()
