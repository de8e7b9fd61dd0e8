"""Pages and JSON of ordering, through the whole web room."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest

from b2bkit.core.ordering.models import Order
from b2bkit.testing.client import Client
from tests.core.ordering.shop import Shop

D = Decimal


def hidden(client: Client, name: str) -> str:
    """A hidden field of the last page."""
    assert client.last is not None
    found = re.search(rf'name="{name}" value="([^"]*)"', client.last.text)
    assert found, f"no field {name}"
    return unescape(found.group(1))


def checkout(client: Client, **typed: str) -> dict[str, str]:
    """The checkout's form as the page gave it."""
    client.get("/checkout")
    return {name: hidden(client, name) for name in ("contract_id", "version", "seen_total")} | typed


def placed(shop: Shop) -> list[str]:
    with shop.portal.work() as work:
        return [order.number for order in work.session.query(Order).order_by(Order.id).all()]


def test_every_page_of_a_buyer_opens(shop_with_erp: Shop) -> None:
    shop = shop_with_erp
    order = shop.order()
    shop.fill("4", "4")
    shop.set_price(shop.product, "5.00")
    client = shop.sign_in()
    for path in ("/", "/cart", "/checkout", "/orders", "/orders?group=open&q=1000", f"/orders/{order.id}", "/cart/mark"):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        assert "did not load" not in answer.text, path


def test_staff_see_orders_of_their_clients_and_no_cart(shop: Shop) -> None:
    order = shop.order()
    client = shop.sign_in(shop.manager)
    assert order.number in client.get("/orders").text
    assert client.get(f"/orders/{order.id}").status_code == 200
    assert client.get("/cart").status_code == 403


def test_another_companys_order_answers_byte_for_byte_like_an_absent_one(shop: Shop) -> None:
    order = shop.order()
    client = shop.sign_in(shop.stranger)
    foreign, absent = (
        re.sub(r"[0-9a-f]{8,}[-0-9a-f]*|\"[\w-]{20,}\"", "", client.get(f"/orders/{id_}").text) for id_ in (order.id, uuid4())
    )
    assert foreign == absent
    api = [client.send("GET", f"/api/v1/orders/{id_}") for id_ in (order.id, uuid4())]
    assert [answer.status_code for answer in api] == [404, 404]


def test_a_buyer_goes_from_the_catalogues_button_to_his_order(shop: Shop) -> None:
    client = shop.sign_in()
    client.get("/cart")
    added = client.post("/cart/lines", {"product_id": shop.product.id, "unit": "мешок", "quantity": "80"}, htmx=True)
    assert added.status_code == 200
    page = client.post("/checkout", checkout(client, comment="к воротам 2", address_id=str(shop.address.id)), follow=True)
    assert page.status_code == 200
    assert "П-10001" in page.text
    assert "11,088.00" in page.text


def test_a_wrong_quantity_comes_back_with_buttons_and_stays_in_the_cart(shop: Shop) -> None:
    line_id = shop.fill("4").lines[0].line_id
    client = shop.sign_in()
    client.get("/cart")
    answer = client.post(f"/cart/lines/{line_id}", {"quantity": "1,5", "version": hidden(client, "version")}, htmx=True)
    assert answer.status_code == 200
    assert 'value="1.5"' in answer.text
    assert "Only whole packs are sold" in answer.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [("0", "above zero"), ("-4", "above zero"), ("много", "Enter a number"), ("9999999999", "more than one order can hold")],
)
def test_what_is_no_quantity_is_shown_beside_what_was_typed(shop: Shop, typed: str, said: str) -> None:
    line_id = shop.fill("4").lines[0].line_id
    client = shop.sign_in()
    client.get("/cart")
    answer = client.post(f"/cart/lines/{line_id}", {"quantity": typed, "version": hidden(client, "version")}, htmx=True)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed}"' in answer.text
    assert 'value="4"' in client.get("/cart").text


def test_a_second_tab_sees_what_changed_and_keeps_what_was_typed(shop: Shop) -> None:
    line_id = shop.fill("4").lines[0].line_id
    first, second = shop.sign_in(), shop.sign_in()
    for client in (first, second):
        client.get("/cart")
    seen = hidden(second, "version")
    assert first.post(f"/cart/lines/{line_id}", {"quantity": "8", "version": hidden(first, "version")}, htmx=True).status_code == 200
    answer = second.post(f"/cart/lines/{line_id}", {"quantity": "6", "version": seen}, htmx=True)
    assert answer.status_code == 409
    assert "changed in another tab" in answer.text
    assert "You entered 6" in answer.text
    retried = second.post(f"/cart/lines/{line_id}", {"quantity": "6", "version": hidden(second, "version")}, htmx=True)
    assert retried.status_code == 200
    assert 'value="6"' in retried.text


def test_an_open_cart_hears_of_another_tab_and_only_then(shop: Shop) -> None:
    version = shop.fill("4").version
    client = shop.sign_in()
    assert client.get(f"/cart/news?version={version}", htmx=True).status_code == 204
    shop.fill("4")
    assert "changed in another tab" in client.get(f"/cart/news?version={version}", htmx=True).text


def test_a_price_from_the_client_is_an_unknown_field(shop: Shop) -> None:
    client = shop.sign_in()
    client.get("/cart")
    line = {"product_id": str(shop.product.id), "unit": "мешок", "quantity": "4", "price": "0.01"}
    assert client.post("/cart/lines", line).status_code == 400
    assert client.send("POST", "/api/v1/cart/lines", line).status_code == 400
    assert client.send("POST", "/api/v1/orders", {"lines": [line]}).status_code == 400
    shop.fill("4")
    assert client.post("/checkout", checkout(client, total="0.01")).status_code == 400
    assert placed(shop) == []


