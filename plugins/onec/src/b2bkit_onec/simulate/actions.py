"""What a manager does with a ЗаказКлиента, when it may be done, and which documents and figures follow from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from decimal import Decimal

from b2bkit.core.i18n import N_
from b2bkit_onec.simulate import papers, settlements, stock
from b2bkit_onec.simulate.documents import next_number
from b2bkit_onec.simulate.infobase import Infobase, plain
from b2bkit_onec.simulate.names import INVOICE, PAYMENT
from b2bkit_onec.simulate.order_row import CLOSED, DRAFT, SHIPPING, SUPPLY, find, update


class NotNow(Exception):
    """The document's state does not allow the action; `reason` is a message id, `values` go into it."""

    def __init__(self, reason: str, **values: str) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values


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
    update(base, db, row["id"], posted=1, status=SUPPLY if row["status"] == DRAFT else row["status"])


def _release(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    refuse_over_limit(base, db, row)
    update(base, db, row["id"], status=SHIPPING)


def refuse_over_limit(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Raises NotNow when the contract's terms do not allow the debt that the order would make."""
    if not row["contract_id"]:
        return
    stands = settlements.standing(db, row["contract_id"], base.now().date())
    ahead = stands.debt + Decimal(row["total"]) - papers.paid_for(db, row["id"])
    if stands.limit is not None and ahead > stands.limit:
        raise NotNow(
            N_("The debt would be {debt}, the contract allows {limit}."), debt=plain(ahead), limit=plain(stands.limit)
        )  # fmt: skip
    if stands.stops_overdue and stands.overdue:
        raise NotNow(N_("The client has an overdue debt of {debt}."), debt=plain(stands.overdue))


def _may_invoice(row: sqlite3.Row) -> str:
    return _live(row) or ("" if row["posted"] else N_("Post the order first."))


def _invoice(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    known = db.execute("SELECT 1 FROM paper WHERE kind = ? AND order_id = ? AND deleted = 0", (INVOICE, row["id"])).fetchone()
    if known is not None:
        raise NotNow(N_("The order has an invoice already."))
    papers.issue_invoice(db, row, base.now().isoformat())


def _ship(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    for line in db.execute("SELECT * FROM document_line WHERE document_id = ? ORDER BY position", (row["id"],)).fetchall():
        kilograms = Decimal(line["quantity"]) * Decimal(line["factor"])
        missing = stock.take(db, line["good_id"], kilograms, row["warehouse_id"])
        if missing:
            raise NotNow(N_("Not enough in stock: {name}, {missing} short."), name=str(line["name"]), missing=plain(missing))
    number, at = next_number(db, "shipment", 6), base.now().isoformat()
    papers.ship(db, row, at, number)
    update(base, db, row["id"], shipment_number=number, shipped_at=at)


def _pay(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    number, at = next_number(db, "payment", 6), base.now().isoformat()
    left = Decimal(row["total"]) - papers.paid_for(db, row["id"])
    if left > 0:
        papers.write(db, PAYMENT, row, at, number=number, total=left, status="Проведено")
    update(base, db, row["id"], payment_number=number, paid_at=at)


def _close(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    update(base, db, row["id"], status=CLOSED)


def _cancel(base: Infobase, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    update(base, db, row["id"], cancelled=1, status=CLOSED)


Possible = Callable[[sqlite3.Row], str]
Do = Callable[[Infobase, sqlite3.Connection, sqlite3.Row], None]
ACTIONS: dict[str, tuple[str, Possible, Do]] = {
    "post": (N_("Post"), _may_post, _post),
    "invoice": (N_("Issue an invoice"), _may_invoice, _invoice),
    "release": (N_("Release for shipment"), _may_release, _release),
    "ship": (N_("Ship"), _may_ship, _ship),
    "pay": (N_("Record the payment"), _may_pay, _pay),
    "close": (N_("Close"), _may_close, _close),
    "cancel": (N_("Cancel"), _may_cancel, _cancel),
}
