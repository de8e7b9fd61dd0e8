"""One Polymertorg and one Chromium for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from b2bkit.testing.services.mail import Mailbox
from tests.e2e.stage import Stage, polymertorg
from tests.e2e.tab import CHROMIUM, FLAGS


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, shared_mailbox: Mailbox) -> Iterator[Stage]:
    """A running Polymertorg, for the tests of one file: it costs the others time while it runs."""
    with polymertorg(tmp_path_factory.mktemp("polymertorg"), shared_mailbox) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a file, not one a run: Playwright keeps an event loop running in this thread, in which no other test could start its own."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: `make test` installs it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()
