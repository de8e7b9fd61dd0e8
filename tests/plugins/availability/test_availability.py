"""Availability: what staff and the stock announce, where it stands, and who is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from b2bkit import NotFound, Refused
from b2bkit.core.accounts.models import Membership
from b2bkit.core.catalog.models import Product, Stock
from b2bkit.core.erp.events import DataTold
from b2bkit.core.notify.models import Notification
from b2bkit.core.watching import service as watching
from b2bkit.plugins.availability.models import Announcement
from b2bkit.plugins.availability.service import announce, find
from b2bkit.plugins.favorites.service import lines
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import Shop
from tests.core.test_statements import counted

DAY = date(2026, 12, 1)


@pytest.fixture
def shop(make_portal: MakePortal) -> Shop:
    return Shop(make_portal(plugins={"availability": {}, "favorites": {}}))


def say(shop: Shop, product: Product, kind: str = "expected", **values: Any) -> UUID:
    """What the manager announces."""
    with shop.portal.work(write=False) as work:
        article = work.session.get_one(Product, product.id).article
    with shop.work(shop.manager) as work:
        return announce.announce(work, article=article, kind=kind, **{"on": DAY, **values})


def stock(shop: Shop, product: Product, quantity: str) -> None:
    """1C tells another stock."""
    with shop.portal.work() as work:
        work.session.query(Stock).filter_by(product_id=product.id).one().quantity = Decimal(quantity)
        work.publish(DataTold("stock", work.now), key="stock")
    shop.portal.run_jobs()


def told(shop: Shop) -> list[tuple[UUID, str]]:
    with shop.portal.work(write=False) as work:
        rows = select(Notification.user_id, Notification.text).where(Notification.kind == "availability.told")
        return [tuple(row) for row in work.session.execute(rows.order_by(Notification.created_at, Notification.id))]


def standing(shop: Shop) -> dict[str, str]:
    with shop.work(write=False) as work:
        return {row.product: row.kind for row in find.feed(work).items}


@pytest.fixture(autouse=True)
def articles(shop: Shop) -> None:
    with shop.portal.work() as work:
        for number, product in enumerate((shop.product, shop.second, shop.hidden)):
            work.session.get_one(Product, product.id).article = f"A-{number}"


def test_an_announcement_stands_at_the_product_in_lists_in_the_cart_and_on_the_first_page(shop: Shop) -> None:
    shop.fill("4")
    say(shop, shop.product, amount=Decimal(20000), note="Вагон <b>в пути</b>")
    client = shop.sign_in()
    for path in ("/", "/availability", "/availability?mine=true", f"/catalog/{shop.product.id}", "/catalog", "/cart"):
        page = client.get(path)
        assert page.status_code == 200, path
        assert "Expected" in page.text, path
    page = client.get("/availability").text
    assert "20,000" in page
    assert "Вагон &lt;b&gt;в пути&lt;/b&gt;" in page
    [one] = client.send("GET", "/api/v1/availability?kind=expected").json["items"]
    assert (one["product_id"], one["on"], one["source"]) == (str(shop.product.id), "2026-12-01", "staff")


def test_who_watches_keeps_or_has_it_in_the_cart_is_told_once_and_nobody_else(shop: Shop) -> None:
    shop.fill("4")
    with shop.work() as work:
        watching.watch(work, product_id=shop.product.id, kind="price")
        lines.star(work, shop.product.id, on=True)
    with shop.work(shop.colleague) as work:
        lines.star(work, shop.product.id, on=True)
    say(shop, shop.product, note="Приём заказов открыт")
    shop.portal.run_jobs()
    found = told(shop)
    assert sorted(who for who, _text in found) == sorted([shop.buyer.id, shop.colleague.id])
    assert all("01.12.2026. Приём заказов открыт" in text for _who, text in found)


def test_who_may_not_see_a_product_any_more_or_has_left_hears_nothing_of_it(shop: Shop) -> None:
    with shop.work() as work:
        lines.star(work, shop.product.id, on=True)
    with shop.work(shop.colleague) as work:
        lines.star(work, shop.second.id, on=True)
    with shop.portal.work() as work:
        work.session.get_one(Product, shop.product.id).category_id = shop.closed_group.id
        work.session.query(Membership).filter_by(user_id=shop.colleague.id).one().dismissed_at = work.now
    say(shop, shop.product)
    say(shop, shop.second)
    shop.portal.run_jobs()
    assert told(shop) == []
    assert standing(shop) == {"ПП 21030": "expected"}
    assert "ПЭВД" not in shop.sign_in().get("/availability").text


def test_the_stock_announces_what_comes_back_and_what_runs_out_and_once(shop: Shop) -> None:
    stock(shop, shop.product, "18400")
    assert standing(shop) == {}  # the first stock is no news
    shop.fill("4")
    least = shop.product.minimum
    stock(shop, shop.product, str(least * 2))
    assert standing(shop) == {"ПЭВД 15803-020": "low"}
    stock(shop, shop.product, str(least * 2))
    stock(shop, shop.product, "0")
    assert standing(shop) == {}
    stock(shop, shop.product, "9000")
    assert standing(shop) == {"ПЭВД 15803-020": "back"}
    stock(shop, shop.product, str(least))
    assert standing(shop) == {"ПЭВД 15803-020": "low"}
    assert len(told(shop)) == 3
    shop.portal.pass_time(days=15)
    assert standing(shop) == {}
    with shop.portal.work() as work:
        announce.expire(work)
    with shop.portal.work(write=False) as work:
        assert work.session.scalars(select(Announcement).where(Announcement.ended_at.is_(None))).all() == []


def test_what_staff_say_stands_until_the_goods_are_there(shop: Shop) -> None:
    stock(shop, shop.product, "0")
    first = say(shop, shop.product)
    second = say(shop, shop.product, on=date(2026, 12, 5))
    with shop.portal.work(write=False) as work:
        assert work.session.get_one(Announcement, first).ended_at is not None
    stock(shop, shop.product, "18400")
    assert standing(shop) == {"ПЭВД 15803-020": "back"}
    with shop.portal.work(write=False) as work:
        assert work.session.get_one(Announcement, second).ended_at is not None


def test_staff_announce_and_end_on_their_page_and_are_told_what_is_wrong(shop: Shop) -> None:
    client = shop.sign_in(shop.manager)
    client.get("/admin/availability")
    refused = client.post("/admin/availability", {"article": "nothing", "kind": "expected", "note": "Держу слово"})
    assert refused.status_code == 422
    assert "There is no product with this article" in refused.text
    assert "Say from which day" in refused.text
    assert "Держу слово" in refused.text
    form = {"article": "A-0", "kind": "low", "note": "Осталась одна партия", "_key": "0123456789abcdef0123"}
    assert [client.post("/admin/availability", form).status_code for _ in range(2)] == [303, 303]
    with shop.portal.work(write=False) as work:
        row = work.session.scalars(select(Announcement)).one()
    assert client.post(f"/admin/availability/{row.id}/end").status_code == 303
    assert standing(shop) == {}
    assert "Осталась одна партия" in client.get("/admin/availability?ended=true").text
    with shop.work(shop.manager) as work, pytest.raises(NotFound):
        announce.end(work, announcement_id=UUID(int=7))
    with shop.work(shop.manager) as work, pytest.raises(Refused) as wrong:
        announce.announce(work, article="A-0", kind="soon", note="x" * 501)
    assert {one.code for one in wrong.value.problems} == {"kind", "note_long"}
    buyer = shop.sign_in()
    buyer.get("/")
    assert buyer.post("/admin/availability", form).status_code in (403, 404)


def test_pages_take_as_many_statements_with_many_announcements_as_with_one(shop: Shop) -> None:
    def taken(path: str) -> int:
        client.get(path)
        with counted() as found:
            assert client.get(path).status_code == 200
        return len(found)

    shop.fill("4", "4")
    say(shop, shop.product)
    client = shop.sign_in()
    paths = ("/", "/availability", "/availability?mine=true", "/catalog", "/cart")
    before = [taken(path) for path in paths]
    say(shop, shop.second)
    assert [taken(path) for path in paths] == before
