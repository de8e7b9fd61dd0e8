"""The row of a ЗаказКлиента: its states, how it is found and changed."""

from __future__ import annotations

import sqlite3

from b2bkit_onec.simulate import names, objects
from b2bkit_onec.simulate.infobase import ORDER, Infobase, register_change

DRAFT, SUPPLY, SHIPPING, CLOSED = "НеСогласован", "КОбеспечению", "КОтгрузке", "Закрыт"
SHOWN = {DRAFT: "Не согласован", SUPPLY: "К обеспечению", SHIPPING: "К отгрузке", CLOSED: "Закрыт"}
STORED = {shown: stored for stored, shown in SHOWN.items()}


def find(db: sqlite3.Connection, number: str) -> sqlite3.Row:
    """A document by its number in 1C or on the site; the newest of several. Raises LookupError."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM document WHERE number_1c = ? OR portal_number = ? ORDER BY number_1c = ? DESC, date_1c DESC LIMIT 1",
        (number,) * 3,
    ).fetchone()
    if row is None:
        raise LookupError(number)
    return row


def update(base: Infobase, db: sqlite3.Connection, document_id: str, **fields: str | int) -> None:
    """Changes columns of an order and registers it for the site and for every node."""
    fields["changed_at"] = base.now().isoformat()
    sets = ", ".join(f"{name} = :{name}" for name in fields)
    db.execute(f"UPDATE document SET {sets} WHERE id = :id", {**fields, "id": document_id})  # noqa: S608 (names come from this package)
    tell(db, document_id)


def tell(db: sqlite3.Connection, document_id: str) -> None:
    """Registers an order for the site and for every node."""
    register_change(db, ORDER, document_id)
    objects.touch(db, names.ORDER, document_id)
