"""A loaded infobase, the portal it talks to, and the exchange between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bkit_onec.simulate.exchange import Exchanger
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.load import load
from b2bkit_onec.simulate.site import Address
from examples.polymertorg.generate import generate
from plugins.onec.tests.simulate.fake_portal import LOGIN, PASSWORD, FakePortal

DAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return generate(tmp_path_factory.mktemp("polymertorg"), DAY, products=60, orders=12)


@pytest.fixture
def portal() -> Iterator[FakePortal]:
    served = FakePortal()
    yield served
    served.close()


@pytest.fixture
def empty_base(tmp_path: Path) -> Iterator[Infobase]:
    base = Infobase(tmp_path / "base", now=lambda: dt.datetime(2026, 11, 20, 14, 30))  # noqa: DTZ001
    yield base
    base.close()


@pytest.fixture
def base(empty_base: Infobase, files: list[Path]) -> Infobase:
    load(empty_base, files)
    return empty_base


@pytest.fixture
def exchanger(base: Infobase, portal: FakePortal) -> Exchanger:
    return Exchanger(base, Address(portal.url, LOGIN, PASSWORD), timeout=10)


@pytest.fixture
def good_id(base: Infobase) -> str:
    """The first product; there is plenty of it."""
    with base.read() as db:
        return str(db.execute("SELECT id FROM good WHERE article = 'LDF-1007'").fetchone()["id"])
