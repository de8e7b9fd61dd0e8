"""What the infobase needs beyond the files: own organisation, documents of the history, limits; and all of it for an older base."""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from b2bkit_onec.commerceml.contracts import packagings_of
from b2bkit_onec.commerceml.reader import read
from b2bkit_onec.commerceml.records import Counterparty, Product
from b2bkit_onec.simulate import objects, papers, settlements
from b2bkit_onec.simulate.infobase import Infobase, keep_setting, plain
from b2bkit_onec.simulate.names import CONTRACT, EMPTY, ORGANISATION, PAYMENT, PLAN, USER, VAT, is_guid, made_up
from b2bkit_onec.simulate.parties import OURS, currency, find_contract, take_party

OWNER = re.compile(r"<Владелец>.{0,400}?<Наименование>([^<]+)<", re.DOTALL)
HEAD = 16_384
VAT_20 = made_up("vat", "20")
PORTAL_USER, PORTAL_NODE = made_up("user", "portal"), made_up("node", "portal")
LIMIT_STEP, LEAST_LIMIT = Decimal(5000), Decimal(50_000)
FILLED = "filled"


def take_packs(db: sqlite3.Connection, product: Product) -> None:
    """УпаковкиЕдиницыИзмерения of a product."""
    for one in packagings_of(product):
        ref = made_up("pack", f"{product.id}:{one.name}")
        db.execute("INSERT OR REPLACE INTO pack VALUES (?, ?, ?, ?)", (ref, product.id, one.name, plain(one.factor)))


def complete(base: Infobase) -> None:
    """Fills what an infobase of an earlier release lacks, from the copies of the files that it was loaded from. Harmless when repeated."""
    if base.setting(FILLED) or not base.setting("loaded_at"):
        return
    paths = sorted((base.folder / "full").glob("*.xml"))
    with base.write() as db:
        for path in paths:
            if path.name.startswith(("import", "contragents")):
                for item in read(path):
                    if isinstance(item, Counterparty):
                        take_party(db, item)
                    elif isinstance(item, Product) and not item.deleted:
                        take_packs(db, item)
        _name_by_portal(db)
        for row in db.execute("SELECT * FROM document WHERE contract_id = ''").fetchall():
            contract = find_contract(db, "", row["contract"], row["counterparty_id"])
            db.execute("UPDATE document SET contract_id = ? WHERE id = ?", (contract, row["id"]))
        settle(base, db, paths)


def _name_by_portal(db: sqlite3.Connection) -> None:
    """Orders that a site named by GUIDs get these as their references, as they would have today."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    for row in db.execute("SELECT id, portal_id FROM document").fetchall():
        wanted = str(row["portal_id"]).lower()
        if not is_guid(row["id"]) and not is_guid(wanted):
            wanted = str(uuid.uuid4())
        if wanted == row["id"] or not is_guid(wanted) or db.execute("SELECT 1 FROM document WHERE id = ?", (wanted,)).fetchone():
            continue
        db.execute("UPDATE document SET id = ? WHERE id = ?", (wanted, row["id"]))
        db.execute("UPDATE document_line SET document_id = ? WHERE document_id = ?", (wanted, row["id"]))
        db.execute("UPDATE change SET object_id = ? WHERE object_id = ?", (wanted, row["id"]))


def settle(base: Infobase, db: sqlite3.Connection, paths: list[Path]) -> None:
    """After the files: what they do not say. Called once for an infobase."""
    _organisation(db, paths)
    _history(db)
    _limits(base, db)
    db.execute("INSERT OR IGNORE INTO node VALUES (?, ?, 'B2B', 'Портал', 0, 0)", (PLAN, PORTAL_NODE))
    db.execute("INSERT OR IGNORE INTO node VALUES (?, ?, '000', 'Эта информационная база', 0, 0)", (PLAN, made_up("node", "this")))
    keep_setting(db, FILLED, "1")


def _organisation(db: sqlite3.Connection, paths: list[Path]) -> None:
    name = "Наша организация"
    for path in paths:
        with path.open("rb") as file:
            found = OWNER.search(file.read(HEAD).decode("utf-8", errors="replace"))
        if found:
            name = found.group(1).strip()
            break
    code = db.execute("SELECT currency FROM price_type ORDER BY position LIMIT 1").fetchone()
    money = currency(db, str(code["currency"])) if code else EMPTY
    objects.put(db, ORGANISATION, OURS, {"Description": name, "НаименованиеПолное": name, "ВалютаРегламентированногоУчета_Key": money})
    objects.put(db, VAT, VAT_20, {"Description": "20%", "Ставка": "20", "ПеречислениеСтавкаНДС": "НДС20"})
    objects.put(db, USER, PORTAL_USER, {"Description": "Портал", "Служебный": True})


def _history(db: sqlite3.Connection) -> None:
    """Shipments, payments and invoices of orders that are older than the infobase."""
    for row in db.execute("SELECT * FROM document ORDER BY date_1c, number_1c").fetchall():
        if row["posted"] and not row["cancelled"]:
            papers.issue_invoice(db, row, row["date_1c"], quietly=True)
        if row["shipped_at"]:
            papers.ship(db, row, row["shipped_at"], row["shipment_number"], quietly=True)
        if row["paid_at"]:
            papers.write(db, PAYMENT, row, row["paid_at"], number=row["payment_number"], status="Проведено", quietly=True)


def _limits(base: Infobase, db: sqlite3.Connection) -> None:
    """Contracts with a deferral allow what is owed today and two large orders more; who is in time must stay so."""
    owed: dict[str, list[settlements.Deal]] = defaultdict(list)
    for deal in settlements.deals(db):
        owed[deal.contract_id].append(deal)
    largest: dict[str, Decimal] = defaultdict(Decimal)
    for row in db.execute("SELECT contract_id, total FROM document WHERE contract_id <> ''"):
        largest[row["contract_id"]] = max(largest[row["contract_id"]], Decimal(row["total"]))
    today = base.now().date()
    for ref, terms in list(objects.every(db, CONTRACT)):
        if not objects.flag(terms, "УстановленСрокОплаты"):
            continue
        stands = settlements.standing(db, ref, today, owed[ref])
        wanted = stands.debt * Decimal("1.5") + 2 * largest[ref]
        limit = max(LEAST_LIMIT, (wanted // LIMIT_STEP + 1) * LIMIT_STEP)
        objects.change(
            db,
            CONTRACT,
            ref,
            ОграничиватьСуммуЗадолженности=True,
            ДопустимаяСуммаЗадолженности=plain(limit),
            ЗапрещаетсяПросроченнаяЗадолженность=not stands.overdue,
        )
