"""Sorting the list by the buyer's own price and by stock: pages hold everything once, and further price steps are followed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from b2bkit import Plugin, hookimpl
from b2bkit.core.accounts.models import Contract
from b2bkit.core.catalog import listing
from b2bkit.core.catalog.cursor import Cursor, Sort
from b2bkit.core.catalog.service import ListQuery, list_products
from b2bkit.core.db.engine import Database
from b2bkit.core.errors import Refused
from b2bkit.core.extend.things import PriceStep, Quote
from b2bkit.core.work import Work
from tests.core.catalog.desk import Desk, buyer, counted_statements, kit_of, make

SHOP = (("А", "5", "0"), ("Б", "3", "100"), ("В", "4", "700"), ("Г", None, "100"), ("Д", "3", "0"), ("Е", "4.5", "50"))


class Upside(Plugin):
    """Turns the order of prices over: what costs 5 is sold for 1."""

    name = "upside"
    label = "Upside"
    version = "0.1.0"

    @hookimpl
    def register_price_steps(self) -> Iterable[PriceStep]:
        yield PriceStep(name="upside.down", order=500, label="Upside", apply=upside)


def upside(work: Work, quote: Quote) -> Quote:
    return replace(quote, lines=tuple(line if line.price is None else replace(line, price=6 - line.price) for line in quote.lines))


@pytest.fixture
def upside_desk(database: Database) -> Desk:
    return Desk(database, kit_of(Upside))


def shop(desk: Desk) -> Contract:
    """Six products; Б has a price of 1 from 1000 kg on, which nobody pays at the least order."""
    with desk.work() as work:
        prices, other, store = make.price_type(work), make.price_type(work, name="Розница"), make.warehouse(work)
        for name, price, stock in SHOP:
            product = make.product(work, name=name)
            make.price(work, product=product, prices=other, value="0.5")
            if price:
                make.price(work, product=product, prices=prices, value=price)
            if name == "Б":
                make.price(work, product=product, prices=prices, value="1", min_quantity="1000")
            if stock != "0":
                make.stock(work, product=product, warehouse=store, quantity=stock)
        contract: Contract = make.contract(work, company=make.company(work), prices=prices, whole_catalogue=True)
        return contract


def walked(desk: Desk, contract: Contract, sort: Sort, limit: int = 4) -> tuple[str, str]:
    """Names in reading order over all pages, and again on the way back but for the last page."""
    there, back = "", ""
    with desk.reading(buyer(contract)) as work:
        page = list_products(work, ListQuery(sort=sort, limit=limit))
        there += "".join(good.row.name for good in page.goods)
        while page.next:
            page = list_products(work, ListQuery(sort=sort, limit=limit, cursor=page.next))
            there += "".join(good.row.name for good in page.goods)
        while page.previous:
            page = list_products(work, ListQuery(sort=sort, limit=limit, cursor=page.previous))
            back = "".join(good.row.name for good in page.goods) + back
    return there, back


@pytest.mark.parametrize(("sort", "expected"), [("price", "БДВЕАГ"), ("price_desc", "АЕВДБГ"), ("stock", "ВГБЕДА")])
def test_each_order_is_walked_in_pages_there_and_back(desk: Desk, sort: Sort, expected: str) -> None:
    contract = shop(desk)
    there, back = walked(desk, contract, sort)
    assert (there, back) == (expected, expected[:4])
    assert walked(desk, contract, sort, limit=1) == (expected, expected[:5])


def test_the_order_by_price_follows_every_step_of_the_pipeline(upside_desk: Desk) -> None:
    contract = shop(upside_desk)
    there, back = walked(upside_desk, contract, "price")
    assert (there, back) == ("АЕВБДГ", "АЕВБ")
    assert walked(upside_desk, contract, "price_desc", limit=1)[0] == "ДБВЕАГ"
    with upside_desk.reading(buyer(contract)) as work:
        page = list_products(work, ListQuery(sort="price", limit=1))
        assert (page.goods[0].table.steps[0].price, page.exact) == (Decimal(1), True)


def test_with_too_many_products_to_price_each_the_price_list_sorts_and_says_so(upside_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = shop(upside_desk)
    monkeypatch.setattr(listing, "MOST_PRICED", 5)
    with upside_desk.reading(buyer(contract)) as work:
        page = list_products(work, ListQuery(sort="price"))
    assert ("".join(good.row.name for good in page.goods), page.exact) == ("БДВЕАГ", False)


def test_without_a_usable_price_type_the_order_by_price_is_still_an_order(desk: Desk) -> None:
    shop(desk)
    with desk.work() as work:
        contract = make.contract(
            work, company=make.company(work), prices=make.price_type(work, currency="USD"), currency="BYN", whole_catalogue=True
        )
    there, back = walked(desk, contract, "price")
    assert (sorted(there), len(back)) == (sorted("АБВГДЕ"), 4)


@pytest.mark.parametrize("key", ["abc", "NaN", "Infinity", "1e99", ""])
def test_a_cursor_with_a_key_that_is_no_price_is_refused(desk: Desk, key: str) -> None:
    contract = shop(desk)
    with desk.reading(buyer(contract)) as work, pytest.raises(Refused) as refused:
        list_products(work, ListQuery(sort="price", cursor=Cursor("price", False, key, UUID(int=1)).encode()))
    assert refused.value.problems[0].code == "catalog.bad_cursor"


@pytest.mark.parametrize("sort", ["price", "stock"])
def test_an_order_takes_no_more_statements_than_the_one_by_name(desk: Desk, sort: Sort) -> None:
    contract = shop(desk)
    taken = []
    for order in ("name", sort):
        for limit in (1, 5):
            with desk.reading(buyer(contract)) as work, counted_statements() as found:
                list_products(work, ListQuery(sort=order, limit=limit))  # type: ignore[arg-type]
            taken.append(len(found))
    assert taken == [3, 3, 3, 3]
