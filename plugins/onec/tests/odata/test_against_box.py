"""The client of OData against the 1C in the box: every kind of data, orders under every fault, the probe, the exchange plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from b2bkit.core.erp.service import OutgoingLine, OutgoingOrder, OutgoingParty
from b2bkit_onec.line import Line, LineError, open_line
from b2bkit_onec.odata.kinds import contacts, contracts, order_status, papers, parties, prices, schedule, settlements, stock
from b2bkit_onec.odata.live import Live
from b2bkit_onec.odata.orders import Orders
from b2bkit_onec.odata.plan import Changes, take
from b2bkit_onec.odata.probe_command import VARIABLE, probe
from b2bkit_onec.odata.source import Source
from b2bkit_onec.settings import OneCSettings
from b2bkit_onec.simulate import faults, objects
from b2bkit_onec.simulate.actions import act
from b2bkit_onec.simulate.documents import documents_by_portal_number
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.load import load
from b2bkit_onec.simulate.names import CONTRACT, COUNTERPARTY
from b2bkit_onec.simulate.odata.door import Access
from b2bkit_onec.simulate.served import Machines, boxed
from b2bkit_onec.simulate.serving import Served
from b2bkit_onec.simulate.site import Address
from examples.polymertorg.generate import generate
from plugins.onec.tests.odata.conftest import MOSCOW, settings_for

DAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 11, 30, tzinfo=dt.UTC)
FAULTS = [name for name, fault in faults.FAULTS.items() if faults.ODATA in fault.protocols and name not in ("pass", "hang", "slow")]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return generate(tmp_path_factory.mktemp("polymertorg"), DAY, products=60, orders=12)


@pytest.fixture
def base(tmp_path: Path, files: list[Path]) -> Iterator[Infobase]:
    made = Infobase(tmp_path / "base", now=lambda: dt.datetime(2026, 11, 20, 14, 30))  # noqa: DTZ001
    load(made, files)
    yield made
    made.close()


@pytest.fixture
def box(base: Infobase) -> Iterator[Served]:
    exchanger = Exchanger(base, Address("http://127.0.0.1:9", "1c", "secret"), timeout=1)
    machines = Machines(odata=Access("портал", "пароль:1"))
    with Served(boxed(base, exchanger, Schedule(exchanger, 3600), machines)) as served:
        yield served


@pytest.fixture
def settings(box: Served) -> OneCSettings:
    return settings_for(box.url, plan="Полный", node="B2B", page=25, timeout_seconds=10)


@pytest.fixture
def line(settings: OneCSettings, tmp_path: Path) -> Iterator[Line]:
    made = open_line(settings, folder=tmp_path, data=tmp_path, zone=MOSCOW, clock=lambda: NOW)
    assert made.odata is not None
    made.odata.transport._sleep = lambda _seconds: None
    yield made
    made.close()


def source(line: Line, flow: str) -> Source:
    return Source(line, line.names(), flow)


@pytest.fixture
def buyer(base: Infobase) -> tuple[str, str]:
    """(contract, counterparty) of a client with a deferral."""
    with base.read() as db:
        ref, terms = next(one for one in objects.every(db, CONTRACT) if objects.flag(one[1], "УстановленСрокОплаты"))
    return ref, objects.text(terms, "Контрагент_Key")


@pytest.fixture
def good(base: Infobase) -> str:
    with base.read() as db:
        return str(db.execute("SELECT id FROM good WHERE id NOT LIKE '%#%' ORDER BY article").fetchone()["id"])


def order(number: int, buyer: tuple[str, str], good: str, *, cancelled: bool = False) -> OutgoingOrder:
    one = OutgoingLine(
        1, None, good, "", "Товар", "кг", Decimal(1), Decimal(3), "кг", Decimal(3), Decimal("5.50"), True, Decimal(20), Decimal("13.75"),
        Decimal("2.75"), Decimal("16.50"),
    )  # fmt: skip
    id_ = UUID(int=0x0192F0C47C1E7F008000000000000000 + number)
    return OutgoingOrder(
        id_, None, f"P-{number:06}", NOW, "Клиент", None, OutgoingParty(id_, buyer[1], "Клиент", "", "", "", ""), "", buyer[0], "BYN",
        Decimal("13.75"), Decimal("2.75"), Decimal("16.50"), "Минск", "", None, "", "", cancelled, [one],
    )  # fmt: skip


def test_who_receives_the_goods_is_in_the_document(base: Infobase, line: Line, buyer: tuple[str, str], good: str) -> None:
    with base.read() as db:
        ref, body = next(one for one in objects.every(db, COUNTERPARTY) if one[0] != buyer[1])
    name = objects.text(body, "НаименованиеПолное")
    to_them = replace(order(7, buyer, good), consignee=OutgoingParty(UUID(int=7), ref, name, "", "", "", ""))
    Orders(line).send(to_them)
    with base.read() as db:
        kept = db.execute("SELECT consignee FROM document WHERE portal_number = ?", (to_them.number,)).fetchone()
    assert name
    assert kept["consignee"] == name
    assert line.base.one("Document_ЗаказКлиента", str(to_them.id))["Грузополучатель_Key"] == ref  # type: ignore[index]


@pytest.mark.parametrize(
    "kind",
    [contracts, contacts, parties, stock, prices, papers, order_status],
    ids=lambda one: one.__name__.split(".")[-1],
)
def test_every_kind_is_read_without_a_refusal(line: Line, kind: object) -> None:
    flow = kind.__name__.rpartition(".")[2]  # type: ignore[attr-defined]
    reading = kind.read(source(line, flow))  # type: ignore[attr-defined]
    batches = list(reading)
    assert sum(len(batch.news) for batch in batches) > 0
    assert [one for batch in batches for one in batch.refused] == []
    again = kind.read(source(line, flow), reading.cursor)  # type: ignore[attr-defined]
    told = sum(len(batch.news) for batch in again)
    assert told == (0 if reading.cursor else sum(len(batch.news) for batch in batches))


def test_stock_is_that_of_the_base(line: Line, base: Infobase) -> None:
    with base.read() as db:
        rows = db.execute("SELECT good_id, SUM(CAST(quantity AS REAL)) AS total FROM stock GROUP BY good_id").fetchall()
    wanted = {row["good_id"]: row["total"] for row in rows}
    told = {offer.id: sum(row.quantity for row in offer.stocks) for batch in stock.read(source(line, "stock")) for offer in batch.news}
    assert wanted
    assert told.keys() >= {good for good, total in wanted.items() if total}
    assert all(total <= Decimal(str(wanted.get(good, 0))) + Decimal("0.001") for good, total in told.items())


def test_limits_are_those_of_the_base(line: Line, base: Infobase) -> None:
    with base.read() as db:
        limits = {ref: objects.text(body, "ДопустимаяСуммаЗадолженности") for ref, body in objects.every(db, CONTRACT)}
    told = {one.ref: one for batch in contracts.read(source(line, "contracts")) for one in batch.news if one.kind == "contract"}
    assert told.keys() == limits.keys()
    assert any(one.limit for one in told.values())
    for ref, one in told.items():
        assert one.limit is None or one.limit == Decimal(limits[ref])


def test_an_order_is_found_in_the_base_and_its_state_comes_back(line: Line, base: Infobase, buyer: tuple[str, str], good: str) -> None:
    one = order(1, buyer, good)
    receipt = Orders(line).send(one)
    assert (receipt.state, receipt.reason, bool(receipt.number)) == ("taken", "", True)
    assert documents_by_portal_number(base)["P-000001"] == 1
    first = order_status.read(source(line, "order_status"))
    told = {news.number: news for batch in first for news in batch.news}["P-000001"]
    assert (told.ref, told.erp_number, told.posted, told.status) == (str(one.id), receipt.number, True, "confirmed")
    assert [row.total for row in told.lines] == [Decimal("16.50")]
    act(base, receipt.number, "release")
    changed = [news for batch in order_status.read(source(line, "order_status"), first.cursor) for news in batch.news]
    assert [(news.number, news.status) for news in changed] == [("P-000001", "ready")]


def test_what_a_client_owes_is_told_with_the_day_of_payment(line: Line, base: Infobase, buyer: tuple[str, str], good: str) -> None:
    receipt = Orders(line).send(order(1, buyer, good))
    for step in ("release", "ship"):
        act(base, receipt.number, step)
    (owed,) = [one for batch in settlements.read(source(line, "settlements")) for one in batch.news if one.contract_ref == buyer[0]]
    assert (owed.party_ref, owed.currency, owed.debt, owed.overdue) == (buyer[1], "BYN", Decimal("16.50"), 0)
    (due,) = [one for batch in schedule.read(source(line, "schedule")) for one in batch.news if one.contract_ref == buyer[0]]
    assert (due.amount, due.currency, due.party_ref) == (Decimal("16.50"), "BYN", buyer[1])
    assert due.due_on > DAY
    shipments = [one for batch in papers.read(source(line, "papers")) for one in batch.news if one.kind == "shipment"]
    assert [one.total for one in shipments if one.order_ref == str(order(1, buyer, good).id)] == [Decimal("16.50")]


def test_an_order_may_be_cancelled(line: Line, base: Infobase, buyer: tuple[str, str], good: str) -> None:
    orders = Orders(line)
    orders.send(order(1, buyer, good))
    assert orders.send(order(1, buyer, good, cancelled=True)).state == "taken"
    told = {news.number: news for batch in order_status.read(source(line, "order_status")) for news in batch.news}["P-000001"]
    assert told.cancelled is True


@pytest.mark.parametrize("fault", FAULTS)
def test_exactly_one_document_whatever_happens(line: Line, base: Infobase, buyer: tuple[str, str], good: str, fault: str) -> None:
    orders = Orders(line)
    orders.send(order(1, buyer, good))
    for number, method in enumerate((faults.ANY, faults.READS, faults.WRITES), 2):
        faults.arm(base, faults.ODATA, fault, requests=4, seconds=Decimal("0.01"), method=method)
        assert delivered(line, orders, order(number, buyer, good))
        faults.disarm(base)
    assert {f"P-{number:06}": 1 for number in (1, 2, 3, 4)}.items() <= documents_by_portal_number(base).items()


def delivered(line: Line, orders: Orders, one: OutgoingOrder) -> bool:
    """Sends until 1C has taken it, as the queue does."""
    for _attempt in range(12):
        line.caller.breaker.good()
        try:
            if orders.send(one).state == "taken":
                return True
        except LineError:
            continue
    return False


def test_live_figures_of_a_cart(line: Line, good: str, base: Infobase) -> None:
    line.names()
    with base.read() as db:
        row = db.execute("SELECT type_id, value, factor FROM price WHERE good_id = ? AND min_quantity = '0'", (good,)).fetchone()
    types = [one for batch in prices.read(source(line, "prices")) for one in batch.news if hasattr(one, "currency")]
    assert row is not None
    live = Live(line)
    live.prepare()
    answer = live.ask([good], price_type=next(one.id for one in types if one.id == row["type_id"]), budget=5)
    assert answer.free is not None
    assert answer.prices is not None
    assert answer.free.keys() == {good}
    assert answer.prices[good] is not None


def test_the_probe_finds_all_flows(box: Served) -> None:
    result = CliRunner().invoke(probe, ["--url", box.url, "--login", "портал"], env={VARIABLE: "пароль:1"})
    assert result.exit_code == 0, result.output
    assert "MISSING" not in result.output


def test_the_probe_names_a_wrong_password(box: Served) -> None:
    result = CliRunner().invoke(probe, ["--url", box.url], env={VARIABLE: "wrong"})
    assert result.exit_code == 2
    assert "401" in result.output


def test_changes_come_by_the_exchange_plan(line: Line, buyer: tuple[str, str], good: str) -> None:
    messages: list[Changes] = []
    cursor = take(source(line, "order_status"), "", messages.append)
    Orders(line).send(order(1, buyer, good))
    cursor = take(source(line, "order_status"), cursor, messages.append)
    told = [one.number for one in messages[-1].batch(source(line, "order_status"), order_status.KIND).news]
    assert "P-000001" in told
    take(source(line, "order_status"), cursor, messages.append)
    assert messages[-1].batch(source(line, "order_status"), order_status.KIND).news == []
    assert [one.number for one in messages] == [1, 2, 3]


def test_one_licence_is_enough(line: Line, base: Infobase, buyer: tuple[str, str], good: str) -> None:
    with base.write() as db:
        db.execute("INSERT OR REPLACE INTO setting VALUES ('licences', '1')")
    Orders(line).send(order(1, buyer, good))
    assert list(contracts.read(source(line, "contracts")))
