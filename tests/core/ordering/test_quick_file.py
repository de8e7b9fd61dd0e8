"""Quick order by a file and by JSON: columns are found by their heads, mistakes keep the row where they stood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import unquote

import pytest
from falcon.testing import Result

from b2bkit.core.catalog.models import Product
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import Refused
from b2bkit.core.ordering.service import cart
from b2bkit.core.ordering.service.quick_file import read_list
from b2bkit.core.sheets import Column, read_book, xlsx_bytes
from b2bkit.testing.client import Client
from tests.core.ordering.shop import Shop

D = Decimal


@pytest.fixture
def lists(shop: Shop) -> Shop:
    with shop.portal.work() as work:
        work.session.get_one(Product, shop.product.id).article = "LDI-1693"
        work.session.get_one(Product, shop.second.id).article = "00042"
    return shop


def table(shop: Shop, *rows: Sequence[str | Decimal | None], heads: Sequence[str] = ("Артикул", "Товар", "Кол-во", "Ед. изм.")) -> bytes:
    with shop.portal.work() as work:
        return xlsx_bytes(sheet="Заявка", columns=[Column(head) for head in heads], rows=rows, notes=["ООО «Плёнка»", ""], made=work.now)


def send(client: Client, data: bytes, name: str = "заявка.xlsx") -> Result:
    client.get("/cart/list")
    parts = b""
    for field, value in (("_csrf", client.csrf), ("_key", new_id().hex), ("text", "")):
        parts += f'--edge\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
    parts += f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + data + b"\r\n--edge--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=edge", "Origin": "http://portal.test", "Accept": "text/html"}
    return client.request("POST", "/cart/list", body=parts, headers={**headers, "Origin": f"http://{client._host}"})


def held(shop: Shop) -> list[tuple[object, str, Decimal]]:
    with shop.work() as work:
        return [(line.product_id, line.unit, line.quantity) for line in cart.view(work).lines]


def test_a_file_fills_the_cart_and_what_is_wrong_keeps_its_row(lists: Shop) -> None:
    rows = [["LDI-1693", "ПЭВД", D(4), "мешок"], ["00042", "ПП", None, "кг"], ["NO-SUCH", "?", D(5), ""], ["00042", "ПП", "два", "кг"]]
    page = send(lists.sign_in(), table(lists, *rows))
    assert page.status_code == 200, page.text[:500]
    assert "1 line is in the cart." in page.text
    assert re.findall(r'name="line" value="(\d+)"', page.text) == ["6", "7"]
    assert 'value="два"' in page.text
    assert held(lists) == [(lists.product.id, "мешок", D(4))]


def test_a_file_without_mistakes_leads_to_the_cart(lists: Shop) -> None:
    answer = send(lists.sign_in(), "Article;Qty\nLDI-1693;0,5\n00042;100\n".encode("cp1251"), "order.csv")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")
    assert held(lists) == [(lists.product.id, "кг", D("0.5")), (lists.second.id, "кг", D(100))]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 cut", "The file is damaged"),
        ("Артикул;Количество\nLDI-1693;\n".encode(), "No row of the file has an article and a quantity"),
        (b"x" * 2_100_000, "The file is larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_beside_its_field(lists: Shop, data: bytes, said: str) -> None:
    page = send(lists.sign_in(), data)
    assert page.status_code == 422
    assert said in page.text
    assert 'aria-describedby="f-file-e f-file-h"' in page.text
    assert held(lists) == []


@pytest.mark.parametrize(
    "text",
    ["Код;Наименование;Заказ;Ед\nA-1;x;2;кг\n", "SKU,UOM,Quantity\nA-1,кг,2\n", "A-1;2;кг\n", "A-1\t2\tкг\n", "A-1 2 кг\n"],
)
def test_columns_are_known_by_their_heads_or_by_their_order(text: str) -> None:
    [found] = read_list(text.encode())
    assert (found.article, found.amount, found.unit) == ("A-1", D(2), "кг")


def test_an_empty_book_is_refused() -> None:
    with pytest.raises(Refused, match=r"sheets\.nothing"):
        read_list(b";;;\n")


def test_the_form_lists_what_was_bought_lately_and_comes_back_as_an_order(lists: Shop) -> None:
    lists.order("4")
    client = lists.sign_in()
    answer = client.get("/cart/list/form")
    assert "attachment" in answer.headers["content-disposition"]
    assert unquote(answer.headers["content-disposition"]).endswith("UTF-8''Order form.xlsx")
    rows = read_book(answer.content).sheets[0].rows
    assert rows[1:] == (("Article", "Product", "Quantity", "Unit"), ("LDI-1693", "ПЭВД 15803-020", "", "bag"))
    with lists.portal.work() as work:
        filled = xlsx_bytes(sheet="x", columns=[Column(head) for head in rows[1]], rows=[["LDI-1693", "", D(8), "bag"]], made=work.now)
    assert send(client, filled).status_code == 303
    assert held(lists) == [(lists.product.id, "мешок", D(8))]


def test_json_takes_what_is_right_and_tells_the_rest_by_line(lists: Shop) -> None:
    client = lists.sign_in()
    lines = [
        {"article": "ldi 1693", "quantity": "4", "unit": "мешок"},
        {"article": "NO-SUCH"},
        {"article": "00042", "quantity": "1", "unit": "ведро"},
    ]
    answer = client.send("POST", "/api/v1/cart/list", {"lines": lines}, key=new_id().hex)
    assert answer.status_code == 200, answer.text
    told = answer.json
    assert told["added"] == 1
    assert [(one["line"], one["field"], one["code"]) for one in told["problems"]] == [
        (2, "article", "ordering.list_unknown"),
        (3, "unit", "ordering.list_unit"),
    ]
    assert "мешок" in told["problems"][1]["allowed"]
    assert held(lists) == [(lists.product.id, "мешок", D(4))]
