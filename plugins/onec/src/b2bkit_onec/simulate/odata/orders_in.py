"""ЗаказКлиента as a client of OData writes it: the same document that the exchange with the site would make."""

from __future__ import annotations

import sqlite3
from decimal import Decimal

from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.documents import next_number
from b2bkit_onec.simulate.infobase import Infobase, plain
from b2bkit_onec.simulate.names import COUNTERPARTY, CURRENCY, EMPTY, NO_DATE, ORDER, WAREHOUSE, reference
from b2bkit_onec.simulate.odata.catalogues import find_good
from b2bkit_onec.simulate.odata.context import Row
from b2bkit_onec.simulate.odata.errors import handler_failed
from b2bkit_onec.simulate.odata.values import stored
from b2bkit_onec.simulate.order_row import CLOSED, DRAFT, SHOWN, tell

GOODS = "Товары"


def create_order(base: Infobase, db: sqlite3.Connection, ref: str, row: Row, *, loading: bool) -> None:
    """Writes a new order under the client's reference. `loading`: as data are loaded, the sum is taken as told."""
    now, dated = base.now().isoformat(), _moment(row, "ДатаПоДаннымКлиента")
    made: dict[str, str | int] = {
        "id": ref, "number_1c": str(row.get("Number") or next_number(db, "order", 6)), "date_1c": _moment(row, "Date") or now,
        "portal_id": ref, "portal_number": str(row.get("НомерПоДаннымКлиента") or ref), "portal_date": dated[:10] or now[:10],
        "portal_time": dated[11:], "from_portal": 1, "counterparty_id": "",
        "counterparty_name": "", "tax_number": "", "currency": "", "total": "0", "comment": "", "warehouse_id": "", "status": DRAFT,
        "posted": 0, "cancelled": 0, "payment_number": "", "paid_at": "", "shipment_number": "", "shipped_at": "", "contract": "",
        "contract_id": "", "deleted": 0, "changed_at": now,
    }  # fmt: skip
    marks = ", ".join(f":{name}" for name in made)
    db.execute(f"INSERT INTO document ({', '.join(made)}) VALUES ({marks})", made)  # noqa: S608 (names are the keys above)
    change_order(base, db, ref, row, loading=loading)


def change_order(base: Infobase, db: sqlite3.Connection, ref: str, row: Row, *, loading: bool = False) -> None:
    """Changes what is told; a table part is replaced whole. Raises ODataError when 1C's own rules forbid it."""
    known = db.execute("SELECT * FROM document WHERE id = ?", (ref,)).fetchone()
    lines = row.get(GOODS)
    if known["shipped_at"] and (isinstance(lines, list) or row.get("DeletionMark") is True):
        raise handler_failed(f"Заказ клиента {known['number_1c']}: по заказу уже оформлена отгрузка")
    columns = _columns(db, row)
    if isinstance(lines, list):
        columns |= _write_lines(db, ref, [one for one in lines if isinstance(one, dict)])
    if loading and "СуммаДокумента" in row:
        columns["total"] = plain(Decimal(str(row["СуммаДокумента"])))
    columns["changed_at"] = base.now().isoformat()
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    db.execute(f"UPDATE document SET {sets} WHERE id = :id", {**columns, "id": ref})  # noqa: S608 (names from this file)
    kept = objects.get(db, ORDER, ref) or {}
    kept.pop("Code", None)
    objects.put(db, ORDER, ref, kept | stored(row), code=str(known["number_1c"]))
    tell(db, ref)


