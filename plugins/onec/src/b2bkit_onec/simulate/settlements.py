"""What clients owe: РасчетыСКлиентами, ПоСрокам and ПланОплат, told from shipments and payments."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.names import CONTRACT, PAYMENT, SHIPMENT

NOTHING = Decimal(0)
CREDIT, PREPAYMENT = "КредитПослеОтгрузки", "ПредоплатаДоОтгрузки"


@dataclass(frozen=True, slots=True)
class Deal:
    """What was shipped and paid for one order (ОбъектРасчетов), or for a contract alone (`order_id` "").

    `shipment_id`: the document from which the debt comes, "" before shipment; `due_on`: ISO date, "" before shipment.
    """

    counterparty_id: str
    contract_id: str
    order_id: str
    currency: str
    shipped: Decimal
    paid: Decimal
    shipment_id: str = ""
    payment_id: str = ""
    arose_on: str = ""
    due_on: str = ""

    @property
    def debt(self) -> Decimal:
        return max(self.shipped - self.paid, NOTHING)

    @property
    def prepaid(self) -> Decimal:
        return max(self.paid - self.shipped, NOTHING)

    def overdue(self, today: dt.date) -> Decimal:
        """The debt when its day is past."""
        return self.debt if self.due_on and self.due_on < today.isoformat() else NOTHING


@dataclass(frozen=True, slots=True)
class Due:
    """A payment that is expected for a deal."""

    deal: Deal
    due_on: str
    amount: Decimal
    variant: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a contract stands: sums of its deals, and what its terms allow. `limit` None: not limited."""

    debt: Decimal
    overdue: Decimal
    prepaid: Decimal
    limit: Decimal | None
    stops_overdue: bool


def deals(db: sqlite3.Connection, *, contract: str = "", counterparty: str = "", up_to: str = "") -> list[Deal]:
    """Deals with what moved up to a moment (1C's, "" is now), those that are settled too, oldest first."""
    rows = db.execute(
        "SELECT * FROM paper WHERE kind IN (?, ?) AND posted = 1 AND deleted = 0 AND (? = '' OR contract_id = ?)"
        " AND (? = '' OR counterparty_id = ?) AND (? = '' OR at <= ?) ORDER BY at, number",
        (SHIPMENT, PAYMENT, contract, contract, counterparty, counterparty, up_to, up_to),
    )
    found: dict[tuple[str, str, str, str], Deal] = {}
    for row in rows:
        key = (row["counterparty_id"], row["contract_id"], row["order_id"], row["currency"])
        found[key] = _with(found.get(key) or Deal(*key, NOTHING, NOTHING), row)
    return list(found.values())


def _with(deal: Deal, row: sqlite3.Row) -> Deal:
    total = Decimal(row["total"])
    shipped = row["kind"] == SHIPMENT
    return Deal(
        deal.counterparty_id,
        deal.contract_id,
        deal.order_id,
        deal.currency,
        deal.shipped + (total if shipped else NOTHING),
        deal.paid + (NOTHING if shipped else total),
        row["id"] if shipped else deal.shipment_id,
        deal.payment_id if shipped else row["id"],
        row["at"] if shipped or not deal.arose_on else deal.arose_on,
        row["due_on"] if shipped else deal.due_on,
    )


def open_deals(db: sqlite3.Connection, *, contract: str = "", counterparty: str = "", up_to: str = "") -> list[Deal]:
    """Deals that are not even."""
    return [deal for deal in deals(db, contract=contract, counterparty=counterparty, up_to=up_to) if deal.shipped != deal.paid]


def schedule(db: sqlite3.Connection) -> list[Due]:
    """What is to be paid and when: debts by their day, and what orders under prepayment wait for, by the day of their invoice."""
    found = [Due(deal, deal.due_on, deal.debt, CREDIT) for deal in deals(db) if deal.debt]
    paid = {deal.order_id: deal.paid for deal in deals(db)}
    rows = db.execute(
        "SELECT paper.*, document.total AS ordered FROM paper JOIN document ON document.id = order_id"
        " WHERE kind = 'Document_СчетНаОплатуКлиенту' AND paper.posted = 1 AND paper.deleted = 0 AND document.shipped_at = ''"
        " AND document.cancelled = 0 AND document.posted = 1 ORDER BY at"
    )
    for row in rows:
        left = Decimal(row["ordered"]) - paid.get(str(row["order_id"]), NOTHING)
        if left > 0:
            deal = Deal(row["counterparty_id"], row["contract_id"], row["order_id"], row["currency"], NOTHING, NOTHING, arose_on=row["at"])
            found.append(Due(deal, str(row["due_on"]), left, PREPAYMENT))
    return sorted(found, key=lambda due: (due.due_on, due.deal.order_id))


def standing(db: sqlite3.Connection, contract: str, today: dt.date, of: Iterable[Deal] | None = None) -> Standing:
    """How a contract stands today; `of`: its deals when they are at hand."""
    terms = objects.get(db, CONTRACT, contract) or {}
    own = list(deals(db, contract=contract) if of is None else of)
    return Standing(
        debt=sum((deal.debt for deal in own), NOTHING),
        overdue=sum((deal.overdue(today) for deal in own), NOTHING),
        prepaid=sum((deal.prepaid for deal in own), NOTHING),
        limit=objects.money(terms, "ДопустимаяСуммаЗадолженности") if objects.flag(terms, "ОграничиватьСуммуЗадолженности") else None,
        stops_overdue=objects.flag(terms, "ЗапрещаетсяПросроченнаяЗадолженность"),
    )
