"""Documents that follow an order: СчетНаОплатуКлиенту, РеализацияТоваровУслуг, СчетФактураВыданный, a payment, СверкаВзаиморасчетов."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from decimal import ROUND_HALF_UP, Decimal

from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.infobase import Infobase, plain
from b2bkit_onec.simulate.names import (
    BY_TERM,
    CONTRACT,
    COUNTERPARTY,
    INVOICE,
    NO_DATE,
    PAYMENT,
    RECONCILIATION,
    SETTLEMENTS,
    SHIPMENT,
    TAX_INVOICE,
    made_up,
    reference,
)
from b2bkit_onec.simulate.order_row import update
from b2bkit_onec.simulate.parties import day_of, delay_of
from b2bkit_onec.simulate.settlements import open_deals

VAT_RATE = Decimal(20)
CENT = Decimal("0.01")
PREPAYMENT_DAYS = 5
PREFIX = "УТ-"


def vat_in(total: Decimal) -> Decimal:
    """НДС that a sum holds."""
    return (total * VAT_RATE / (100 + VAT_RATE)).quantize(CENT, ROUND_HALF_UP)


def write(
    db: sqlite3.Connection,
    kind: str,
    order: sqlite3.Row,
    at: str,
    *,
    number: str = "",
    due_on: str = "",
    status: str = "",
    base_id: str = "",
    total: Decimal | None = None,
    quietly: bool = False,
) -> str:
    """Writes a posted document that follows an order and returns its reference; `quietly` registers it for nobody."""
    made = total if total is not None else Decimal(order["total"])
    ref = made_up(kind, f"{order['id']}:{order['number_1c']}") if total is None else str(uuid.uuid4())
    vat = Decimal(0) if kind == PAYMENT else vat_in(made)
    number = number or objects.next_code(db, kind, PREFIX, 6)
    _insert(db, (ref, kind, number, at, order["id"], base_id, reference(COUNTERPARTY, order["counterparty_id"]), order["contract_id"],
                 order["currency"], plain(made), plain(vat), due_on, status, 1, 0))  # fmt: skip
    if not quietly:
        _tell(db, kind, ref)
    return ref


def _insert(db: sqlite3.Connection, row: tuple[object, ...]) -> None:
    db.execute(f"INSERT OR REPLACE INTO paper VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 (only question marks are joined)


def _tell(db: sqlite3.Connection, kind: str, ref: str) -> None:
    objects.touch(db, kind, ref)
    if kind in (SHIPMENT, PAYMENT):
        for register in (SETTLEMENTS, BY_TERM):
            objects.touch(db, register, f"{kind} {ref}")


def issue_invoice(db: sqlite3.Connection, order: sqlite3.Row, at: str, *, quietly: bool = False) -> str:
    """СчетНаОплатуКлиенту for the whole order, due in some days, or by the contract's deferral."""
    days = delay_of(db, order["contract_id"]) or PREPAYMENT_DAYS
    due = (day_of(at) + dt.timedelta(days=days)).isoformat()
    return write(db, INVOICE, order, at, due_on=due, status="Выставлен", quietly=quietly)


def ship(db: sqlite3.Connection, order: sqlite3.Row, at: str, number: str, *, quietly: bool = False) -> str:
    """РеализацияТоваровУслуг with its СчетФактураВыданный; the debt is due by the contract's deferral."""
    due = (day_of(at) + dt.timedelta(days=delay_of(db, order["contract_id"]))).isoformat()
    shipment = write(db, SHIPMENT, order, at, number=number, due_on=due, status="Отгружено", quietly=quietly)
    write(db, TAX_INVOICE, order, at, number=number, base_id=shipment, quietly=quietly)
    return shipment


def paid_for(db: sqlite3.Connection, order_id: str) -> Decimal:
    """What was paid for an order."""
    rows = db.execute("SELECT total FROM paper WHERE kind = ? AND order_id = ? AND posted = 1 AND deleted = 0", (PAYMENT, order_id))
    return sum((Decimal(row["total"]) for row in rows), Decimal(0))


