"""Orders, carts and price lists of a kind of account that sees no contracts: no contract is named, in print and in files neither."""

from __future__ import annotations

from b2bkit.core.sheets import read_book
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import Shop

NUMBER, SECOND = "Д-771/24", "Д-772/24"
WITHOUT = '[profiles.legal_entity]\nwithout_fields = ["company.contracts"]\n'
PAGES = ("/orders", "/orders/{}", "/cart", "/checkout", "/cart/list", "/prepared")
FILES = ("/orders/file", "/orders/{}/file", "/cart/list/prices", "/cart/list/form")
DATA = ("/api/v1/orders", "/api/v1/orders/{}", "/api/v1/cart/lines", "/api/v1/prepared-files")
TOLD = {"/orders/{}", "/cart", "/checkout", "/orders/{}/file", "/cart/list/prices", "/api/v1/orders/{}"}  # by who sees contracts


def shop_of(make_portal: MakePortal, extra: str) -> Shop:
    """A shop whose buyer has placed an order, and has goods in the carts of two contracts with numbers that are nothing else's."""
    shop = Shop(make_portal(extra=extra))
    with shop.portal.work() as work:
        first = work.session.get_one(type(shop.contract), shop.contract.id)
        first.number = NUMBER
        values = {"entity": shop.entity, "prices": shop.prices, "categories": (shop.group,)}
        second = make.contract(work, company=shop.company, number=SECOND, **values)
    shop.order()
    for contract in (second, shop.contract):
        client = shop.portal.sign_in(shop.buyer, contract_id=contract.id)
        body = {"product_id": shop.product.id, "unit": "мешок", "quantity": "2"}
        assert client.send("POST", "/api/v1/cart/lines", body).status_code == 201
    return shop


def read_by(shop: Shop) -> dict[str, str]:
    """What the buyer reads at each address."""
    client, found = shop.sign_in(), {}
    order_id = client.send("GET", "/api/v1/orders").json["items"][0]["id"]
    for path in (*PAGES, *FILES, *DATA):
        address = path.format(order_id)
        answer = client.send("GET", address) if path in DATA else client.get(address)
        assert answer.status_code == 200, path
        found[path] = str(read_book(answer.content).sheets) if path in FILES else answer.text
    return found


def test_a_contract_is_named_in_no_order_cart_or_file_of_an_account_that_sees_none(make_portal: MakePortal) -> None:
    shop = shop_of(make_portal, WITHOUT)
    found = read_by(shop)
    for path, text in found.items():
        assert NUMBER not in text, path
        assert SECOND not in text, path
        if path in DATA:
            assert str(shop.contract.id) not in text, path
    assert 'class="print-head' in found["/orders/{}"]
    assert "Your other carts" in found["/cart"], "the other cart is there, by its legal entity"


def test_an_account_that_sees_contracts_reads_of_them(make_portal: MakePortal) -> None:
    found = read_by(shop_of(make_portal, ""))
    assert {path for path, text in found.items() if NUMBER in text} >= TOLD
    assert SECOND in found["/cart"]
