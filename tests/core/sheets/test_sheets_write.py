"""Spreadsheets that go out: bounded memory, exact figures, no formula."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from b2bkit.core.sheets import Column, csv_bytes, read_book, write_xlsx, xlsx_bytes

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_notes_stand_over_the_heads_and_rows_below(tmp_path: Path) -> None:
    columns = [Column("Article"), Column("Price", "money")]
    path = tmp_path / "list.xlsx"
    assert write_xlsx(path, sheet="List", columns=columns, rows=[["A", Decimal("4.62")], ["B", None]], notes=["For: X"], made=NOW) == 2
    assert read_book(path.read_bytes()).sheets[0].rows == (("For: X",), ("Article", "Price"), ("A", "4.62"), ("B",))
    assert [one.name for one in tmp_path.iterdir()] == ["list.xlsx"]


def test_a_figure_longer_than_a_spreadsheet_keeps_is_written_as_text() -> None:
    data = xlsx_bytes(sheet="x", columns=[Column("n", "number")], rows=[[Decimal("12345678901234567.89")], [0]], made=NOW)
    assert read_book(data).sheets[0].rows == (("n",), ("12345678901234567.89",), ("0",))


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        rows = ([f"article {number}", Decimal(number)] for number in range(count))
        write_xlsx(tmp_path / f"{count}.xlsx", sheet="x", columns=[Column("a"), Column("n", "number")], rows=rows, made=NOW)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(2_000) < peak(200) * 1.5 + 200_000


def test_a_csv_makes_no_formula_of_a_text_and_leaves_numbers_alone() -> None:
    data = csv_bytes(columns=[Column("a"), Column("n")], rows=[["=1+1", Decimal("-2.50")], ["@x", 3], ["a;b\n", None]])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [["a", "n"], ["'=1+1", "-2.50"], ["'@x", "3"], ["a;b\n", ""]]
