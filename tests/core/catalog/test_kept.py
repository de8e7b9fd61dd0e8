"""What is kept of lists is never older than the database, never another's, and seals forms for who looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from b2bkit.core.catalog.goods import Good
from b2bkit.core.catalog.kept import Goods, Pages
from b2bkit.core.catalog.models import Product, Stock
from b2bkit.core.pricing.models import Price
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal
from tests.core.catalog.desk import make


class Two:
    """Two companies of one price type that see the same three products."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        with portal.work() as work:
            group, self.store = make.category(work), make.warehouse(work)
            self.prices, self.dear = make.price_type(work), make.price_type(work)
            self.goods = [make.product(work, category=group, name=f"ПЭВД {number}") for number in range(3)]
            for good in self.goods:
                make.stock(work, product=good, warehouse=self.store, quantity="500")
                make.price(work, product=good, prices=self.prices, value="4.62")
                make.price(work, product=good, prices=self.dear, value="9.99")
            self.people = []
            for prices, lang in ((self.prices, "ru"), (self.prices, "ru"), (self.dear, "ru"), (self.prices, "en")):
                company = make.company(work)
                contract = make.contract(work, company=company, prices=prices, categories=(group,))
                self.people.append((make.member(work, company=company, lang=lang), contract.id))

    def browsers(self) -> Iterator[Client]:
        for person, contract_id in self.people:
            yield self.portal.sign_in(person, contract_id=contract_id)


@pytest.fixture
def two(portal: Portal) -> Two:
    return Two(portal)


@pytest.mark.parametrize("view", ["list", "table"])
def test_each_form_of_a_kept_list_carries_the_token_of_who_looks_and_a_key_of_its_own(two: Two, view: str) -> None:
    keys: set[str] = set()
    for browser in two.browsers():
        page = browser.get(f"/catalog?view={view}").text
        forms = re.findall(r'<form class="buy".*?</form>', page, re.S)
        assert len(forms) == 3
        assert {re.search(r'name="_csrf" value="([^"]+)"', form)[1] for form in forms} == {browser.csrf}  # type: ignore[index]
        found = {re.search(r'name="_key" value="([^"]+)"', form)[1] for form in forms}  # type: ignore[index]
        assert len(found) == 3
        assert not keys & found
        keys |= found
    assert len(keys) == 12


def test_who_buys_dearer_and_who_reads_english_see_their_own(two: Two) -> None:
    first, second, dear, english = (browser.get("/catalog").text for browser in two.browsers())
    assert "4,62" in first
    assert "4,62" in second
    assert "9,99" in dear
    assert "4,62" not in dear
    assert "4.62" in english
    assert "Добавить" not in english


def test_what_the_database_says_next_is_shown_next(two: Two) -> None:
    browser = next(two.browsers())

    def told() -> tuple[str, str, str]:
        item = next(item for item in browser.get("/api/v1/products").json["items"] if item["name"].startswith("ПЭВД 1"))
        page = browser.get("/catalog").text
        assert item["name"] in page
        assert item["price"]["price"].rstrip("0").replace(".", ",") in page
        return item["name"], item["price"]["price"].rstrip("0"), str(Decimal(item["stock"]["total"]).normalize())

    assert told() == told() == ("ПЭВД 1", "4.62", "5E+2")
    with two.portal.work() as work:
        price = work.session.query(Price).filter_by(product_id=two.goods[1].id, price_type_id=two.prices.id).one()
        price.value = Decimal("5.55")
    assert told() == ("ПЭВД 1", "5.55", "5E+2")
    with two.portal.work() as work:
        work.session.query(Stock).filter_by(product_id=two.goods[1].id).one().quantity = Decimal(321)
    assert told() == ("ПЭВД 1", "5.55", "321")
    with two.portal.work() as work:
        work.session.get_one(Product, two.goods[1].id).name = "ПЭВД 1 новый"
    assert told() == ("ПЭВД 1 новый", "5.55", "321")


def test_a_figure_that_is_kept_grows_old_all_the_same(two: Two) -> None:
    browser = next(two.browsers())
    fresh = browser.get("/catalog").text
    two.portal.pass_time(hours=3)
    old = browser.get("/catalog").text
    assert "3 часа назад" not in fresh
    assert "3 ч" in old


def test_pages_are_forgotten_by_the_number_of_their_products() -> None:
    pages, made = Pages(most=5), []

    def page(name: str, told: object, size: int) -> Goods:
        def make() -> Goods:
            made.append(name)
            return Goods([None] * size)  # type: ignore[list-item]

        return pages.of(name, told, make)

    first = page("a", 1, 2)
    assert page("a", 1, 2) is first
    assert page("a", 2, 2) is not first
    page("b", 1, 3)
    assert made == ["a", "a", "b"]
    page("a", 2, 2)
    page("c", 1, 1)  # b was not asked for longest
    page("a", 2, 2)
    assert made == ["a", "a", "b", "c"]
    page("b", 1, 3)
    assert made[-1] == "b"
    page("large", 1, 9)
    page("large", 1, 9)
    assert made[-2:] == ["large", "large"], "what is larger than all that may be kept is not kept"


def test_what_is_made_of_a_page_is_made_once() -> None:
    goods, made = Goods([]), []

    def count(page: tuple[Good, ...]) -> int:
        made.append(len(page))
        return len(page)

    assert [goods.once("count", count), goods.once("count", count), goods.once("other", count)] == [0, 0, 0]
    assert made == [0, 0]
