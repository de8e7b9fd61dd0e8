"""The pages and the JSON of the catalogue, through the whole portal."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest

from b2bkit.core.catalog.api import CategoriesOut, ProductDetailsOut, ProductsOut
from b2bkit.core.catalog.models import Product
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal
from tests.core.catalog.desk import counted_statements, make


class Shop:
    """A buyer whose contract opens one of two groups, and a manager."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        with portal.work() as work:
            self.films, self.pipes = make.category(work, name="Плёнка"), make.category(work, name="Трубы")
            prices, store = make.price_type(work, name="Опт"), make.warehouse(work, name="Минск")
            self.film = make.product(
                work, category=self.films, name="ПЭВД 15803-020", article="PE-158", attributes={"ПТР": "2,0", "Плотность": "<b>920</b>"}
            )
            self.bare = make.product(work, category=self.films, name="ПЭВД без цены")
            self.pipe = make.product(work, category=self.pipes, name="ПЭНД 273")
            for quantity, value in (("0", "4.86"), ("1000", "4.62")):
                make.price(work, product=self.film, prices=prices, value=value, min_quantity=quantity)
            make.price(work, product=self.pipe, prices=prices)
            for product in (self.film, self.pipe):
                make.stock(work, product=product, warehouse=store)
            self.manager = make.staff(work)
            company = make.company(work, manager=self.manager)
            self.contract = make.contract(work, company=company, prices=prices, categories=(self.films,), number="14/2026")
            self.buyer = make.member(work, company=company, lang="ru")
            self.viewer = make.member(work, company=company, role="viewer", lang="en")

    def browser(self) -> Client:
        return self.portal.sign_in(self.buyer, contract_id=self.contract.id)


@pytest.fixture
def shop(portal: Portal) -> Shop:
    return Shop(portal)


