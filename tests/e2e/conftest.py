"""One Polymertorg and one Chromium for all tests of this folder; or a portal of the test's own that answers."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from playwright.sync_api import Browser, sync_playwright

from b2bkit.testing.portal import MakePortal, Portal
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


@pytest.fixture
def served(make_portal: MakePortal, database) -> Iterator[tuple[Portal, str]]:  # type: ignore[no-untyped-def]
    """A portal that answers on localhost, and its address."""
    if database.dialect != "sqlite":
        pytest.skip("the browser sees no database")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    address = f"http://localhost:{port}"
    portal = make_portal(base_url=address)
    server = Server(portal.app.asgi, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()), daemon=True)
    thread.start()
    yield portal, address
    loop.call_soon_threadsafe(server.stop)
    thread.join(20)
    loop.close()
