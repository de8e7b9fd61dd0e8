"""The gateway to 1C keeps what every gateway keeps: by CommerceML, where 1C asks, and by OData, where the portal does."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from b2bkit.core.erp import service as erp
from b2bkit.testing.gateway import GatewayContract, Stand, Trade
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.sessions import SYSTEM_NAME
from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.documents import documents_by_portal_number
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.load import load
from b2bkit_onec.simulate.names import CONTRACT
from b2bkit_onec.simulate.odata.door import Access
from b2bkit_onec.simulate.served import Machines, boxed
from b2bkit_onec.simulate.serving import Served
from b2bkit_onec.simulate.site import Address
from examples.polymertorg.generate import generate
from plugins.onec.tests.exchange.onec import PASSWORD, OneC


class Asking:
    """1C that asks for orders (CommerceML): it keeps a document by the order's Ид, however often it is told."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.onec = portal, OneC(portal)
        self.there, self._documents = True, dict[str, set[str]]()

    def exchange(self) -> None:
        self.portal.run_jobs()
        if not self.there:
            return
        assert self.onec.sign_in("sale")[0] == "success"
        for document in ET.fromstring(self.onec.ask("query", "sale").content).iter("Документ"):
            self._documents.setdefault(document.findtext("Номер", ""), set()).add(document.findtext("Ид", ""))
        assert self.onec.ask("success", "sale").text == "success"
        self.portal.run_jobs()

    def documents(self, number: str) -> int:
        return len(self._documents.get(number, ()))

    def away(self) -> None:
        self.there = False

    def back(self) -> None:
        self.there = True

    def knows(self, trade: Trade) -> None:
        """The product came from 1C; the client it makes itself."""
        with self.portal.work() as work:
            erp.remember(work, system=SYSTEM_NAME, entity="product", pairs={str(uuid4()): trade.product.id})


class TestCommerceMl(GatewayContract):
    """1C asks."""

    @pytest.fixture
    def stand(self, make_portal: MakePortal) -> Stand:
        return Asking(make_portal(plugins={"onec": {}}, environment={"B2BKIT_ONEC_PASSWORD": PASSWORD}))


class Asked:
    """1C that is asked (OData): the 1C in the box over loopback."""

    def __init__(self, portal: Portal, base: Infobase) -> None:
        self.portal, self.base = portal, base

    def exchange(self) -> None:
        self.portal.run_jobs()

    def documents(self, number: str) -> int:
        return documents_by_portal_number(self.base).get(number, 0)

    def away(self) -> None:
        self.base.keep_setting("power", "off")

    def back(self) -> None:
        self.base.keep_setting("power", "on")

    def knows(self, trade: Trade) -> None:
        with self.base.read() as db:
            contract, terms = next(iter(objects.every(db, CONTRACT)))
            good = db.execute("SELECT id FROM good ORDER BY article LIMIT 1").fetchone()["id"]
        pairs = {
            "contract": (contract, trade.contract.id),
            "legal_entity": (objects.text(terms, "Контрагент_Key"), trade.entity.id),
            "company": (objects.text(terms, "Партнер_Key"), trade.company.id),
            "product": (good, trade.product.id),
        }
        with self.portal.work() as work:
            for entity, (ref, id_) in pairs.items():
                erp.remember(work, system=SYSTEM_NAME, entity=entity, pairs={ref: id_})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return generate(tmp_path_factory.mktemp("polymertorg"), dt.date(2026, 11, 20), products=60, orders=6)


class TestOData(GatewayContract):
    """1C is asked."""

    @pytest.fixture
    def stand(self, make_portal: MakePortal, tmp_path: Path, files: list[Path]) -> Iterator[Stand]:
        base = Infobase(tmp_path / "base")
        load(base, files)
        exchanger = Exchanger(base, Address("http://127.0.0.1:9", "1c", "secret"), timeout=1)
        with Served(boxed(base, exchanger, Schedule(exchanger, 3600), Machines(odata=Access("portal", PASSWORD)))) as box:
            extra = (
                f'[plugins.onec.odata]\nurl = "{box.url}"\ntimeout_seconds = 5\n[plugins.onec.flows.orders]\nway = "odata"\nevery = 10\n'
            )
            secrets = {"B2BKIT_ONEC_PASSWORD": PASSWORD, "B2BKIT_ONEC_ODATA_PASSWORD": PASSWORD}
            yield Asked(make_portal(plugins={"onec": {}}, extra=extra, environment=secrets), base)
        base.close()
