"""Printed forms of the box's documents: a plain PDF with the document's head, lines and sums, in Russian as 1C prints them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from decimal import Decimal
from importlib.resources import as_file, files
from typing import Final

from b2bkit_onec.simulate import objects, papers
from b2bkit_onec.simulate.names import (
    COUNTERPARTY,
    INVOICE,
    ORGANISATION,
    RECONCILIATION,
    SHIPMENT,
    TAX_INVOICE,
)
from b2bkit_onec.simulate.parties import OURS
from b2bkit_onec.simulate.service.errors import ServiceProblem, absent
from b2bkit_onec.simulate.settlements import deals

TITLES: Final = {
    INVOICE: "Счёт на оплату",
    SHIPMENT: "Универсальный передаточный документ",
    TAX_INVOICE: "Счёт-фактура",
    RECONCILIATION: "Акт сверки взаимных расчётов",
}
WIDTHS: Final = (10, 92, 18, 24, 20, 26)
_Cells = Sequence[str]


def form(db: sqlite3.Connection, ref: str) -> bytes:
    """The form of a posted document as PDF. Raises ServiceProblem."""
    row = db.execute("SELECT * FROM paper WHERE id = ?", (ref,)).fetchone()
    if row is None or row["kind"] not in TITLES or row["deleted"]:
        raise absent("В базе нет такого документа.")
    if not row["posted"]:
        raise ServiceProblem(409, "unposted", "Документ не проведён.")
    rows = list(_act(db, row) if row["kind"] == RECONCILIATION else _goods(db, row))
    return _pdf(_head(db, row), rows, f"Итого {_money(row['total'])} {row['currency']}, в том числе НДС {_money(row['vat'])}")


def _head(db: sqlite3.Connection, row: sqlite3.Row) -> list[str]:
    ours = objects.get(db, ORGANISATION, OURS) or {}
    theirs = objects.get(db, COUNTERPARTY, row["counterparty_id"]) or {}
    day = ".".join(reversed(row["at"][:10].split("-")))
    head = [
        f"{TITLES[row['kind']]} № {row['number']} от {day}",
        f"Поставщик: {_full_name(ours)}",
        f"Покупатель: {_full_name(theirs)}, ИНН/УНП {objects.text(theirs, 'ИНН')}",
    ]
    if row["kind"] == RECONCILIATION:
        start, end = papers.period_of(db, row["id"])
        head.append(f"Период: {start[:10]} – {end[:10]}")
    return head


def _full_name(body: objects.Body) -> str:
    return objects.text(body, "НаименованиеПолное") or objects.text(body, "Description")


def _goods(db: sqlite3.Connection, row: sqlite3.Row) -> Iterator[_Cells]:
    yield "№", "Наименование", "Ед.", "Количество", "Цена", "Сумма"
    for line in db.execute("SELECT * FROM document_line WHERE document_id = ? ORDER BY position", (row["order_id"],)):
        yield str(line["position"]), line["name"][:60], line["unit"][:10], line["quantity"], line["price"], _money(line["total"])


def _act(db: sqlite3.Connection, row: sqlite3.Row) -> Iterator[_Cells]:
    yield "№", "Сделка", "", "Отгружено", "Оплачено", "Долг"
    _start, end = papers.period_of(db, row["id"])
    for number, deal in enumerate(deals(db, counterparty=row["counterparty_id"], up_to=end), 1):
        order = db.execute("SELECT number_1c FROM document WHERE id = ?", (deal.order_id,)).fetchone()
        name = f"Заказ {order['number_1c']}" if order else "Аванс"
        yield str(number), name, deal.currency, _money(deal.shipped), _money(deal.paid), _money(deal.shipped - deal.paid)


def _pdf(head: Sequence[str], rows: Sequence[_Cells], foot: str) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    with as_file(files("font_roboto").joinpath("files/Roboto-Regular.ttf")) as font:
        pdf.add_font("Roboto", fname=font)
    pdf.add_page()
    pdf.set_font("Roboto", size=13)
    pdf.multi_cell(0, 8, head[0], new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Roboto", size=9)
    for line in head[1:]:
        pdf.multi_cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(4)
    pdf.set_font("Roboto", size=8)
    for cells in rows:
        for width, cell in zip(WIDTHS, cells, strict=True):
            pdf.cell(width, 6, cell, border=1)
        pdf.ln()
    pdf.ln(3)
    pdf.set_font("Roboto", size=10)
    pdf.multi_cell(0, 6, foot)
    return bytes(pdf.output())


def _money(value: object) -> str:
    return f"{Decimal(str(value)):,.2f}".replace(",", " ").replace(".", ",")
