"""`python -m tests.e2e.pictures`: takes the documentation's pictures of a running Polymertorg, into docs/images/."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from b2bkit.testing.services.mail import mail_catcher
from tests.e2e.stage import ROOT, polymertorg
from tests.e2e.tab import CHROMIUM, FLAGS, Theme, sign_in, window
from tests.e2e.test_first_order import place, put_into_cart

IMAGES = ROOT / "docs" / "images"


def shoot(page: Page, name: str) -> None:
    """What the window shows."""
    page.wait_for_timeout(300)  # fonts have come by now; nothing tells of the last repaint
    page.screenshot(path=IMAGES / f"{name}.png")


def pictures(browser: Browser, address: str) -> None:
    """Catalogue and order of a buyer, and the catalogue on a phone."""
    sizes: list[tuple[str, int, Theme]] = [("desk", 1440, "light"), ("phone", 390, "dark")]
    for label, width, theme in sizes:
        with window(browser, address, width=width, lang="en", theme=theme) as (context, _watch):
            page = context.new_page()
            sign_in(page, "buyer")
            page.goto("/catalog?view=list&q=%D0%9F%D0%9F")
            shoot(page, f"catalogue-{label}")
            if label == "desk":
                put_into_cart(page)
                page.locator(".said a").first.wait_for()
                place(page)
                page.locator("h1 .chip", has_text="Taken").wait_for(timeout=90_000)
                shoot(page, "order-desk")


def main() -> int:
    """Command line; with an address: of a Polymertorg that runs already."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        if len(sys.argv) > 1:
            pictures(browser, sys.argv[1])
            return 0
        with tempfile.TemporaryDirectory() as folder, mail_catcher() as mailbox:
            place = Path(folder) / "portal"
            place.mkdir()
            with polymertorg(place, mailbox, Path(folder) / "filled") as stage:
                pictures(browser, stage.address)
    return 0


if __name__ == "__main__":
    sys.exit(main())
