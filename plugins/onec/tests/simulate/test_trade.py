"""Who the infobase trades with and what they owe: read from the files, moved by a manager, kept over a change of release."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from b2bkit_onec.simulate import fill, migrate, objects, papers, settlements
from b2bkit_onec.simulate.actions import NotNow, act
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import (
    AGREEMENT,
    CONTRACT,
    COUNTERPARTY,
    INVOICE,
    PARTNER,
    PAYMENT,
    PERSON,
    SHIPMENT,
    TASK,
    TAX_INVOICE,
)  # fmt: skip
from b2bkit_onec.simulate.parties import agreement_of, set_limit
from b2bkit_onec.simulate.tasks import finish_task, make_task
from plugins.onec.tests.simulate.conftest import order_of, shipped

TODAY = dt.date(2026, 11, 20)


def _count(base: Infobase, kind: str) -> int:
    with base.read() as db:
        return int(db.execute("SELECT count(*) FROM paper WHERE kind = ?", (kind,)).fetchone()[0])


def _open_order(base: Infobase, good: str) -> sqlite3.Row:
    """An order that is yet to be posted, under a contract with a deferral."""
    ref = order_of(base, good)
    with base.read() as db:
        row: sqlite3.Row = db.execute("SELECT * FROM document WHERE id = ?", (ref,)).fetchone()
    return row


def test_files_fill_partners_counterparties_contracts_agreements_and_people(base: Infobase) -> None:
    with base.read() as db:
        counts = {kind: len(list(objects.every(db, kind))) for kind in (PARTNER, COUNTERPARTY, CONTRACT, AGREEMENT, PERSON)}
        assert counts[COUNTERPARTY] == db.execute("SELECT count(*) FROM counterparty").fetchone()[0]
        assert counts[PARTNER] == counts[COUNTERPARTY] - 1  # two counterparties of one partner
        assert counts[CONTRACT] == counts[AGREEMENT] >= counts[COUNTERPARTY]
        assert counts[PERSON] > counts[PARTNER]
        for ref, terms in objects.every(db, CONTRACT):
            party = objects.get(db, COUNTERPARTY, objects.text(terms, "Контрагент_Key"))
            assert party is not None
            assert party["Партнер_Key"] == terms["Партнер_Key"]
            agreement = objects.get(db, AGREEMENT, agreement_of(db, ref))
            assert agreement is not None
            known = db.execute("SELECT 1 FROM price_type WHERE id = ?", (agreement["ВидЦен_Key"],)).fetchone()
            assert known is not None


def test_a_limit_stands_where_payment_may_be_deferred_and_nowhere_else(base: Infobase) -> None:
    with base.read() as db:
        for ref, terms in objects.every(db, CONTRACT):
            stands = settlements.standing(db, ref, TODAY)
            assert (stands.limit is not None) == objects.flag(terms, "УстановленСрокОплаты")
            assert stands.limit is None or stands.debt < stands.limit
            assert not (stands.stops_overdue and stands.overdue), "nobody may be stopped from the start"


def test_history_has_its_documents_and_the_debt_is_what_was_shipped_and_not_paid(base: Infobase) -> None:
    with base.read() as db:
        shipped = db.execute("SELECT count(*) FROM document WHERE shipped_at <> ''").fetchone()[0]
        owed = [Decimal(row["total"]) for row in db.execute("SELECT total FROM document WHERE shipped_at <> '' AND paid_at = ''")]
        told = settlements.deals(db)
        due = settlements.schedule(db)
    assert shipped
    assert _count(base, SHIPMENT) == _count(base, TAX_INVOICE) == shipped
    assert sum((deal.debt for deal in told), Decimal(0)) == sum(owed, Decimal(0))
    assert sum((one.amount for one in due if one.variant == settlements.CREDIT), Decimal(0)) == sum(owed, Decimal(0))


def test_shipping_raises_the_debt_and_paying_lowers_it(base: Infobase, good_id: str) -> None:
    row = _open_order(base, good_id)
    contract, number = row["contract_id"], row["number_1c"]
    with base.read() as db:
        before = settlements.standing(db, contract, TODAY)
    for action in ("post", "release", "ship"):
        act(base, number, action)
    with base.read() as db:
        shipped = settlements.standing(db, contract, TODAY)
        document = db.execute("SELECT * FROM paper WHERE kind = ? AND order_id = ?", (SHIPMENT, row["id"])).fetchone()
        delay = objects.get(db, CONTRACT, contract) or {}
    days = int(objects.text(delay, "СрокОплаты") or 0)
    assert shipped.debt - before.debt == Decimal(row["total"])
    assert document["due_on"] == (TODAY + dt.timedelta(days=days)).isoformat()
    act(base, number, "pay")
    with base.read() as db:
        assert settlements.standing(db, contract, TODAY).debt == before.debt
        paid = db.execute("SELECT * FROM paper WHERE kind = ? AND order_id = ?", (PAYMENT, row["id"])).fetchall()
    assert [Decimal(one["total"]) for one in paid] == [Decimal(row["total"])]


def test_payment_under_a_contract_settles_what_is_due_first_and_the_rest_is_an_advance(base: Infobase, good_id: str) -> None:
    shipped(base, good_id, "P-1", "P-2")
    with base.read() as db:
        owed = [deal for deal in settlements.open_deals(db) if deal.debt and deal.contract_id]
        contract = owed[0].contract_id
        own = sorted((deal for deal in owed if deal.contract_id == contract), key=lambda deal: deal.due_on)
    papers.pay_contract(base, contract, own[0].debt + Decimal("0.01"))
    with base.read() as db:
        left = {deal.order_id: deal for deal in settlements.deals(db, contract=contract)}
        assert left[own[0].order_id].debt == 0
        assert db.execute("SELECT paid_at FROM document WHERE id = ?", (own[0].order_id,)).fetchone()[0] == "2026-11-20T14:30:00"
    total = sum((deal.debt for deal in own[1:]), Decimal(0))
    papers.pay_contract(base, contract, total + 100)
    with base.read() as db:
        stands = settlements.standing(db, contract, TODAY)
    assert [stands.debt, stands.prepaid] == [0, Decimal("100.01")]


def test_release_is_refused_above_the_limit_and_with_an_overdue_debt(base: Infobase, good_id: str) -> None:
    row = _open_order(base, good_id)
    with base.write() as db:
        db.execute("UPDATE document SET posted = 1, status = 'КОбеспечению' WHERE id = ?", (row["id"],))
    set_limit(base, row["contract_id"], limited=True, limit=Decimal("0.01"), stops_overdue=False)
    with pytest.raises(NotNow, match="the contract allows"):
        act(base, row["number_1c"], "release")
    set_limit(base, row["contract_id"], limited=False, limit=Decimal(0), stops_overdue=True)
    with base.write() as db:
        papers._insert(db, ("old", SHIPMENT, "1", "2026-01-01T00:00:00", "none", "", row["counterparty_id"], row["contract_id"], "BYN",
                            "10", "2", "2026-01-02", "", 1, 0))  # fmt: skip
    with pytest.raises(NotNow, match="overdue"):
        act(base, row["number_1c"], "release")
    set_limit(base, row["contract_id"], limited=False, limit=Decimal(0), stops_overdue=False)
    act(base, row["number_1c"], "release")


def test_an_order_has_one_invoice(base: Infobase) -> None:
    with base.read() as db:
        number = db.execute("SELECT number_1c FROM document WHERE posted = 1 AND cancelled = 0").fetchone()["number_1c"]
    before = _count(base, INVOICE)
    with pytest.raises(NotNow, match="invoice already"):
        act(base, number, "invoice")
    assert _count(base, INVOICE) == before


def test_reconciliation_tells_the_balance_at_the_end_of_its_period(base: Infobase, good_id: str) -> None:
    shipped(base, good_id, "P-1")
    with base.read() as db:
        party = next(deal.counterparty_id for deal in settlements.open_deals(db))
        owed = sum((deal.shipped - deal.paid for deal in settlements.deals(db, counterparty=party)), Decimal(0))
    ref = papers.reconcile(base, party, dt.date(2026, 1, 1), TODAY)
    with base.read() as db:
        assert Decimal(db.execute("SELECT total FROM paper WHERE id = ?", (ref,)).fetchone()[0]) == owed
        assert papers.period_of(db, ref) == ("2026-01-01T00:00:00", "2026-11-20T23:59:59")
    with pytest.raises(LookupError):
        papers.reconcile(base, "00000000-0000-0000-0000-000000000001", TODAY, TODAY)


def test_task_is_done_once(base: Infobase) -> None:
    with base.write() as db:
        ref = make_task(base, db, "Перезвонить клиенту", "Просит паспорт качества")
    finish_task(base, ref, "Отправлен")
    finish_task(base, ref, "Ещё раз")
    with base.read() as db:
        task = objects.get(db, TASK, ref)
    assert task is not None
    assert (task["Executed"], task["РезультатВыполнения"]) == (True, "Отправлен")


def test_every_write_gives_a_higher_version_and_is_registered_once_for_each_node(base: Infobase) -> None:
    with base.write() as db:
        ref, _ = next(iter(objects.every(db, CONTRACT)))
        db.execute("DELETE FROM registration")
        seen = [objects.version(db, CONTRACT, ref)]
        for limit in ("1", "2"):
            objects.change(db, CONTRACT, ref, ДопустимаяСуммаЗадолженности=limit)
            seen.append(objects.version(db, CONTRACT, ref))
        rows = db.execute("SELECT object_id FROM registration").fetchall()
        nodes = db.execute("SELECT count(*) FROM node").fetchone()[0]
    assert seen == sorted(set(seen))
    assert [row["object_id"] for row in rows] == [ref] * nodes


def test_infobase_of_the_first_release_is_completed_in_place(files: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "old"
    (folder / "full").mkdir(parents=True)
    for path in files:
        shutil.copyfile(path, folder / "full" / path.name)
    db = sqlite3.connect(folder / "base.db")
    db.executescript(migrate.FIRST.read_text(encoding="utf-8"))
    db.execute("INSERT INTO setting VALUES ('loaded_at', '2026-11-20T06:00:00'), ('last_order', '4871')")
    ours = "0192f0c4-7c1e-7f00-8000-000000000001"
    contract = next(
        line for path in files if path.name == "contragents.xml" for line in path.read_text("utf-8-sig").split("<") if "/Номер" in line
    )
    name = contract.split(">")[1]
    number_line = path_text(files).split(f"{name}</Наименование>")[1]
    number = number_line.split("<Значение>")[1].split("<")[0]
    party = path_text(files).split("<Контрагент>")[1].split("<Ид>")[1].split("<")[0]
    row = ("made-here", "УТ-004871", "2026-11-20T07:00:00", ours, "P-1001", "2026-11-20", "07:00:00", 1, party, "Клиент", "1", "BYN", "120",
           "", "", "КОтгрузке", 1, 0, "", "", "УТ-000001", "2026-11-20T08:00:00", number, "2026-11-20T08:00:00")  # fmt: skip
    db.execute(f"INSERT INTO document VALUES ({', '.join('?' * len(row))})", row)
    db.execute("INSERT INTO document_line VALUES ('made-here', 1, 'g', 'A', 'N', 'кг', '1', '1', '120', '120')")
    db.execute("INSERT INTO change VALUES ('order', 'made-here', 1)")
    db.commit()
    db.close()
    base = Infobase(folder, now=lambda: dt.datetime(2026, 11, 20, 14, 30))  # noqa: DTZ001
    try:
        fill.complete(base)
        fill.complete(base)
        with base.read() as read:
            order = read.execute("SELECT * FROM document").fetchone()
            assert (order["id"], order["number_1c"], order["shipment_number"]) == (ours, "УТ-004871", "УТ-000001")
            assert order["contract_id"]
            assert read.execute("SELECT document_id FROM document_line").fetchone()[0] == ours
            assert read.execute("SELECT object_id FROM change").fetchone()[0] == ours
            assert [deal.debt for deal in settlements.deals(read)] == [120]
            assert len(list(objects.every(read, CONTRACT))) > 40
            assert read.execute("SELECT count(*) FROM pack").fetchone()[0] > 60
    finally:
        base.close()


def path_text(files: list[Path]) -> str:
    return next(path.read_text("utf-8-sig") for path in files if path.name == "contragents.xml")


def test_infobase_of_a_later_release_is_left_alone(tmp_path: Path) -> None:
    Infobase(tmp_path).close()
    db = sqlite3.connect(tmp_path / "base.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(migrate.NewerInfobase, match="99"):
        Infobase(tmp_path)
