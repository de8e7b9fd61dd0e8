"""Chromium at a portal: what the console says, which hosts are asked, what axe finds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.stage import PEOPLE, ROOT

CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = ROOT / "build" / "screens"
WIDTHS = {1440: 900, 390: 844}
Theme = Literal["light", "dark"]
WIDER = """() => { const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map((e) => e.tagName + "." + e.className); }"""
FOUND = """async (rules) => (await axe.run(document, {resultTypes: ["violations"], ...(rules && {runOnly: rules})})).violations
  .flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} (${node.failureSummary.split("\\n").pop().trim()})`))"""


expect.set_options(timeout=20_000)  # a machine under load is no defect of a page


@dataclass
class Watch:
    """What a browser complained about, and every request to somebody else; both must stay empty."""

    origin: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        return page

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin + "/", "data:", "blob:")):
            self.elsewhere.append(url)

    def calm(self) -> None:
        """Raises AssertionError with what there was."""
        assert self.elsewhere == [], f"requests left the portal: {self.elsewhere}"
        assert self.complaints == [], f"the browser complains: {self.complaints}"


@contextmanager
def window(
    browser: Browser, address: str, *, width: int = 1440, lang: str = "ru", theme: Theme = "light"
) -> Iterator[tuple[BrowserContext, Watch]]:
    """A browser of somebody who chose language and theme."""
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": WIDTHS[width]}, locale=lang, has_touch=width < 860, reduced_motion="reduce"
    )
    context.set_default_timeout(15_000)
    cookies = {"b2bkit-lang": lang, "b2bkit-theme": theme}
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    watch = Watch(address)
    context.on("page", lambda page: watch.over(page) and None)
    try:
        yield context, watch
    finally:
        context.close()


def sign_in(page: Page, role: str) -> None:
    """By the form, as people do."""
    account = PEOPLE[role]
    page.goto("/sign-in")
    page.locator("[name=email]").fill(account.email)
    page.locator("[name=password]").fill(account.password)
    page.locator("form:has([name=password]) [type=submit]").click()
    expect(page.locator("[name=password]")).to_have_count(0)


def empty_cart(page: Page) -> None:
    """By its own button, whatever an earlier test left in it."""
    page.goto("/cart")
    opener = page.locator("main [data-dialog=clear]")
    if opener.count():
        opener.click()
        page.locator("dialog#clear [type=submit]").click()
        expect(page.locator("main li.line")).to_have_count(0)


def found_by_axe(page: Page, *rules: str) -> list[str]:
    """Rule, element and cure of each finding; of these rules only, when some are named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(FOUND, list(rules) or None)
    return found


def wider_than_the_page(page: Page) -> list[str]:
    """What sticks out to the right when the page scrolls sideways."""
    sticking: list[str] = page.evaluate(WIDER)
    return sticking


def fine(page: Page) -> None:
    """Nothing sticks out and axe finds nothing in the state that the page is in."""
    assert wider_than_the_page(page) == []
    assert found_by_axe(page) == []


def take(page: Page, name: str, folder: Path = SCREENS) -> None:
    """A picture of the whole page."""
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)
