"""Goods of the simulator: search, prices and stock, and what registers them for the site."""

from __future__ import annotations

import sqlite3
from decimal import Decimal, InvalidOperation

from b2bkit_onec.simulate.infobase import PRICE, STOCK, Infobase, plain, register_change


class BadFigure(ValueError):
    """The text is no price or no quantity."""


def figure(text: str, decimals: int) -> Decimal:
    """A non-negative number as a person types it: `12,5`, `1 000`. Raises BadFigure."""
    cleaned = "".join(text.split()).replace(",", ".").replace("\N{NO-BREAK SPACE}", "")
    try:
        value = Decimal(cleaned)
    except InvalidOperation as bad:
        raise BadFigure(text) from bad
    if not value.is_finite() or value < 0 or value >= 10**9 or value != round(value, decimals):
        raise BadFigure(text)
    return value


def search(db: sqlite3.Connection, words: str, limit: int = 25) -> list[sqlite3.Row]:
    """Goods whose article and name have every word, by article."""
    wanted = words.casefold().split()
    where = " AND ".join(["search LIKE ? ESCAPE '\\'"] * len(wanted)) or "1"
    masks = ["%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%" for word in wanted]
    query = f"SELECT * FROM good WHERE {where} ORDER BY article LIMIT ?"  # noqa: S608 (only fixed text is joined)
    return db.execute(query, (*masks, limit)).fetchall()


def find_good(db: sqlite3.Connection, key: str) -> sqlite3.Row:
    """A product by Ид or article. Raises LookupError."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM good WHERE id = ? OR article = ? ORDER BY id = ? DESC", (key, key, key)).fetchone()
    if row is None:
        raise LookupError(key)
    return row


def set_price(base: Infobase, good: str, price_type: str, value: Decimal, min_quantity: Decimal = Decimal(0)) -> None:
    """Sets the price of a type (its Ид or name) for one unit, from a quantity on. Raises LookupError for what is not there."""
    with base.write() as db:
        good_id = find_good(db, good)["id"]
        kind = _by_key(db, "price_type", price_type)
        changed = db.execute(
            "UPDATE price SET value = ? WHERE good_id = ? AND type_id = ? AND min_quantity = ?",
            (plain(value), good_id, kind["id"], plain(min_quantity)),
        )
        if changed.rowcount == 0:
            raise LookupError(f"{good}: {price_type} from {plain(min_quantity)}")
        register_change(db, PRICE, good_id)


def set_stock(base: Infobase, good: str, warehouse: str, quantity: Decimal) -> None:
    """Sets what lies at a warehouse (its Ид or name), in base units. Raises LookupError for what is not there."""
    with base.write() as db:
        good_id = find_good(db, good)["id"]
        _put(db, good_id, _by_key(db, "warehouse", warehouse)["id"], quantity)
        register_change(db, STOCK, good_id)


def take(db: sqlite3.Connection, good_id: str, quantity: Decimal, first_warehouse: str) -> Decimal:
    """Takes from the warehouse first named, then from the others; returns what is missing (then nothing may be kept)."""
    rows = db.execute("SELECT * FROM stock WHERE good_id = ? ORDER BY warehouse_id = ? DESC, rowid", (good_id, first_warehouse)).fetchall()
    left = quantity
    for row in rows:
        there = Decimal(row["quantity"])
        taken = min(max(there, Decimal(0)), left)
        if taken:
            _put(db, good_id, row["warehouse_id"], there - taken)
            left -= taken
    register_change(db, STOCK, good_id)
    return left


def _put(db: sqlite3.Connection, good_id: str, warehouse_id: str, quantity: Decimal) -> None:
    db.execute(
        "INSERT INTO stock VALUES (?, ?, ?) ON CONFLICT (good_id, warehouse_id) DO UPDATE SET quantity = excluded.quantity",
        (good_id, warehouse_id, plain(quantity)),
    )


def _by_key(db: sqlite3.Connection, table: str, key: str) -> sqlite3.Row:
    query = f"SELECT * FROM {table} WHERE id = ? OR name = ?"  # noqa: S608 (one of two table names of this file)
    row: sqlite3.Row | None = db.execute(query, (key, key)).fetchone()
    if row is None:
        raise LookupError(key)
    return row
