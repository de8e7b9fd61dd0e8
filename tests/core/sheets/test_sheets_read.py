"""Spreadsheets as people and enemies send them: rows of exact text, or one sentence that says what to do."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import xlsxwriter

from b2bkit.core.errors import Refused
from b2bkit.core.sheets import Column, Limits, read_book, xlsx_bytes

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(files: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook(sheet: str, **parts: str) -> bytes:
    """A workbook of one sheet whose XML is as given."""
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    return packed(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{rels}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{rels}"><Relationship Id="r1" Type="{OFFICE}/worksheet" '
            f'Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
            "</Relationships>",
            "xl/worksheets/sheet1.xml": sheet,
            **{name.replace("__", "/").replace("_xml", ".xml"): text for name, text in parts.items()},
        }
    )


def sheet_of(cells: str) -> str:
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'


def code_of(data: bytes, limits: Limits = Limits()) -> str:  # noqa: B008
    with pytest.raises(Refused) as refused:
        read_book(data, limits=limits)
    [problem] = refused.value.problems
    assert problem.field == "file"
    assert "{" not in problem.message
    return problem.code.removeprefix("sheets.")


def made(write: str = "", **pages: list[list[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in pages.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
            if name == write:
                page.hide()
    return out.getvalue()


def test_numbers_come_without_noise_and_rows_stand_where_they_stood() -> None:
    [sheet] = read_book(made(A=[[], ["Артикул", 0.1], [0.1 + 0.2, 1e20, 4810000000017, 25.50, -3], [True, " a ", ""]])).sheets
    assert sheet.rows == (
        (),
        ("Артикул", "0.1"),
        ("0.3", "100000000000000000000", "4810000000017", "25.5", "-3"),
        ("true", "a"),
    )


def test_days_and_moments_are_written_as_iso_says() -> None:
    data = xlsx_bytes(
        sheet="A",
        columns=[Column("d", "day"), Column("m", "moment")],
        rows=[[NOW.date(), NOW]],
        made=NOW,
    )
    assert read_book(data).sheets[0].rows[1] == ("2026-11-20", "2026-11-20 09:00:00")


def test_hidden_sheets_and_empty_ones_are_not_read() -> None:
    book = read_book(made("Hidden", Empty=[], Hidden=[["secret"]], Shown=[["x"]]))
    assert [sheet.name for sheet in book.sheets] == ["Shown"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_a_csv_is_read_in_the_encoding_and_with_the_delimiter_that_it_has(encoding: str, delimiter: str) -> None:
    text = "".join(delimiter.join(row) + "\r\n" for row in (["Артикул", "Количество"], ["ПП-1", '"12\r\n5"'], ["x", "2 000"]))
    [sheet] = read_book(text.encode(encoding)).sheets
    assert sheet.rows == (("Артикул", "Количество"), ("ПП-1", "12\r\n5"), ("x", "2 000"))


def test_a_decimal_comma_is_no_delimiter_and_sep_names_one() -> None:
    assert read_book(b"A;1,5\nB;2,5\n").sheets[0].rows == (("A", "1,5"), ("B", "2,5"))
    assert read_book(b"sep=|\nA;x|1\n").sheets[0].rows == (("A;x", "1"),)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"  \n", "empty", id="blank"),
        pytest.param(b";;\n;;\n", "nothing", id="no filled row"),
        pytest.param(b"<html><table></table>", "markup", id="a web page called xls"),
        pytest.param(b"\x00\x01\x02\x03" * 10, "unknown", id="bytes that are no text"),
        pytest.param(b"%PDF-1.7\n\x00\x00", "unknown", id="a PDF"),
        pytest.param(b"\x98\x98\x98", "encoding", id="no encoding has it"),
        pytest.param(b"PK\x03\x04 cut", "broken", id="a cut archive"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "broken", id="an XLS of nothing"),
        pytest.param(packed({"../../etc/passwd": "x"}), "broken", id="an archive of something else"),
        pytest.param(packed({f"f{number}": "" for number in range(2_100)}), "unpacked", id="too many entries"),
        pytest.param(packed({"xl/bomb.xml": b"\0" * 60_000_000}), "unpacked", id="a zip bomb"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_with_its_reason(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_entries_that_share_their_bytes_are_refused() -> None:
    data = bytearray(packed({"a": b"x" * 5000, "b": b"y"}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 4)  # points into the first
    assert code_of(bytes(data)) in ("unpacked", "broken")


def test_a_workbook_of_plain_xml_is_read() -> None:
    """The hostile ones below are made in the same way."""
    rows = '<row r="1"><c r="A1"><v>0.1</v></c><c r="B1" t="s"><v>0</v></c></row>'
    book = read_book(workbook(sheet_of(rows), xl__sharedStrings_xml=f'<sst xmlns="{MAIN}"><si><t>x</t></si></sst>'))
    assert book.sheets[0].rows == (("0.1", "x"),)


def test_an_ods_whose_empty_rows_reach_to_the_end_is_read() -> None:
    office, table, text = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text"))
    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="0.1"><text:p>0,1</text:p></table:table-cell>'
    empty = (
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}"><office:body>'
        f'<office:spreadsheet><table:table table:name="A"><table:table-row>{cell}{number}</table:table-row>{empty}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    book = read_book(packed({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}))
    assert (book.kind, book.sheets[0].rows) == ("ods", (("x", "0.1"),))


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', id="17 milliard cells"
        ),
        pytest.param('<row r="1">' + '<c t="inlineStr"><is><t>&a;</t></is></c></row>', id="an entity"),
    ],
)
def test_a_sheet_that_would_eat_memory_costs_itself_only(cells: str) -> None:
    assert code_of(workbook(sheet_of(cells))) in ("rows", "columns", "died", "broken")


def test_many_cells_of_one_long_text_cost_themselves_only() -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>{"a" * 1_000_000}</t></si></sst>'
    rows = "".join(f'<row r="{number}"><c r="A{number}" t="s"><v>0</v></c></row>' for number in range(1, 3_000))
    assert code_of(workbook(sheet_of(rows), xl__sharedStrings_xml=strings)) in ("died", "text", "unpacked")


def test_entities_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    sheet = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>' + sheet_of(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>'
    ).removeprefix('<?xml version="1.0"?>')
    try:
        [found] = read_book(workbook(sheet)).sheets
    except Refused:
        return
    assert len("".join(found.rows[0])) < 100


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(bytes=100), "bytes"),
        (Limits(rows=2), "rows"),
        (Limits(columns=2), "columns"),
        (Limits(cells=5), "cells"),
        (Limits(text=3), "text"),
        (Limits(sheets=1), "sheets"),
    ],
)
def test_each_limit_is_said_with_its_number(limits: Limits, code: str) -> None:
    data = made(A=[["abcd", 1, 2]] * 3, B=[["x"]])
    with pytest.raises(Refused) as refused:
        read_book(data, limits=limits)
    assert refused.value.problems[0].code == f"sheets.{code}"
    if code != "bytes":
        assert str(dict(limits._asdict())[code]) in refused.value.problems[0].message


def test_text_that_looks_like_a_formula_stays_text_on_the_way_out_and_in() -> None:
    hostile = ["=1+1", "+7", "-2", "@SUM(A1)", "http://evil.example/", "\t=1", "x" * 40_000]
    data = xlsx_bytes(
        sheet="a/b:c", columns=[Column("=head()"), Column("n", "number")], rows=[[one, Decimal("0.1")] for one in hostile], made=NOW
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in page
        assert b"hyperlink" not in page
    rows = read_book(data, limits=Limits(text=40_000)).sheets[0].rows
    assert [row[0] for row in rows[1:-1]] == [one.strip() for one in hostile[:-1]]
    assert {row[1] for row in rows[1:]} == {"0.1"}
