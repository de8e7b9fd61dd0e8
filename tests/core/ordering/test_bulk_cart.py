"""Bulk goods in the cart: whole tanks only, offered where a part of one was typed."""

from __future__ import annotations

from tests.core.ordering.shop import Shop


def test_the_cart_offers_whole_tanks_for_a_part_of_one(shop: Shop) -> None:
    with shop.portal.work() as work:
        bulk = shop.goods(work, name="Стирол наливом", price="5200", unit="т", unit_code="168", packagings=(("автоцистерна 25 т", 25),))
    client = shop.sign_in()
    client.get("/cart")
    client.post("/cart/lines", {"product_id": bulk.id, "unit": "т", "quantity": "30"}, htmx=True)
    page = client.get("/cart").text.replace("\u00a0", " ")
    assert "Whole tanks only: 25 t or 50 t." in page
    assert 'aria-label="Стирол наливом: 25 t' in page
