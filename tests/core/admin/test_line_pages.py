"""The line to 1C as staff see it, with a gateway: picture and words of the day, exchange, health; and the age of data for clients."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

import pytest

from b2bkit.core.erp import service as erp
from b2bkit.core.erp.service.freshness import mark_fresh
from b2bkit.core.erp.service.line import SLOTS
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import AskedErp, Shop

SYSTEM = "asked.line"


@pytest.fixture
def shop(make_portal: MakePortal) -> Shop:
    return Shop(make_portal(classes=(AskedErp,)))


@pytest.fixture
def admin(shop: Shop) -> Client:
    with shop.portal.work() as work:
        user = make.staff(work, role="admin", lang="en")
    return shop.portal.sign_in(user)


def hear(shop: Shop) -> None:
    with shop.portal.work() as work:
        erp.heard(work, SYSTEM)


def words(html: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).replace("\u00a0", " ")


def a_day_with_a_break(shop: Shop) -> None:
    """Heard for ten minutes, then silent for 50, then heard again; the bars are quarters of an hour."""
    for _ in range(6):
        hear(shop)
        shop.portal.pass_time(seconds=120)
    shop.portal.pass_time(seconds=2880)
    hear(shop)


def picture(page: str) -> tuple[str, Counter[str]]:
    """What the picture says to a screen reader, and how many bars of each look it draws."""
    (drawn,) = re.findall(r'<svg class="up24".*?</svg>', page, re.S)
    label = re.search(r'role="img" aria-label="([^"]*)"', drawn)
    assert label is not None
    return unescape(label[1]).replace("\u00a0", " "), Counter(re.findall(r'<rect class="u-(\w+)"', drawn))


@pytest.mark.parametrize("path", ["/admin", "/admin/exchange", "/admin/health"])
def test_the_picture_of_the_line_draws_each_quarter_of_an_hour_and_says_in_words_what_it_shows(
    shop: Shop, admin: Client, path: str
) -> None:
    a_day_with_a_break(shop)
    page = admin.get(path).text
    said, bars = picture(page)
    assert sum(bars.values()) == SLOTS
    assert bars["down"] >= 3
    assert said.startswith("Line to 1C in 24 hours: up ")
    assert re.search(r"slow \d+ min, down \d+ min\. Not up: slow \d\d:\d\d – \d\d:\d\d; down \d\d:\d\d – \d\d:\d\d\.$", said), said
    (times,) = re.findall(r'<div class="up24-x" aria-hidden="true">(.*?)</div>', page)
    zone = shop.portal.app.config.portal.zone
    shown = re.findall(r"\d\d:\d\d", times)
    assert len(shown) == 5
    assert {shown[0], shown[-1]} == {f"{shop.portal.now.astimezone(zone):%H:%M}"}
    assert words(times).strip() != shown[0], "the first one says of which day it is"


def test_before_its_first_exchange_the_line_says_what_to_do(shop: Shop, admin: Client) -> None:
    page = admin.get("/admin/exchange").text
    assert "1C has not reported yet" in words(page)
    assert "the picture begins with its first exchange" in words(page)
    assert picture(page) == ("Line to 1C in 24 hours: nothing is known yet.", Counter({"unknown": SLOTS}))


def test_the_exchange_says_since_when_1c_is_away_and_nothing_when_it_answers(shop: Shop, admin: Client) -> None:
    hear(shop)
    page = admin.get("/admin/exchange").text
    assert 'class="down' not in page
    shop.portal.pass_time(seconds=3600)
    page = words(admin.get("/admin/exchange").text)
    assert re.search(r"1C has not answered since \d\d:\d\d", page)
    assert "orders are accepted and wait in line" in page


def test_health_shows_the_line_and_the_age_of_all_that_1c_sends(shop: Shop, admin: Client) -> None:
    hear(shop)
    with shop.portal.work() as work:
        mark_fresh(work, "stock", work.now, 40)
    shop.portal.pass_time(seconds=180)
    page = admin.get("/admin/health").text
    assert "Line to 1C, 24 hours" in page
    (ages,) = re.findall(r'aria-labelledby="h-fresh".*?</section>', page, re.S)
    assert "Stock" in words(ages)
    assert "3 min ago" in words(ages)
    assert "Clients and contracts never came" in words(ages)


def test_a_client_sees_how_old_the_news_of_1c_are_and_no_card_before_the_first(shop: Shop) -> None:
    buyer = shop.sign_in()
    assert "New from 1C" not in buyer.get("/").text
    with shop.portal.work() as work:
        mark_fresh(work, "stock", work.now, 40)
        mark_fresh(work, "companies", work.now, 3)
    shop.portal.pass_time(seconds=180)
    (card,) = re.findall(r'<section[^>]*aria-labelledby="h-fresh".*?</section>', buyer.get("/").text, re.S)
    assert "Stock 3 min ago" in words(card)
    assert "Clients" not in words(card), "whom else 1C knows is none of a client's business"
