"""Prices and balances while a person waits: two requests, the budget kept, silence told as silence."""

from __future__ import annotations

import threading
import time
from decimal import Decimal

import pytest

from b2bkit_onec.line import Line
from b2bkit_onec.odata.live import NOTHING, Live
from plugins.onec.tests.odata import ut
from plugins.onec.tests.odata.conftest import MakeLine
from plugins.onec.tests.odata.fake import Asked, FakeOneC, Said

STOCK, PRICES = "AccumulationRegister_ЗапасыИПотребности/Balance", "InformationRegister_ЦеныНоменклатуры25_RecordType/SliceLast"
OTHER = "a1000000-1111-4000-8000-000000000009"
BOTH = f"{ut.GOOD}#{ut.VARIANT}"


@pytest.fixture
def onec(onec: FakeOneC) -> FakeOneC:
    ut.fill(onec)

    def serve(asked: Asked) -> Said:
        if asked.path.endswith("/$metadata"):
            return Said(200, ut.edmx(), {"Content-Type": "application/xml"})
        return onec.serve(asked)

    onec.answer = serve
    onec.tables[STOCK] = [stock(10, 3, ut.VARIANT), stock(1, 5, ut.NONE)]
    onec.tables[PRICES] = [price(100)]
    return onec


def stock(there: float, held: float, variant: str) -> dict[str, object]:
    return {"Номенклатура_Key": ut.GOOD, "Характеристика_Key": variant, "ВНаличииBalance": there, "РезервироватьНаСкладеBalance": held}


def price(value: float, *, pack: str = ut.NONE, group: str = ut.NONE) -> dict[str, object]:
    return {"Номенклатура_Key": ut.GOOD, "ХарактеристикаЦО_Key": group, "Цена": value, "Упаковка_Key": pack}


@pytest.fixture
def live(onec: FakeOneC, line: Line) -> Live:
    line.names()
    onec.asked.clear()
    return Live(line)


def test_prices_and_balances_come_in_two_requests(onec: FakeOneC, live: Live) -> None:
    answer = live.ask([ut.GOOD, BOTH, OTHER], price_type=ut.PRICE_TYPE, warehouses=[ut.STORE], budget=5)
    assert answer.free == {ut.GOOD: 0, BOTH: 7}
    assert answer.prices == {ut.GOOD: 100, BOTH: 100}
    assert len(onec.asked) == 2
    asked = next(one.path for one in onec.asked if "Balance" in one.path)
    assert asked.count("Номенклатура_Key eq") == 2
    assert f"Склад_Key eq guid''{ut.STORE}''" in asked
    assert all(len(one.raw) < 2000 for one in onec.asked)


def test_fifty_products_fit_into_an_address_that_web_servers_take(onec: FakeOneC, live: Live) -> None:
    many = [f"a1000000-1111-4000-8000-{number:012}" for number in range(60)]
    answer = live.ask(many, price_type=ut.PRICE_TYPE, warehouses=[ut.STORE], budget=5)
    assert max(len(one.raw) for one in onec.asked) < 8000
    assert answer.free == dict.fromkeys(many[50:])
    assert answer.prices == dict.fromkeys(many[50:])


def test_what_is_late_is_not_waited_for(onec: FakeOneC, live: Live) -> None:
    gate = threading.Event()

    def hang(asked: Asked) -> Said:
        gate.wait(5)
        return onec.serve(asked)

    onec.answer = hang
    began = time.monotonic()
    assert live.ask([ut.GOOD], price_type=ut.PRICE_TYPE, budget=0.3) == NOTHING
    assert time.monotonic() - began < 0.6
    gate.set()


def test_one_answer_of_two_is_given(onec: FakeOneC, make_line: MakeLine) -> None:
    gate = threading.Event()
    line = make_line(parallel=2)
    line.names()
    serve = onec.answer

    def slow_prices(asked: Asked) -> Said:
        if "SliceLast" in asked.path:
            gate.wait(5)
        return serve(asked)

    onec.answer = slow_prices
    answer = Live(line).ask([BOTH], price_type=ut.PRICE_TYPE, budget=0.8)
    assert answer.free == {BOTH: 7}
    assert answer.prices is None
    gate.set()


def test_lateness_within_the_budget_opens_no_breaker(onec: FakeOneC, line: Line, live: Live) -> None:
    gate = threading.Event()
    onec.answer = lambda asked: (gate.wait(5) and onec.serve(asked)) or onec.serve(asked)
    for _number in range(4):
        assert live.ask([ut.GOOD], budget=0.1) == NOTHING
    assert line.caller.breaker.seen().state == "closed"
    gate.set()


@pytest.mark.parametrize("answer", [Said(500, b"<html>"), Said(200, b"<html></html>"), Said(hang_up=True), Said(401, b"")])
def test_whatever_1c_says_nothing_is_raised(onec: FakeOneC, live: Live, answer: Said) -> None:
    onec.answer = lambda asked: answer
    assert live.ask([ut.GOOD], price_type=ut.PRICE_TYPE, budget=5) == NOTHING


def test_an_open_breaker_is_not_waited_for(onec: FakeOneC, line: Line, live: Live) -> None:
    for _number in range(3):
        line.caller.breaker.bad("no answer")
    assert live.ask([ut.GOOD], budget=5) == NOTHING
    assert onec.asked == []


def test_without_known_names_nothing_is_asked(onec: FakeOneC, make_line: MakeLine) -> None:
    assert Live(make_line()).ask([ut.GOOD], budget=5) == NOTHING
    assert onec.asked == []


def test_a_price_per_pack_is_compared_once_it_is_known_what_it_holds(onec: FakeOneC, live: Live) -> None:
    onec.tables[PRICES] = [price(100, pack=ut.PACK)]
    assert live.ask([ut.GOOD], price_type=ut.PRICE_TYPE, budget=5).prices == {ut.GOOD: None}
    live.prepare()
    assert live.ask([ut.GOOD], price_type=ut.PRICE_TYPE, budget=5).prices == {ut.GOOD: Decimal(40)}


def test_a_price_of_a_group_of_variants_is_not_taken_for_that_of_one(onec: FakeOneC, live: Live) -> None:
    onec.tables[PRICES] = [price(100), price(90, group=ut.STORE)]
    assert live.ask([BOTH], price_type=ut.PRICE_TYPE, budget=5).prices == {BOTH: None}


def test_what_is_no_reference_is_not_asked_for(onec: FakeOneC, live: Live) -> None:
    assert live.ask(["321", "x'#y"], price_type=ut.PRICE_TYPE, budget=5) == NOTHING
    assert onec.asked == []