def pay_contract(base: Infobase, contract: str, amount: Decimal) -> list[str]:
    """A payment under a contract: it settles the debts that are due first, and what is left is an advance.

    Returns the payments' references. Raises LookupError.
    """
    made = []
    with base.write() as db:
        terms = objects.get(db, CONTRACT, contract)
        if terms is None:
            raise LookupError(contract)
        at = base.now().isoformat()
        left = amount
        for deal in sorted((one for one in open_deals(db, contract=contract) if one.debt and one.order_id), key=lambda one: one.due_on):
            part = min(deal.debt, left)
            if part <= 0:
                break
            left -= part
            made.append(_pay_order(base, db, deal.order_id, part, at))
        if left > 0:
            made.append(_advance(db, contract, terms, left, at))
    return made


def _pay_order(base: Infobase, db: sqlite3.Connection, order_id: str, amount: Decimal, at: str) -> str:
    order = db.execute("SELECT * FROM document WHERE id = ?", (order_id,)).fetchone()
    ref = write(db, PAYMENT, order, at, total=amount, status="Проведено")
    if paid_for(db, order_id) >= Decimal(order["total"]) and not order["paid_at"]:
        number = db.execute("SELECT number FROM paper WHERE id = ?", (ref,)).fetchone()["number"]
        update(base, db, order_id, payment_number=str(number), paid_at=at)
    return ref


def _advance(db: sqlite3.Connection, contract: str, terms: objects.Body, amount: Decimal, at: str) -> str:
    ref = str(uuid.uuid4())
    code = db.execute("SELECT currency FROM paper WHERE contract_id = ? LIMIT 1", (contract,)).fetchone()
    name = objects.named(db, "Catalog_Валюты", objects.text(terms, "ВалютаВзаиморасчетов_Key"))
    _insert(db, (ref, PAYMENT, objects.next_code(db, PAYMENT, PREFIX, 6), at, "", "", objects.text(terms, "Контрагент_Key"), contract,
                 name or (code["currency"] if code else ""), plain(amount), "0", "", "Проведено", 1, 0))  # fmt: skip
    _tell(db, PAYMENT, ref)
    return ref


def reconcile(base: Infobase, counterparty: str, start: dt.date, end: dt.date, *, status: str = "НаСверке") -> str:
    """СверкаВзаиморасчетов with a counterparty for a period, both days included. Raises LookupError."""
    with base.write() as db:
        if objects.get(db, COUNTERPARTY, counterparty) is None:
            raise LookupError(counterparty)
        return write_reconciliation(db, str(uuid.uuid4()), counterparty, start, end, base.now().isoformat(), status=status)


def write_reconciliation(db: sqlite3.Connection, ref: str, counterparty: str, start: dt.date, end: dt.date, at: str, *, status: str) -> str:
    """Writes the document; its sum is the balance at the period's end."""
    owed = open_deals(db, counterparty=counterparty, up_to=f"{end.isoformat()}T23:59:59")
    balance = sum((deal.shipped - deal.paid for deal in owed), Decimal(0))
    code = next((deal.currency for deal in owed), "")
    number = objects.next_code(db, RECONCILIATION, PREFIX, 6)
    _insert(db, (ref, RECONCILIATION, number, at, "", "", counterparty, "", code, plain(balance), "0", "", status, 1, 0))
    period: objects.Body = {"НачалоПериода": f"{start.isoformat()}T00:00:00", "КонецПериода": f"{end.isoformat()}T00:00:00"}
    objects.put(db, RECONCILIATION, ref, period, code=number)
    return ref


def period_of(db: sqlite3.Connection, ref: str) -> tuple[str, str]:
    """First and last moment of a reconciliation's period, as 1C writes them."""
    body = objects.get(db, RECONCILIATION, ref) or {}
    return objects.text(body, "НачалоПериода") or NO_DATE, (objects.text(body, "КонецПериода") or NO_DATE)[:10] + "T23:59:59"