def test_a_double_click_makes_one_order(shop: Shop) -> None:
    shop.fill("4")
    client = shop.sign_in()
    form = checkout(client)
    key = hidden(client, "_key")
    first, second = (client.post("/checkout", form, key=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert placed(shop) == ["П-10001"]


def test_a_checkout_that_is_refused_keeps_what_was_typed(shop: Shop) -> None:
    shop.fill("4")
    client = shop.sign_in()
    form = checkout(client, comment="позвонить до разгрузки", wanted_on="2020-01-01")
    answer = client.post("/checkout", form)
    assert answer.status_code == 422
    assert "This day has passed" in answer.text
    assert "позвонить до разгрузки" in answer.text
    assert 'value="2020-01-01"' in answer.text
    assert placed(shop) == []


def test_a_day_that_is_none_is_shown_at_its_field(shop: Shop) -> None:
    shop.fill("4")
    client = shop.sign_in()
    answer = client.post("/checkout", checkout(client, wanted_on="завтра"))
    assert answer.status_code == 422
    assert 'value="завтра"' in answer.text


def test_a_price_that_changed_is_shown_and_the_order_goes_through_after_accepting(shop: Shop) -> None:
    shop.fill("40")
    client = shop.sign_in()
    form = checkout(client, comment="срочно")
    shop.set_price(shop.product, "4.80")
    answer = client.post("/checkout", form)
    assert answer.status_code == 409
    assert "4.80" in answer.text
    assert "срочно" in answer.text
    client.get("/cart")
    accepted = client.post("/cart/accept", {"version": hidden(client, "version"), "seen_total": hidden(client, "seen_total")}, htmx=True)
    assert accepted.status_code == 200
    assert client.post("/checkout", checkout(client)).status_code == 303


def test_an_expired_form_keeps_what_was_typed(shop: Shop) -> None:
    shop.fill("4")
    client = shop.sign_in()
    form = checkout(client, comment="набрано полчаса назад")
    client.csrf = "of-an-ended-session"
    answer = client.post("/checkout", form)
    assert answer.status_code == 403
    assert "набрано полчаса назад" in answer.text
    assert placed(shop) == []


def test_json_fills_a_cart_and_places_an_order_once(shop: Shop) -> None:
    client = shop.sign_in()
    client.get("/cart")
    line = {"product_id": str(shop.product.id), "unit": "мешок", "quantity": "4"}
    shown = client.send("POST", "/api/v1/cart/lines", line).json
    assert (shown["total"], shown["lines"][0]["base_quantity"]) == ("554.40", "100.000")
    changed = client.send("PUT", f"/api/v1/cart/lines/{shown['lines'][0]['id']}", {"quantity": "8", "version": shown["version"]})
    assert changed.status_code == 200
    assert (
        client.send("PUT", f"/api/v1/cart/lines/{shown['lines'][0]['id']}", {"quantity": "9", "version": shown["version"]}).status_code
        == 409
    )
    order = {"total": changed.json["total"], "cart_version": changed.json["version"]}
    answers = [client.send("POST", "/api/v1/orders", order, key="one-and-the-same-key") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    listed = client.send("GET", "/api/v1/orders").json
    assert [(row["number"], row["total"]) for row in listed["items"]] == [("П-10001", "1108.80")]
    assert client.send("GET", f"/api/v1/orders/{answers[0].json['id']}").json["lines"][0]["price"] == "4.6200"


@pytest.mark.parametrize("quantity", ['"-1"', '"0"', "0.00001", '"NaN"', "1e400", "99999999999999"])
def test_json_takes_no_wrong_quantity(shop: Shop, quantity: str) -> None:
    client = shop.sign_in()
    client.get("/cart")
    body = f'{{"product_id": "{shop.product.id}", "unit": "мешок", "quantity": {quantity}}}'.encode()
    headers = {
        "Content-Type": "application/json",
        "X-CSRF-Token": client.csrf,
        "Idempotency-Key": "k" * 20,
        "Origin": "http://127.0.0.1:8000",
    }
    answer = client.request("POST", "/api/v1/cart/lines", body=body, headers=headers)
    assert answer.status_code in (400, 422)


def test_orders_are_paged_by_cursor_and_found_by_part_of_a_number(shop: Shop) -> None:
    for minutes in range(3):
        shop.portal.pass_time(minutes=minutes)
        shop.order()
    client = shop.sign_in()
    first = client.send("GET", "/api/v1/orders?limit=2").json
    second = client.send("GET", f"/api/v1/orders?limit=2&after={first['next']}").json
    assert [row["number"] for page in (first, second) for row in page["items"]] == ["П-10003", "П-10002", "П-10001"]
    found = client.send("GET", "/api/v1/orders?number=0002")
    assert found.status_code == 200, found.text
    assert [row["number"] for row in found.json["items"]] == ["П-10002"]
    assert client.send("GET", "/api/v1/orders?after=bogus").status_code == 400


def test_without_an_erp_no_page_speaks_of_1c(shop: Shop) -> None:
    order = shop.order()
    shop.fill("4")
    client = shop.sign_in()
    for path in ("/", "/cart", "/checkout", "/orders", f"/orders/{order.id}"):
        page = re.sub(r"<[^>]+>", " ", client.get(path).text)  # what is read: a form's key may hold these letters by chance
        assert not {"1C", "1С"} & set(re.findall(r"\w+", page)), path
