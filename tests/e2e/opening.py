"""Opening Polymertorg and Chromium: once for the files that share them, by fixtures of their own scope."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from b2bkit.testing.services.mail import Mailbox
from tests.e2e.stage import Stage, polymertorg
from tests.e2e.tab import CHROMIUM, FLAGS


def a_stage(tmp_path_factory: pytest.TempPathFactory, shared_mailbox: Mailbox) -> Iterator[Stage]:
    """A running Polymertorg; it costs others time while it runs."""
    filled = tmp_path_factory.getbasetemp() / "polymertorg-filled"
    with polymertorg(tmp_path_factory.mktemp("polymertorg"), shared_mailbox, filled) as running:
        yield running


def a_browser() -> Iterator[Browser]:
    """Never one for the whole run: Playwright keeps an event loop running in this thread, in which no other test could start its own."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: `make test` installs it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()
