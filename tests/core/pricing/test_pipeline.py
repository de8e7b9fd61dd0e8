"""From a contract to a price: the steps in order, each with its reason, the same for one line and for many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from b2bkit.core.accounts.models import Contract
from b2bkit.core.errors import Forbidden, NotFound
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import OrderDraft, PriceStep, Quote
from b2bkit.core.pricing.checks import priced
from b2bkit.core.pricing.explain import contracts_to_explain, explain_price, listed_prices
from b2bkit.core.pricing.models import Price, PriceType
from b2bkit.core.pricing.service import VolumeStep, VolumeTable, price_lines, price_of_unit, tables_of, terms_of, volume_table
from b2bkit.core.pricing.steps import explained
from b2bkit.core.pricing.terms import PriceRow, Terms
from b2bkit.core.work import Work
from tests.core.catalog.desk import NOON, STAFF, Desk, buyer, counted_statements, kit_of, make


class Prices:
    """A contract in BYN with a price type of three steps for `film`, one step for `late` from 100 on, none for `bare`."""

    def __init__(self, desk: Desk) -> None:
        with desk.work() as work:
            self.type = make.price_type(work, name="Опт")
            self.company = make.company(work, name="ООО «Плёнка и Тара»")
            self.contract = make.contract(work, company=self.company, prices=self.type, whole_catalogue=True, number="14/2026")
            self.film, self.late, self.bare = (make.product(work) for _number in range(3))
            for quantity, value in (("0", "4.86"), ("1000", "4.62"), ("5000", "4.5125")):
                make.price(work, product=self.film, prices=self.type, value=value, min_quantity=quantity)
            make.price(work, product=self.late, prices=self.type, value="9.99", min_quantity="100")


@pytest.fixture
def prices(desk: Desk) -> Prices:
    return Prices(desk)


@pytest.mark.parametrize(
    ("quantity", "price"),
    [("25", "4.8600"), ("999.999", "4.8600"), ("1000", "4.6200"), ("5000", "4.5125"), ("1000000000", "4.5125")],
)
def test_the_highest_step_that_the_quantity_reaches_applies(desk: Desk, prices: Prices, quantity: str, price: str) -> None:
    with desk.reading(buyer(prices.contract)) as work:
        (line,) = price_lines(work, prices.contract.id, [(prices.film.id, Decimal(quantity))])
    assert str(line.price) == price
    assert (line.currency, line.vat_rate, line.vat_included) == ("BYN", Decimal(20), False)


def test_each_step_says_what_it_did(desk: Desk, prices: Prices) -> None:
    with desk.reading(buyer(prices.contract)) as work:
        (line,) = price_lines(work, prices.contract.id, [(prices.film.id, Decimal(1000))])
    assert [(step.step, step.before, step.after) for step in line.explanation] == [
        ("pricing.price_type", None, Decimal("4.86")),
        ("pricing.volume", Decimal("4.86"), Decimal("4.62")),
        ("pricing.rounding", Decimal("4.62"), Decimal("4.62")),
    ]
    assert line.explanation[0].text == "Price type “Опт” of contract 14/2026."


def test_below_the_first_step_and_without_a_row_there_is_no_price_but_a_reason(desk: Desk, prices: Prices) -> None:
    with desk.reading(buyer(prices.contract), lang="ru") as work:
        late, bare, absent = price_lines(
            work, prices.contract.id, [(prices.late.id, Decimal(50)), (prices.bare.id, Decimal(50)), (uuid4(), Decimal(1))]
        )
    assert [line.price for line in (late, bare, absent)] == [None, None, None]
    assert late.explanation[-1].text == "Цены действуют от 100."
    assert "нет цены на этот товар" in bare.explanation[-1].text


@pytest.mark.parametrize("change", ["no type", "switched off", "another currency"])
def test_a_contract_whose_price_type_cannot_be_used_gives_no_price(desk: Desk, prices: Prices, change: str) -> None:
    with desk.work() as work:
        if change == "no type":
            work.session.get_one(Contract, prices.contract.id).price_type_id = None
        elif change == "switched off":
            work.session.get_one(PriceType, prices.type.id).active = False
        else:
            work.session.get_one(Contract, prices.contract.id).currency = "RUB"
    with desk.reading(buyer(prices.contract)) as work:
        (line,) = price_lines(work, prices.contract.id, [(prices.film.id, Decimal(1000))])
        table = volume_table(work, prices.contract.id, [prices.film.id])[prices.film.id]
    assert line.price is None
    assert line.explanation[0].text
    assert table.steps == ()


def test_another_companys_contract_is_not_there(desk: Desk, prices: Prices) -> None:
    with desk.work() as work:
        stranger = make.contract(work, company=make.company(work), prices=prices.type)
    with desk.reading(buyer(stranger)) as work, pytest.raises(NotFound):
        price_lines(work, prices.contract.id, [(prices.film.id, Decimal(25))])


def test_two_hundred_lines_cost_as_many_statements_as_one(desk: Desk, prices: Prices) -> None:
    with desk.reading(buyer(prices.contract)) as work, counted_statements() as statements:
        lines = price_lines(work, prices.contract.id, [(prices.film.id, Decimal(number)) for number in range(1, 201)])
    assert len(lines) == 200
    assert len(statements) == 3


def test_lines_keep_their_order_and_a_product_may_come_twice(desk: Desk, prices: Prices) -> None:
    asked = [(prices.late.id, Decimal(200)), (prices.film.id, Decimal(25)), (prices.late.id, Decimal(1)), (prices.film.id, Decimal(5000))]
    with desk.reading(buyer(prices.contract)) as work:
        lines = price_lines(work, prices.contract.id, asked)
        assert price_lines(work, prices.contract.id, []) == []
    assert [(line.product_id, line.quantity) for line in lines] == asked
    assert [line.price for line in lines] == [Decimal("9.99"), Decimal("4.86"), None, Decimal("4.5125")]


# volume prices


def test_the_volume_table_marks_the_step_and_says_what_is_missing() -> None:
    table = VolumeTable((VolumeStep(Decimal(0), Decimal("4.86")), VolumeStep(Decimal(1000), Decimal("4.62"))), "BYN")
    assert table.at(Decimal(999)) == table.steps[0]
    assert table.at(Decimal(1000)) == table.steps[1]
    assert table.missing(Decimal(25)) == (Decimal(975), table.steps[1])
    assert table.missing(Decimal(1000)) is None
    assert VolumeTable().at(Decimal(1)) is None


class Nothing(Plugin):
    """A step that changes nothing: its presence makes every price go through the pipeline."""

    name = "nothing"

    @hookimpl
    def register_price_steps(self) -> Iterator[PriceStep]:
        yield PriceStep(name="nothing.step", order=500, label="Nothing", apply=lambda _work, quote: quote)


def terms_of_type() -> Terms:
    """Terms that can be used."""
    return Terms(UUID(int=1), "1", "BYN", UUID(int=2), "Опт", "BYN", False)


def work_with(*more: type[Plugin]) -> Work:
    """Work that reads nothing: terms and prices are given."""
    session: Any = SimpleNamespace(begin_nested=nullcontext)
    unused: Any = None
    return Work(session=session, actor=STAFF, now=NOON, lang="en", kit=kit_of(*more), config=unused, translations=unused)


WITHOUT, WITH = work_with(), work_with(Nothing)
ladders = st.dictionaries(st.integers(0, 10**9), st.integers(0, 10**9), min_size=0, max_size=5)


@settings(max_examples=60, deadline=None)
@given(ladder=ladders)
def test_the_short_way_to_the_volume_table_gives_what_the_pipeline_gives(ladder: dict[int, int]) -> None:
    product = UUID(int=5)
    rows = tuple(PriceRow(product, Decimal(quantity).scaleb(-3), Decimal(value).scaleb(-4)) for quantity, value in sorted(ladder.items()))
    terms = terms_of_type()
    short = tables_of(WITHOUT, terms, {product: rows} if rows else {}, [product])
    long = tables_of(WITH, terms, {product: rows} if rows else {}, [product])
    assert short == long
    assert [step.price for step in short[product].steps] == [row.value for row in rows], "as given, whether or not they fall"
    for row in rows:
        assert short[product].at(row.min_quantity) == VolumeStep(row.min_quantity, row.value)


def test_a_price_per_pack_is_the_base_price_times_its_factor() -> None:
    assert price_of_unit(Decimal("4.6250"), Decimal(25)) == Decimal("115.625")


# steps of plugins


@dataclass
class Behaviour:
    """What the plugin's step does in a test."""

    kind: str = "discount"


