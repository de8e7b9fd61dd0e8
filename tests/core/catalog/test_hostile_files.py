"""Files that staff put beside products: whatever one is called or holds, it is refused at its field or served as a download."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from b2bkit.core.files import papers
from b2bkit.testing.client import Client
from tests.core.catalog.test_beside import PDF, Shop, upload

PNG = b"\x89PNG\r\n\x1a\n"
SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.fixture
def shop(portal) -> Shop:  # type: ignore[no-untyped-def]
    return Shop(portal)


def put(shop: Shop, filename: str, data: bytes = PDF) -> tuple[Client, int]:
    staff = shop.staff()
    staff.get(f"/admin/catalog/{shop.blue.id}")
    return staff, upload(staff, f"/admin/catalog/{shop.blue.id}/files", {"kind": "other", "title": ""}, filename, data)


def served(shop: Shop, staff: Client) -> tuple[str, dict[str, str]]:
    """The name under which the product's only file is offered, and its headers, to a buyer."""
    page = staff.get(f"/admin/catalog/{shop.blue.id}").text
    href = re.search(r'href="(/files/[0-9a-f-]{36})"', page)
    assert href, page
    answer = shop.browser().get(href[1])
    assert answer.status_code == 200
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert headers["content-disposition"].startswith("attachment; ")
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-type"] == "application/pdf"
    return unquote(headers["content-disposition"].rpartition("UTF-8''")[2]), headers


NAMES = {
    "../../../etc/cron.d/a.pdf": "a.pdf",
    "..\\..\\windows\\a.pdf": "a.pdf",
    "/etc/passwd.pdf": "passwd.pdf",
    "a.php.pdf": "a.php.pdf",
    "nul\x00.exe.pdf": "nul.exe.pdf",
    "gnp.\u202efdp.pdf": "gnp.fdp.pdf",
    "\u2066a\u2069\u200f.pdf": "a.pdf",
    "x" * 300 + ".pdf": "x" * 116 + ".pdf",
    "Сертификат " * 40 + ".pdf": "",
    "<img src=x onerror=alert(1)>.pdf": "_img src=x onerror=alert(1)_.pdf",
    "a%00.exe;.pdf": "a_00.exe_.pdf",
    "CON.pdf": "CON.pdf",
}


def test_a_name_is_only_ever_a_name(shop: Shop) -> None:
    for filename, kept in NAMES.items():
        staff, status = put(shop, filename)
        assert status == 303, filename
        name, headers = served(shop, staff)
        assert name == kept or not kept
        assert name.endswith(".pdf")
        assert len(name) <= 120
        assert not set(headers["content-disposition"]) & set("\r\n")
        page = staff.get(f"/admin/catalog/{shop.blue.id}").text
        assert "<img src=x" not in page
        removing = re.search(r'action="([^"]+/remove)"', page)
        assert removing
        staff.post(removing[1])
    put(shop, "last.pdf")
    there = [path for path in (shop.portal.app.config.data / "files").rglob("*") if path.is_file()]
    assert [bool(re.fullmatch(r"[0-9a-f]{32}", path.name)) for path in there] == [True] * 3, "two were there before"


CODED = (("unicode_escape", r"\ud800.pdf"), ("utf-16", "%00%d8.pdf"), ("hex", "61"), ("utf-8", "%ff.pdf"), ("utf-8", "%00"))


def test_a_name_in_another_charset_breaks_nothing(shop: Shop) -> None:
    for charset, coded in CODED:
        _staff, status = put(shop, f"\"; filename*={charset}''{coded}; x=\"")
        assert status in (303, 400, 422), charset


LIES = (
    ("picture.svg", SVG),
    ("picture.png", SVG),
    ("picture.jpg", b"<html>" + SCRIPT),
    ("page.html", SCRIPT),
    ("page.pdf", SCRIPT + PDF),  # a browser that guesses would take it for a page
    ("a.pdf", b"MZ\x90\x00" + PDF),
    ("a.exe", PDF),
    ("a.pdf.exe", PDF),
    ("pdf", PDF),
    ("a.pdf ", PNG),
    ("a.png", PDF),
    ("a.xlsm", b"PK\x03\x04" + b"\x00" * 30),
    ("a.pdf", b"\xef\xbb\xbf%PDF-1.7"),
)


def test_what_is_not_what_it_says_is_refused_at_its_field(shop: Shop) -> None:
    for filename, data in LIES:
        staff, status = put(shop, filename, data)
        assert status == 422, filename
        assert staff.last is not None
        assert "each with its own ending" in staff.last.text
        assert re.search(r'id="f-file"[^>]*aria-invalid="true"[^>]*aria-describedby="f-file-e', staff.last.text)
    assert papers_of(shop) == []


def test_a_file_of_two_kinds_is_served_as_the_one_that_it_begins_with_and_never_shown(shop: Shop) -> None:
    for data in (PDF + SCRIPT, b"%PDF-1.7\n" + SVG, b"%PDF-1.7\nPK\x03\x04"):
        staff, status = put(shop, "two.pdf", data)
        assert status == 303
        served(shop, staff)


def test_an_empty_one_one_too_large_and_one_beyond_all_measure_are_refused_with_the_cure(shop: Shop) -> None:
    for data, refused, cure in (
        (b"", 422, "Choose a file"),
        (PDF + b"0" * papers.LARGEST, 422, "larger than 20 MB"),
        (PDF + b"0" * (papers.LARGEST + 1_000_000), 413, "at most 20 MB at once"),
    ):
        staff, status = put(shop, "a.pdf", data)
        assert staff.last is not None
        assert (status, cure in staff.last.text) == (refused, True)
    assert papers_of(shop) == []


def papers_of(shop: Shop) -> list[papers.Paper]:
    with shop.portal.work(write=False) as work:
        return list(papers.files_of(work, shop.blue.id))
