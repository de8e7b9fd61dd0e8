"""What 1C sends of its own accord: changed prices and stock, and the states of orders."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from b2bkit_onec.commerceml.records import Counterparty, Document, DocumentLine, Offer, Price, Requisite, StockRow, Tax, Warehouse
from b2bkit_onec.commerceml.writer import Owner, Package, documents_xml, offer_changes_xml, state_requisites
from b2bkit_onec.simulate.infobase import ORDER, PRICE, STOCK, setting
from b2bkit_onec.simulate.order_row import SHOWN

BOM = b"\xef\xbb\xbf"
DELTA_NAME = "offers0_1.xml"
VAT_RATE = Decimal(20)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One file for the site, and up to which registered change it tells everything."""

    exchange: str
    name: str
    body: bytes
    kinds: tuple[str, ...]
    up_to: int
    holds: int


def offer_changes(db: sqlite3.Connection, formed_at: dt.datetime) -> Parcel | None:
    """ИзмененияПакетаПредложений with the products whose prices or stock were registered; None when there are none."""
    prices, stocks = _registered(db, PRICE), _registered(db, STOCK)
    ids = sorted({*prices, *stocks})
    if not ids:
        return None
    package = Package("", setting(db, "catalog_id"), "", Owner("", ""), changes_only=True)
    offers = (_offer(db, one, with_prices=one in prices, with_stock=one in stocks) for one in ids)
    body = _joined(offer_changes_xml(package, formed_at=formed_at, offers=offers))
    return Parcel("catalog", DELTA_NAME, body, (PRICE, STOCK), _last(db), len(ids))


def order_states(db: sqlite3.Connection, formed_at: dt.datetime) -> Parcel | None:
    """orders-<uuid>_1.xml with the orders that were made or changed here since the site last took them; None without any."""
    ids = _registered(db, ORDER)
    if not ids:
        return None
    body = _joined(documents_xml((_document(db, one) for one in sorted(ids)), formed_at=formed_at))
    return Parcel("sale", f"orders-{uuid.uuid4()}_1.xml", body, (ORDER,), _last(db), len(ids))


def _joined(blocks: Iterable[bytes]) -> bytes:
    return BOM + b"".join(blocks)


def _registered(db: sqlite3.Connection, kind: str) -> set[str]:
    return {str(row["object_id"]) for row in db.execute("SELECT object_id FROM change WHERE kind = ?", (kind,))}


def _last(db: sqlite3.Connection) -> int:
    return int(setting(db, "change_seq", "0"))


def _offer(db: sqlite3.Connection, good_id: str, *, with_prices: bool, with_stock: bool) -> Offer:
    base_id, _, variant_id = good_id.partition("#")
    price_rows = db.execute(
        "SELECT price.* FROM price JOIN price_type ON price_type.id = type_id WHERE good_id = ?"
        " ORDER BY price_type.position, CAST(min_quantity AS REAL)",
        (good_id,),
    )
    stock_rows = db.execute(
        "SELECT stock.* FROM stock JOIN warehouse ON warehouse.id = warehouse_id WHERE good_id = ? ORDER BY position", (good_id,)
    )
    stocks = tuple(StockRow(row["warehouse_id"], Decimal(row["quantity"])) for row in stock_rows) if with_stock else ()
    return Offer(
        id=good_id,
        base_id=base_id,
        variant_id=variant_id,
        prices=tuple(_price(row) for row in price_rows) if with_prices else (),
        stocks=stocks,
        quantity=sum((row.quantity for row in stocks), Decimal(0)) if with_stock else None,
        changes_only_fields=True,
    )


def _price(row: sqlite3.Row) -> Price:
    start = Decimal(row["min_quantity"])
    return Price(row["type_id"], Decimal(row["value"]), row["currency"], row["unit"], Decimal(row["factor"]), start or None)


def _document(db: sqlite3.Connection, document_id: str) -> Document:
    row = db.execute("SELECT * FROM document WHERE id = ?", (document_id,)).fetchone()
    lines = db.execute("SELECT * FROM document_line WHERE document_id = ? ORDER BY position", (document_id,))
    made = tuple(_line(db, one) for one in lines)
    vat = sum((tax.total or Decimal(0) for line in made for tax in line.taxes), Decimal(0))
    return Document(
        id=row["portal_id"] or row["id"],
        number=row["portal_number"],
        date=dt.date.fromisoformat(row["portal_date"]),
        time=dt.time.fromisoformat(row["portal_time"]) if row["portal_time"] else None,
        operation="Заказ товара",
        role="Продавец",
        currency=row["currency"],
        total=Decimal(row["total"]),
        counterparties=(
            Counterparty(
                id=row["counterparty_id"],
                name=row["counterparty_name"],
                official_name=row["counterparty_name"],
                role="Покупатель",
            ),
        ),
        lines=made,
        taxes=(Tax("НДС", total=vat, included=True),),
        warehouses=_warehouse(db, row["warehouse_id"]),
        comment=row["comment"],
        requisites=_states(row),
    )


def _warehouse(db: sqlite3.Connection, warehouse_id: str) -> tuple[Warehouse, ...]:
    row = db.execute("SELECT * FROM warehouse WHERE id = ?", (warehouse_id,)).fetchone()
    return (Warehouse(row["id"], row["name"]),) if row else ()


def _states(row: sqlite3.Row) -> tuple[Requisite, ...]:
    paid, shipped = row["paid_at"], row["shipped_at"]
    return state_requisites(
        number_1c=row["number_1c"],
        date_1c=dt.datetime.fromisoformat(row["date_1c"]),
        posted=bool(row["posted"]),
        cancelled=bool(row["cancelled"]),
        paid=bool(paid),
        shipped=bool(shipped),
        deleted=False,
        status=SHOWN[row["status"]],
        payment=(row["payment_number"], dt.datetime.fromisoformat(paid)) if paid else None,
        shipment=(row["shipment_number"], dt.datetime.fromisoformat(shipped)) if shipped else None,
    )


def _line(db: sqlite3.Connection, row: sqlite3.Row) -> DocumentLine:
    base_id, _, variant_id = str(row["good_id"]).partition("#")
    good = db.execute("SELECT unit_code FROM good WHERE id = ?", (row["good_id"],)).fetchone()
    total = Decimal(row["total"])
    vat = (total * VAT_RATE / (100 + VAT_RATE)).quantize(CENT, ROUND_HALF_UP)
    return DocumentLine(
        id=row["good_id"],
        base_id=base_id,
        variant_id=variant_id,
        name=row["name"],
        quantity=Decimal(row["quantity"]),
        price=Decimal(row["price"]),
        total=total,
        article=row["article"],
        unit_code=good["unit_code"] if good else "",
        unit_name=row["unit"],
        factor=Decimal(row["factor"]),
        taxes=(Tax("НДС", VAT_RATE, total=vat, included=True),),
    )
