"""Polymertorg's whole story in a browser, against the 1C in the box, which is switched off in the middle of it; in both languages.

An offer becomes a cart, a mistake is corrected, a price changes in 1C, more of the catalogue is opened, a discount is granted. Then 1C is
away: the order is placed and a question asked all the same. 1C comes back, has both once, answers, ships and bills, and the accountant
reads all of it on a phone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from io import BytesIO
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.stage import PEOPLE, Box, Stage
from tests.e2e.steps import run_flow
from tests.e2e.tab import empty_cart, fine, sign_in, window
from tests.e2e.test_first_order import place

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
TOTAL = "main .summary dd.total"
COMPANY = "Экопакет"  # the buyer's
LATER = 60_000  # ms: 1C's next exchange, a job, a live page
OPENED = "Вам открыли больше товаров"  # notices speak the language of the person, whichever the window has
WORDS: Mapping[str, Mapping[str, str]] = {
    "ru": {"dearer": "дороже", "taken": "Принят 1С", "later": "На потом", "hint": "Ближайшее|Минимальный|целыми"},
    "en": {"dearer": "dearer", "taken": "Taken by 1C", "later": "For later", "hint": "Nearest|least order|whole packs"},
}


def first_article(page: Page) -> str:
    """Article of the first product that can be ordered."""
    page.goto("/catalog?view=list")
    return page.locator("main article:has(form.buy) .props span:first-child").first.inner_text().strip()


def begin_post(page: Page, kind: str, title: str) -> None:
    """A draft with a title; its page."""
    page.goto("/admin/news")
    page.locator("[name=kind]").select_option(kind)
    page.locator("[name=title]").fill(title)
    page.locator("main form:has([name=title]) [type=submit]").click()
    expect(page.locator("[name=lead]")).to_be_visible()


def write_offer(page: Page, title: str, goods: str) -> None:
    """An administrator begins an offer, fills it in and publishes it."""
    begin_post(page, "offer", title)
    page.locator("[name=lead]").fill(f"{title}.")
    page.locator("[name=goods]").fill(goods)
    page.locator("main form:has([name=goods]) [name=act][value=save]").click()
    page.locator("main form[action$='/publish'] [type=submit]").click()
    expect(page.locator("main .chip").first).to_be_visible()


def take_offer(page: Page, title: str) -> None:
    """The buyer reads it where he begins, and puts all of it into the cart."""
    page.goto("/")
    page.locator("main a", has_text=title).first.click()
    fine(page)
    page.locator("main form[action$='/cart'] [type=submit]").last.click()
    page.goto("/cart")
    expect(page.locator("main li.line")).to_have_count(1)


def correct(page: Page, article: str, words: Mapping[str, str]) -> None:
    """A quantity that is no multiple is told and corrected by one of the nearest amounts; the line goes to the favourites and back."""
    line = page.locator("main li.line").first
    line.locator("[name=quantity]").fill("13")
    line.locator("[name=quantity]").blur()
    expect(page.locator("main li.line").first).to_contain_text(re.compile(words["hint"]))
    page.locator("main li.line .lower form [type=submit]").first.click()
    expect(page.locator("main [aria-invalid=true]")).to_have_count(0)
    page.locator("main li.line form[action$='/favorites/later'] [type=submit]").click()
    expect(page.locator("main li.line")).to_have_count(0)
    page.goto("/favorites")
    page.locator("main th a", has_text=words["later"]).click()
    page.locator("main tr", has_text=article).locator("[name=chosen]").check()
    page.locator("main [name=do][value=cart]").click()
    expect(page).to_have_url(re.compile("/cart"))
    expect(page.locator("main li.line")).to_have_count(1)


def see_the_dearer_price(page: Page, box: Box, article: str, value: str, words: Mapping[str, str]) -> None:
    """1C's price list changes: the cart says so in colour until it is confirmed."""
    box.price(article, value)
    page.goto("/cart")
    expect(page.locator("main .diffbar")).to_contain_text(words["dearer"], timeout=LATER)
    fine(page)
    page.locator("main .diffbar [type=submit]").click()
    expect(page.locator("main .diffbar")).to_have_count(0)


