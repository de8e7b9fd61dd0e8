"""`python child.py LIMITS < FILE`: reads a spreadsheet in a process of its own and prints one JSON object.

{"kind": ..., "sheets": [[name, [[cell, ...], ...]], ...]} or {"refused": code, "sheet": ..., "found": ..., "most": ...}.
Started by its path, so that nothing of the portal is loaded here; `read.Limits` says what LIMITS holds.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")
DELIMITERS = ";\t,|"
RATIO, RATIO_FROM = 300, 2_000_000
Rows = list[list[str]]
Limits = Mapping[str, int]


class Refusal(Exception):
    """What is wrong, by its code."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.told = {"refused": code, **values}


def told(data: bytes, limits: Limits) -> dict[str, object]:
    """The answer for a file."""
    try:
        if data.startswith((ZIP, OLE)):
            if data.startswith(ZIP):
                check_archive(data, limits)
            return {"kind": kind_of(data), "sheets": list(book(data, limits))}
        if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower().startswith(MARKUP):
            raise Refusal("markup")
        return {"kind": "csv", "sheets": list(kept([("CSV", text_rows(decoded(data)))], limits))}
    except Refusal as refusal:
        return refusal.told
    except PasswordError:
        return {"refused": "encrypted"}
    except (CalamineError, zipfile.BadZipFile, EOFError, OSError, ValueError, csv.Error):
        return {"refused": "broken"}


# workbooks


def check_archive(data: bytes, limits: Limits) -> None:
    """No path of the archive is used; what it says of itself must be believable before anything is unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = archive.infolist()
    if len(found) > limits["entries"]:
        raise Refusal("unpacked")
    if any(one.flag_bits & 1 for one in found):
        raise Refusal("encrypted")
    if sum(one.file_size for one in found) > limits["unpacked"]:
        raise Refusal("unpacked")
    if any(one.file_size > RATIO_FROM and one.file_size > RATIO * max(one.compress_size, 1) for one in found):
        raise Refusal("unpacked")
    end = 0
    for one in sorted(found, key=lambda one: one.header_offset):
        if one.header_offset < end:
            raise Refusal("unpacked")  # entries that share their bytes
        end = one.header_offset + 30 + len(one.orig_filename.encode()) + one.compress_size


def kind_of(data: bytes) -> str:
    """The format, for people."""
    if data.startswith(OLE):
        return "xls"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "ods" if "content.xml" in archive.namelist() else "xlsx"


def book(data: bytes, limits: Limits) -> Iterator[tuple[str, Rows]]:
    """The visible sheets."""
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as opened:
        shown = [
            one.name for one in opened.sheets_metadata if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
        ]
        if len(shown) > limits["sheets"]:
            raise Refusal("sheets", most=limits["sheets"])
        yield from kept(((name, cells(opened.get_sheet_by_name(name), limits)) for name in shown), limits)


def cells(sheet: CalamineSheet, limits: Limits) -> Iterator[list[str]]:
    """A sheet's rows from its first line on, as text."""
    if sheet.end is None:
        return
    for code, found in (("rows", sheet.end[0] + 1), ("columns", sheet.end[1] + 1)):
        if found > limits[code]:
            raise Refusal(code, sheet=sheet.name, found=found, most=limits[code])
    for row in sheet.to_python(skip_empty_area=False):
        yield [as_text(value) for value in row]


def as_text(value: object) -> str:
    """A cell as people would type it. Spreadsheets know fifteen digits of a number: what stands beyond is noise of binary floats."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def number_text(value: float) -> str:
    """`0.1`, `1250`, `4810000000017`: no exponent, no trailing zeros."""
    number = Decimal(f"{value:.15g}")
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# text


def decoded(data: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else windows-1251."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return readable(data, "utf-16")
    try:
        return readable(data, "utf-8-sig")
    except UnicodeDecodeError:
        return readable(data, "cp1251")


def readable(data: bytes, encoding: str) -> str:
    """The text; refused when it holds what no text holds."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8-sig":
            raise
        raise Refusal("encoding") from None
    if any(sign < " " and sign not in "\t\r\n\f\v\x1a" for sign in set(text)):
        raise Refusal("unknown")
    return text


def text_rows(text: str) -> Iterator[list[str]]:
    """Rows of a CSV. Its delimiter is named by a first line `sep=;`, or found: that which parts the first lines most alike."""
    if text[:4].lower() == "sep=" and text[4:5] in DELIMITERS:
        return csv.reader(io.StringIO(text.partition("\n")[2], newline=""), delimiter=text[4])
    head = text[:50_000].splitlines()[:30]
    best = max(DELIMITERS, key=lambda sign: (evenness(head, sign), -DELIMITERS.index(sign)))
    return csv.reader(io.StringIO(text, newline=""), delimiter=best)


def evenness(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How many lines have the most frequent number of columns above one, and that number."""
    widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    return widths.count(usual), usual


# both


def kept(sheets: Iterable[tuple[str, Iterable[list[str]]]], limits: Limits) -> Iterator[tuple[str, Rows]]:
    """Sheets that hold anything, without empty cells at the ends of rows and empty rows at the end; refused beyond the limits."""
    filled = 0
    for name, rows in sheets:
        found: Rows = []
        for number, row in enumerate(rows, start=1):
            cleaned = [cell.strip().replace("\x00", "") for cell in row]
            while cleaned and not cleaned[-1]:
                cleaned.pop()
            filled += len(cleaned)
            check_row(name, number, cleaned, limits)
            if filled > limits["cells"]:
                raise Refusal("cells", most=limits["cells"])
            found.append(cleaned)
        while found and not found[-1]:
            found.pop()
        if found:
            yield name, found


def check_row(sheet: str, number: int, row: Sequence[str], limits: Limits) -> None:
    """Refuses a row beyond the limits."""
    if number > limits["rows"]:
        raise Refusal("rows", sheet=sheet, found=number, most=limits["rows"])
    if len(row) > limits["columns"]:
        raise Refusal("columns", sheet=sheet, found=len(row), most=limits["columns"])
    if any(len(cell) > limits["text"] for cell in row):
        raise Refusal("text", sheet=sheet, found=number, most=limits["text"])


def confine(limits: Limits) -> None:
    """Bounds of this process."""
    for limit, value in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))


def main(arguments: Sequence[str]) -> int:
    """0 when it could answer."""
    limits: Limits = json.loads(arguments[0])
    data = sys.stdin.buffer.read()
    confine(limits)
    csv.field_size_limit(limits["bytes"])
    try:
        answer = told(data, limits)
    except MemoryError:
        answer = {"refused": "died"}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
