"""The chat in two browsers: live, with read marks and replies, and right without live events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from b2bkit.core.accounts.models import User
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal
from b2bkit_chat.plugin import ChatPlugin
from b2bkit_chat.service import read, write
from tests.core.ordering.shop import Shop
from tests.e2e.tab import fine, window

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.parametrize("served", [pytest.param((ChatPlugin,), id="chat")], indirect=True),
]


@contextmanager
def opened(browser: Browser, portal: Portal, address: str, user: User, *, width: int = 1440, calm: bool = True) -> Iterator[Page]:
    """A page of this person; what its browser complains about fails the test."""
    client = portal.sign_in(user)
    with window(browser, address, width=width, lang="en") as (context, watch):
        context.add_cookies([{"name": "b2bkit", "value": client.cookies["b2bkit"], "url": address}])
        yield context.new_page()
        if calm:
            watch.calm()


def talk_of(shop: Shop) -> UUID:
    """The buyer's talk, with a first message in it."""
    with shop.work() as work:
        write.say(work, text="Good morning")
        seen = read.own(work)
        assert seen is not None
        return seen.talk.id


def test_a_message_its_typing_and_its_read_mark_come_by_themselves(served: tuple[Portal, str], browser: Browser) -> None:
    portal, address = served
    shop = Shop(portal)
    talk_id = talk_of(shop)
    with opened(browser, portal, address, shop.manager) as desk, opened(browser, portal, address, shop.buyer, width=390) as phone:
        desk.goto(f"/admin/chat/{talk_id}", wait_until="networkidle")
        phone.goto("/chat", wait_until="networkidle")
        expect(phone.locator("#m-1 .chat-mark")).to_contain_text("read")
        phone.locator("#f-text").press_sequentially("Is there PS 525?")
        expect(desk.locator("#chat-typing")).to_contain_text("is typing")
        phone.locator("#chat-form [type=submit]").click()
        expect(phone.locator("#m-2 .bub")).to_have_text("Is there PS 525?")
        expect(phone.locator("#f-text")).to_have_value("")
        expect(desk.locator("#m-2 .bub")).to_have_text("Is there PS 525?")
        expect(desk.locator("#convs .conv").first).to_contain_text("Is there PS 525?")
        expect(phone.locator("#m-2 .chat-mark")).to_contain_text("read")
        desk.locator("#m-2 [data-reply]").click()
        expect(desk.locator("#chat-answers")).to_contain_text("Is there PS 525?")
        desk.keyboard.type("Four tons")
        desk.keyboard.press("Control+Enter")
        expect(phone.locator("#m-3 .chat-quote")).to_contain_text("Is there PS 525?")
        expect(desk.locator("#chat-answers")).to_be_hidden()
        assert phone.locator("[data-seq]").count() == desk.locator("[data-seq]").count() == 3
        for page in (desk, phone):
            fine(page)


def test_without_live_events_the_page_asks_by_itself(served: tuple[Portal, str], browser: Browser) -> None:
    portal, address = served
    shop = Shop(portal)
    talk_id = talk_of(shop)
    with opened(browser, portal, address, shop.buyer, calm=False) as page:
        page.route("**/events*", lambda route: route.abort())
        page.clock.install()
        page.goto("/chat")
        expect(page.locator("[data-seq]")).to_have_count(1)
        with shop.work(shop.manager) as work:
            for number in range(2):
                write.answer(work, talk_id=talk_id, text=f"Answer {number}")
        page.clock.run_for(46_000)
        expect(page.locator("#m-3 .bub")).to_have_text("Answer 1")
        assert page.locator("[data-seq]").count() == 3


def test_a_long_talk_goes_back_and_a_search_leads_into_it(served: tuple[Portal, str], browser: Browser) -> None:
    portal, address = served
    shop = Shop(portal)
    with shop.work() as work:
        for number in range(1, 121):
            write.say(work, text=f"Message {number}" if number != 7 else "The needle")
    with opened(browser, portal, address, shop.buyer) as page:
        page.goto("/chat", wait_until="networkidle")
        expect(page.locator("#m-120")).to_be_in_viewport()
        page.locator("[data-earlier] a").click()
        expect(page.locator("#m-41")).to_be_attached()
        page.locator(".chat-search input").press_sequentially("needle")
        page.locator("#chat-found a").click()
        expect(page.locator("#m-7")).to_be_in_viewport()
        page.locator("[data-later] a").click()
        expect(page.locator("#m-80")).to_be_attached()
        numbers = page.locator("[data-seq]").evaluate_all("all => all.map((one) => Number(one.dataset.seq))")
        assert numbers == list(range(1, len(numbers) + 1))
        fine(page)
        page.locator("#f-text").fill("From the old place")
        page.locator("#chat-form [type=submit]").click()
        expect(page.locator("#m-121")).to_be_in_viewport()


def test_a_person_without_a_talk_is_told_what_to_write(served: tuple[Portal, str], browser: Browser) -> None:
    portal, address = served
    shop = Shop(portal)
    with portal.work() as work:
        admin = make.staff(work, role="admin", name="Admin")
    for user, path in ((shop.viewer, "/chat"), (admin, "/admin/chat")):
        for width in (1440, 390):
            with opened(browser, portal, address, user, width=width) as page:
                page.goto(path, wait_until="networkidle")
                fine(page)
