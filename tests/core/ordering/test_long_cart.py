"""A long cart is as quick to work with as a short one: a change is answered by its own line and the sums."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from typing import cast
from uuid import UUID

import pytest

from b2bkit.core.ordering.service import filling
from b2bkit.core.ordering.service.cart import CartView
from b2bkit.core.ordering.service.filling import Asked
from b2bkit.core.ordering.service.lines import Line, Sums
from b2bkit.testing.client import Client
from tests.core.catalog.desk import counted_statements
from tests.core.ordering.shop import Shop

STATE = ("version", "seen_total", "news")


def fill(shop: Shop, lines: int) -> CartView:
    """A cart of so many different products."""
    with shop.portal.work() as work:
        ids = [shop.goods(work, name=f"Марка {number:03}").id for number in range(lines)]
    with shop.work() as work:
        asked = [Asked(id_, "мешок", Decimal(4), Decimal(100)) for id_ in ids]
        return filling.add_lines(work, asked)[0]


def state(page: str) -> dict[str, str]:
    """What the page says once of the cart that it shows, as htmx sends it with each change."""
    told = re.search(r'<div id="cart-state".*?</div>', page, re.S)
    assert told, "no state"
    return {name: unescape(re.findall(rf'name="{name}" value="([^"]*)"', told[0])[0]) for name in STATE}


def own(page: str, line_id: object) -> dict[str, str]:
    """What a line's forms say of it alone."""
    line = re.search(rf'<li class="line[^>]*id="line-{line_id}">.*?</li>', page, re.S)
    assert line, "no line"
    found = re.search(r'name="own" value="([^"]*)"', line[0])
    return {"own": found[1]} if found else {}


def opened(shop: Shop) -> tuple[Client, str]:
    client = shop.sign_in()
    return client, client.get("/cart").text


def lines_in(html: str) -> list[str]:
    return re.findall(r'<li class="line[^>]*id="line-([^"]+)"', html)


@pytest.mark.slow
def test_the_answer_to_a_change_does_not_grow_with_the_cart(shop: Shop) -> None:
    sizes, statements = [], []
    for lines in (3, 297):
        line_id = fill(shop, lines).lines[1].line_id
        client, page = opened(shop)
        for quantity in ("5", "6"):
            with counted_statements() as found:
                answer = client.post(f"/cart/lines/{line_id}", {"quantity": quantity, "unit": "мешок", **state(page)}, htmx=True)
            assert answer.status_code == 200
            page = answer.text
        assert lines_in(page) == [str(line_id)]
        sizes.append(len(page))
        statements.append(len(found))
    assert statements[0] == statements[1]
    assert abs(sizes[1] - sizes[0]) < 400, "only figures are longer"
    assert sizes[1] < 16_000


def test_each_line_says_once_what_differs_however_often_the_page_asks() -> None:
    """The page asks beside each line: made anew each time, a cart of 300 lines took a second."""
    asked: list[int] = []

    class Told:
        differs = True

        @property
        def sign(self) -> str:
            asked.append(1)
            return "1"

    view = CartView(None, 1, cast(list[Line], [Told() for _line in range(3)]), Sums(Decimal(0), Decimal(0), Decimal(0), 0, 3))
    assert view.news == "0000000000000003"
    said = len(asked)
    assert view.news == "0000000000000003"
    assert len(asked) == said
    assert view.changed is view.changed


def test_a_change_renews_the_line_the_sums_and_the_version(shop: Shop) -> None:
    line_id = shop.fill("4", "4").lines[0].line_id
    client, page = opened(shop)
    answer = client.post(f"/cart/lines/{line_id}", {"quantity": "8", **state(page)}, htmx=True)
    assert answer.headers["hx-retarget"] == f"#line-{line_id}"
    assert answer.headers["hx-reswap"] == "outerHTML"
    assert lines_in(answer.text) == [str(line_id)]
    parts = re.findall(r'<div id="cart-(\w+)" class="part" hx-swap-oob="true">', answer.text)
    assert parts == ["state", "head", "differences", "sum", "clearing", "buybar"]
    assert int(state(answer.text)["version"]) == int(state(page)["version"]) + 1
    assert "1,610.40" in answer.text
    assert "<noscript><input" not in answer.text, "htmx would make fields of it, as old as the line"
    again = client.post(f"/cart/lines/{line_id}", {"quantity": "9", **state(answer.text)}, htmx=True)
    assert (again.status_code, lines_in(again.text)) == (200, [str(line_id)])


