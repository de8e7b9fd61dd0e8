"""Zip archives from outside, unpacked so that neither a path, a lie nor a bomb of the archive has any effect.

Python's zipfile alone is not enough: before 3.11.8 it reads overlapping entries (CVE-2024-0450), and it believes names.
"""

from __future__ import annotations

import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from b2bkit_onec.upload.names import clean_name, extension
from b2bkit_onec.upload.refusals import ArchiveRefused, NameRefused

__all__ = ["ArchiveRefused", "Extracted", "Extraction", "Limits", "extract"]

BLOCK = 1 << 16
SMALL = 1 << 20
UTF8_FLAG, ENCRYPTED_FLAGS = 0x800, 0x1 | 0x40 | 0x2000
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
)

_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s2H3H3L2H")


@dataclass(frozen=True, slots=True)
class Limits:
    """`ratio` (unpacked to packed) is asked of entries above one megabyte, since small ones cost nothing."""

    entries: int = 50_000
    directory_bytes: int = 16 << 20
    entry_bytes: int = 1 << 30
    total_bytes: int = 4 << 30
    ratio: int = 200


@dataclass(frozen=True, slots=True)
class Extracted:
    """`name` is the checked name inside the archive, `path` the file, named by us, that holds its bytes."""

    name: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """`skipped`: (name, sentence) of files of kinds that are not taken, such as Thumbs.db; they were not written."""

    files: tuple[Extracted, ...]
    skipped: tuple[tuple[str, str], ...]


DEFAULT_LIMITS = Limits()


def extract(archive: Path, into: Path, limits: Limits = DEFAULT_LIMITS) -> Extraction:
    """Unpack into the existing directory `into`, as 000001.xml, 000002.jpg ...; file mode 0600.

    Raises ArchiveRefused, and then leaves nothing behind, for an archive over a limit, damaged, encrypted, nested, with
    links, overlapping or doubled entries, or names that lead elsewhere.
    """
    written: list[Path] = []
    try:
        with archive.open("rb") as stream:
            start = _check_end(stream, limits)
            with zipfile.ZipFile(stream) as opened:
                return _extract(opened, stream, start, into, limits, written)
    except ArchiveRefused:
        _remove(written)
        raise
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        struct.error,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        _remove(written)
        raise ArchiveRefused("zip-damaged", archive.name) from None
    except BaseException:
        _remove(written)
        raise


def _remove(written: list[Path]) -> None:
    for path in written:
        path.unlink(missing_ok=True)


