"""The price list: one's own assortment at one's own prices, and an order form at once."""

from __future__ import annotations

import os
import re
import time
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.catalog.models import Product
from b2bkit.core.errors import Refused
from b2bkit.core.files import prepared
from b2bkit.core.files.models import PreparedFile
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
    monkeypatch.setattr(price_list, "AT_ONCE", 1)
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


def prepared_path(shop: Shop) -> str:
    found = re.search(r"/prepared/[0-9a-f-]{36}", shop.sign_in().get("/prepared").text)
    return found[0] if found else ""


def test_a_long_list_is_made_in_the_background_told_and_fetched_for_a_day(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price_list, "AT_ONCE", 1)
    browser = shop.sign_in()
    answer = browser.get("/cart/list/prices?q=%D0%9F")
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "2 products" in page
    for _again in range(2):  # asked twice, made once
        assert browser.post("/cart/list/prices/long", {"q": "П"}).headers["location"] == "/prepared"
    assert browser.get("/prepared").text.count("Is being made") == 1
    assert prepared_path(shop) == ""
    while shop.portal.run_jobs():
        pass
    path = prepared_path(shop)
    assert {row["Product"] for row in rows(browser.get(path).content)} == {"ПЭВД 15803-020", "ПП 21030"}
    assert "Price list: П" in browser.get("/notifications").text
    assert shop.sign_in(shop.colleague).get(path).status_code == 404
    assert shop.sign_in(shop.stranger).get(path).status_code == 404
    data = shop.portal.app.config.data / "prepared"
    assert len([file for file in data.rglob("*") if file.is_file()]) == 1
    shop.portal.pass_time(hours=25)
    browser = shop.sign_in()
    assert browser.get(path).status_code == 404
    assert "No file is prepared" in browser.get("/prepared").text
    while shop.portal.run_jobs():
        pass
    with shop.portal.work() as work:
        prepared.forget(work)
    assert [file for file in data.rglob("*") if file.is_file()] == []


def test_a_list_is_not_made_for_who_was_dismissed_meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price_list, "AT_ONCE", 1)
    shop.sign_in().post("/cart/list/prices/long", {})
    with shop.portal.work() as work:
        work.session.execute(update(Membership).where(Membership.user_id == shop.buyer.id).values(dismissed_at=work.now))
    while shop.portal.run_jobs():
        pass
    with shop.portal.work() as work:
        assert work.session.scalar(select(func.count(PreparedFile.id))) == 0


def run_all(shop: Shop) -> None:
    while shop.portal.run_jobs():
        pass


def test_staff_have_a_clients_list_made_with_the_clients_prices_and_fetch_it_themselves(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(price_list, "AT_ONCE", 1)
    staff = shop.sign_in(shop.manager)
    staff.post("/admin/act-for", {"company_id": shop.company.id})
    assert staff.post("/cart/list/prices/long", {}).headers["location"] == "/prepared"
    run_all(shop)
    path = re.search(r"/prepared/[0-9a-f-]{36}", staff.get("/prepared").text)
    assert path
    found = {row["Product"]: row["Price"] for row in rows(staff.get(path[0]).content)}
    assert found == {"ПЭВД 15803-020": "4.62", "ПП 21030": "4.18"}
    staff.post("/act-for/stop")
    page = staff.get("/prepared").text
    assert "Price list, for ООО «Плёнка и Тара»" in page, "the notice leads here when nobody is acted for any more"
    assert staff.get(path[0]).status_code == 200
    assert "Price list, for ООО «Плёнка и Тара»" in staff.get("/notifications").text
    staff.post("/admin/act-for", {"company_id": shop.other.id})
    assert staff.get(path[0]).status_code == 404, "another client's cabinet has no such file"
    for other in (shop.buyer, shop.stranger):
        assert shop.sign_in(other).get(path[0]).status_code == 404
    with shop.portal.work() as work:
        made = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "files.asked")).one()
        assert (made.user_id, made.on_behalf, made.company_id) == (shop.manager.id, shop.manager.id, shop.company.id)


@pytest.mark.parametrize("what", ["suspended", "blocked", "another manager's"])
def test_a_clients_list_is_not_made_for_staff_who_may_not_act_for_it_any_more(shop: Shop, what: str) -> None:
    staff = shop.sign_in(shop.manager)
    staff.post("/admin/act-for", {"company_id": shop.company.id})
    assert staff.send("POST", "/api/v1/price-lists", {}).status_code == 202
    with shop.portal.work() as work:
        company, manager = work.session.get_one(Company, shop.company.id), work.session.get_one(User, shop.manager.id)
        if what == "suspended":
            company.suspended = True
        elif what == "blocked":
            manager.blocked = True
        else:
            company.manager_id = make.staff(work).id
    run_all(shop)
    with shop.portal.work() as work:
        assert work.session.scalar(select(func.count(PreparedFile.id))) == 0


def test_staff_who_act_for_nobody_ask_for_no_list(shop: Shop) -> None:
    with shop.work(shop.manager) as work, pytest.raises(Refused, match="Act for the client"):
        prepared.ask(work, job=price_list.JOB, label="x", arguments={})


def test_a_buyers_system_asks_polls_and_fetches(shop: Shop) -> None:
    browser = shop.sign_in()
    asked = browser.send("POST", "/api/v1/price-lists", {"q": "ПЭВД"}, key="one-list-00000001")
    again = browser.send("POST", "/api/v1/price-lists", {"q": "ПЭВД"}, key="one-list-00000001")
    assert (asked.status_code, asked.json["state"], asked.json["size"]) == (202, "waiting", 0)
    assert asked.json["id"] == again.json["id"]
    address = f"/api/v1/prepared-files/{asked.json['id']}"
    assert browser.send("GET", address).json["state"] == "waiting"
    assert browser.send("GET", f"{address}/content").status_code == 404, "not made yet"
    run_all(shop)
    told = browser.send("GET", address).json
    assert (told["state"], told["label"]) == ("ready", "Price list: ПЭВД")
    content = browser.send("GET", f"{address}/content").content
    assert (len(content), [row["Product"] for row in rows(content)]) == (told["size"], ["ПЭВД 15803-020"])
    assert browser.send("GET", "/api/v1/prepared-files").json["items"] == [told]
    other = shop.sign_in(shop.colleague)
    foreign, absent = (other.send("GET", f"/api/v1/prepared-files/{one}") for one in (asked.json["id"], uuid4()))
    assert {foreign.status_code, absent.status_code} == {404}
    assert other.send("GET", "/api/v1/prepared-files").json["items"] == []
    assert shop.sign_in(shop.viewer).send("POST", "/api/v1/price-lists", {}).status_code == 403


def test_a_file_that_no_row_names_is_swept_once_nobody_can_be_about_to_name_it(shop: Shop) -> None:
    data = shop.portal.app.config.data
    old, fresh = prepared.path_of(shop.portal.app.config, "ab" * 16), prepared.path_of(shop.portal.app.config, "cd" * 16)
    for path in (old, fresh):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"half")
    yesterday = time.time() - 2 * 86_400
    os.utime(old, (yesterday, yesterday))
    with shop.portal.work() as work:
        prepared.forget(work)
    assert [path for path in (data / "prepared").rglob("*") if path.is_file()] == [fresh]
