"""A list as a spreadsheet."""

from __future__ import annotations

from uuid import UUID

from b2bkit import Work
from b2bkit.core.catalog.units import unit_label
from b2bkit.core.i18n import _
from b2bkit.core.sheets import Cell, Column, xlsx_bytes
from b2bkit.plugins.favorites.service.lines import lines_of
from b2bkit.plugins.favorites.service.lists import find


def list_file(work: Work, list_id: UUID) -> tuple[str, bytes]:
    """(title, XLSX) of what the actor sees of a list, at the prices of now. NotFound as `lists.find`."""
    row, lines = find(work, list_id), lines_of(work, list_id)
    columns = [
        Column(_("Article"), width=20), Column(_("Product"), width=48), Column(_("Quantity"), "number", 12), Column(_("Unit"), width=14),
        Column(_("Price"), "number", 12), Column(_("Per"), width=10), Column(_("Currency"), width=10),
        Column(_("In stock"), "number", 14), Column(_("Note"), width=32), Column(_("Why it cannot be ordered now"), width=40),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            line.good.row.article, line.good.row.name, line.quantity, unit_label(line.good.rules.spelt(line.unit)), line.price,
            unit_label(line.good.rules.spelt()), line.good.table.currency if line.price is not None else "",
            line.good.available if line.good.stock_as_of is not None else None, line.note, line.why_not,
        ]
        for line in lines
    ]  # fmt: skip
    day = work.now.astimezone(work.config.portal.zone).date().isoformat()
    return row.title, xlsx_bytes(sheet=row.title, columns=columns, rows=rows, notes=[f"{row.title}, {day}"], made=work.now)
