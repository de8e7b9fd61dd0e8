"""A web app and a worker app on one PostgreSQL, woken through a Redis that a test may take away; everything that happens is counted."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from falcon.testing import Result

from b2bkit import Fact, Job, Plugin, Subscriber, Work, hookimpl
from b2bkit.core.accounts.models import UserSession
from b2bkit.core.accounts.sign_in import open_session
from b2bkit.core.app import create_app, owners, read_deployment
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.core.extend.load import source_of
from b2bkit.core.jobs.models import Task
from b2bkit.core.ordering.models import Order
from b2bkit.core.web.masking import masked
from b2bkit.testing import factories
from b2bkit.testing.client import Client
from b2bkit.testing.portal import HOST, write_config
from b2bkit.testing.services import RedisServer
from tests.faults.erp import Erp, PushPlugin

WITHIN = 15.0


@dataclass(frozen=True)
class Rang(Fact):
    """The bell rang."""

    number: int


class Bell(Plugin):
    """Hears its own facts and does its own jobs; `heard` counts both."""

    name = "bell"
    events = (Rang,)
    heard: ClassVar[Counter[str]] = Counter()
    lock: ClassVar[threading.Lock] = threading.Lock()

    @hookimpl
    def register_subscribers(self) -> Iterable[Subscriber]:
        yield Subscriber(name="bell.hear", event=Rang, handle=lambda work, event: self.count(work, f"fact {event.number}"))

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="bell.count", run=self.count)

    def count(self, work: Work, what: str) -> None:
        with self.lock:
            self.heard[what] += 1


class Stand:
    """`press()` does what a busy portal does: an order over HTTP, a list, a fact, a job. `seconds` of each request."""

    def __init__(self, folder: Path, url: str, redis: RedisServer, erp: Erp, erp_address: str) -> None:
        Bell.heard.clear()
        PushPlugin.address, self.erp = erp_address, erp
        write_config(folder, {"pushed": {}, "bell": {}})
        environment = {
            "B2BKIT_DATABASE_URL": url, "B2BKIT_SECRET_KEY": secrets.token_urlsafe(32),
            "B2BKIT_JOBS_BROKER": "redis", "B2BKIT_REDIS_URL": redis.url,
        }  # fmt: skip
        known = {"pushed": source_of(PushPlugin), "bell": source_of(Bell)}
        deployment = read_deployment(folder / "b2bkit.toml", environment, known)
        database = Database(url)
        migrate.upgrade(database, owners(deployment.kit))
        database.dispose()
        self.web, self.worker = create_app(deployment), create_app(deployment)
        self._people()
        self.placed: list[str] = []
        self.asked: set[str] = set()
        self.seconds: list[float] = []

    def _people(self) -> None:
        with self.web.work() as work:
            prices, category, company = factories.price_type(work), factories.category(work), factories.company(work)
            factories.contract(work, company=company, prices=prices, categories=(category,))
            product = factories.product(work, category=category)
            factories.price(work, product=product, prices=prices)
            factories.stock(work, product=product, warehouse=factories.warehouse(work), quantity="99999999")
            buyer = factories.member(work, company=company, role="buyer")
            self.token = open_session(work, user_id=buyer.id)
            self.csrf = masked(work.session.query(UserSession).one().csrf)
            self.product_id = str(product.id)
        self.client = Client(self.web.asgi, HOST)
        self.client.cookies["b2bkit"], self.client.csrf = self.token, self.csrf

    def start(self) -> None:
        """The web process only sends wake-ups; the worker process works."""
        self.web.runner.start(work=False)
        self.worker.runner.start()

    def press(self) -> None:
        """One round of everyday work."""
        number = len(self.placed) + 1
        body = {"lines": [{"product_id": self.product_id, "unit": "мешок", "quantity": "2"}]}
        answer = self._timed(lambda: self.client.send("POST", "/api/v1/orders", body))
        assert answer.status_code == 201, answer.text
        self.placed.append(json.loads(answer.text)["number"])
        assert self._timed(lambda: self.client.send("GET", "/api/v1/orders")).status_code == 200
        with self.web.work() as work:
            work.publish(Rang(number), key="bell")
            work.enqueue("bell.count", what=f"job {number}")
        self.asked |= {f"fact {number}", f"job {number}"}

    def press_for(self, seconds: float) -> None:
        """Everyday work until the time is over, a few rounds a second."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.press()
            time.sleep(0.25)

    def _timed(self, request: Callable[[], Result]) -> Result:
        begun = time.perf_counter()
        answer = request()
        self.seconds.append(time.perf_counter() - begun)
        return answer

    def open_tasks(self) -> int:
        """Tasks that wait or run, of this test's making."""
        with self.web.work(write=False) as work:
            mine = Task.name.in_(("bell.hear", "bell.count")) | Task.name.like("erp.%")
            return work.session.query(Task).filter(Task.state != "done", mine).count()

    def settle(self) -> float:
        """Seconds until everything is done. Raises AssertionError after WITHIN."""
        begun = time.monotonic()
        while left := self.open_tasks():
            assert time.monotonic() - begun < WITHIN, f"{left} tasks are not done {WITHIN:.0f} s later"
            time.sleep(0.05)
        return time.monotonic() - begun

    def verdict(self) -> None:
        """Nothing lost, nothing doubled: what was acknowledged, what the portal holds, what the ERP has, what was heard."""
        with self.web.work(write=False) as work:
            orders = {str(order.id): order for order in work.session.query(Order)}
            assert sorted(order.number for order in orders.values()) == sorted(self.placed)
            assert {order.erp_state for order in orders.values()} == {"taken"}
        assert set(self.erp.documents) == set(orders)
        assert set(self.erp.asked.values()) == {1}, "an order was sent twice"
        assert Bell.heard == Counter(dict.fromkeys(self.asked, 1))

    def close(self) -> float:
        """Ends both apps; seconds that this took."""
        begun = time.monotonic()
        for app in (self.web, self.worker):
            app.close()
        return time.monotonic() - begun