def _columns(db: sqlite3.Connection, row: Row) -> dict[str, str | int]:
    """What the infobase has columns for."""
    found: dict[str, str | int] = {}
    for name, column in (("Комментарий", "comment"), ("НомерПоДаннымКлиента", "portal_number")):
        if row.get(name):
            found[column] = str(row[name])
    if "Контрагент_Key" in row:
        found |= _party(db, str(row["Контрагент_Key"]))
    if "Грузополучатель_Key" in row:
        found["consignee"] = str(_party(db, str(row["Грузополучатель_Key"]))["counterparty_name"])
    if "Договор_Key" in row:
        ref = str(row["Договор_Key"])
        terms = objects.get(db, "Catalog_ДоговорыКонтрагентов", ref)
        found |= {"contract_id": ref if terms is not None else "", "contract": objects.text(terms or {}, "Номер")}
    if "Валюта_Key" in row:
        found["currency"] = objects.named(db, CURRENCY, str(row["Валюта_Key"]))
    if "Склад_Key" in row:
        found["warehouse_id"] = _warehouse(db, str(row["Склад_Key"]))
    if str(row.get("Статус", "")) in SHOWN:
        found["status"] = str(row["Статус"])
    if isinstance(row.get("DeletionMark"), bool):
        found |= {"deleted": 1, "posted": 0, "cancelled": 1} if row["DeletionMark"] else {"deleted": 0}
    return found


def _party(db: sqlite3.Connection, ref: str) -> dict[str, str | int]:
    body = objects.get(db, COUNTERPARTY, ref) or {}
    known = next((row for row in db.execute("SELECT id FROM counterparty") if reference(COUNTERPARTY, str(row["id"])) == ref), None)
    return {
        "counterparty_id": str(known["id"]) if known else ref, "counterparty_name": objects.text(body, "НаименованиеПолное"),
        "tax_number": objects.text(body, "ИНН"),
    }  # fmt: skip


def _warehouse(db: sqlite3.Connection, ref: str) -> str:
    rows = db.execute("SELECT id FROM warehouse").fetchall()
    return next((str(row["id"]) for row in rows if reference(WAREHOUSE, str(row["id"])) == ref), "")


def _write_lines(db: sqlite3.Connection, ref: str, lines: list[Row]) -> dict[str, str | int]:
    db.execute("DELETE FROM document_line WHERE document_id = ?", (ref,))
    total = Decimal(0)
    for position, line in enumerate(lines, 1):
        total += _number(line, "Сумма")
        db.execute("INSERT INTO document_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _line(db, ref, position, line))
    found: dict[str, str | int] = {"total": plain(total)}
    if lines and all(line.get("Отменено") is True for line in lines):
        found |= {"cancelled": 1, "status": CLOSED}
    return found


def _line(db: sqlite3.Connection, ref: str, position: int, line: Row) -> tuple[str | int, ...]:
    """A reference that leads nowhere is kept as it is, as in 1C."""
    good_ref, variant = str(line.get("Номенклатура_Key", EMPTY)), str(line.get("Характеристика_Key", EMPTY))
    good = find_good(db, good_ref, variant)
    quantity = _number(line, "КоличествоУпаковок") or _number(line, "Количество")
    base_quantity = _number(line, "Количество") or quantity
    factor = base_quantity / quantity if quantity else Decimal(1)
    pack = db.execute("SELECT name FROM pack WHERE id = ?", (str(line.get("Упаковка_Key", "")),)).fetchone()
    unit = str(pack["name"]) if pack else (str(good["unit_name"]) if good else "")
    known = (str(good["id"]), str(good["article"]), str(good["name"])) if good else (good_ref, "", f"<Объект не найден> ({good_ref})")
    return (ref, position, *known, unit, plain(factor), plain(quantity), plain(_number(line, "Цена")), plain(_number(line, "Сумма")))


def _number(line: Row, name: str) -> Decimal:
    return Decimal(str(line.get(name) or 0))


def _moment(row: Row, name: str) -> str:
    value = str(row.get(name, ""))
    return "" if value == NO_DATE else value


def drop_order(db: sqlite3.Connection, ref: str) -> None:
    """Непосредственное удаление: the order and its lines are gone."""
    db.execute("DELETE FROM document_line WHERE document_id = ?", (ref,))
    db.execute("DELETE FROM change WHERE kind = 'order' AND object_id = ?", (ref,))
    db.execute("DELETE FROM document WHERE id = ?", (ref,))
