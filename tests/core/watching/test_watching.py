"""Watching products: one's own list, and what follows when the ERP has told stock or prices."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import delete, select

from b2bkit.core.accounts.models import Contract, ContractCategory, Membership
from b2bkit.core.catalog.models import Product, Stock
from b2bkit.core.erp.service import mark_fresh
from b2bkit.core.notify.models import Notification
from b2bkit.core.pricing.models import Price
from b2bkit.core.watching.models import Watch
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal


class Shop:
    """A product without stock at 4.86, a buyer who may see it, and one of another client."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        with portal.work() as work:
            self.group, self.prices, self.store = make.category(work), make.price_type(work), make.warehouse(work)
            self.product = make.product(work, category=self.group, name="ПЭВД 158")
            make.price(work, product=self.product, prices=self.prices, value="4.86")
            company, other = make.company(work), make.company(work)
            self.contract = make.contract(work, company=company, prices=self.prices, categories=(self.group,))
            self.buyer = make.member(work, company=company, lang="en")
            make.contract(work, company=other, prices=self.prices, whole_catalogue=True)
            self.stranger = make.member(work, company=other)

    def browser(self) -> Client:
        return self.portal.sign_in(self.buyer, contract_id=self.contract.id)

    def watch(self, kind: str, browser: Client | None = None) -> str:
        body = {"product_id": str(self.product.id), "kind": kind}
        answer = (browser or self.browser()).send("POST", "/api/v1/watches", body, key=uuid4().hex)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def told(self, kind: str) -> list[str]:
        """The ERP tells figures of this kind; titles of what is in the buyer's inbox then."""
        self.portal.pass_time(minutes=1)
        with self.portal.work() as work:
            mark_fresh(work, kind, as_of=work.now, rows=1)
        self.portal.run_jobs()
        with self.portal.work(write=False) as work:
            statement = (
                select(Notification.title).where(Notification.user_id == self.buyer.id).order_by(Notification.created_at, Notification.id)
            )
            return list(work.session.scalars(statement))

    def stock(self, amount: str) -> None:
        with self.portal.work() as work:
            work.session.execute(delete(Stock))
            make.stock(work, product=self.product, warehouse=self.store, quantity=amount)

    def price(self, value: str) -> None:
        with self.portal.work() as work:
            work.session.execute(delete(Price))
            make.price(work, product=self.product, prices=self.prices, value=value)

    def watches(self) -> list[Watch]:
        with self.portal.work(write=False) as work:
            return list(work.session.scalars(select(Watch).order_by(Watch.id)))


@pytest.fixture
def shop(portal: Portal) -> Shop:
    return Shop(portal)


def test_who_waits_for_stock_is_told_once_when_the_least_order_is_there(shop: Shop) -> None:
    shop.watch("stock")
    shop.stock("24")
    assert shop.told("stock") == []
    shop.stock("100")
    assert shop.told("prices") == [], "of stock only what told stock speaks"
    assert shop.told("stock") == ["ПЭВД 158 is back in stock"]
    assert (shop.watches(), shop.told("stock")) == ([], ["ПЭВД 158 is back in stock"])


def test_who_watches_a_price_is_told_of_each_change_and_of_no_other(shop: Shop) -> None:
    shop.watch("price")
    assert shop.told("prices") == []
    shop.price("4.62")
    assert shop.told("prices") == ["ПЭВД 158: 4.62\u00a0BYN"]
    assert len(shop.told("prices")) == 1
    shop.price("4.70")
    assert shop.told("prices")[1:] == ["ПЭВД 158: 4.70\u00a0BYN"]
    assert [row.price for row in shop.watches()] == [Decimal("4.7")]


def test_a_price_that_goes_away_is_no_news_and_one_that_comes_back_is(shop: Shop) -> None:
    shop.watch("price")
    with shop.portal.work() as work:
        work.session.execute(delete(Price))
    assert shop.told("prices") == []
    shop.price("5")
    assert shop.told("prices") == ["ПЭВД 158: 5.00\u00a0BYN"]


@pytest.mark.parametrize("hidden", ["group", "product", "contract", "dismissed"])
def test_of_what_a_person_may_not_see_any_more_nothing_is_told(shop: Shop, hidden: str) -> None:
    shop.watch("stock")
    shop.stock("100")
    with shop.portal.work() as work:
        if hidden == "group":
            work.session.execute(delete(ContractCategory))
        elif hidden == "product":
            work.session.get_one(Product, shop.product.id).active = False
        elif hidden == "contract":
            work.session.get_one(Contract, shop.contract.id).active = False
        else:
            work.session.scalars(select(Membership).where(Membership.user_id == shop.buyer.id)).one().dismissed_at = work.now
    assert shop.told("stock") == []
    assert len(shop.watches()) == 1


def test_the_same_watch_again_is_the_same_and_can_be_removed(shop: Shop) -> None:
    browser = shop.browser()
    first = shop.watch("stock", browser)
    assert shop.watch("stock", browser) == first
    shop.watch("price", browser)
    items = browser.get("/api/v1/watches").json["items"]
    assert [(one["kind"], one["name"]) for one in items] == [("price", "ПЭВД 158"), ("stock", "ПЭВД 158")]
    assert browser.send("DELETE", f"/api/v1/watches/{first}", None, key=uuid4().hex).status_code == 204
    assert [one["kind"] for one in browser.get("/api/v1/watches").json["items"]] == ["price"]


def test_a_foreign_watch_and_a_foreign_product_are_as_if_there_were_none(shop: Shop) -> None:
    mine = shop.watch("stock")
    stranger = shop.portal.sign_in(shop.stranger)
    assert stranger.send("DELETE", f"/api/v1/watches/{mine}", None, key=uuid4().hex).status_code == 404
    assert stranger.get("/api/v1/watches").json["items"] == []
    with shop.portal.work() as work:
        hidden = make.product(work, category=make.category(work))
    body = {"product_id": str(hidden.id), "kind": "stock"}
    assert shop.browser().send("POST", "/api/v1/watches", body, key=uuid4().hex).status_code == 404


def test_for_stock_that_is_there_nobody_waits(shop: Shop) -> None:
    shop.stock("100")
    body = {"product_id": str(shop.product.id), "kind": "stock"}
    answer = shop.browser().send("POST", "/api/v1/watches", body, key=uuid4().hex)
    assert (answer.status_code, "watching.in_stock" in answer.text) == (422, True)


def test_the_page_lists_what_is_watched_and_leads_to_it(shop: Shop) -> None:
    browser = shop.browser()
    assert "You watch no product yet" in browser.get("/watches").text
    shop.watch("price", browser)
    page = browser.get("/watches").text
    assert "ПЭВД 158" in page
    assert f"/catalog/{shop.product.id}" in page