def open_more(buyer: Page, manager: Page) -> None:
    """The buyer asks for a closed group, his manager opens it, and it is in the catalogue."""
    buyer.goto("/catalog-requests")
    box = buyer.locator("main [name=groups]").first
    group = buyer.locator(f"label[for='{box.get_attribute('id')}']").inner_text().strip()
    box.check()
    buyer.locator("main form:has([name=groups]) [type=submit]").click()
    expect(buyer.locator("main")).to_contain_text(group)
    fine(buyer)
    manager.goto("/admin/catalog-requests")
    manager.locator("main tbody th a", has_text=COMPANY).last.click()  # the newest
    fine(manager)
    manager.locator("main [name=do][value=grant]").click()
    buyer.goto("/notifications")
    expect(buyer.locator("main")).to_contain_text(OPENED, timeout=LATER)
    buyer.goto("/catalog-requests")
    buyer.locator("main li", has_text=group).locator("a[href^='/catalog']").first.click()
    expect(buyer.locator("main form.buy").first).to_be_visible()


def agree_on_a_discount(buyer: Page, manager: Page) -> str:
    """Three per cent are asked for, granted as asked, and stand in the cart. Its total."""
    buyer.goto("/cart")
    before = total(buyer)
    buyer.goto("/discount-requests")
    buyer.locator("[name=percent]").fill("3")
    buyer.locator("[name=reason]").fill("Пять тонн каждый месяц")
    buyer.locator("main form:has([name=reason]) [type=submit]").click()
    manager.goto("/admin/discount-requests")
    manager.locator("main tbody th a", has_text=COMPANY).last.click()  # the newest
    fine(manager)
    manager.locator("main [name=do][value=grant]").click()
    buyer.goto("/cart")
    expect(buyer.locator(TOTAL).first).not_to_have_text(before)
    fine(buyer)
    buyer.locator("main .diffbar [type=submit]").click()
    expect(buyer.locator("main .diffbar")).to_have_count(0)
    return total(buyer)


def total(page: Page) -> str:
    """What the cart comes to, as it is written."""
    return page.locator(TOTAL).first.inner_text()


def ask_for_an_act(page: Page, words: str) -> str:
    """A ticket for a reconciliation act with a file; its address."""
    page.goto("/tickets/new/reconciliation")
    for name, day in (("period_from", "2026-07-01"), ("period_to", "2026-09-30")):
        page.locator(f"main [name$={name}]").fill(day)
    select = page.locator("main select[name$=entity]")
    if select.count():
        select.select_option(index=1)
    page.locator("main [name=text]").fill(words)
    scan = BytesIO()
    Image.new("RGB", (300, 200), (240, 240, 240)).save(scan, "PNG")
    page.locator("main input[type=file]").first.set_input_files({"name": "act.png", "mimeType": "image/png", "buffer": scan.getvalue()})
    page.locator("main form:has([name=text]) [type=submit]").first.click()
    expect(page).to_have_url(re.compile("/tickets/[0-9a-f-]{36}"))
    fine(page)
    return page.url


def answer_in_1c(box: Box, asked: str, words: str) -> None:
    """1C's manager finishes the task of who asked so, once it is there; the portal asks for its result each minute."""
    end = time.monotonic() + LATER / 1000
    while not (mine := [one["ref"] for one in box.ask("tasks")["tasks"] if asked in str(one.values())]):
        assert time.monotonic() < end, f"1C has no task with {asked!r}"
        time.sleep(0.2)  # another process: there is no event to wait for
    box.ask(f"tasks/{quote(mine[-1])}/done", {"result": words})


def read_on_a_phone(browser: Browser, stage: Stage, lang: str, number: str) -> None:
    """The accountant: the order's paper, the money, the day on which it is due."""
    with window(browser, stage.address, width=390, lang=lang, theme="dark") as (context, watch):
        page = context.new_page()
        sign_in(page, "accountant")
        page.goto(f"/papers?kind=shipment&q={quote(number)}")
        row: Locator = page.locator("main tbody tr", has_text=number).first
        expect(row).to_be_visible(timeout=LATER)
        row.locator("th a").click()
        expect(page.locator("main")).to_contain_text(number)
        fine(page)
        page.locator("main form[action$='/views'] [type=submit]").first.click()  # read, not downloaded
        expect(page.locator("main .pages-shown img").first).to_be_visible(timeout=LATER)
        fine(page)
        page.go_back()
        page.locator("main a[href*='/originals/new']").click()
        page.locator("main [name=papers]").first.check()
        page.locator("main form:has([name=papers]) [type=submit]").click()
        expect(page).to_have_url(re.compile("/originals"))
        fine(page)
        page.goto("/payments")
        expect(page.locator("main")).to_contain_text("BYN")
        fine(page)
        page.goto("/money")
        fine(page)
        watch.calm()