def _check_end(stream: BinaryIO, limits: Limits) -> int:
    """Where the central directory starts. Read before zipfile loads it whole into memory; zip64 is not taken."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _END.size - 0xFFFF))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    stream.seek(0)
    if at < 0 or len(tail) - at < _END.size or stream.read(4) not in (b"PK\x03\x04", b"PK\x05\x06"):
        raise ArchiveRefused("not-zip")
    _, disk, start_disk, here, entries, length, offset, comment = _END.unpack_from(tail, at)
    if entries > limits.entries or length > limits.directory_bytes or entries == 0xFFFF:
        raise ArchiveRefused("zip-entries", limit=limits.entries)
    end = max(0, size - len(tail)) + at
    if disk or start_disk or here != entries or offset + length != end or at + _END.size + comment != len(tail):
        raise ArchiveRefused("not-zip")
    return int(offset)


def _extract(opened: zipfile.ZipFile, stream: BinaryIO, start: int, into: Path, limits: Limits, written: list[Path]) -> Extraction:
    entries = [info for info in opened.infolist() if not _is_folder(info)]
    if len(opened.infolist()) > limits.entries:
        raise ArchiveRefused("zip-entries", limit=limits.entries)
    _check_overlap(opened.infolist(), stream, start)
    names, skipped = _names(entries)
    _check_claims(entries, limits)
    files: list[Extracted] = []
    total = 0
    for info, name in names:
        path = into / f"{len(files) + 1:06d}.{extension(name)}"
        size = _write(opened, info, path, limits, limits.total_bytes - total, written)
        total += size
        files.append(Extracted(name, path, size))
    return Extraction(tuple(files), tuple(skipped))


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.filename.endswith(("/", "\\")) and info.file_size == 0


def _shown(info: zipfile.ZipInfo) -> str:
    """The name; without the UTF-8 flag Russian programs write cp866, which zipfile reads as cp437."""
    if info.flag_bits & UTF8_FLAG or info.orig_filename.isascii():
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("cp866")
    except UnicodeError:
        return info.orig_filename


def _names(entries: list[zipfile.ZipInfo]) -> tuple[list[tuple[zipfile.ZipInfo, str]], list[tuple[str, str]]]:
    """Checked names, and those of kinds that are skipped."""
    kept: list[tuple[zipfile.ZipInfo, str]] = []
    skipped: list[tuple[str, str]] = []
    seen: set[str] = set()
    for info in entries:
        shown = _shown(info)
        _check_kind(info, shown)
        try:
            name = clean_name(shown)
        except NameRefused as refused:
            if refused.code in ("name-extension", "name-hidden"):
                skipped.append((refused.name, refused.reason))
                continue
            raise ArchiveRefused(refused.code, shown, limit=0, parts=0) from None
        if extension(name) == "zip":
            raise ArchiveRefused("zip-nested", name)
        key = unicodedata.normalize("NFKC", name).casefold()
        if key in seen:
            raise ArchiveRefused("zip-duplicate", name)
        seen.add(key)
        kept.append((info, name))
    return kept, skipped


def _check_kind(info: zipfile.ZipInfo, shown: str) -> None:
    if info.flag_bits & ENCRYPTED_FLAGS:
        raise ArchiveRefused("zip-encrypted", shown)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveRefused("zip-method", shown)
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise ArchiveRefused("zip-link", shown)


def _check_claims(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse early by the sizes that the archive claims; _write counts the true ones."""
    for info in entries:
        if info.file_size > limits.entry_bytes:
            raise ArchiveRefused("zip-entry-bytes", _shown(info), limit=limits.entry_bytes)
        if info.file_size > SMALL and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise ArchiveRefused("zip-ratio", _shown(info), limit=limits.ratio)
    if sum(info.file_size for info in entries) > limits.total_bytes:
        raise ArchiveRefused("zip-total-bytes", limit=limits.total_bytes)


def _check_overlap(entries: list[zipfile.ZipInfo], stream: BinaryIO, start: int) -> None:
    """Each entry's bytes are its own, lie before the directory, and its local header agrees with the directory."""
    end_before = 0
    for info in sorted(entries, key=lambda one: one.header_offset):
        stream.seek(info.header_offset)
        header = stream.read(_LOCAL.size)
        if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
            raise ArchiveRefused("zip-damaged", _shown(info))
        _, _, flags, method, _, _, _, _, _, name_length, extra_length = _LOCAL.unpack(header)
        local_name = stream.read(name_length)
        end = info.header_offset + _LOCAL.size + name_length + extra_length + info.compress_size
        if info.header_offset < end_before or end > start:
            raise ArchiveRefused("zip-overlap", _shown(info))
        if method != info.compress_type or (flags ^ info.flag_bits) & (UTF8_FLAG | 1) or local_name not in _raw_names(info):
            raise ArchiveRefused("zip-header", _shown(info))
        end_before = end


def _raw_names(info: zipfile.ZipInfo) -> Iterator[bytes]:
    yield info.orig_filename.encode("utf-8" if info.flag_bits & UTF8_FLAG else "cp437", "replace")


def _write(opened: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, limits: Limits, left: int, written: list[Path]) -> int:
    """Bytes written. Raises ArchiveRefused when they are more than claimed or allowed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    written.append(path)
    size = 0
    with os.fdopen(descriptor, "wb") as target, opened.open(info) as source:
        while block := source.read(BLOCK):
            size += len(block)
            if size > min(limits.entry_bytes, info.file_size):
                raise ArchiveRefused("zip-entry-bytes", _shown(info), limit=min(limits.entry_bytes, info.file_size))
            if size > left:
                raise ArchiveRefused("zip-total-bytes", limit=limits.total_bytes)
            target.write(block)
    if size != info.file_size:
        raise ArchiveRefused("zip-damaged", _shown(info))
    return size
