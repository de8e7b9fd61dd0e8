"""The 1C in the box with its HTTP service on loopback, and the portal's client of it."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import falcon
import pytest
from pydantic import SecretStr

from b2bkit_onec.line.call import Caller
from b2bkit_onec.service.client import ServiceClient
from b2bkit_onec.settings import LineSettings, ServiceSettings
from b2bkit_onec.simulate.fill import complete
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.load import load
from b2bkit_onec.simulate.odata.door import Access
from b2bkit_onec.simulate.service.door import ServiceDoor
from examples.polymertorg.generate import generate

KEY, PASSWORD = "k" * 40, "secret-of-1c"


class Quiet(WSGIRequestHandler):
    """Writes nothing to the terminal."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Infobase]:
    """A loaded infobase with its documents and settlements."""
    made = Infobase(tmp_path_factory.mktemp("box"), now=lambda: dt.datetime(2026, 11, 20, 14, 30))  # noqa: DTZ001 (1C's clock has no zone)
    load(made, generate(tmp_path_factory.mktemp("files"), dt.date(2026, 11, 20), products=60, orders=12))
    complete(made)
    yield made
    made.close()


@contextmanager
def served(sink: Callable[..., None]) -> Iterator[str]:
    """A web server on loopback with this sink for every path; its address."""
    app = falcon.App()
    app.add_sink(sink, prefix="/")
    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def address(base: Infobase) -> Iterator[str]:
    """Address of the publication."""
    with served(ServiceDoor(base, Access("portal", PASSWORD), KEY)) as where:
        yield where


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[..., None]], str]]:
    """Serves a sink for the test's time."""
    with ExitStack() as stack:
        yield lambda sink: stack.enter_context(served(sink))


def client_of(address: str, *, key: str = KEY, password: str = PASSWORD, late: float = 0) -> ServiceClient:
    """The portal's client; `late`: how far its clock is off."""
    host = address.removeprefix("http://")
    return ServiceClient(
        Caller(LineSettings(), Path("/"), frozenset((host,))),
        ServiceSettings(url=address),
        password=SecretStr(password),
        key=SecretStr(key),
        clock=lambda: time.time() + late,
    )


@pytest.fixture
def client(address: str) -> ServiceClient:
    return client_of(address)
