"""Prices and free stock of a cart's lines, as 1C has them now."""

from __future__ import annotations

import datetime as dt
import sqlite3
from decimal import Decimal

from b2bkit_onec.service.contract import LineAsked, LinesAsked, LinesTold, LineTold
from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.names import AGREEMENT, CONTRACT, EMPTY, PRICE_TYPE, reference
from b2bkit_onec.simulate.odata.catalogues import good_parts
from b2bkit_onec.simulate.parties import agreement_of
from b2bkit_onec.simulate.service.errors import ServiceProblem


def told(db: sqlite3.Connection, asked: LinesAsked) -> LinesTold:
    """Lines that the infobase knows. Raises ServiceProblem for terms that it does not."""
    contract = str(asked.contract)
    agreement = objects.get(db, AGREEMENT, contract)
    if agreement is None and objects.get(db, CONTRACT, contract) is not None:
        agreement = objects.get(db, AGREEMENT, agreement_of(db, contract))
    if agreement is None:
        raise ServiceProblem(404, "contract", "В базе нет договора или соглашения с такой ссылкой.")
    price_type = objects.text(agreement, "ВидЦен_Key")
    types = {reference(PRICE_TYPE, row["id"]): row["id"] for row in db.execute("SELECT id FROM price_type")}
    goods = {good_parts(str(row["id"])): row for row in db.execute("SELECT * FROM good")}
    lines = []
    for line in asked.lines:
        good = goods.get((str(line.product), str(line.variant or EMPTY))) or goods.get((str(line.product), EMPTY))
        if good is not None:
            lines.append(_line(db, line, good["id"], types.get(price_type, price_type)))
    return LinesTold(as_of=dt.datetime.now(dt.UTC), lines=tuple(lines))


def _line(db: sqlite3.Connection, asked: LineAsked, good_id: str, type_id: str) -> LineTold:
    price = _price(db, good_id, type_id, asked.quantity)
    return LineTold(
        product=asked.product,
        variant=asked.variant,
        price=Decimal(price["value"]) / Decimal(price["factor"]) if price is not None else None,
        currency=price["currency"] if price is not None else "",
        free=free_of(db, good_id),
    )


def _price(db: sqlite3.Connection, good_id: str, type_id: str, quantity: Decimal) -> sqlite3.Row | None:
    """The price of the highest step that the quantity reaches."""
    rows = db.execute("SELECT * FROM price WHERE good_id = ? AND type_id = ?", (good_id, type_id)).fetchall()
    reached = [row for row in rows if Decimal(row["min_quantity"]) <= quantity]
    return max(reached, key=lambda row: Decimal(row["min_quantity"]), default=None)


def free_of(db: sqlite3.Connection, good_id: str) -> Decimal:
    """What lies at all warehouses less what posted orders are waiting for; never below zero."""
    there = sum((Decimal(row["quantity"]) for row in db.execute("SELECT quantity FROM stock WHERE good_id = ?", (good_id,))), Decimal(0))
    waiting = db.execute(
        "SELECT quantity, factor FROM document_line JOIN document ON document.id = document_id"
        " WHERE good_id = ? AND posted = 1 AND cancelled = 0 AND shipped_at = '' AND deleted = 0",
        (good_id,),
    )
    return max(there - sum((Decimal(row["quantity"]) * Decimal(row["factor"]) for row in waiting), Decimal(0)), Decimal(0))
