"""Documents of the simulator: ЗаказКлиента, how it is made from the site's order and what a manager does with it."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from b2bkit.core.i18n import N_
from b2bkit_onec.commerceml.records import Document
from b2bkit_onec.simulate import stock
from b2bkit_onec.simulate.infobase import ORDER, Infobase, keep_setting, plain, register_change, setting

DRAFT, SUPPLY, SHIPPING, CLOSED = "НеСогласован", "КОбеспечению", "КОтгрузке", "Закрыт"
SHOWN = {DRAFT: "Не согласован", SUPPLY: "К обеспечению", SHIPPING: "К отгрузке", CLOSED: "Закрыт"}
STORED = {shown: stored for stored, shown in SHOWN.items()}
PREFIX = "УТ-"
YES = frozenset(("true", "истина", "да", "1"))


class NotNow(Exception):
    """The document's state does not allow the action; `reason` is a message id, `values` go into it."""

    def __init__(self, reason: str, **values: str) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values


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
        **_identity(order, from_portal=from_portal),
        **_parties(order),
        **_state(order, from_portal=from_portal),
        "number_1c": number,
        "date_1c": moment if from_portal else order.date_1c or _date(order),
        "changed_at": moment,
    }
    _insert(db, made, order)
    if from_portal:
        register_change(db, ORDER, str(made["id"]))
    return number


def _identity(order: Document, *, from_portal: bool) -> dict[str, str | int]:
    return {
        "id": str(uuid.uuid4()) if from_portal or not order.id else order.id,
        "portal_id": order.id,
        "portal_number": order.number,
        "portal_date": _date(order),
        "portal_time": order.time.isoformat(timespec="seconds") if order.time else "",
        "from_portal": int(from_portal),
    }


def _parties(order: Document) -> dict[str, str | int]:
    buyer = order.counterparties[0] if order.counterparties else None
    return {
        "counterparty_id": buyer.id if buyer else "",
        "counterparty_name": (buyer.official_name or buyer.full_name or buyer.name) if buyer else "",
        "tax_number": (buyer.unp or buyer.inn) if buyer else "",
        "currency": order.currency or order.currency_text,
        "total": plain(order.total or Decimal(0)),
        "comment": order.comment,
        "warehouse_id": order.warehouses[0].id if order.warehouses else "",
        "contract": order.requisite("Договор", "Номер договора"),
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
    _update(base, db, str(row["id"]), cancelled=1, status=CLOSED)
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


def find(db: sqlite3.Connection, number: str) -> sqlite3.Row:
    """A document by its number in 1C or on the site; the newest of several. Raises LookupError."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM document WHERE number_1c = ? OR portal_number = ? ORDER BY number_1c = ? DESC, date_1c DESC LIMIT 1",
        (number,) * 3,
    ).fetchone()
    if row is None:
        raise LookupError(number)
    return row


def act(base: Infobase, number: str, action: str) -> None:
    """Does one of `ACTIONS` with the document and registers it for the site. Raises LookupError, NotNow."""
    with base.write() as db:
        row = find(db, number)
        _, possible, do = ACTIONS[action]
        reason = possible(row)
        if reason:
            raise NotNow(reason)
        do(base, db, row)


def reason_against(row: sqlite3.Row, action: str) -> str:
    """Why the action is not possible now (a message id), "" when it is."""
    return ACTIONS[action][1](row)


def _update(base: Infobase, db: sqlite3.Connection, document_id: str, **fields: str | int) -> None:
    fields["changed_at"] = base.now().isoformat()
    sets = ", ".join(f"{name} = :{name}" for name in fields)
    db.execute(f"UPDATE document SET {sets} WHERE id = :id", {**fields, "id": document_id})  # noqa: S608 (names from this file)
    register_change(db, ORDER, document_id)


def _live(row: sqlite3.Row) -> str:
    return N_("The order is cancelled.") if row["cancelled"] else ""


def _may_post(row: sqlite3.Row) -> str:
    return _live(row) or (N_("The order is posted already.") if row["posted"] else "")


def _may_release(row: sqlite3.Row) -> str:
    if not row["posted"]:
        return _live(row) or N_("Post the order first.")
    return _live(row) or (N_("The order is already released for shipment.") if row["status"] in (SHIPPING, CLOSED) else "")


def _may_ship(row: sqlite3.Row) -> str:
    if row["shipped_at"]:
        return N_("The order is shipped already.")
    return _live(row) or ("" if row["status"] == SHIPPING else N_("Release the order for shipment first."))


def _may_pay(row: sqlite3.Row) -> str:
    if not row["posted"]:
        return _live(row) or N_("Post the order first.")
    return _live(row) or (N_("The order is paid already.") if row["paid_at"] else "")


def _may_close(row: sqlite3.Row) -> str:
    if row["status"] == CLOSED:
        return N_("The order is closed already.")
    return _live(row) or ("" if row["shipped_at"] else N_("Ship the order first."))


def _may_cancel(row: sqlite3.Row) -> str:
    if row["shipped_at"]:
        return N_("A shipped order cannot be cancelled.")
    return N_("The order is cancelled already.") if row["cancelled"] else ""


def _post(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    _update(base, db, row["id"], posted=1, status=SUPPLY if row["status"] == DRAFT else row["status"])


def _release(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    _update(base, db, row["id"], status=SHIPPING)


def _ship(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    for line in db.execute("SELECT * FROM document_line WHERE document_id = ? ORDER BY position", (row["id"],)).fetchall():
        kilograms = Decimal(line["quantity"]) * Decimal(line["factor"])
        missing = stock.take(db, line["good_id"], kilograms, row["warehouse_id"])
        if missing:
            raise NotNow(N_("Not enough in stock: {name}, {missing} short."), name=str(line["name"]), missing=plain(missing))
    _update(base, db, row["id"], shipment_number=next_number(db, "shipment", 6), shipped_at=base.now().isoformat())


def _pay(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    _update(base, db, row["id"], payment_number=next_number(db, "payment", 6), paid_at=base.now().isoformat())


def _close(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    _update(base, db, row["id"], status=CLOSED)


def _cancel(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    _update(base, db, row["id"], cancelled=1, status=CLOSED)


Possible = Callable[[sqlite3.Row], str]
Do = Callable[[Infobase, sqlite3.Connection, sqlite3.Row], None]
ACTIONS: dict[str, tuple[str, Possible, Do]] = {
    "post": (N_("Post"), _may_post, _post),
    "release": (N_("Release for shipment"), _may_release, _release),
    "ship": (N_("Ship"), _may_ship, _ship),
    "pay": (N_("Record the payment"), _may_pay, _pay),
    "close": (N_("Close"), _may_close, _close),
    "cancel": (N_("Cancel"), _may_cancel, _cancel),
}
