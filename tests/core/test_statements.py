"""How many statements a page, a list and an order cost, counted through the whole application on both databases.

The frame around a page (menu counts, cart, choice of contract) is kept for some seconds per session: a page that follows another costs
only its own statements; the first page of a session pays for the frame as well, and that has its bound too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from b2bkit.core.db.types import new_id
from b2bkit.testing import factories
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal

LIST, PRODUCT, ORDER = 4, 4, 40  # promised
COLD_FRAME = 6  # what the frame adds to the first page of a session
ROWS = 60  # more than a page


class Shop(NamedTuple):
    """A buyer's browser and what it may buy."""

    client: Client
    products: list[str]


@contextmanager
def counted() -> Iterator[list[str]]:
    """Statements sent meanwhile; transaction control is not among them."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, _parameters: object, _context: object, _many: bool) -> None:
        found.append(sql)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def shop(portal: Portal) -> Shop:
    """Sixty products in a group, with price and stock, and a signed-in buyer."""
    with portal.work() as work:
        prices, warehouse, group = factories.price_type(work), factories.warehouse(work), factories.category(work)
        company = factories.company(work)
        factories.contract(work, company=company, prices=prices, categories=(group,))
        buyer = factories.member(work, company=company, role="buyer")
        products = []
        for number in range(ROWS):
            product = factories.product(work, category=group, name=f"ПЭВД {number:02}", article=f"PE-{number:02}")
            factories.price(work, product=product, prices=prices)
            factories.stock(work, product=product, warehouse=warehouse)
            products.append(product)
    return Shop(portal.sign_in(buyer), [str(product.id) for product in products])


def taken(client: Client, path: str) -> int:
    """Statements of one GET."""
    with counted() as found:
        answer = client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    assert "PE-00" in answer.text, answer.text[:300]
    return len(found)


def test_a_list_of_fifty_as_json_takes_four_statements(shop: Shop) -> None:
    assert taken(shop.client, "/api/v1/products?limit=50") <= LIST


@pytest.mark.parametrize("path", ["/catalog", "/catalog?q=pe", "/catalog?view=table"])
def test_a_page_of_the_list_takes_four_statements_once_the_frame_is_known(shop: Shop, path: str) -> None:
    first = taken(shop.client, path)
    assert taken(shop.client, path) <= LIST
    assert first <= LIST + COLD_FRAME


def test_the_page_of_a_product_takes_four_statements_once_the_frame_is_known(shop: Shop) -> None:
    path = f"/catalog/{shop.products[0]}"
    first = taken(shop.client, path)
    assert taken(shop.client, path) <= PRODUCT
    assert first <= PRODUCT + COLD_FRAME


def test_a_longer_list_takes_no_more_statements_than_a_short_one(shop: Shop) -> None:
    assert taken(shop.client, "/api/v1/products?limit=1") == taken(shop.client, "/api/v1/products?limit=50")


def test_an_order_of_five_lines_takes_forty_statements_at_most(shop: Shop) -> None:
    lines = [{"product_id": one, "unit": "кг", "quantity": "25"} for one in shop.products[:5]]
    with counted() as found:
        answer = shop.client.send("POST", "/api/v1/orders", {"lines": lines}, key=new_id().hex)
    assert answer.status_code in (200, 201), answer.text
    assert len(found) <= ORDER
