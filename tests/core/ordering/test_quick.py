"""Quick order: a pasted list becomes lines of the cart, what is wrong with the others is said and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest

from b2bkit.core.catalog.models import Product
from b2bkit.core.errors import Refused
from b2bkit.core.ordering.service import cart, filling
from b2bkit.core.ordering.service.quick import order_list, parse
from tests.core.ordering.shop import Shop

D = Decimal


@pytest.fixture
def lists(shop: Shop) -> Shop:
    """The shop with articles as people write them."""
    with shop.portal.work() as work:
        for product, article in ((shop.product, "LDI-1693/А"), (shop.second, "ПП.21-030"), (shop.hidden, "SECRET-1")):
            found = work.session.get_one(Product, product.id)
            found.article = article
        work.session.get_one(Product, shop.product.id).barcode = "4810000000017"
    return shop


@contextmanager
def in_cart(shop: Shop) -> Iterator[list[tuple[object, str, Decimal]]]:
    with shop.work() as work:
        yield [(line.product_id, line.unit, line.quantity) for line in cart.view(work).lines]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("LDI-1693 40 мешков", ("LDI-1693", D(40), "мешков")),
        ("LDI-1693\t40\tмеш.", ("LDI-1693", D(40), "меш.")),
        ("LDI-1693;ПЭВД, высший сорт;1 250,5;кг;4,62", ("LDI-1693", D("1250.5"), "кг")),
        ('"LDI-1693";2', ("LDI-1693", D(2), "")),
        ("LDI-1693 х 40", ("LDI-1693", D(40), "")),
        ("LDI-1693: 1 250,5 кг", ("LDI-1693", D("1250.5"), "кг")),
        ("LDI-1693 — 40", ("LDI-1693", D(40), "")),
        ("LDI-1693", ("LDI-1693", None, "")),
    ],
)
def test_a_line_is_read_as_people_write_it(line: str, read: tuple[str, Decimal | None, str]) -> None:
    [found] = parse(f"\n{line}  \n\n")
    assert (found.article, found.amount, found.unit, found.number) == (*read, 2)


@pytest.mark.parametrize("typed", ["LDI-1693/А", "ldi 1693 а", "LDI1693А", "4810000000017"])
def test_separators_and_capitals_of_an_article_do_not_matter(lists: Shop, typed: str) -> None:
    with lists.work() as work:
        assert order_list(work, f"{typed}\t4\tмешков") == (1, ())
    with in_cart(lists) as lines:
        assert lines == [(lists.product.id, "мешок", D(4))]


def test_russian_articles_are_found_in_small_letters_too(lists: Shop) -> None:
    with lists.work() as work:
        assert order_list(work, "пп 21030\nпп21030 100 кг").added == 2


def test_without_a_unit_it_is_the_base_unit_and_without_an_amount_the_least(lists: Shop) -> None:
    with lists.work() as work:
        order_list(work, "LDI-1693/А\t100\nПП.21-030")
        lines = cart.view(work).lines
    assert [(line.unit, line.quantity) for line in lines] == [("кг", D(100)), ("мешок", D(1))]
    assert all(line.problem is None for line in lines)


def test_what_is_wrong_stays_in_its_place_with_its_reason_and_the_rest_is_in_the_cart(lists: Shop) -> None:
    client = lists.sign_in()
    client.get("/cart/list")
    text = "LDI-1693/А 4 мешка\nNO-SUCH 5\nLDI-1693/А 2 бочки\nSECRET-1 1\nПП.21-030 0"
    page = client.post("/cart/list", {"text": text})
    assert page.status_code == 200
    assert "1 line is in the cart." in page.text
    lines = re.findall(r'<li class="list-line">.*?</li>', page.text, re.DOTALL)
    assert [re.findall(r'name="line" value="(\d+)"', line) for line in lines] == [["2"], ["3"], ["4"], ["5"]]
    assert [re.findall(r'name="(?:article|amount)" value="([^"]*)"', line) for line in lines] == [
        ["NO-SUCH", "5"],
        ["LDI-1693/А", "2"],
        ["SECRET-1", "1"],
        ["ПП.21-030", "0"],
    ]
    assert "There is no such article" in lines[0]
    assert "No unit “бочки” here. Use one of: bag" in lines[1]
    assert '<option value="мешок">' in lines[1]
    assert lines[0].replace("NO-SUCH", "X").count("There is no such article") == lines[2].count("There is no such article")
    assert "Enter an amount above zero" in lines[3]
    with in_cart(lists) as held:
        assert held == [(lists.product.id, "мешок", D(4))]


def test_lines_corrected_in_place_go_into_the_cart_and_an_emptied_one_is_left_out(lists: Shop) -> None:
    client = lists.sign_in()
    client.get("/cart/list")
    rows = [("2", "LDI-1693/А", "5", "мешок"), ("3", "", "7", ""), ("4", "NO-SUCH", "1", "")]
    names = ("line", "article", "amount", "unit")
    page = client.post("/cart/list", dict(zip(names, zip(*rows, strict=True), strict=True)))
    assert "1 line is in the cart." in page.text
    assert page.text.count('class="list-line"') == 1
    with in_cart(lists) as held:
        assert held == [(lists.product.id, "мешок", D(5))]


def test_a_cart_that_is_full_loses_nothing_of_the_list(lists: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "MAX_LINES", 1)
    client = lists.sign_in()
    client.get("/cart/list")
    page = client.post("/cart/list", {"text": "LDI-1693/А 4 мешка\nПП.21-030 2 мешка"})
    assert page.status_code == 422
    assert "LDI-1693/А 4 мешка\nПП.21-030 2 мешка</textarea>" in page.text
    rows = [("1", "LDI-1693/А", "4", "мешок"), ("2", "ПП.21-030", "2", "мешок")]
    names = ("line", "article", "amount", "unit")
    page = client.post("/cart/list", dict(zip(names, zip(*rows, strict=True), strict=True)))
    assert page.text.count('class="list-line"') == 2


def test_a_list_without_mistakes_leads_to_the_cart_where_wrong_amounts_are_shown(lists: Shop) -> None:
    client = lists.sign_in()
    client.get("/cart/list")
    page = client.post("/cart/list", {"text": "LDI-1693/А 30 кг"}, follow=True)
    assert "Sold in steps of" in page.text


@pytest.mark.parametrize(("text", "said"), [("  \n ", "at least one line"), ("A 1\n" * 301, "300 lines")])
def test_no_line_and_too_many_lines_are_refused_with_words(lists: Shop, text: str, said: str) -> None:
    with pytest.raises(Refused, match=said), lists.work() as work:
        order_list(work, text)


def test_an_article_of_two_products_is_not_guessed(lists: Shop) -> None:
    with lists.portal.work() as work:
        work.session.get_one(Product, lists.second.id).article = "LDI1693А"
    with lists.work() as work:
        listed = order_list(work, "LDI-1693/А 4 мешка")
    [wrong] = listed.wrong
    assert (listed.added, wrong.typed.text, wrong.problem.code) == (0, "LDI-1693/А 4 мешка", "ordering.list_several")


def test_an_article_that_ends_in_a_number_is_found_whole(lists: Shop) -> None:
    with lists.portal.work() as work:
        work.session.get_one(Product, lists.second.id).article = "HDPE 276"
    with lists.work() as work:
        order_list(work, "HDPE 276\nHDPE 276 2 мешка")
        assert [line.quantity for line in cart.view(work).lines] == [D(3)]