def words(html: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


def test_the_list_shows_what_is_open_with_price_stock_and_its_age(shop: Shop) -> None:
    page = shop.browser().get("/catalog")
    assert page.status_code == 200
    text = words(page.text)
    for expected in (
        "2 товара по договору № 14/2026",
        "цены без НДС, BYN",
        "ПЭВД 15803-020",
        "18 400 кг",
        "от 25 кг",
        "4,86",
        "от 1 000 кг",
        "4,62",
    ):
        assert expected in text, expected
    assert "ПЭНД 273" not in text
    assert "Трубы" not in text
    assert "Цена по запросу" in text
    assert "= 25 кг" in text
    assert "<b>920</b>" not in page.text


def test_the_pages_speak_english_too(shop: Shop) -> None:
    browser = shop.portal.sign_in(shop.viewer, contract_id=shop.contract.id)
    text = words(browser.get("/catalog").text)
    for expected in (
        "2 products under contract No. 14/2026",
        "prices without VAT, BYN",
        "from 1,000 kg",
        "18,400 kg",
        "Price on request",
        "Open",  # who may not order opens a product instead
    ):
        assert expected in text, expected
    assert "Add to cart" not in text
    assert "975 kg more, and the price is 4.62 BYN per kg" in words(browser.get(f"/catalog/{shop.film.id}").text)


def test_the_choice_of_list_or_table_is_kept(shop: Shop) -> None:
    browser = shop.browser()
    assert '<table class="table table-cards">' not in browser.get("/catalog").text
    assert '<table class="table table-cards">' in browser.get("/catalog?view=table").text
    assert '<table class="table table-cards">' in browser.get("/catalog").text
    assert '<table class="table table-cards">' not in browser.get("/catalog?view=list").text


def test_an_empty_search_offers_the_filter_to_drop_with_its_count(shop: Shop) -> None:
    text = words(shop.browser().get(f"/catalog?q=%25&category={shop.films.id}").text)
    assert "В группе «Плёнка» нет «%»" in text
    assert "Без «%»: 2 товара" in text


@pytest.mark.parametrize("query", ["?price=1", "?category=1", "?cursor=zzz", "?view=tiles", "?q=" + quote("я" * 201)])
def test_an_address_that_makes_no_sense_is_refused_politely(shop: Shop, query: str) -> None:
    page = shop.browser().get(f"/catalog{query}")
    assert page.status_code in (400, 422)
    assert "Traceback" not in page.text


def test_a_product_that_is_not_open_is_the_same_as_none_at_all(shop: Shop) -> None:
    browser = shop.browser()
    for path in ("/catalog/{}", "/catalog/{}/quantity?unit=bag&quantity=25", "/api/v1/products/{}"):
        foreign, absent = browser.get(path.format(shop.pipe.id)), browser.get(path.format(uuid4()))
        assert (foreign.status_code, absent.status_code) == (404, 404)
        assert scrubbed(foreign.text) == scrubbed(absent.text)


def scrubbed(text: str) -> str:
    """Without the number of the request, its keys, and tokens."""
    return re.sub(
        r'"request_id":"[^"]*"|name="_key" value="[^"]*"|<code>[^<]*</code>|<small>[^<]*</small>|[0-9a-f]{16,}'
        r"|since=[0-9]+|[A-Za-z0-9_-]{20,}",
        "",
        text,
    )


def test_the_product_page_has_attributes_packagings_prices_and_stock(shop: Shop) -> None:
    text = words(shop.browser().get(f"/catalog/{shop.film.id}").text)
    for expected in (
        "Артикул PE-158",
        "ПТР 2,0",
        "Упаковки мешок = 25 кг",
        "НДС 20 %",
        "BYN без НДС за кг",
        "Ещё 975 кг — и цена 4,62 BYN за кг",
        "Минск 18 400 кг",
    ):
        assert expected in text, expected
    assert "Как получилась цена" not in text


def test_a_product_says_its_producer_once_and_a_package_that_names_its_contents_without_an_equation(shop: Shop) -> None:
    with shop.portal.work() as work:
        product = make.product(
            work,
            category=shop.films,
            name="ПЭНД 277",
            attributes={"Производитель": "Полимир"},
            producer="Полимир",
            packagings=(("мешок 25 кг", 25),),
        )
        product_id = product.id
    text = words(shop.browser().get(f"/catalog/{product_id}").text)
    assert text.count("Полимир") == 1
    assert "Упаковки мешок 25 кг НДС" in text


def test_a_product_without_a_price_cannot_be_put_into_the_cart(shop: Shop) -> None:
    page = shop.browser().get(f"/catalog/{shop.bare.id}")
    assert "Цена по запросу" in page.text
    assert 'name="product_id"' not in page.text


def test_the_words_under_a_quantity_name_the_price_or_what_can_be_ordered(shop: Shop) -> None:
    browser = shop.browser()
    path = f"/catalog/{shop.film.id}/quantity"
    right = browser.get(f"{path}?{urlencode({'unit': 'мешок', 'quantity': '40'})}", htmx=True).text
    assert "= 1 000 кг" in words(right)
    assert f'<tbody id="vol-{shop.film.id}" hx-swap-oob="true">' in right
    assert re.findall(r'<tr class="on"><th scope="row">([^<]*)</th><td>([^<]*)', right.replace("\u00a0", " ")) == [("от 1 000 кг", "4,62")]
    between = browser.get(f"{path}?{urlencode({'unit': 'кг', 'quantity': '60'})}", htmx=True).text
    assert "Шаг заказа 25 кг. Ближайшее: 50 кг или 75 кг." in words(between)
    assert re.findall(r'data-cure="quantity" data-value="([^"]*)">([^<]*)<', between.replace("\u00a0", " ")) == [
        ("50", "50 кг"),
        ("75", "75 кг"),
    ]
    assert "#alert-circle" in between
    for wrong in ("много", "-1", "1e-5", "NaN", "", "10"):
        found = browser.get(f"{path}?{urlencode({'unit': 'кг', 'quantity': wrong})}", htmx=True)
        assert found.status_code == 200
        assert 'data-value="25"' in found.text, wrong
    absent = browser.get(f"{path}?{urlencode({'unit': 'бочка', 'quantity': '1'})}", htmx=True)
    assert "Единицы «бочка» здесь нет" in words(absent.text)


def test_staff_see_how_a_price_came_about_and_clients_do_not(shop: Shop) -> None:
    staff = shop.portal.sign_in(shop.manager)
    assert "Как получилась цена" in staff.get(f"/catalog/{shop.pipe.id}").text
    path = f"/catalog/{shop.film.id}/price"
    text = words(staff.get(f"{path}?{urlencode({'contract': shop.contract.id, 'quantity': '1000', 'unit': 'кг'})}", htmx=True).text)
    assert "Вид цен «Опт» договора 14/2026." in text
    assert "4,62" in text
    assert shop.browser().get(path, htmx=True).status_code == 403


# JSON


def test_json_lists_products_in_a_closed_form_with_an_etag(shop: Shop) -> None:
    browser = shop.browser()
    answer = browser.send("GET", "/api/v1/products?q=15803")
    listed = ProductsOut.model_validate_json(answer.text)
    (product,) = listed.items
    assert (product.name, product.price.price, product.stock.total) == ("ПЭВД 15803-020", "4.8600", "18400.000")
    assert [(step.min_quantity, step.price) for step in product.price.steps] == [("0.000", "4.8600"), ("1000.000", "4.6200")]
    again = browser.request("GET", "/api/v1/products?q=15803", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_json_pages_hold_everything_once(shop: Shop) -> None:
    browser = shop.browser()
    first: Any = browser.send("GET", "/api/v1/products?limit=1").json
    second: Any = browser.send("GET", f"/api/v1/products?limit=1&cursor={first['next']}").json
    assert [item["name"] for item in (*first["items"], *second["items"])] == ["ПЭВД 15803-020", "ПЭВД без цены"]
    assert (first["previous"], second["next"]) == (None, None)


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("limit=201", 422, "limit"),
        ("limit=0", 422, "limit"),
        ("price=1", 400, "price"),
        ("category=x", 422, "category"),
        ("cursor=x", 422, "cursor"),
    ],
)
def test_json_names_the_field_that_is_wrong(shop: Shop, query: str, status: int, field: str) -> None:
    answer = shop.browser().send("GET", f"/api/v1/products?{query}")
    assert answer.status_code == status
    assert [problem["field"] for problem in answer.json["problems"]] == [field]


