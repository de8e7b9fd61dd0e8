"""The price list: one's own assortment at one's own prices, and an order form at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b2bkit.core.catalog.models import Product
from b2bkit.core.errors import Refused
from b2bkit.core.ordering.service import cart, price_list, quick, quick_file
from b2bkit.core.sheets import Column, read_book, xlsx_bytes
from b2bkit.testing import factories as make
from tests.core.ordering.shop import Shop


def rows(data: bytes) -> list[dict[str, str]]:
    lines = read_book(data).sheets[0].rows
    head = lines[2]
    return [dict(zip(head, [*line, *[""] * len(head)], strict=False)) for line in lines[3:]]


def test_it_holds_what_the_contract_has_at_its_prices_and_nothing_else(shop: Shop) -> None:
    with shop.portal.work() as work:
        work.session.get_one(Product, shop.product.id).article = "=LDI-1"
        make.price(work, product=shop.product, prices=shop.prices, value="4.10", min_quantity="1000")
    answer = shop.sign_in().get("/cart/list/prices")
    assert answer.status_code == 200, answer.text[:300]
    found = {row["Product"]: row for row in rows(answer.content)}
    assert set(found) == {"ПЭВД 15803-020", "ПП 21030"}
    first = found["ПЭВД 15803-020"]
    assert (first["Article"], first["Price"], first["Price from a quantity"], first["In stock"]) == (
        "=LDI-1",
        "4.62",
        "from 1000: 4.1",
        "18400",
    )


def test_it_goes_on_over_pages_and_is_refused_when_it_is_too_long(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price_list, "PAGE", 1)
    with shop.work() as work:
        assert len(rows(price_list.price_list(work))) == 2
    monkeypatch.setattr(price_list, "MOST", 1)
    with pytest.raises(Refused, match="More than 1 products"), shop.work() as work:
        price_list.price_list(work)


def test_filled_in_it_is_an_order(shop: Shop) -> None:
    with shop.portal.work() as work:
        work.session.get_one(Product, shop.product.id).article = "LDI-1"
        work.session.get_one(Product, shop.second.id).article = "PP-2"
    with shop.work() as work:
        lines = read_book(price_list.price_list(work)).sheets[0].rows
        filled = [[*row, "50"] if row[0] == "LDI-1" else list(row) for row in lines[3:]]
        columns = [Column(head) for head in lines[2]]
        width = len(columns)
        data = xlsx_bytes(sheet="x", columns=columns, rows=[[*row, *[""] * width][:width] for row in filled], made=work.now)
        listed = quick.order_lines(work, quick_file.read_list(data))
        assert (listed.added, listed.wrong) == (1, ())
        [line] = cart.view(work).lines
        assert (line.product_id, line.unit, line.quantity) == (shop.product.id, "кг", Decimal(50))
