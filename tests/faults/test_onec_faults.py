"""1C and the line to it do everything wrong that they can: each order is one document in 1C in the end, and nothing is lost."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from b2bkit.core.erp import service as erp
from b2bkit.core.erp.models import Handover
from b2bkit.testing.gateway import Trade
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.sessions import SYSTEM_NAME
from b2bkit_onec.simulate import faults, objects
from b2bkit_onec.simulate.documents import documents_by_portal_number
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.load import load
from b2bkit_onec.simulate.names import CONTRACT
from b2bkit_onec.simulate.odata.door import Access
from b2bkit_onec.simulate.served import Machines, boxed
from b2bkit_onec.simulate.serving import Served
from b2bkit_onec.simulate.site import Address
from examples.polymertorg.generate import generate
from plugins.onec.tests.exchange.onec import working

PASSWORD = "only-for-tests"
TIMED = {"slow": Decimal("0.02"), "hang": Decimal("0.05")}
LONGEST_RUN = 120  # seconds; a question is given 5 and asked three times at most
ORDERS_IN, ROUNDS = 8, 60  # an order every so many exchanges; exchanges after the faults until everything has to be there

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return generate(tmp_path_factory.mktemp("polymertorg"), dt.date(2026, 11, 20), products=60, orders=6)


@pytest.fixture
def base(tmp_path: Path, files: list[Path]) -> Iterator[Infobase]:
    """A 1C that has told the portal everything but what is told below."""
    made = Infobase(tmp_path / "base")
    load(made, files)
    with made.write() as db:
        db.execute("UPDATE portion SET sent_at = '2026-11-20T10:00:00'")
    yield made
    made.close()


class Line:
    """A portal and the 1C in the box. `exchange` lets them speak once, `pause` lets the portal's clock run."""

    def __init__(self, portal: Portal, base: Infobase, protocol: str, exchange: Callable[[], None]) -> None:
        self.portal, self.base, self.protocol, self.exchange = portal, base, protocol, exchange
        self.trade = Trade(portal)
        with base.read() as db:
            contract, terms = next(iter(objects.every(db, CONTRACT)))
            good = db.execute("SELECT id FROM good ORDER BY article LIMIT 1").fetchone()["id"]
        refs = {
            "contract": (contract, self.trade.contract.id),
            "legal_entity": (objects.text(terms, "Контрагент_Key"), self.trade.entity.id),
            "company": (objects.text(terms, "Партнер_Key"), self.trade.company.id),
            "product": (good, self.trade.product.id),
        }
        with portal.work() as work:
            for entity, (ref, id_) in refs.items():
                erp.remember(work, system=SYSTEM_NAME, entity=entity, pairs={ref: id_})

    def states(self) -> dict[UUID, str]:
        """State of every hand-over."""
        with self.portal.work(write=False) as work:
            return {row.order_id: row.state for row in work.session.query(Handover)}

    def send_refused_again(self) -> None:
        """What a person does with an order that 1C refused, once 1C is well: the same step as "Send again" on the page."""
        with self.portal.work() as work:
            for row in work.session.query(Handover).filter_by(state="refused").all():
                row.state, row.reason, row.batch = "waiting", "", ""

    def endure(self, exchanges: int, seed: int) -> tuple[list[str], Counter[str]]:
        """So many exchanges with a fault each; numbers of the orders that were placed meanwhile, and which faults there were."""
        rng, happened = random.Random(seed), Counter[str]()
        names = [name for name, fault in faults.FAULTS.items() if self.protocol in fault.protocols and name != "pass"]
        numbers = []
        for number in range(exchanges):
            name = rng.choice(names)
            happened[name] += 1
            for _good in range(rng.randrange(4)):  # the fault strikes somewhere within the exchange
                faults.arm(self.base, self.protocol, "pass")
            faults.arm(self.base, self.protocol, name, requests=rng.randint(1, 2), seconds=TIMED.get(name, Decimal(0)))
            if number % ORDERS_IN == 0:
                numbers.append(self.trade.order().number)
            self.exchange()
            self.portal.pass_time(seconds=rng.choice((5, 30, 90, 400)))
            faults.disarm(self.base, self.protocol)
        return numbers, happened

    def recover(self) -> None:
        """1C is well again."""
        faults.disarm(self.base)
        for _round in range(ROUNDS):
            if set(self.states().values()) <= {"taken"}:
                return
            self.send_refused_again()
            self.portal.pass_time(minutes=6)
            self.exchange()


