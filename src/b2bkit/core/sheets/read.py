"""Reading a spreadsheet that somebody sent: XLSX, XLSM, XLSB, XLS, ODS or CSV, told apart by what is in them, never by their names.

The file is opened in a process of its own with limits on memory and time: whatever it does to its reader, it does it there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from b2bkit.core.errors import Problem, Refused
from b2bkit.core.i18n import N_, _

SECONDS: Final = 30
_CHILD: Final = Path(__file__).with_name("child.py")  # not imported: what it reads with stays out of this process
_SENTENCES: Final[Mapping[str, str]] = {
    "empty": N_("The file is empty. Choose the file with your rows."),
    "bytes": N_("The file is larger than {most} MB. Send it in parts, or delete pictures and sheets that do not belong to it."),
    "unknown": N_("The file is no spreadsheet that can be read here. Save it as XLSX or CSV and send it again."),
    "markup": N_("The file is a web page with the name of a spreadsheet. Open it in your spreadsheet program and save it as XLSX."),
    "encrypted": N_("The file is protected by a password. Save it without one and send it again."),
    "broken": N_("The file is damaged or only partly there. Open it in your spreadsheet program, save it as XLSX and send it again."),
    "encoding": N_("The text of the file cannot be read. Save it as “CSV UTF-8” or as XLSX and send it again."),
    "unpacked": N_("Unpacked, the file is far larger than a spreadsheet of this size. Copy the rows to a new file and send that."),
    "sheets": N_("The file has more than {most} sheets. Leave those that belong to it and send it again."),
    "rows": N_(
        "Sheet “{sheet}” reaches down to row {found}; up to {most} rows are read. Delete what stands far below, or send it in parts."
    ),
    "columns": N_("Sheet “{sheet}” has {found} columns; up to {most} are read. Delete those that do not belong to it."),
    "cells": N_("The file has more than {most} filled cells. Send it in parts."),
    "text": N_("Sheet “{sheet}”, row {found}: a cell holds more than {most} characters. Shorten it and send the file again."),
    "nothing": N_("The file has no filled row. Choose the file with your rows."),
    "died": N_("The file could not be read within the limits of this portal. Copy the rows to a new file and send that."),
}


class Limits(NamedTuple):
    """What is read at most. `unpacked`: bytes of all that a zipped file holds; `memory`, `seconds`: of the process that reads."""

    bytes: int = 5_000_000
    sheets: int = 30
    rows: int = 20_000
    columns: int = 200
    cells: int = 400_000
    text: int = 4_000
    unpacked: int = 100_000_000
    entries: int = 2_000
    memory: int = 1 << 29
    seconds: int = 20


class Sheet(NamedTuple):
    """A visible sheet. `rows` from its first line on, each as wide as its last filled cell; an empty cell is an empty text.

    Numbers are written without an exponent and without what binary floats add (0.1 is `0.1`), days and moments as ISO 8601.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]


class Book(NamedTuple):
    """A file that was read: its visible sheets that hold anything, at least one. `kind`: xlsx, xls, ods, csv."""

    kind: str
    sheets: tuple[Sheet, ...]


def read_book(data: bytes, *, field: str = "file", limits: Limits = Limits()) -> Book:  # noqa: B008
    """The file's sheets. Raises Refused with one sentence that says what to do, about `field`, for whatever cannot be read.

    Takes a process and some 50 ms; a large file takes up to `limits.seconds`.
    """
    if not data.strip():
        raise _refused("empty", field, {})
    if len(data) > limits.bytes:
        raise _refused("bytes", field, {"most": limits.bytes // 1_000_000})
    told = _told(data, limits)
    code = told.get("refused")
    if code is not None:
        raise _refused(str(code), field, told)
    sheets = tuple(Sheet(name, tuple(map(tuple, rows))) for name, rows in told["sheets"])  # type: ignore[attr-defined]
    if not sheets:
        raise _refused("nothing", field, {})
    return Book(str(told["kind"]), sheets)


def _told(data: bytes, limits: Limits) -> dict[str, object]:
    command = [sys.executable, "-I", str(_CHILD), json.dumps(limits._asdict())]
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    try:
        ended = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, env=environment, check=False)
        told = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, ValueError, BrokenPipeError):
        return {"refused": "died"}
    return told if isinstance(told, dict) else {"refused": "died"}


def _refused(code: str, field: str, values: Mapping[str, object]) -> Refused:
    known = {name: str(values.get(name, ""))[:100] for name in ("most", "found", "sheet")}
    return Refused(Problem(f"sheets.{code}", _(_SENTENCES[code]).format_map(known), field))
