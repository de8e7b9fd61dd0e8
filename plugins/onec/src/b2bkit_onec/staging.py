"""Files on disk and their way through the child process: where they lie, who reads one now, what came of it.

Everything lies below `<data>/onec/<exchange>/`, readable by the portal's user alone and served by nobody. What the child says of a file
is staged beside it: `<stored>.records` when it ended well, `<stored>.failed` (one JSON object) when not. Until one of them is there,
`<stored>.lock` is locked by the process that waits for the child, so a portal that was stopped in between begins anew.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import orjson

from b2bkit.core.config import Config
from b2bkit_onec.commerceml.records import Item
from b2bkit_onec.wire import Line, decode, read

LONGEST_LINE = 64 << 20
END = b"{"  # how the child's last word begins; records begin otherwise


class Failure(NamedTuple):
    """Why a file cannot be taken: sentences in the portal's language; `line` 0 when no line is to blame."""

    reason: str
    cure: str
    code: str = ""
    line: int = 0
    column: int = 0


def folder_of(config: Config, exchange_id: UUID) -> Path:
    """The folder of an exchange; not made here."""
    return config.data / "onec" / exchange_id.hex


def make_folder(config: Config, exchange_id: UUID) -> Path:
    """The same, made when it was not there, for the portal's user only."""
    folder = folder_of(config, exchange_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_at(path: Path, offset: int, data: bytes) -> None:
    """Writes a part at its place; what lies behind it, of a part whose transaction failed, is cut off."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.truncate(offset)
        stream.seek(offset)
        stream.write(data)


def forget(path: Path) -> None:
    """Deletes a file with everything that was made of it."""
    forget_staged(path)
    path.unlink(missing_ok=True)
    shutil.rmtree(beside(path, ".d"), ignore_errors=True)


def forget_staged(path: Path) -> None:
    """Deletes what the child said of a file; the file itself stays, for who looks into a failure."""
    for suffix in (".records", ".failed", ".lock"):
        beside(path, suffix).unlink(missing_ok=True)


def outcome(path: Path) -> Path | Failure | None:
    """The staged lines, or why there are none; None while nobody has read the file to its end."""
    records, failed = beside(path, ".records"), beside(path, ".failed")
    if failed.exists():
        return Failure(**orjson.loads(failed.read_bytes()))
    return records if records.exists() else None


def is_being_read(path: Path) -> bool:
    """Whether a living process waits for the child that reads this file."""
    with locked(path, fcntl.LOCK_SH) as mine:
        return not mine


def lines_of(lines: Path) -> Iterator[bytes]:
    """What the child said, line by line."""
    with lines.open("rb") as stream:
        while line := stream.readline(LONGEST_LINE):
            yield line


def staged(lines: Path, kinds: Collection[type] = ()) -> Iterator[Item]:
    """The records that the child gave, one at a time, or those of some kinds only; raises BadWire for a line that is none."""
    wanted = tuple(b'["%s",' % kind.__name__.encode() for kind in kinds)
    for line in lines_of(lines):
        if not line.startswith(END) and (not wanted or line.startswith(wanted)):
            yield decode(line)


def told(lines: Iterable[bytes]) -> Iterator[Item | Line]:
    """The same of lines, which may be those of a file, without reading what there are many of."""
    return (read(line) for line in lines if not line.startswith(END))


def unpacked(lines: Path) -> tuple[list[tuple[str, str, int]], list[tuple[str, str]]]:
    """((name, stored below `.d`, size) ..., (name, why it was left out) ...) of an archive."""
    told = orjson.loads(lines.read_bytes())
    return [(str(name), str(stored), int(size)) for name, stored, size in told["files"]], [(str(a), str(b)) for a, b in told["skipped"]]


def beside(path: Path, suffix: str) -> Path:
    """What is made of a file lies beside it."""
    return path.with_name(path.name + suffix)


def keep_failure(path: Path, failure: Failure) -> None:
    """Stages why a file cannot be taken."""
    failed = beside(path, ".failed")
    part = beside(failed, "." + secrets.token_hex(4))
    part.write_bytes(orjson.dumps(failure._asdict()))
    part.replace(failed)


@contextmanager
def locked(path: Path, kind: int = fcntl.LOCK_EX) -> Iterator[bool]:
    """Whether this process holds the file's lock for the block; the system frees it when the process ends in whatever way."""
    descriptor = os.open(beside(path, ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)
