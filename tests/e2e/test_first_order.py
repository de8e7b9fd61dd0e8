"""A first order, as it happens: in Chromium, through a portal's process, into a 1C that is away for a while, and back as news and mail."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stage import PEOPLE, Stage
from tests.e2e.tab import empty_cart, sign_in, window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]
FIRST_LINE = ".cart-lines > .line:first-child"
SECONDS = 1000
WRONG = re.compile("Ближайшее|Минимальный заказ|целыми упаковками")


def place(page: Page) -> str:
    """From the cart through checkout to the order's page; its number."""
    page.goto("/cart")
    page.locator('main a[href="/checkout"]').first.click()
    expect(page).to_have_url(re.compile("/checkout$"))
    page.locator("form#checkout [type=submit]").first.click()
    expect(page).to_have_url(re.compile("/orders/[0-9a-f-]{36}$"))
    found = re.search(r"П-\d+", page.locator("h1").inner_text())
    assert found is not None
    return found.group()


def put_into_cart(page: Page, kilograms: str = "") -> None:
    """The first product of a search: what is proposed, or so many kilograms."""
    page.goto("/catalog?view=list")
    page.locator("main [name=q]").fill("ПЭ")
    page.locator("main [name=q]").press("Enter")
    expect(page).to_have_url(re.compile("q="))
    form = page.locator("main form.buy").first
    if kilograms:
        with page.expect_response(re.compile("/quantity")):
            form.locator("select").select_option("кг")
        with page.expect_response(re.compile(f"/quantity.*={kilograms}&")):
            form.locator("[name=quantity]").fill(kilograms)
            form.locator("[name=quantity]").blur()
    form.locator("[type=submit]").last.click()


def test_a_buyer_orders_while_1c_is_away_and_everything_arrives_once(browser: Browser, stage: Stage) -> None:
    box, buyer = stage.box, PEOPLE["buyer"]
    stage.mailbox.clear()
    with window(browser, stage.address) as (context, watch):
        page = context.new_page()
        sign_in(page, "buyer")
        empty_cart(page)

        # a quantity that is no multiple: said beside the product, kept in the cart, corrected there by one of the nearest amounts
        put_into_cart(page, "13")
        product = page.locator("main form.buy").first
        expect(product.locator(".packhint [role=alert]")).to_contain_text(WRONG)
        expect(product.locator("[name=quantity]")).to_have_attribute("aria-invalid", "true")
        expect(product.locator(".said")).to_contain_text("исправить")
        expect(page.locator(".toast-line")).to_have_count(0)
        product.locator(".packhint .cures button").last.click()
        expect(product.locator("[aria-invalid=true], .packhint [role=alert]")).to_have_count(0)
        page.goto("/cart")
        expect(page.locator(f"{FIRST_LINE} [name=quantity][aria-invalid=true]")).to_have_value("13")
        expect(page.locator(FIRST_LINE)).to_contain_text(WRONG)
        page.locator(f"{FIRST_LINE} .lower form [type=submit]").first.click()
        expect(page.locator("main [aria-invalid=true]")).to_have_count(0)
        watch.calm()

        # the first order goes to a 1C that answers
        first = place(page)
        assert box.wait_for_documents({first})[first] == 1
        expect(page.locator("h1 .chip")).to_have_text("Принят 1С", timeout=30 * SECONDS)  # by itself: nobody reloads the page

        # the second one to a 1C that is switched off: it is kept, and says so
        box.power(on=False)
        put_into_cart(page)
        expect(page.locator("main form.buy").first.locator(".said a")).to_be_visible()
        second = place(page)
        expect(page.locator("h1")).to_contain_text(second)
        assert second not in box.documents()
        box.power(on=True)
        there = box.wait_for_documents({first, second})
        assert (there[first], there[second]) == (1, 1)

        # what 1C's manager does comes back to the open page, and by mail
        box.act(second, "post")
        expect(page.locator("h1 .chip")).to_have_text("Подтверждён", timeout=30 * SECONDS)
        expect(page.locator("#order")).to_contain_text("УТ-")
        letter = stage.mailbox.wait_for(lambda one: second in str(one["Subject"]) and buyer.email in str(one["To"]), seconds=30)
        body = letter.get_body(("plain",))
        assert body is not None
        assert f"{stage.address}/orders/" in body.get_content()

        page.goto("/orders")
        for number in (first, second):
            expect(page.locator("main th a", has_text=number)).to_have_count(1)
        assert box.documents() == there
        watch.calm()
