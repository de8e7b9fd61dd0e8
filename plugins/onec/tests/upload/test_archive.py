"""Archives made to harm are refused with their reason, and leave nothing behind."""

from __future__ import annotations

import binascii
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from b2bkit_onec.upload.archive import ArchiveRefused, Limits, extract

XML = "<КоммерческаяИнформация/>".encode()
Make = Callable[[bytes], Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(body: bytes) -> Path:
        path = tmp_path / "v8_1.zip"
        path.write_bytes(body)
        return path

    return write


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


def info(name: str, mode: int = 0, attributes: int = 0) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.create_system = 3
    made.external_attr = (mode << 16) | attributes
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def overlapping(copies: int, size: int) -> bytes:
    """Every entry's directory record points at one and the same packed body."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"\0" * size
    packed = packer.compress(data) + packer.flush()
    checksum = binascii.crc32(data)
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, checksum, len(packed), size, 5, 0) + b"0.xml" + packed
    record = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 33, checksum, len(packed), size, 5, 0, 0, 0, 0, 0, 0)
    directory = b"".join(record + f"{number}.xml".encode() for number in range(copies))
    return local + directory + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, copies, copies, len(directory), len(local), 0)


def test_files_come_out_under_our_names_with_their_checked_names_beside(make: Make, into: Path) -> None:
    body = zipped(("import0_1.xml", XML), ("import_files/", b""), ("import_files/6e/a.jpg", b"jpg"), (r"C:\tmp\offers0_1.xml", b"offers"))
    found = extract(make(body), into)
    assert [one.name for one in found.files] == ["import0_1.xml", "import_files/6e/a.jpg", "offers0_1.xml"]
    assert [one.path.name for one in found.files] == ["000001.xml", "000002.jpg", "000003.xml"]
    assert [one.path.read_bytes() for one in found.files] == [XML, b"jpg", b"offers"]
    assert {stat.S_IMODE(one.path.stat().st_mode) for one in found.files} == {0o600}
    assert found.skipped == ()


def test_cyrillic_names_of_russian_zip_programs_are_read(make: Make, into: Path) -> None:
    body = zipped(("XXXXXXX.xml", XML)).replace(b"XXXXXXX", "Каталог".encode("cp866"))
    assert [one.name for one in extract(make(body), into).files] == ["Каталог.xml"]


def test_an_empty_archive_is_no_error(make: Make, into: Path) -> None:
    assert extract(make(zipped()), into).files == ()


def test_files_of_other_kinds_are_skipped_and_told(make: Make, into: Path) -> None:
    found = extract(make(zipped(("import.xml", XML), ("import_files/Thumbs.db", b"x"), (".DS_Store", b"x"))), into)
    assert [one.name for one in found.files] == ["import.xml"]
    assert [name for name, _ in found.skipped] == ["import_files/Thumbs.db", ".DS_Store"]
    assert len(list(into.iterdir())) == 1


def _damaged(body: bytes) -> bytes:
    at = body.index(b"a.xml") + 5 + 3
    return body[:at] + bytes([body[at] ^ 0xFF]) + body[at + 1 :]


def _claims(body: bytes, size: int) -> bytes:
    """The directory claims another unpacked size."""
    at = body.rindex(b"PK\x01\x02") + 24
    return body[:at] + struct.pack("<L", size) + body[at + 4 :]


def _encrypted(body: bytes) -> bytes:
    local, central = body.index(b"PK\x03\x04") + 6, body.index(b"PK\x01\x02") + 8
    changed = bytearray(body)
    changed[local] |= 1
    changed[central] |= 1
    return bytes(changed)


def _renamed_locally(body: bytes) -> bytes:
    return body.replace(b"a.xml", b"b.xml", 1)


def _repeated(body: bytes, entries: int) -> bytes:
    """The directory names its one entry so many times; as many as the end record can tell."""
    at = body.rindex(b"PK\x05\x06")
    start = body.index(b"PK\x01\x02")
    directory = body[start:at] * entries
    told = min(entries, 0xFFFF)
    return body[:start] + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, told, told, len(directory), start, 0)


RANDOM = bytes((number * 7919 >> 3) & 0xFF for number in range(5000))
ONE = zipped(("a.xml", RANDOM))

HOSTILE: dict[str, tuple[bytes, str]] = {
    "no zip": (b"<?xml version='1.0'?>", "not-zip"),
    "nothing": (b"", "not-zip"),
    "cut off": (ONE[:-10], "not-zip"),
    "something before it": (b"#!/bin/sh\n" + ONE, "not-zip"),
    "something after it": (ONE + b"tail", "not-zip"),
    "out by dots": (zipped(("../../etc/a.xml", XML)), "name-dots"),
    "out by backslashes": (zipped(("..\\..\\a.xml", XML)), "name-dots"),
    "a control character": (zipped(("a\nb.xml", XML)), "name-control"),
    "a device": (zipped(("import_files/con.xml", XML)), "name-reserved"),
    "a link": (zipped((info("a.xml", stat.S_IFLNK | 0o777), b"/etc/passwd")), "zip-link"),
    "a pipe": (zipped((info("a.xml", stat.S_IFIFO | 0o666), b"")), "zip-link"),
    "an archive within": (zipped(("inner.zip", ONE)), "zip-nested"),
    "the same name twice": (zipped(("A.xml", XML), ("a.XML", XML)), "zip-duplicate"),
    "the same name by two paths": (zipped(("a.xml", XML), ("/tmp/a.xml", XML)), "zip-duplicate"),
    "encrypted": (_encrypted(ONE), "zip-encrypted"),
    "another method": (zipped(("a.xml", XML), method=zipfile.ZIP_LZMA), "zip-method"),
    "overlapping": (overlapping(10, 20 << 20), "zip-overlap"),
    "damaged": (_damaged(ONE), "zip-damaged"),
    "two names for one": (_renamed_locally(ONE), "zip-header"),
    "claims less than it holds": (_claims(ONE, 10), "zip-damaged"),
    "claims more than it holds": (_claims(ONE, 6000), "zip-damaged"),
    "60,000 entries": (_repeated(ONE, 60_000), "zip-entries"),
    "100,000 entries": (_repeated(ONE, 100_000), "zip-entries"),
    "packed too well": (zipped(("a.xml", b"\0" * (8 << 20))), "zip-ratio"),
}


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_a_hostile_archive_is_refused_and_leaves_nothing_behind(what: str, make: Make, into: Path) -> None:
    body, code = HOSTILE[what]
    with pytest.raises(ArchiveRefused) as caught:
        extract(make(body), into)
    assert caught.value.code == code
    assert caught.value.reason
    assert caught.value.cure
    assert list(into.iterdir()) == []


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(entries=2), "zip-entries"),
        (Limits(directory_bytes=100), "zip-entries"),
        (Limits(entry_bytes=4999), "zip-entry-bytes"),
        (Limits(total_bytes=14_999), "zip-total-bytes"),
    ],
)
def test_each_limit_is_kept(limits: Limits, code: str, make: Make, into: Path) -> None:
    path = make(zipped(*((f"{number}.xml", RANDOM) for number in range(3))))
    with pytest.raises(ArchiveRefused) as caught:
        extract(path, into, limits)
    assert caught.value.code == code
    assert list(into.iterdir()) == []


def test_limits_hold_for_what_is_allowed_exactly(make: Make, into: Path) -> None:
    path = make(zipped(*((f"{number}.xml", RANDOM) for number in range(3))))
    assert len(extract(path, into, Limits(entries=3, entry_bytes=5000, total_bytes=15_000)).files) == 3


def test_a_file_that_is_there_already_is_never_overwritten(make: Make, into: Path) -> None:
    (into / "000001.xml").write_text("mine")
    with pytest.raises(FileExistsError):
        extract(make(ONE), into)
    assert (into / "000001.xml").read_text() == "mine"
