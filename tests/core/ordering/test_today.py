"""The buyer's first page: what is on its way, what waits, what was bought and can be ordered again."""

from __future__ import annotations

import re

from tests.core.ordering.shop import Shop


def test_what_was_bought_is_ordered_again_by_one_button(shop: Shop) -> None:
    shop.order("4")
    buyer = shop.sign_in()
    page = buyer.get("/").text
    assert "Order again" in page
    assert "Current orders" in page
    form = re.search(r'<form method="post" action="/cart/lines".*?</form>', page, re.S)
    assert form is not None
    fields = dict(re.findall(r'name="(product_id|unit|quantity)" value="([^"]*)"', form[0]))
    assert fields == {"product_id": str(shop.product.id), "unit": "мешок", "quantity": "4"}
    assert buyer.post("/cart/lines", fields).status_code == 303
    page = buyer.get("/").text
    assert "1 line waits in your cart" in page


def test_what_the_company_may_not_see_any_more_is_not_offered_again(shop: Shop) -> None:
    shop.order("4")
    with shop.portal.work() as work:
        work.session.get_one(type(shop.product), shop.product.id).active = False
    assert "Order again" not in shop.sign_in().get("/").text


def test_an_order_prints_with_the_suppliers_name_its_number_and_its_day(shop: Shop) -> None:
    placed = shop.order("4")
    page = shop.sign_in().get(f"/orders/{placed.id}").text
    (head,) = re.findall(r'<div class="print-head print-only".*?</div>', page, re.S)
    assert placed.number in head
    assert f"of {shop.portal.now.astimezone(shop.portal.app.config.portal.zone):%-d}\xa0" in head
    assert shop.portal.app.config.portal.name in head