behaviour = Behaviour()


def plugin_step(work: Work, quote: Quote) -> Quote:
    """Ten per cent off, or one of the ways to go wrong."""
    if behaviour.kind == "crash":
        raise RuntimeError("a bug")
    if behaviour.kind == "sql":
        work.session.execute(select(Price).where(Price.value / 0 > 0)).all()
        raise RuntimeError("the database did not mind")
    if behaviour.kind == "drop":
        return replace(quote, lines=quote.lines[1:])
    if behaviour.kind == "negative":
        return replace(quote, lines=tuple(replace(line, price=Decimal(-1)) for line in quote.lines))
    if behaviour.kind == "float":
        return replace(quote, lines=tuple(replace(line, price=0.1) for line in quote.lines))  # type: ignore[arg-type]
    off = Decimal("0.9")
    plain = Quote(quote.contract_id, quote.price_type_id, quote.currency, quote.lines)
    lines = tuple(explained(line, "off.ten", "Ten off", line.price * off) if line.price else line for line in plain.lines)
    return replace(plain, lines=lines)


class Off(Plugin):
    """A discount between volume and rounding."""

    name = "off"

    @hookimpl
    def register_price_steps(self) -> Iterator[PriceStep]:
        yield PriceStep(name="off.ten", order=600, label="Ten off", apply=plugin_step)


