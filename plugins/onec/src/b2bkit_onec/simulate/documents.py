"""Documents of the simulator: ЗаказКлиента, how it is made from the site's order, and once only."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass
from decimal import Decimal

from b2bkit_onec.commerceml.records import Document
from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.infobase import Infobase, keep_setting, plain, setting
from b2bkit_onec.simulate.names import CONTRACT, is_guid
from b2bkit_onec.simulate.order_row import CLOSED, DRAFT, STORED, tell, update
from b2bkit_onec.simulate.parties import find_contract

PREFIX = "УТ-"
YES = frozenset(("true", "истина", "да", "1"))


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch: numbers of the site whose documents were made, changed, or left as they are."""

    made: tuple[str, ...]
    changed: tuple[str, ...]
    known: tuple[str, ...]


def take_batch(base: Infobase, batch: list[Document]) -> Taken:
    """Makes a document for every order that is not there yet, all of them or none. 1C's key is Номер with Дата, or Ид."""
    made, changed, known = [], [], []
    with base.write() as db:
        for order in batch:
            row = find_of_portal(db, order)
            if row is None:
                make(base, db, order, from_portal=True)
                made.append(order.number)
            elif _cancelled_by_client(db, base, row, order):
                changed.append(order.number)
            else:
                known.append(order.number)
    return Taken(tuple(made), tuple(changed), tuple(known))


def find_of_portal(db: sqlite3.Connection, order: Document) -> sqlite3.Row | None:
    """The document of the site's order, None when there is none yet."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM document WHERE (portal_number = ? AND portal_date = ?) OR (portal_id <> '' AND portal_id = ?)",
        (order.number, _date(order), order.id),
    ).fetchone()
    return row


def make(base: Infobase, db: sqlite3.Connection, order: Document, *, from_portal: bool) -> str:
    """Writes a new document and returns its number in 1C; an order of the history brings its own."""
    number = order.number_1c if order.number_1c and not from_portal else next_number(db, "order", 6)
    moment = base.now().isoformat()
    made: dict[str, str | int] = {
        **_identity(db, order, from_portal=from_portal),
        **_parties(db, order),
        **_state(order, from_portal=from_portal),
        "number_1c": number,
        "date_1c": moment if from_portal else order.date_1c or _date(order),
        "changed_at": moment,
    }
    _insert(db, made, order)
    if from_portal:
        tell(db, str(made["id"]))
    return number


def _identity(db: sqlite3.Connection, order: Document, *, from_portal: bool) -> dict[str, str | int]:
    """A site that names its orders by GUIDs names the document, too: one that came by both ways is one document."""
    taken = order.id and db.execute("SELECT 1 FROM document WHERE id = ?", (order.id.lower(),)).fetchone()
    return {
        "id": order.id.lower() if is_guid(order.id) and not taken else str(uuid.uuid4()),
        "portal_id": order.id,
        "portal_number": order.number,
        "portal_date": _date(order),
        "portal_time": order.time.isoformat(timespec="seconds") if order.time else "",
        "from_portal": int(from_portal),
    }


def _parties(db: sqlite3.Connection, order: Document) -> dict[str, str | int]:
    buyer = order.counterparties[0] if order.counterparties else None
    number = order.requisite("Договор", "Номер договора")
    told = order.requisite("ДоговорИд", "ИдДоговора", "Ид договора")
    contract = find_contract(db, told, number, buyer.id if buyer else "")
    return {
        "counterparty_id": buyer.id if buyer else "",
        "counterparty_name": (buyer.official_name or buyer.full_name or buyer.name) if buyer else "",
        "tax_number": (buyer.unp or buyer.inn) if buyer else "",
        "currency": order.currency or order.currency_text,
        "total": plain(order.total or Decimal(0)),
        "comment": order.comment,
        "warehouse_id": order.warehouses[0].id if order.warehouses else "",
        "contract": number or objects.text(objects.get(db, CONTRACT, contract) or {}, "Номер"),
        "contract_id": contract,
        "consignee": order.requisite("Грузополучатель"),
    }


def _state(order: Document, *, from_portal: bool) -> dict[str, str | int]:
    """A new order is not agreed and not posted; one of the history says itself what it is."""
    return {
        "status": DRAFT if from_portal else STORED.get(order.requisite("Статус заказа"), CLOSED),
        "posted": int(not from_portal and order.requisite("Проведен").casefold() in YES),
        "cancelled": int(order.requisite("Отменен").casefold() in YES),
        "payment_number": order.requisite("Номер оплаты по 1С"),
        "paid_at": order.requisite("Дата оплаты по 1С"),
        "shipment_number": order.requisite("Номер отгрузки по 1С"),
        "shipped_at": order.requisite("Дата отгрузки по 1С"),
    }


def _insert(db: sqlite3.Connection, made: dict[str, str | int], order: Document) -> None:
    marks = ", ".join(f":{name}" for name in made)
    db.execute(f"INSERT INTO document ({', '.join(made)}) VALUES ({marks})", made)  # noqa: S608 (names are the keys above)
    for position, line in enumerate(order.lines, 1):
        db.execute(
            "INSERT INTO document_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (made["id"], position, line.id, line.article, line.name, line.unit_name or line.unit_code, plain(line.factor),
             plain(line.quantity), plain(line.price or Decimal(0)), plain(line.total or Decimal(0))),
        )  # fmt: skip


def _date(order: Document) -> str:
    return order.date.isoformat() if order.date else ""


def _cancelled_by_client(db: sqlite3.Connection, base: Infobase, row: sqlite3.Row, order: Document) -> bool:
    """The only change that a site's order brings later; a closed or shipped one is skipped, as 1C does."""
    if order.requisite("Отменен").casefold() not in YES or row["cancelled"] or row["shipped_at"] or row["status"] == CLOSED:
        return False
    update(base, db, str(row["id"]), cancelled=1, status=CLOSED)
    return True


def next_number(db: sqlite3.Connection, kind: str, digits: int) -> str:
    """The next number of its kind: УТ-004871."""
    number = int(setting(db, f"last_{kind}", "0")) + 1
    keep_setting(db, f"last_{kind}", str(number))
    return f"{PREFIX}{number:0{digits}d}"


def documents_by_portal_number(base: Infobase) -> dict[str, int]:
    """How many documents each order of the site has here; anything but 1 is a fault."""
    with base.read() as db:
        rows = db.execute("SELECT portal_number, count(*) AS n FROM document WHERE from_portal = 1 GROUP BY portal_number")
        return {str(row["portal_number"]): int(row["n"]) for row in rows}
