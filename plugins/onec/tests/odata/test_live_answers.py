"""What the portal is told of a cart's lines, by either way: silence, nothing left, no price, one price for any quantity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from uuid import UUID

from b2bkit import LineAnswer, LineQuestion, Work
from b2bkit_onec.flows.choice import choose
from b2bkit_onec.live import LiveLines
from b2bkit_onec.odata.live import NOTHING, Answer
from b2bkit_onec.service.contract import LinesAsked, LinesTold

D = Decimal
GOOD, OTHER, CONTRACT = (f"a1000000-1111-4000-8000-00000000000{number}" for number in (1, 2, 3))


class Base:
    """1C as both ways show it."""

    def __init__(self, odata: Answer = NOTHING, service: str = "") -> None:
        self._odata, self._service = odata, service
        self.asked: LinesAsked | None = None

    # the OData way
    def ask(self, products: object, *, price_type: str, budget: float) -> Answer:
        return self._odata

    # the HTTP service
    @property
    def service(self) -> Base:
        return self

    def lines(self, contract: UUID, lines: object, *, seconds: float) -> LinesTold:
        return LinesTold.model_validate_json(self._service)


class Known:
    """The line that is open already."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def line(self, open_work: object) -> Base:
        return self._base

    def rests(self, *, at_least: bool = False) -> bool:
        return False


@contextmanager
def no_work(*, write: bool = True) -> Iterator[Work]:
    raise AssertionError("nothing is read while 1C is asked")
    yield


def told(way: str, base: Base, monkey: object = None) -> Mapping[str, LineAnswer] | None:
    from b2bkit_onec.settings import OneCSettings

    settings = OneCSettings.model_validate({
        "password": "secret-of-1c", "odata_password": "secret-of-1c", "service_password": "secret-of-1c", "service_key": "k" * 40,
        "odata": {"url": "http://127.0.0.1:9/base"}, "service": {"url": "http://127.0.0.1:9/base"}, "flows": {"live": {"way": way}},
    })  # fmt: skip
    live = LiveLines(choose(settings)["live"], Known(base))  # type: ignore[arg-type]
    live._live = base  # type: ignore[assignment]
    questions = [LineQuestion(GOOD, D(100)), LineQuestion(OTHER, D(5))]
    return live.ask(no_work, questions, contract_ref=CONTRACT, price_type_ref=GOOD, seconds=1)


def test_a_price_of_the_register_is_the_plain_one_whatever_the_quantity() -> None:
    answer = told("odata", Base(Answer(prices={GOOD: D(5)}, free={GOOD: D(10)})))
    assert answer is not None
    assert answer[GOOD] == LineAnswer(price=D(5), free=D(10), plain=True)


def test_goods_that_the_registers_do_not_have_are_without_price_and_used_up() -> None:
    answer = told("odata", Base(Answer(prices={GOOD: D(5)}, free={GOOD: D(10)})))
    assert answer is not None
    assert answer[OTHER] == LineAnswer(price=None, free=D(0), withdrawn=True, plain=True)


def test_what_one_register_does_not_say_is_not_known() -> None:
    prices = told("odata", Base(Answer(prices={GOOD: None, OTHER: D(3)})))
    assert prices is not None
    assert prices[GOOD] == LineAnswer(price=None, free=None, plain=True)
    assert prices[OTHER] == LineAnswer(price=D(3), free=None, plain=True)
    free = told("odata", Base(Answer(free={GOOD: D(7)})))
    assert free is not None
    assert free[GOOD] == LineAnswer(price=None, free=D(7), plain=True)


def test_silence_of_both_registers_is_silence() -> None:
    assert told("odata", Base()) is None


def test_the_service_says_the_price_of_the_quantity_and_leaves_out_what_1c_does_not_know() -> None:
    answer = told(
        "service",
        Base(
            service=f"""{{"as_of": "2026-11-22T10:00:00+03:00", "lines": [
        {{"product": "{GOOD}", "price": "4.5", "currency": "BYN", "vat_included": true, "free": "12"}}]}}"""
        ),
    )
    assert answer == {GOOD: LineAnswer(price=D("4.5"), free=D(12), currency="BYN", vat_included=True)}


def test_the_service_says_that_there_is_no_price() -> None:
    answer = told("service", Base(service=f"""{{"as_of": "2026-11-22T10:00:00+03:00", "lines": [{{"product": "{GOOD}"}}]}}"""))
    assert answer == {GOOD: LineAnswer(withdrawn=True)}