def test_a_page_that_shows_an_older_cart_gets_all_of_it(shop: Shop) -> None:
    line_id = shop.fill("4", "4").lines[0].line_id
    client, page = opened(shop)
    shop.fill("1")
    answer = client.post(f"/cart/lines/{line_id}", {"quantity": "8", **state(page)}, htmx=True)
    assert answer.status_code == 409
    assert "hx-retarget" not in answer.headers
    assert len(lines_in(answer.text)) == 2
    assert "You entered 8" in answer.text


def test_what_1c_changed_in_other_lines_since_the_page_is_shown_with_the_change(shop: Shop) -> None:
    line_id = shop.fill("4", "4").lines[0].line_id
    client, page = opened(shop)
    shop.set_price(shop.second, "5.00")
    answer = client.post(f"/cart/lines/{line_id}", {"quantity": "8", **state(page)}, htmx=True)
    assert answer.status_code == 200
    assert len(lines_in(answer.text)) == 2
    assert "Dearer" in answer.text


def test_a_line_that_differs_is_accepted_alone_and_answered_alone(shop: Shop) -> None:
    first, second = (line.line_id for line in shop.fill("4", "4").lines)
    shop.set_price(shop.product, "5.00")
    shop.set_price(shop.second, "5.00")
    client, page = opened(shop)
    answer = client.post("/cart/accept", {"line_id": first, **state(page), **own(page, first)}, htmx=True)
    assert answer.status_code == 200, answer.text[:300]
    assert lines_in(answer.text) == [str(first)]
    assert "Accept all 1" in answer.text
    rest = client.post("/cart/accept", {"line_id": second, **state(answer.text), **own(page, second)}, htmx=True)
    assert lines_in(rest.text) == [str(second)]
    assert state(rest.text)["news"] == ""


def test_a_line_that_is_removed_leaves_and_the_last_one_leaves_an_empty_cart(shop: Shop) -> None:
    first, second = (line.line_id for line in shop.fill("4", "4").lines)
    client, page = opened(shop)
    answer = client.post(f"/cart/lines/{first}/remove", state(page), htmx=True)
    assert answer.headers["hx-retarget"] == f"#line-{first}"
    assert lines_in(answer.text) == []
    assert answer.text.strip().startswith('<div id="cart-state"'), "nothing comes in place of the line"
    assert "1 line" in answer.text
    last = client.post(f"/cart/lines/{second}/remove", state(answer.text), htmx=True)
    assert "hx-retarget" not in last.headers
    assert "The cart is empty" in last.text


def test_a_line_that_meets_another_of_its_unit_shows_the_whole_cart(shop: Shop) -> None:
    shop.fill("4")
    with shop.work() as work:
        line_id = filling.add_line(work, product_id=shop.product.id, unit="кг", quantity=Decimal(25)).lines[1].line_id
    client, page = opened(shop)
    answer = client.post(f"/cart/lines/{line_id}", {"quantity": "1", "unit": "мешок", **state(page)}, htmx=True)
    assert "hx-retarget" not in answer.headers
    assert len(lines_in(answer.text)) == 1


def test_what_is_refused_stands_in_its_line_beside_what_was_typed(shop: Shop) -> None:
    line_id = shop.fill("4", "4").lines[0].line_id
    client, page = opened(shop)
    answer = client.post(f"/cart/lines/{line_id}", {"quantity": "много", **state(page)}, htmx=True)
    assert answer.status_code == 422
    assert lines_in(answer.text) == [str(line_id)]
    assert 'value="много"' in answer.text
    assert state(answer.text) == state(page)


def test_without_scripts_forms_carry_the_version_and_lead_to_the_whole_page(shop: Shop) -> None:
    line_id = shop.fill("4", "4").lines[0].line_id
    client, page = opened(shop)
    form = re.search(rf'<form method="post" action="/cart/lines/{line_id}".*?</form>', page, re.S)
    assert form
    version = re.search(r'<noscript><input type="hidden" name="version" value="(\d+)">', form[0])
    assert version
    done = client.post(f"/cart/lines/{line_id}", {"quantity": "8", "version": version[1]})
    assert done.status_code == 303
    assert len(lines_in(client.get("/cart").text)) == 2
    assert client.post(f"/cart/lines/{line_id}", {"quantity": "9", "version": version[1]}).status_code == 409


def test_what_is_left_to_do_is_listed_up_to_a_few_and_leads_to_its_line(shop: Shop) -> None:
    shown = fill(shop, 9)
    with shop.work() as work:
        for line in shown.lines:
            assert isinstance(line.line_id, UUID)
            shown = filling.change_line(work, line_id=line.line_id, quantity=Decimal("1.5"))
    _client, page = opened(shop)
    assert f'href="#line-{shown.lines[0].line_id}">Correct the quantity in line 1<' in page
    assert "and 3 lines more" in page
    assert "Checkout, 9 left" in page
