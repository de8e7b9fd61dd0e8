"""Writing spreadsheets. Text stays text: whatever a cell begins with, no program that opens the file takes it for a formula or a link."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    import xlsxwriter

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Kind = Literal["text", "number", "money", "day", "moment"]
Cell = str | Decimal | int | date | datetime | None
_FORMATS: Final[dict[Kind, str]] = {
    "text": "@",
    "number": "#,##0.###",
    "money": "#,##0.00",
    "day": "dd.mm.yyyy",
    "moment": "dd.mm.yyyy hh:mm",
}
_DIGITS: Final = 15  # what a spreadsheet keeps of a number
_LONGEST: Final = 32_767  # what a cell holds
_NAME: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


class Column(NamedTuple):
    """A column: its head, what its cells are, how wide it is in characters. Moments are given in the zone in which they are shown."""

    title: str
    kind: Kind = "text"
    width: int = 16


def write_xlsx(
    path: Path, *, sheet: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], notes: Sequence[str] = (), made: datetime
) -> int:
    """Writes one sheet and gives the number of rows: lines of `notes`, the heads, then the rows one by one, in memory that does not grow
    with them. `made`: the file's own date."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with tempfile.TemporaryDirectory(dir=path.parent) as folder, xlsxwriter.Workbook(str(path), {**options, "tmpdir": folder}) as book:
        book.set_properties({"created": made.astimezone(UTC).replace(tzinfo=None)})
        page = book.add_worksheet(_NAME.sub(" ", sheet).strip("' ")[:31] or "1")
        formats = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for number, column in enumerate(columns):
            page.set_column(number, number, column.width, formats[column.kind])
        for number, note in enumerate(notes):
            page.write_string(number, 0, note[:_LONGEST])
        head = len(notes)
        for number, column in enumerate(columns):
            page.write_string(head, number, column.title, bold)
        page.freeze_panes(head + 1, 0)
        last = head
        for last, row in enumerate(rows, start=head + 1):
            for number, (column, value) in enumerate(zip(columns, row, strict=True)):
                _put(page, last, number, value, formats[column.kind])
        page.autofilter(head, 0, last, len(columns) - 1)
    return last - head


def _put(page: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Cell, form: xlsxwriter.format.Format) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        page.write_string(row, column, value[:_LONGEST], form)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value.replace(tzinfo=None), form)
    elif isinstance(value, date):
        page.write_datetime(row, column, value, form)
    elif len(Decimal(value).normalize().as_tuple().digits) > _DIGITS:
        page.write_string(row, column, f"{value:f}" if isinstance(value, Decimal) else str(value), form)
    else:
        page.write_number(row, column, value, form)


def xlsx_bytes(
    *, sheet: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], notes: Sequence[str] = (), made: datetime
) -> bytes:
    """The file that `write_xlsx` writes, for lists that are short by their nature."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        write_xlsx(path, sheet=sheet, columns=columns, rows=rows, notes=notes, made=made)
        return path.read_bytes()


def csv_bytes(*, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], delimiter: str = ";") -> bytes:
    """The rows as CSV with a mark of UTF-8. A text that a program would take for a formula begins with an apostrophe; numbers do not."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([_safe(column.title) for column in columns])
    writer.writerows(_plain(row) for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(row: Sequence[Cell]) -> Iterator[str]:
    for value in row:
        if isinstance(value, str):
            yield _safe(value)
        elif isinstance(value, Decimal):
            yield f"{value:f}"
        elif isinstance(value, datetime):
            yield value.replace(tzinfo=None).isoformat(" ", "minutes")
        else:
            yield "" if value is None else str(value)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_DANGEROUS) else text
