"""An order once more: its goods go into the cart at the prices of now."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from b2bkit.core.catalog.models import Packaging, Product
from b2bkit.core.errors import NotFound, Refused
from b2bkit.core.ordering.models import OrderLine
from b2bkit.core.ordering.service import again, cart, place_order
from tests.core.ordering.shop import Shop

D = Decimal


def test_a_repeated_order_lies_in_the_cart_at_the_prices_of_now(shop: Shop) -> None:
    order = shop.order("4")
    shop.set_price(shop.product, "5.10")
    with shop.work() as work:
        assert again.repeat(work, order.id) == 0
        shown = cart.view(work)
    [line] = shown.lines
    assert (line.product_id, line.unit, line.quantity) == (shop.product.id, "мешок", D(4))
    assert (line.price, line.change) == (D("5.10"), None)


def test_what_is_in_the_cart_already_is_added_to(shop: Shop) -> None:
    order = shop.order("4")
    shop.fill("3", "2")
    with shop.work() as work:
        again.repeat(work, order.id)
        lines = cart.view(work).lines
    assert [(line.product_id, line.quantity) for line in lines] == [(shop.product.id, D(7)), (shop.second.id, D(2))]


def test_goods_that_the_contract_has_not_any_more_are_left_out_and_named(shop: Shop) -> None:
    shop.fill("4", "4")
    with shop.work() as work:
        order = place_order(work, shop.draft(cart.view(work)))
    with shop.portal.work() as work:
        work.session.get_one(Product, shop.second.id).category_id = shop.closed_group.id
    client = shop.sign_in()
    client.get(f"/orders/{order.id}")
    page = client.post(f"/orders/{order.id}/repeat", {}, follow=True)
    assert page.status_code == 200
    assert "Not everything was taken over." in page.text
    assert "ПП 21030: not in your contract" in page.text
    with shop.work() as work:
        assert [line.product_id for line in cart.view(work).lines] == [shop.product.id]


def test_a_package_that_is_not_sold_any_more_becomes_base_units(shop: Shop) -> None:
    order = shop.order("4")
    with shop.portal.work() as work:
        work.session.query(Packaging).filter_by(product_id=shop.product.id).delete()
    with shop.work() as work:
        again.repeat(work, order.id)
        [line] = cart.view(work).lines
    assert (line.unit, line.quantity, line.problem) == ("кг", D(100), None)


def test_an_order_of_another_company_is_not_there_and_too_many_lines_add_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.order("4")
    for user, order_id in ((shop.stranger, order.id), (shop.buyer, uuid4())):
        with pytest.raises(NotFound), shop.work(user) as work:
            again.repeat(work, order_id)
    shop.fill("3", "2")
    with shop.portal.work() as work:
        work.session.query(OrderLine).filter_by(order_id=order.id).one().unit = "кг"
    monkeypatch.setattr("b2bkit.core.ordering.service.filling.MAX_LINES", 2)
    with pytest.raises(Refused, match="2 lines"), shop.work() as work:
        again.repeat(work, order.id)
    with shop.work() as work:
        assert [line.quantity for line in cart.view(work).lines] == [D(3), D(2)]


def test_a_viewer_sees_the_order_and_no_button(shop: Shop) -> None:
    order = shop.order("4")
    assert "/repeat" in shop.sign_in().get(f"/orders/{order.id}").text
    assert "/repeat" not in shop.sign_in(shop.viewer).get(f"/orders/{order.id}").text
