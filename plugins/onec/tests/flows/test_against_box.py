"""Flows of OData between a whole portal and the 1C in the box: what 1C has comes, what is owed goes out once, whatever happens between."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from b2bkit.core.accounts.models import Company, Contract, LegalEntity
from b2bkit.core.catalog.models import Stock
from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit.core.erp.models import Handover
from b2bkit.core.ordering.models import Order, OrderLine
from b2bkit.core.pricing.models import Price
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.models import Flow, Kept, Run
from b2bkit_onec.plugin import OneCPlugin
from b2bkit_onec.simulate import faults
from b2bkit_onec.simulate.documents import documents_by_portal_number
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.load import load
from b2bkit_onec.simulate.odata.door import Access
from b2bkit_onec.simulate.served import Machines, boxed
from b2bkit_onec.simulate.serving import Served
from b2bkit_onec.simulate.site import Address
from examples.polymertorg.generate import generate

LOGIN, PASSWORD = "портал", "Тайна-1С-55"
FLOWS = ("prices", "stock", "parties", "contracts", "contacts", "orders", "order_status", "settlements", "schedule", "papers")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return generate(tmp_path_factory.mktemp("polymertorg"), dt.date(2026, 11, 20), products=60, orders=12)


@pytest.fixture
def base(tmp_path: Path, files: list[Path]) -> Iterator[Infobase]:
    made = Infobase(tmp_path / "base", now=lambda: dt.datetime(2026, 11, 20, 14, 30))  # noqa: DTZ001 (1C's naive time)
    load(made, files)
    yield made
    made.close()


@pytest.fixture
def portal(base: Infobase, make_portal: MakePortal) -> Iterator[Portal]:
    exchanger = Exchanger(base, Address("http://127.0.0.1:9", "1c", "secret"), timeout=1)
    with Served(boxed(base, exchanger, Schedule(exchanger, 3600), Machines(odata=Access(LOGIN, PASSWORD)))) as box:
        ways = "".join(f'[plugins.onec.flows.{name}]\nway = "odata"\n' for name in FLOWS)
        tables = f'[plugins.onec.odata]\nurl = "{box.url}"\nlogin = "{LOGIN}"\ntimeout_seconds = 10\n'
        secrets = {"B2BKIT_ONEC_PASSWORD": "only-for-tests", "B2BKIT_ONEC_ODATA_PASSWORD": PASSWORD}
        made = make_portal(plugins={"onec": {}}, extra=tables + ways, environment=secrets)
        yield made
        plugin = made.app.kit.plugins["onec"]
        assert isinstance(plugin, OneCPlugin)
        plugin.lines.close()


def until(portal: Portal, condition: Callable[[], bool], seconds: float = 120) -> None:
    """Runs the portal's jobs, its clock moving on, until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, [(one, [(run.outcome, run.error) for run in runs(portal, one)]) for one in FLOWS]
        portal.pass_time(seconds=20)
        with portal.work() as work:
            work.enqueue("onec.wind", unique="test")
        portal.run_jobs()


def runs(portal: Portal, flow: str) -> list[Run]:
    with portal.work(write=False) as work:
        return work.session.query(Run).filter_by(flow=flow).order_by(Run.started_at, Run.id).all()


def went_well(portal: Portal, *flows: str) -> bool:
    return all(any(run.outcome == "good" for run in runs(portal, flow)) for flow in flows)


def know_goods(portal: Portal, base: Infobase) -> dict[str, UUID]:
    """The portal has the catalogue already: products of the base, by reference."""
    with base.read() as db:
        refs = [str(row["id"]) for row in db.execute("SELECT id FROM good WHERE id NOT LIKE '%#%' ORDER BY article LIMIT 20")]
    with portal.work() as work:
        pairs = {ref: make.product(work).id for ref in refs}
        erp.remember(work, system="onec", entity="product", pairs=pairs)
    return pairs


def place(portal: Portal, product_ref: str, product_id: UUID, number: str) -> UUID:
    """An owed order of a client whom 1C knows."""
    with portal.work() as work:
        contract = work.session.scalars(select(Contract).where(Contract.active).order_by(Contract.id).limit(1)).one()
        order = Order(
            id=new_id(), company_id=contract.company_id, number=number, legal_entity_id=contract.legal_entity_id, contract_id=contract.id,
            placed_at=work.now, currency=contract.currency, net=Decimal("13.75"), vat=Decimal("2.75"), total=Decimal("16.50"),
            status="placed", erp_state="waiting",
        )  # fmt: skip
        work.session.add(order)
        work.session.flush()
        work.session.add(
            OrderLine(
                company_id=order.company_id, order_id=order.id, position=1, product_id=product_id, name="Товар", article=product_ref[:10],
                unit="кг", factor=Decimal(1), quantity=Decimal(3), base_unit="кг", base_quantity=Decimal(3), price=Decimal("4.58"),
                vat_rate=Decimal(20), net=Decimal("13.75"), vat=Decimal("2.75"), total=Decimal("16.50"), explanation=[],
            )
        )  # fmt: skip
        row = Handover(company_id=order.company_id, order_id=order.id, state="waiting", created_at=work.now, changed_at=work.now)
        work.session.add(row)
        return order.id


