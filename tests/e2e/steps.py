"""What people do in more than one test."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.e2e.stage import Stage
from tests.e2e.tab import empty_cart, sign_in, window
from tests.e2e.test_first_order import place, put_into_cart


def order_something(page: Page) -> str:
    """Whatever was in the cart, then an order of one product; its number."""
    empty_cart(page)
    put_into_cart(page)
    expect(page.locator("main form.buy").first.locator(".said a")).to_be_visible()
    return place(page)


def run_flow(browser: Browser, stage: Stage, name: str) -> None:
    """An administrator has 1C asked now, in place of waiting for the next time."""
    with window(browser, stage.address) as (context, _watch):
        page = context.new_page()
        sign_in(page, "admin")
        page.goto("/admin/exchange/flows")
        page.locator(f"main a[href*='/exchange/flows/{name}']").first.click()
        page.locator("main form:has([name=action][value=run]) [type=submit]").first.click()
        page.wait_for_load_state("networkidle")


def order_with_papers(browser: Browser, stage: Stage) -> str:
    """The buyer orders, 1C ships, and the portal has asked 1C for money and papers; the order's number."""
    with window(browser, stage.address) as (context, _watch):
        page = context.new_page()
        sign_in(page, "buyer")
        number = order_something(page)
        stage.box.wait_for_documents({number})
    for action in ("post", "invoice", "release", "ship"):
        stage.box.act(number, action)
    stage.box.ask("exchange", {}, patience=120)
    for flow in ("settlements", "papers"):
        run_flow(browser, stage, flow)
    with window(browser, stage.address) as (context, _watch):
        page = context.new_page()
        sign_in(page, "accountant")
        page.goto("/papers")
        expect(page.locator("main tbody tr", has_text=number).first).to_be_visible(timeout=30_000)
    return number
