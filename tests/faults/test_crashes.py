"""kill -9 at named points: what was acknowledged is there, what is owed arrives once, everything moves within ten seconds of the restart.

Each run forks a process that places an order over HTTP and runs the jobs, and dies by SIGKILL at the n-th pass of a point; a second
process takes
over. A client whose answer was lost asks again with the same key, or gives up.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Literal

import pytest

from b2bkit.core.app import create_app, owners, read_deployment
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.core.extend.load import source_of
from b2bkit.core.jobs import points
from b2bkit.core.jobs.models import Task
from b2bkit.core.ordering.models import Order
from b2bkit.core.web.masking import masked
from b2bkit.testing import factories
from b2bkit.testing.client import Client
from b2bkit.testing.databases import Databases
from b2bkit.testing.portal import HOST, write_config
from tests.faults.erp import Erp, PushPlugin, erp_server
from tests.faults.forks import fork, forked, result_of

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3000)]
WITHIN = 10.0
LANES = 6
SECRET = "a secret of these tests that is long enough"


@dataclass
class Stage:
    """A portal with one buyer, kept over all runs."""

    folder: Path
    url: str
    token: str = ""
    csrf: str = ""
    product_id: str = ""
    acknowledged: dict[str, str] = field(default_factory=dict)  # idempotency key -> order number
    given_up: set[str] = field(default_factory=set)

    def deployment(self) -> object:
        environment = {"B2BKIT_DATABASE_URL": self.url, "B2BKIT_SECRET_KEY": SECRET}
        return read_deployment(self.folder / "b2bkit.toml", environment, {"pushed": source_of(PushPlugin)})


def prepare(stage: Stage) -> None:
    """Tables, a client with a contract, a product, a signed-in buyer."""
    from b2bkit.core.accounts.models import UserSession
    from b2bkit.core.accounts.sign_in import open_session

    write_config(stage.folder, {"pushed": {}})
    deployment = stage.deployment()
    database = Database(stage.url)
    migrate.upgrade(database, owners(deployment.kit))  # type: ignore[attr-defined]
    database.dispose()
    app = create_app(deployment)  # type: ignore[arg-type]
    with app.work() as work:
        prices, category = factories.price_type(work), factories.category(work)
        company = factories.company(work)
        factories.contract(work, company=company, prices=prices, categories=(category,))
        product = factories.product(work, category=category)
        factories.price(work, product=product, prices=prices)
        factories.stock(work, product=product, warehouse=factories.warehouse(work), quantity="99999999")
        buyer = factories.member(work, company=company, role="buyer")
        stage.token = open_session(work, user_id=buyer.id)
        stage.csrf = masked(work.session.query(UserSession).one().csrf)
        stage.product_id = str(product.id)
    app.close()


def place(stage: Stage, key: str, tell: Callable[[str], None]) -> None:
    """One order over HTTP; tells the number once the answer is there."""
    app = create_app(stage.deployment())  # type: ignore[arg-type]
    client = Client(app.asgi, HOST)
    client.cookies["b2bkit"], client.csrf = stage.token, stage.csrf
    body = {"lines": [{"product_id": stage.product_id, "unit": "мешок", "quantity": "2"}]}
    answer = client.send("POST", "/api/v1/orders", body, key=key)
    if answer.status_code not in (200, 201):
        raise AssertionError(f"{answer.status_code}: {answer.text}")
    tell(json.loads(answer.text)["number"])
    app.runner.drain()
    app.close()


def recover(stage: Stage, key: str, retries: bool, tell: Callable[[str], None]) -> None:
    """The next process: the client asks again or not, the runner takes over what was left."""
    if retries:
        place(stage, key, tell)
    app = create_app(stage.deployment())  # type: ignore[arg-type]
    app.runner.start()
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        with app.work(write=False) as work:
            left = work.session.query(Task).filter(Task.state.in_(("waiting", "running")), Task.name.like("erp.%")).count()
        if not left:
            break
        time.sleep(0.02)
    else:
        raise AssertionError(f"{left} tasks did not move within {WITHIN} s of the restart")
    app.close()


def one_run(stage: Stage, number: int, chance: random.Random) -> tuple[str, bool]:
    key = f"crash-run-{number:06}-{chance.randrange(10**9)}"
    point = chance.choice(["committed", "committed", "claimed", "sent", "saved"])
    crash_at = f"{point}:{chance.randint(1, 6 if point == 'committed' else 2)}"
    told, ended = forked(lambda tell: place(stage, key, tell), crash_at)
    died = ended == -signal.SIGKILL
    assert died or ended == 0, f"{crash_at}: ended with {ended}"
    if told:
        stage.acknowledged[key] = told[0]
    retries = not told and chance.random() < 0.7
    told, ended = forked(lambda tell: recover(stage, key, retries, tell))
    assert ended == 0, f"{crash_at}: the process after the crash ended with {ended}"
    if told:
        assert stage.acknowledged.setdefault(key, told[0]) == told[0], "the same key gave another order"
    elif key not in stage.acknowledged:
        stage.given_up.add(key)
    return point, died


def verdict(stage: Stage, erp: Erp) -> None:
    """0 lost, 0 doubled: compares what clients were told, what the portal holds and what the ERP has."""
    app = create_app(stage.deployment())  # type: ignore[arg-type]
    with app.work(write=False) as work:
        orders = {str(order.id): order for order in work.session.query(Order)}
        stuck = work.session.query(Task).filter(Task.state != "done", Task.name.like("erp.%")).count()
    app.close()
    numbers = [order.number for order in orders.values()]
    assert len(set(numbers)) == len(numbers)
    lost = set(stage.acknowledged.values()) - set(numbers)
    assert lost == set(), f"acknowledged and lost: {lost}"
    assert len(set(stage.acknowledged.values())) == len(stage.acknowledged), "two keys share an order"
    assert len(orders) <= len(stage.acknowledged) + len(stage.given_up), "a lost answer made a second order"
    assert set(erp.documents) == set(orders), "the ERP has other orders than the portal"
    assert {order.erp_state for order in orders.values()} == {"taken"}
    assert {order.erp_number for order in orders.values()} == set(erp.documents.values())
    assert all(order.total == Decimal("277.20") for order in orders.values())
    assert stuck == 0


def lane(stage: Stage, address: str, runs: int, seed: str, tell: Callable[[str], None]) -> None:
    """Runs one after the other on a database of their own; tells the verdict's figures."""
    PushPlugin.address = address
    told, ended = forked(lambda say: (prepare(stage), say(json.dumps([stage.token, stage.csrf, stage.product_id]).replace(" ", "")))[0])
    assert ended == 0
    stage.token, stage.csrf, stage.product_id = json.loads(told[0])
    chance = random.Random(seed)
    deaths: dict[str, int] = dict.fromkeys(sorted(points.POINTS), 0)
    for number in range(runs):
        point, died = one_run(stage, number, chance)
        deaths[point] += died
    known = {"acknowledged": stage.acknowledged, "given_up": sorted(stage.given_up), "deaths": deaths}
    tell(json.dumps(known).replace(" ", ""))


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_kill_9_at_any_point_loses_nothing_and_doubles_nothing(
    dialect: Literal["sqlite", "postgresql"], databases: Databases, tmp_path: Path, fault_runs: int
) -> None:
    seed = os.environ.get("B2BKIT_FAULT_SEED", "20261122")
    lanes = min(LANES, fault_runs)
    with ExitStack() as stack:
        stages, erps, running = [], [], []
        for number in range(lanes):
            erp, address = stack.enter_context(erp_server())
            folder = tmp_path / f"lane-{number}"
            folder.mkdir()
            stages.append(Stage(folder, stack.enter_context(databases.fresh_url(dialect, ()))))
            erps.append(erp)
            share = fault_runs // lanes + (number < fault_runs % lanes)
            running.append(fork(partial(lane, stages[-1], address, share, f"{seed}-{dialect}-{number}")))
        deaths: Counter[str] = Counter()
        for stage, erp, (child, reading) in zip(stages, erps, running, strict=True):
            told, ended = result_of(child, reading, patience=2900)
            assert ended == 0, "a run failed; its message is above"
            known = json.loads(told[0])
            stage.acknowledged, stage.given_up = known["acknowledged"], set(known["given_up"])
            deaths.update(known["deaths"])
            verdict(stage, erp)
        documents = sum(len(erp.documents) for erp in erps)
    print(f"\n{dialect}: {fault_runs} runs, seed {seed}, killed {deaths.total()}: {dict(deaths)}; {documents} documents, 0 lost, 0 doubled")
    if fault_runs >= 100:
        assert all(deaths[point] > 0 for point in points.POINTS), deaths