def handed(portal: Portal, order_id: UUID) -> Handover:
    with portal.work(write=False) as work:
        return work.session.query(Handover).filter_by(order_id=order_id).one()


def test_what_1c_has_comes_each_kind_by_its_flow(portal: Portal, base: Infobase) -> None:
    goods = know_goods(portal, base)
    until(portal, lambda: went_well(portal, *FLOWS))
    with portal.work(write=False) as work:
        counted = {entity: work.session.scalar(select(func.count()).select_from(entity)) for entity in (Company, LegalEntity, Contract)}
        assert all(counted.values())
        priced = work.session.scalar(select(func.count(func.distinct(Price.product_id))).where(Price.product_id.in_(goods.values())))
        stocked = work.session.scalar(select(func.count(func.distinct(Stock.product_id))).where(Stock.quantity > 0))
        assert priced
        assert stocked
        fresh = erp.freshness(work)
        assert {
            "prices",
            "stock",
            "companies",
            "contracts",
            "contacts",
            "settlements",
            "schedule",
            "papers",
            "order_status",
        } <= fresh.keys()
        kept = work.session.query(Kept).filter(Kept.flow == "contracts").all()
        assert {one.direction for one in kept} == {"in", "out"}
        assert all(one.run_id is not None for one in kept)
        assert not any("authorization" in {name.lower() for name in one.headers} for one in kept)


def test_contracts_that_came_before_their_counterparty_are_taken_by_a_later_run(portal: Portal) -> None:
    with portal.work() as work:
        work.enqueue("onec.wind")
    portal.run_jobs()
    with portal.work() as work:
        work.session.add(Flow(name="parties", paused=True)) if work.session.get(Flow, "parties") is None else None
        work.session.get_one(Flow, "parties").paused = True
    until(portal, lambda: went_well(portal, "contracts"))
    assert runs(portal, "contracts")[0].refused_count
    with portal.work() as work:
        assert work.session.scalar(select(func.count()).select_from(Contract)) == 0
        work.session.get_one(Flow, "parties").paused = False
        work.enqueue("onec.wind")
    until(portal, lambda: went_well(portal, "parties"))
    portal.pass_time(hours=1)
    until(portal, lambda: len(runs(portal, "contracts")) > 1 and runs(portal, "contracts")[-1].outcome == "good")
    with portal.work(write=False) as work:
        assert work.session.scalar(select(func.count()).select_from(Contract))


def test_an_order_goes_out_once_and_is_taken_with_1cs_number(portal: Portal, base: Infobase) -> None:
    goods = know_goods(portal, base)
    until(portal, lambda: went_well(portal, "parties", "contracts"))
    ref, product = next(iter(goods.items()))
    order = place(portal, ref, product, "П-000777")
    until(portal, lambda: handed(portal, order).state != "waiting" and handed(portal, order).state != "offered")
    row = handed(portal, order)
    assert (row.state, row.reason) == ("taken", "")
    assert documents_by_portal_number(base)["П-000777"] == 1
    with portal.work(write=False) as work:
        assert work.session.get_one(Order, order).erp_number
        said = work.session.query(Kept).filter(Kept.subject_id == order, Kept.company_id == row.company_id).count()
        assert said


def test_while_1c_is_away_orders_wait_and_then_go_out_in_order_each_once(portal: Portal, base: Infobase) -> None:
    goods = know_goods(portal, base)
    until(portal, lambda: went_well(portal, "parties", "contracts"))
    ref, product = next(iter(goods.items()))
    faults.arm(base, faults.ODATA, "down", requests=faults.ALWAYS, seconds=Decimal(0), method=faults.ANY)
    placed = []
    for number in range(3):
        placed.append(place(portal, ref, product, f"П-00080{number}"))
        portal.pass_time(seconds=1)
    until(portal, lambda: any(run.outcome == "failed" for run in runs(portal, "orders")))
    assert {handed(portal, one).state for one in placed} == {"waiting"}
    faults.disarm(base)
    until(portal, lambda: {handed(portal, one).state for one in placed} == {"taken"})
    assert {number: count for number, count in documents_by_portal_number(base).items() if number.startswith("П-00080")} == {
        "П-000800": 1,
        "П-000801": 1,
        "П-000802": 1,
    }
    taken = [handed(portal, one).taken_at for one in placed]
    assert taken == sorted(taken, key=lambda moment: moment or dt.datetime.min.replace(tzinfo=dt.UTC))