def test_a_plugins_step_acts_between_volume_and_rounding_in_lists_too(desk: Desk, prices: Prices) -> None:
    behaviour.kind = "discount"
    discounted = Desk(desk.database, kit_of(Off))
    with discounted.reading(buyer(prices.contract)) as work:
        (line,) = price_lines(work, prices.contract.id, [(prices.film.id, Decimal(5000))])
        table = volume_table(work, prices.contract.id, [prices.film.id, prices.bare.id])
    assert str(line.price) == "4.0613"
    assert [step.step for step in line.explanation] == ["pricing.price_type", "pricing.volume", "off.ten", "pricing.rounding"]
    assert [str(step.price) for step in table[prices.film.id].steps] == ["4.3740", "4.1580", "4.0613"]
    assert table[prices.bare.id].steps == ()


@pytest.mark.parametrize("kind", ["crash", "sql", "drop", "negative", "float"])
def test_a_step_that_fails_means_no_price_with_a_reason_never_a_wrong_one(desk: Desk, prices: Prices, kind: str) -> None:
    behaviour.kind = kind
    broken = Desk(desk.database, kit_of(Off))
    with broken.reading(buyer(prices.contract)) as work:
        (line,) = price_lines(work, prices.contract.id, [(prices.film.id, Decimal(5000))])
        assert line.price is None
        assert line.explanation[-1].step == "off.ten"
        assert "failed" in line.explanation[-1].text
        assert terms_of(work, prices.contract.id).number == "14/2026", "the transaction is still of use"


# for staff and for orders


def test_staff_see_the_price_list_and_the_reasons_and_clients_do_not(desk: Desk, prices: Prices) -> None:
    with desk.reading(STAFF) as work:
        assert [(choice.company, choice.number) for choice in contracts_to_explain(work)] == [("ООО «Плёнка и Тара»", "14/2026")]
        listed = listed_prices(work, product_id=prices.film.id)
        assert [str(row.value) for row in listed] == ["4.8600", "4.6200", "4.5125"]
        steps = explain_price(work, contract_id=prices.contract.id, product_id=prices.film.id, quantity=Decimal(25))
        assert steps[-1].after == Decimal("4.8600")
    with desk.reading(buyer(prices.contract)) as work:
        for ask in (
            lambda: contracts_to_explain(work),
            lambda: listed_prices(work, product_id=prices.film.id),
            lambda: explain_price(work, contract_id=prices.contract.id, product_id=prices.film.id, quantity=Decimal(25)),
        ):
            with pytest.raises(Forbidden):
                ask()


@dataclass
class DraftLine:
    product_id: UUID
    name: str
    price: Decimal | None
    visible: bool = True


@dataclass
class Draft:
    contract_id: UUID
    lines: list[DraftLine]


def test_a_line_without_a_price_cannot_be_ordered_and_one_that_is_not_visible_is_not_named(desk: Desk) -> None:
    lines = [
        DraftLine(uuid4(), "ПП 1", Decimal(1)),
        DraftLine(uuid4(), "ПП 2", None),
        DraftLine(uuid4(), "Тайна", None, visible=False),
    ]
    draft: OrderDraft = Draft(uuid4(), lines)  # type: ignore[assignment]
    with desk.reading(STAFF) as work:
        problems = list(priced(work, draft))
    assert [(problem.code, problem.field) for problem in problems] == [("pricing.no_price", "lines.1")]
    assert "ПП 2" in problems[0].message
