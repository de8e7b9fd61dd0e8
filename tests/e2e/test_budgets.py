"""What a page costs the person who opens it: bytes over the line, and nothing that jumps under the finger once it is there."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.stage import Stage
from tests.e2e.tab import sign_in, window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

MOST_BYTES = 300_000
PAGES = ("/", "/catalog", "/catalog?view=cards", "/cart", "/orders", "/papers", "/company", "/notifications")
SLOWER = 12  # times: a machine under load, or an old telephone
SHIFTS = """() => { window.shifts = []; new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput)
  window.shifts.push([one.value, one.sources.map((s) => s.node && (s.node.id || s.node.className || s.node.nodeName)).join(", ")]); })
  .observe({ type: "layout-shift", buffered: true }); }"""


class Line:
    """Bytes of files that came over the line since it was made, compressed as they travel, without those the browser had."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        self._pages: set[str] = set()
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.responseReceived", self._began)
        devtools.on("Network.loadingFinished", self._finished)

    def _began(self, event: dict[str, Any]) -> None:
        if event["response"]["mimeType"] == "text/html":
            self._pages.add(event["requestId"])

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] not in self._pages:
            self.bytes += int(event["encodedDataLength"])


def packed(context: BrowserContext, address: str) -> int:
    """Bytes of a page as the proxy of `deploy/` sends it."""
    return len(gzip.compress(context.request.get(address).body(), 6))


def test_a_first_page_is_under_300_kilobytes(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address, width=390) as (context, _watch):
        page = context.new_page()
        line = Line(page)
        page.goto("/sign-in", wait_until="networkidle")
        assert 20_000 < line.bytes + packed(context, "/sign-in") < MOST_BYTES
        sign_in(page, "buyer")
        session = [one for one in context.cookies() if one["name"] == "b2bkit"]
    with window(browser, stage.address, width=390) as (context, _watch):  # another telephone: nothing is there yet
        context.add_cookies(session)  # type: ignore[arg-type]
        page = context.new_page()
        line = Line(page)
        page.goto("/catalog", wait_until="networkidle")
        assert 20_000 < line.bytes + packed(context, "/catalog") + packed(context, "/catalog/facets") < MOST_BYTES


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_moves_while_a_page_opens(browser: Browser, stage: Stage, width: int) -> None:
    moved: list[str] = []
    with window(browser, stage.address, width=width) as (context, _watch):
        page = context.new_page()
        sign_in(page, "buyer")
        for address in PAGES:
            page = context.new_page()  # a cold page: its fonts come while it is drawn
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})  # and its parts one by one
            page.goto(address)
            page.evaluate(SHIFTS)
            page.evaluate(
                "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))"
            )
            moved += [f"{width} {address}: {value:.4f} {who}" for value, who in page.evaluate("window.shifts") if value > 0.001]
            page.close()
    assert moved == []
