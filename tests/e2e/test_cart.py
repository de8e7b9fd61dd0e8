"""A cart under quick hands and a slow line: every change counts, none is taken back."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.stage import Stage
from tests.e2e.tab import empty_cart, sign_in, window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_what_is_changed_while_the_last_change_is_on_its_way_is_not_lost(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address, width=390) as (context, watch):
        page = context.new_page()
        sign_in(page, "buyer")
        empty_cart(page)
        page.goto("/catalog?view=list")
        form = page.locator("main form.buy").first
        form.locator("[type=submit]").last.click()
        form.locator(".said a").wait_for()
        page.goto("/cart")
        field, more = page.locator("li.line [name=quantity]"), page.locator("li.line [data-qty-more]")
        before = int(field.input_value())
        sent = list[str]()
        page.on("requestfinished", lambda request: sent.append(request.post_data or "") if "/cart/lines/" in request.url else None)
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", {"offline": False, "latency": 1500, "downloadThroughput": -1, "uploadThroughput": -1})
        with page.expect_response(lambda answer: "/cart/lines/" in answer.url):
            with page.expect_request(lambda request: "/cart/lines/" in request.url):
                more.click()
            step = int(field.input_value()) - before
            more.click()
            more.click()
            page.wait_for_timeout(400)  # past the pause after which a change is sent
        line.send("Network.emulateNetworkConditions", {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})
        expect(field).to_have_value(str(before + 3 * step))
        expect(page.locator("li.line form[aria-busy]")).to_have_count(0)
        last = f"quantity={before + 3 * step}"
        deadline = time.monotonic() + 20
        while not any(last in told for told in sent):  # it is sent a moment after it was typed, once the one before is answered
            assert time.monotonic() < deadline, sent
            page.wait_for_timeout(50)
        page.reload()
        expect(field).to_have_value(str(before + 3 * step))
        watch.calm()