def test_a_post_is_written_with_the_editor_which_never_takes_the_focus(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address) as (context, watch):
        page = context.new_page()
        sign_in(page, "admin")
        begin_post(page, "news", "Новый прайс-лист")
        text = page.locator(".ql-editor")
        expect(text).to_be_visible()
        assert page.evaluate("document.activeElement === document.body")
        text.click()
        page.keyboard.type("Цены на полиэтилен ")
        page.locator("[data-format=bold]").click()
        page.keyboard.type("ниже")
        expect(page.locator("[data-format=bold]")).to_have_attribute("aria-pressed", "true")
        page.locator("[name=title]").click()
        page.keyboard.press("End")
        page.keyboard.type(" на декабрь")
        expect(page.locator("[name=title]")).to_have_value("Новый прайс-лист на декабрь")
        fine(page)
        page.locator("main form:has([name=title]) [name=act][value=save]").click()
        expect(page.locator("h1")).to_contain_text("на декабрь")
        expect(page.locator(".ql-editor strong")).to_have_text("ниже")
        expect(page.locator(".ql-editor")).to_have_text("Цены на полиэтилен ниже")
        watch.calm()


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_an_offer_becomes_a_paid_order_though_1c_is_away_in_the_middle(browser: Browser, stage: Stage, lang: str) -> None:
    box, words = stage.box, WORDS[lang]
    box.power(on=True)
    stage.mailbox.clear()
    with window(browser, stage.address, lang=lang) as (mine, watch), window(browser, stage.address, lang=lang) as (theirs, other):
        buyer, manager = mine.new_page(), theirs.new_page()
        sign_in(buyer, "buyer")
        sign_in(manager, "admin")
        empty_cart(buyer)
        article = first_article(buyer)
        title = {"ru": "Сырьё недели", "en": "Grade of the week"}[lang]
        write_offer(manager, title, f"{article}; 1000; кг")
        take_offer(buyer, title)
        correct(buyer, article, words)
        see_the_dearer_price(buyer, box, article, {"ru": "81.50", "en": "99.70"}[lang], words)
        open_more(buyer, manager)
        agreed = agree_on_a_discount(buyer, manager)

        box.power(on=False)
        number = place(buyer)
        order = buyer.url
        expect(buyer.locator("#order")).to_contain_text(agreed)
        asked = {"ru": "Нужен подписанный акт", "en": "A signed act, please"}[lang]
        ticket = ask_for_an_act(buyer, asked)
        assert number not in box.documents()
        box.power(on=True)
        assert box.wait_for_documents({number})[number] == 1
        buyer.goto(order)
        expect(buyer.locator("h1 .chip")).to_have_text(words["taken"], timeout=LATER)

        buyer.goto(ticket)
        answer = {"ru": "Акт отправлен почтой", "en": "The act is in the post"}[lang]
        answer_in_1c(box, asked, answer)
        run_flow(browser, stage, "tasks")
        expect(buyer.locator("#seen-part")).to_contain_text(answer, timeout=LATER)
        letter = stage.mailbox.wait_for(
            lambda one: (PEOPLE["buyer"].email in str(one["To"]) and "/tickets/" in one.as_string()) or answer in text_of(one), seconds=40
        )
        assert letter is not None
        for action in ("post", "invoice", "release", "ship"):
            box.act(number, action)
        box.ask("exchange", {}, patience=120)
        watch.calm()
        other.calm()
    for flow in ("settlements", "papers", "schedule"):
        run_flow(browser, stage, flow)
    read_on_a_phone(browser, stage, lang, number)
    assert box.documents()[number] == 1


def text_of(letter: object) -> str:
    """The plain words of a letter."""
    body = letter.get_body(("plain",))  # type: ignore[attr-defined]
    return body.get_content() if body else ""
