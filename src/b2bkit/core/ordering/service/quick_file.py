"""Quick order by a file: which columns of a spreadsheet mean what, and the form to fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from b2bkit.core.catalog.units import unit_label
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service.again import bought_lately
from b2bkit.core.ordering.service.quick import Typed, parse, typed_line
from b2bkit.core.sheets import Column, Limits, Sheet, read_book, xlsx_bytes
from b2bkit.core.work import Work

LARGEST: Final = 2_000_000
_LIMITS: Final = Limits(bytes=LARGEST, seconds=5)
_HEAD_ROWS: Final = 20
_OFFERED: Final = 60
# how people and programs head these columns, in both languages; the first of a row that fits is taken
_HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "article": ("артикул", "article", "sku", "код", "code", "штрихкод", "barcode", "ean"),
    "amount": ("заказ", "order", "количество", "кол-во", "кол", "quantity", "qty", "amount"),
    "unit": ("единица", "ед. изм", "ед.изм", "ед", "unit", "uom", "упаковка"),
}


class Places(NamedTuple):
    """Where a sheet's columns stand; `row` is that of the heads, counted from 0."""

    row: int
    article: int
    amount: int
    unit: int | None


def read_list(data: bytes) -> list[Typed]:
    """The lines of a file. Under heads it is read by them and rows without an amount, or with 0, are no lines: an empty form may list
    the whole assortment. Without heads a row is an article, an amount and perhaps a unit, as pasted text is.

    Raises Refused for a file that cannot be read.
    """
    book = read_book(data, field="file", limits=_LIMITS)
    for sheet in book.sheets:
        places = _places(sheet)
        if places is not None:
            return _under_heads(sheet, places)
    rows = enumerate(book.sheets[0].rows, start=1)
    return [typed._replace(number=number) for number, row in rows for typed in parse("\t".join(_flat(cell) for cell in row))]


def _flat(cell: str) -> str:
    return " ".join(cell.split())


def _places(sheet: Sheet) -> Places | None:
    for number, row in enumerate(sheet.rows[:_HEAD_ROWS]):
        heads = [_flat(cell).casefold().rstrip(".:") for cell in row]
        found = {name: _place(heads, words) for name, words in _HEADS.items()}
        if found["article"] is not None and found["amount"] is not None:
            return Places(number, found["article"], found["amount"], found["unit"])
    return None


def _place(heads: Sequence[str], words: Sequence[str]) -> int | None:
    for word in words:
        if word in heads:
            return heads.index(word)
    return next((place for word in words for place, head in enumerate(heads) if head.startswith((f"{word} ", f"{word},"))), None)


def _under_heads(sheet: Sheet, places: Places) -> list[Typed]:
    lines = []
    for number, row in enumerate(sheet.rows[places.row + 1 :], start=places.row + 2):

        def cell(place: int | None, row: Sequence[str] = row) -> str:
            return _flat(row[place]) if place is not None and place < len(row) else ""

        said = cell(places.amount)
        if said.strip("0.,"):
            lines.append(typed_line(number, cell(places.article), said, cell(places.unit)))
    return lines


def empty_form(work: Work) -> bytes:
    """The form to fill in as XLSX: the goods bought lately, each with its unit, and room for others."""
    columns = [Column(_("Article"), width=20), Column(_("Product"), width=48), Column(_("Quantity"), "number", 12), Column(_("Unit"))]
    lately = bought_lately(work, _OFFERED)
    rows = [[one.good.row.article, one.good.row.name, None, unit_label(one.good.rules.spelt(one.unit))] for one in lately]
    notes = [_("Fill in how much you need; rows without a quantity are left out. Send the file on the page “Order by list”.")]
    return xlsx_bytes(sheet=_("Order"), columns=columns, rows=rows, notes=notes, made=work.now)