def test_json_of_a_product_and_of_the_tree_keep_their_forms(shop: Shop) -> None:
    browser = shop.browser()
    product = ProductDetailsOut.model_validate_json(browser.send("GET", f"/api/v1/products/{shop.film.id}").text)
    assert product.attributes["ПТР"] == "2,0"
    assert [pack.name for pack in product.packagings] == ["мешок"]
    bare = ProductDetailsOut.model_validate_json(browser.send("GET", f"/api/v1/products/{shop.bare.id}").text)
    assert (bare.price.price, bare.stock.as_of) == (None, None)
    tree = CategoriesOut.model_validate_json(browser.send("GET", "/api/v1/categories").text)
    assert [(group.name, group.products) for group in tree.items] == [("Плёнка", 2)]


def test_a_member_of_staff_without_a_contract_sees_all_products_without_prices(shop: Shop) -> None:
    with shop.portal.work() as work:
        work.session.get_one(Product, shop.pipe.id).active = False
    staff = shop.portal.sign_in(shop.manager)
    listed: Any = staff.send("GET", "/api/v1/products").json
    assert len(listed["items"]) == 3
    assert {item["price"]["price"] for item in listed["items"]} == {None}
    assert staff.get(f"/catalog/{shop.pipe.id}").status_code == 200


def test_the_handlers_part_of_a_page_stays_within_four_statements(shop: Shop) -> None:
    browser = shop.browser()
    browser.get("/catalog")
    with counted_statements() as statements:
        assert browser.get("/catalog").status_code == 200
    assert len([found for found in statements if "core_product" in found or "core_price" in found]) <= 4
