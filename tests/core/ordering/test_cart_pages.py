"""What the pages of cart and checkout say about amounts, sums and places, and what the catalogue's button answers."""

from __future__ import annotations

import re

import pytest

from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from tests.core.ordering.shop import Shop


def words(html: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


@pytest.fixture
def client(shop: Shop) -> Client:
    client = shop.sign_in()
    client.get("/cart")
    return client


def test_the_button_of_the_catalogue_confirms_once_and_leads_to_the_cart(shop: Shop, client: Client) -> None:
    added = client.post("/cart/lines", {"product_id": shop.product.id, "unit": "мешок", "quantity": "2"}, htmx=True)
    assert "In the cart: 2 bags Go to cart" in words(added.text)
    assert "toast" not in added.headers.get("hx-trigger", "")


def test_a_wrong_amount_from_the_catalogue_is_no_success_and_leads_to_its_line(shop: Shop, client: Client) -> None:
    added = client.post("/cart/lines", {"product_id": shop.product.id, "unit": "кг", "quantity": "13"}, htmx=True)
    assert "quantity to be corrected" in words(added.text)
    assert "tone-ok" not in added.text
    assert "toast" not in added.headers.get("hx-trigger", "")
    place = re.search(r'href="/cart#(line-[^"]+)"', added.text)
    assert place
    assert f'id="{place[1]}"' in client.get("/cart").text


def test_the_cart_names_units_in_the_persons_language(shop: Shop, client: Client) -> None:
    shop.fill("4")
    page = client.get("/cart").text
    assert "18,400 kg in stock" in words(page)
    assert "per kg" in words(page)
    assert re.search(r'<option value="мешок"[^>]*>bag</option>', page), "shown in English, sent as the ERP calls it"
    client.cookies["b2bkit-lang"] = "ru"
    assert re.search(r'<option value="мешок"[^>]*>мешок</option>', client.get("/cart").text)


def test_a_button_that_corrects_an_amount_is_named_by_all_that_it_shows(shop: Shop, client: Client) -> None:
    client.post("/cart/lines", {"product_id": shop.product.id, "unit": "кг", "quantity": "60"}, htmx=True)
    page = client.get("/cart").text.replace("\u00a0", " ")
    assert f'aria-label="{shop.product.name}: 50 kg 2 bags"' in page
    assert f'aria-label="{shop.product.name}: 75 kg 3 bags"' in page


def test_the_checkout_says_delivery_once_and_labels_only_where_they_differ(shop: Shop, client: Client) -> None:
    shop.fill("4")
    with shop.portal.work() as work:
        label = work.session.merge(shop.address).label
    assert label not in words(client.get("/checkout").text).partition("Delivery")[2].partition("Pick-up")[0]
    with shop.portal.work() as work:
        make.address(work, company=shop.company, label="Цех 2", text="Минск, ул. Промышленная, 8")
    told = words(client.get("/checkout").text).partition("Delivery")[2].partition("Pick-up")[0]
    assert label in told
    assert "Минск, ул. Промышленная, 8 Цех 2" in told


def test_the_checkout_shows_sums_on_the_terms_of_their_prices(shop: Shop, client: Client) -> None:
    shop.fill("4")
    told = words(client.get("/checkout").text)
    assert "Sum without VAT" in told
    assert "4.62 per kg" in told
    assert "462.00" in told
    with shop.portal.work() as work:
        work.session.merge(shop.prices).vat_included = True
    told = words(client.get("/checkout").text)
    assert "Sum with VAT" in told
    assert "Sum without VAT" not in told


def test_on_a_phone_the_button_beside_the_sum_places_the_order_too(shop: Shop, client: Client) -> None:
    shop.fill("4")
    assert re.search(r'<section class="buybar[^>]*>.*<button[^>]*type="submit" form="checkout"', client.get("/checkout").text, re.S)
