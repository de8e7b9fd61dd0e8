"""Documents that follow an order, written by a client of OData: a reconciliation is made, of others marks and words are changed."""

from __future__ import annotations

import datetime as dt
import sqlite3

from b2bkit_onec.simulate import objects, papers
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import RECONCILIATION
from b2bkit_onec.simulate.odata.context import Row
from b2bkit_onec.simulate.odata.errors import ACCESS, ODataError
from b2bkit_onec.simulate.odata.values import stored


def create(base: Infobase, db: sqlite3.Connection, kind: str, ref: str, row: Row) -> None:
    """СверкаВзаиморасчетов for a period; other papers are a manager's. Raises ODataError 20."""
    if kind != RECONCILIATION:
        raise ODataError(403, ACCESS, f"Нарушение прав доступа: запись '{kind}'")
    at = base.now()
    start = _day(row, "НачалоПериода", dt.date(at.year, 1, 1))
    papers.write_reconciliation(
        db, ref, str(row.get("Контрагент", "")), start, _day(row, "КонецПериода", at.date()), at.isoformat(),
        status=str(row.get("Статус") or "Создана"),
    )  # fmt: skip


def change(db: sqlite3.Connection, kind: str, ref: str, row: Row) -> None:
    """DeletionMark and Статус of a paper; other attributes are kept as they are told."""
    for name, column in (("DeletionMark", "deleted"), ("Статус", "status")):
        if name in row:
            value = row[name]
            told = int(value) if isinstance(value, bool) else str(value)
            db.execute(f"UPDATE paper SET {column} = ? WHERE id = ?", (told, ref))  # noqa: S608 (two names above)
    kept = objects.get(db, kind, ref) or {}
    code = objects.text(kept, "Code")
    kept.pop("Code", None)
    objects.put(db, kind, ref, kept | stored(row), code=code or ref)


def _day(row: Row, name: str, otherwise: dt.date) -> dt.date:
    told = str(row.get(name, ""))[:10]
    return dt.date.fromisoformat(told) if told > "0001-01-01" else otherwise
