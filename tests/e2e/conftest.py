"""One Polymertorg and one Chromium for the tests of a file; or a portal of the test's own that answers."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server

from b2bkit.testing.portal import MakePortal, Portal
from tests.e2e.opening import a_browser, a_stage

stage = pytest.fixture(scope="module")(a_stage)
browser = pytest.fixture(scope="module")(a_browser)


@pytest.fixture
def served(request: pytest.FixtureRequest, make_portal: MakePortal, database) -> Iterator[tuple[Portal, str]]:  # type: ignore[no-untyped-def]
    """A portal that answers on localhost, and its address. An indirect parameter names classes of plugins that it has."""
    if database.dialect != "sqlite":
        pytest.skip("the browser sees no database")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    address = f"http://localhost:{port}"
    portal = make_portal(base_url=address, classes=getattr(request, "param", ()))
    server = Server(portal.app.asgi, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()), daemon=True)
    thread.start()
    yield portal, address
    loop.call_soon_threadsafe(server.stop)
    thread.join(20)
    loop.close()