def by_odata(make_portal: MakePortal, base: Infobase, stack: ExitStack) -> Line:
    """The portal asks."""
    exchanger = Exchanger(base, Address("http://127.0.0.1:9", "1c", "secret"), timeout=1)
    machines = Machines(odata=Access("portal", PASSWORD))
    box = stack.enter_context(Served(boxed(base, exchanger, Schedule(exchanger, 3600), machines)))
    extra = f'[plugins.onec.odata]\nurl = "{box.url}"\ntimeout_seconds = 5\n[plugins.onec.flows.orders]\nway = "odata"\nevery = 10\n'
    secrets = {"B2BKIT_ONEC_PASSWORD": PASSWORD, "B2BKIT_ONEC_ODATA_PASSWORD": PASSWORD}
    portal = make_portal(plugins={"onec": {}}, extra=extra, environment=secrets)
    return Line(portal, base, faults.ODATA, lambda: _drain(portal))


def by_commerceml(make_portal: MakePortal, base: Infobase, stack: ExitStack) -> Line:
    """1C asks: over a real connection, at whose other end the portal answers."""
    portal = make_portal(plugins={"onec": {"login": "site"}}, environment={"B2BKIT_ONEC_PASSWORD": PASSWORD})
    site = stack.enter_context(Served(_Door(portal)))
    exchanger = Exchanger(base, Address(f"{site.url}/1c_exchange", "site", PASSWORD), timeout=10)
    stack.enter_context(working(portal))
    return Line(portal, base, faults.SITE, lambda: _one(exchanger))


def _drain(portal: Portal) -> None:
    """The portal's clock stands still until a run that its job let go of has ended: else hours pass while 1C is waited for."""
    portal.run_jobs()
    for thread in threading.enumerate():
        if thread.name.startswith("onec-"):
            thread.join(LONGEST_RUN)
            assert not thread.is_alive(), f"{thread.name} goes on after {LONGEST_RUN} s"


def _one(exchanger: Exchanger) -> None:
    exchanger.exchange()


class _Door:
    """The portal as a WSGI application."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.turn = portal, threading.Lock()  # two sessions take turns, request by request

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        names = {"HTTP_AUTHORIZATION": "Authorization", "HTTP_COOKIE": "Cookie", "CONTENT_TYPE": "Content-Type"}
        headers = {name: str(environ[key]) for key, name in names.items() if environ.get(key)}
        with self.turn:
            answer = self.portal.browser().request(
                str(environ["REQUEST_METHOD"]),
                unquote(str(environ["PATH_INFO"])),
                query=str(environ["QUERY_STRING"]),
                headers=headers,
                body=environ["wsgi.input"].read(),
            )
        kept = [(name, value) for name, value in answer.headers.items() if name.lower() in ("content-type", "set-cookie")]
        start_response(answer.status, kept)
        return [answer.content]


@pytest.mark.parametrize(("way", "share"), [(by_odata, 4), (by_commerceml, 1)], ids=["odata", "commerceml"])
def test_each_order_is_one_document_whatever_happened(
    way: Callable[[MakePortal, Infobase, ExitStack], Line], share: int, make_portal: MakePortal, base: Infobase, fault_runs: int
) -> None:
    """2,000 faulted exchanges in all by default, on two databases; one of CommerceML has files to be read and takes longer."""
    exchanges, seed = fault_runs * share, random.randrange(10**6)
    with ExitStack() as stack:
        line = way(make_portal, base, stack)
        numbers, happened = line.endure(exchanges, seed)
        line.recover()
        print(f"{exchanges} exchanges, {len(numbers)} orders, seed {seed}: {dict(happened)}")
        documents = documents_by_portal_number(base)
        wrong = {number: documents.get(number, 0) for number in numbers if documents.get(number, 0) != 1}
        assert (wrong, Counter(line.states().values())) == ({}, Counter(taken=len(numbers))), f"seed {seed}"


@pytest.mark.parametrize("way", [by_odata, by_commerceml], ids=["odata", "commerceml"])
def test_after_an_hour_away_everything_is_delivered_in_order(
    way: Callable[[MakePortal, Infobase, ExitStack], Line], make_portal: MakePortal, base: Infobase
) -> None:
    with ExitStack() as stack:
        line = way(make_portal, base, stack)
        base.keep_setting("power", "off")
        numbers = []
        for _minute in range(60):
            numbers.append(line.trade.order().number)
            line.exchange()
            line.portal.pass_time(minutes=1)
        assert set(line.states().values()) <= {"waiting", "offered"}
        base.keep_setting("power", "on")
        line.recover()
        assert set(line.states().values()) == {"taken"}
        assert {number: documents_by_portal_number(base).get(number) for number in numbers} == dict.fromkeys(numbers, 1)
        with base.read() as db:
            told = [
                row["portal_number"] for row in db.execute("SELECT portal_number FROM document WHERE from_portal = 1 ORDER BY number_1c")
            ]
        assert told == numbers
