"""A loaded infobase, the portal it talks to, and the exchange between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from b2bkit_onec.commerceml.records import Counterparty, Document, DocumentLine, Requisite
from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.actions import act
from b2bkit_onec.simulate.app import create_app
from b2bkit_onec.simulate.documents import take_batch
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.load import load
from b2bkit_onec.simulate.names import CONTRACT
from b2bkit_onec.simulate.odata.door import Access
from b2bkit_onec.simulate.site import Address
from examples.polymertorg.generate import generate
from plugins.onec.tests.simulate import odata_client
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


def order_of(base: Infobase, good: str, *, number: str = "P-77", ref: str = "", quantity: str = "10") -> str:
    """An order of the site under the first contract with a deferral, taken by 1C; returns its reference."""
    with base.read() as db:
        contract, terms = next(one for one in objects.every(db, CONTRACT) if objects.flag(one[1], "УстановленСрокОплаты"))
    buyer = Counterparty(objects.text(terms, "Контрагент_Key"), "Клиент")
    line = DocumentLine(good, good, "", "ПЭВД", Decimal(quantity), Decimal(5), Decimal(quantity) * 5, unit_name="кг")
    order = Document(
        ref, number, DAY, dt.time(12), "Заказ товара", "Продавец", "BYN", total=Decimal(quantity) * 5, counterparties=(buyer,),
        lines=(line,), requisites=(Requisite("ДоговорИд", contract),),
    )  # fmt: skip
    take_batch(base, [order])
    with base.read() as db:
        return str(db.execute("SELECT id FROM document WHERE portal_number = ?", (number,)).fetchone()["id"])


def shipped(base: Infobase, good: str, *numbers: str) -> list[str]:
    """Orders of the site under one contract, posted, released and shipped."""
    refs = [order_of(base, good, number=number) for number in numbers]
    for number in numbers:
        for action in ("post", "release", "ship"):
            act(base, number, action)
    return refs


@pytest.fixture
def client(base: Infobase, exchanger: Exchanger) -> odata_client.Client:
    access = Access(odata_client.LOGIN, odata_client.PASSWORD)
    return odata_client.Client(create_app(base, exchanger, Schedule(exchanger, 3600), access))
