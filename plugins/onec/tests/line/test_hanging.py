"""1C takes calls and never answers: no page waits for it, live questions end at their budget, and an open breaker asks nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TypeVar, cast
from uuid import uuid4

import pytest

from b2bkit import LineQuestion
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.line import OneCSilent
from b2bkit_onec.line.breaker import FAILURES
from b2bkit_onec.line.call import Request
from b2bkit_onec.line.line import Line
from b2bkit_onec.plugin import OneCPlugin

PATIENCE = 60.0  # seconds after which something that should not wait counts as waiting; 1C hangs longer
ENVIRONMENT = {
    "B2BKIT_ONEC_PASSWORD": "only-for-tests", "B2BKIT_ONEC_ODATA_PASSWORD": "only-for-tests", "B2BKIT_ONEC_SERVICE_PASSWORD": "p" * 20,
    "B2BKIT_ONEC_SERVICE_KEY": "k" * 40,
}  # fmt: skip
T = TypeVar("T")


class Hanging:
    """A server that takes every connection and says nothing until the test is over."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._taken: list[socket.socket] = []
        self._came = threading.Condition()
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def calls(self) -> int:
        """How many connections came so far."""
        with self._came:
            return len(self._taken)

    def wait_for(self, calls: int) -> None:
        with self._came:
            assert self._came.wait_for(lambda: len(self._taken) >= calls, PATIENCE)

    def close(self) -> None:
        self._server.close()
        with self._came:
            for one in self._taken:
                one.close()

    def _take(self) -> None:
        while True:
            try:
                taken = self._server.accept()[0]
            except OSError:
                return
            with self._came:
                self._taken.append(taken)
                self._came.notify_all()


@pytest.fixture
def onec() -> Iterator[Hanging]:
    made = Hanging()
    yield made
    made.close()


@pytest.fixture(params=["odata", "service"])
def way(request: pytest.FixtureRequest) -> str:
    """By which live questions go."""
    return str(request.param)


@pytest.fixture
def portal(onec: Hanging, make_portal: MakePortal, way: str) -> Iterator[Portal]:
    extra = f'[plugins.onec.odata]\nurl = "{onec.url}"\ntimeout_seconds = 900\n[plugins.onec.service]\nurl = "{onec.url}"\n'
    made = make_portal(plugins={"onec": {}}, extra=extra + f'[plugins.onec.flows.live]\nway = "{way}"\n', environment=ENVIRONMENT)
    yield made
    onec.close()  # whatever still hangs ends now
    for thread in asking():
        if thread.name == "onec-ping":  # what it writes down at its end needs the database
            thread.join(PATIENCE)
    plugin_of(made).lines.close()


def plugin_of(portal: Portal) -> OneCPlugin:
    return cast(OneCPlugin, portal.app.kit.plugins["onec"])


def line_of(portal: Portal) -> Line:
    return plugin_of(portal).lines.line(portal.app.work)


def beside(action: Callable[[], object]) -> threading.Thread:
    """Runs it in a thread; what 1C's silence raises in the end is of no matter here."""

    def run() -> None:
        with contextlib.suppress(OneCSilent):
            action()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def without_waiting(action: Callable[[], T]) -> T:
    """The answer, which must come although 1C goes on hanging."""
    told: list[T] = []
    thread = threading.Thread(target=lambda: told.append(action()), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it waits for 1C"
    return told[0]


def question(portal: Portal, seconds: float) -> Callable[[], object]:
    """What the checkout asks of 1C for one line, with so much time."""
    lines, contract, prices = [LineQuestion(str(uuid4()), Decimal(1))], str(uuid4()), str(uuid4())
    return lambda: plugin_of(portal).live.ask(portal.app.work, lines, contract_ref=contract, price_type_ref=prices, seconds=seconds)


def test_every_page_is_answered_while_1c_hangs_and_none_asks_it(portal: Portal, onec: Hanging) -> None:
    with portal.work() as work:
        company = make.company(work)
        make.contract(work, company=company)
        people = [make.staff(work, role="admin"), make.member(work, company=company, role="owner")]
    hangs = beside(line_of(portal).names)
    onec.wait_for(1)
    before = onec.calls
    paths = sorted(
        route.path
        for route in portal.app.kit.routes.values()
        if hasattr(route.resource, "on_get") and "{" not in route.path and not route.machine and route.path != "/events"
    )
    assert {"/", "/catalog", "/cart", "/orders", "/admin", "/admin/exchange/flows", "/admin/exchange/owed", "/api/v1/products"} <= set(
        paths
    )
    for person in people:
        browser = portal.sign_in(person)
        for path in [*paths, "/admin/exchange/flows/contracts", "/admin/exchange/flows/live"]:
            answer = without_waiting(lambda path=path, browser=browser: browser.get(path))  # type: ignore[misc]
            assert answer.status_code < 500, path
    assert onec.calls == before
    assert hangs.is_alive()


def test_a_live_question_ends_at_its_budget_and_after_the_breaker_opened_nothing_is_asked(portal: Portal, onec: Hanging, way: str) -> None:
    line, ask = line_of(portal), question(portal, 0.3)
    if way == "odata":
        know_names(line)
    assert without_waiting(ask) is None
    onec.wait_for(1)
    for _time in range(FAILURES):
        with pytest.raises(OneCSilent):
            line.caller.send(Request(method="GET", url=f"{onec.url}/", seconds=0.2))
    assert line.caller.breaker.seen().state == "open"
    before = onec.calls
    for _time in range(5):
        assert without_waiting(ask) is None
    assert onec.calls == before


def test_live_questions_alone_never_open_the_breaker_for_the_flows(portal: Portal, onec: Hanging, way: str) -> None:
    line, ask = line_of(portal), question(portal, 0.2)
    if way == "odata":
        know_names(line)
    for _time in range(FAILURES + 1):
        assert without_waiting(ask) is None
    onec.wait_for(1)
    assert line.caller.breaker.seen().state == "closed"


def test_who_asks_what_is_known_does_not_wait_for_who_asks_1c(portal: Portal, onec: Hanging) -> None:
    line = line_of(portal)
    reading = beside(line.names)
    onec.wait_for(1)
    assert without_waiting(line.known_names) is None
    know_names(line)
    assert without_waiting(line.known_names) is not None
    without_waiting(line.forget_names)
    assert reading.is_alive()


def test_jobs_let_go_of_1c_that_hangs_and_ask_it_no_second_time_meanwhile(portal: Portal, onec: Hanging) -> None:
    def run() -> int:
        with portal.work() as work:
            for job in ("onec.ping", "onec.prepare"):
                work.enqueue(job)
        return portal.run_jobs()

    before = asking()
    for _time in range(2):
        assert without_waiting(run)
        onec.wait_for(1)
        portal.pass_time(minutes=10)
    here = asking() - before
    names = sorted(one.name for one in here)
    assert names == sorted(set(names)), "a job asked again while its question hung"
    assert all(one.daemon for one in here), "the portal could not stop"


def asking() -> set[threading.Thread]:
    """Threads of the plugin that live."""
    return {one for one in threading.enumerate() if one.name.startswith("onec-")}


def know_names(line: Line) -> None:
    """As if $metadata had been read before 1C began to hang."""
    from b2bkit_onec.odata.metadata import read_schema
    from b2bkit_onec.odata.names import wanted
    from plugins.onec.tests.odata import ut

    assert line.known is not None
    line.known.save(read_schema(iter([ut.edmx()]), wanted=lambda name: wanted(name, {})), {})
