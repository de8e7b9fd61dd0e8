"""One Polymertorg and one Chromium for all files of this folder: opening them costs more than the tasks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from b2bkit.testing.services.mail import Mailbox
from tests.e2e import stage as portal
from tests.e2e.tab import CHROMIUM, FLAGS


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory, shared_mailbox: Mailbox) -> Iterator[portal.Stage]:
    with portal.polymertorg(tmp_path_factory.mktemp("polymertorg"), shared_mailbox) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: `make test` installs it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()
