"""Files of 1C that are too large for the archive's table: kept beside it as long as their messages, packed, up to a total size.

They lie in `<data>/onec/kept/`, one for each message, named by its id: ids sort by time. `<id>.xml` (or `.zip`) is a second name of the
file of its exchange, so keeping it costs neither time nor room while that one is there; the job packs it to `<id>.xml.gz`. Where the
files are more than the settings allow, the oldest go first, and `<id>.gone` says so for as long as the message is there.
"""

from __future__ import annotations

import gzip
import logging
import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BufferedIOBase
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import select

from b2bkit import OpenWork, Work
from b2bkit_onec.models import Kept

log = logging.getLogger("b2bkit.onec")
FOLDER: Final = "onec/kept"  # below the portal's data folder
MEGABYTE: Final = 1_000_000
PACKED, GONE, HALF = ".gz", ".gone", ".half"
YOUNG: Final = 3600.0  # seconds in which the message of a file may not be committed yet
AT_A_TIME: Final = 500
LEVEL: Final = 3  # of packing: 1C's XML shrinks to a tenth, and the time is that of reading it


class Gone(NamedTuple):
    """A file that went before its time: the archive was larger than `limit_mb` megabytes."""

    at: datetime
    limit_mb: int


def put(data: Path, source: Path, message_id: UUID) -> str:
    """Keeps a file for a message; returns its path below the data folder. Raises OSError."""
    name = f"{FOLDER}/{message_id.hex}{source.suffix}"
    target = data / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:  # another file system, or one without second names
        shutil.copyfile(source, target)
    os.utime(target)
    return name


def opened(data: Path, name: str) -> BufferedIOBase | None:
    """The kept file to be read as it came; None when it is not there (any more), or not below the data folder."""
    path = (data / name).resolve()
    if not path.is_relative_to(data.resolve()):
        return None
    for _attempt in range(2):  # it may be packed between two looks
        for found in (path, Path(f"{path}{PACKED}")):
            if found.is_file():
                try:
                    return gzip.open(found) if found.suffix == PACKED else found.open("rb")
                except FileNotFoundError:
                    continue
    return None


def is_there(data: Path, name: str) -> bool:
    """Whether the file can be read still."""
    stream = opened(data, name)
    if stream is not None:
        stream.close()
    return stream is not None


def gone(data: Path, name: str) -> Gone | None:
    """Why a file is not there any more, where the limit of size is the reason."""
    try:
        told = orjson.loads((data / name).with_suffix(GONE).read_bytes())
        return Gone(datetime.fromisoformat(told["at"]), int(told["limit_mb"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def tend(open_work: OpenWork, *, limit_mb: int) -> None:
    """Job: deletes files whose messages are forgotten, packs what is not packed yet, then makes room."""
    with open_work(write=False) as work:
        data, now = work.config.data, work.now
        forgotten = list(_forgotten(work, data / FOLDER))
    for path in forgotten:
        path.unlink(missing_ok=True)
    for path in _files(data / FOLDER):
        if path.suffix == ".xml":
            _pack(path)
    make_room(data, limit_mb=limit_mb, now=now)


def make_room(data: Path, *, limit_mb: int, now: datetime) -> None:
    """Deletes the oldest files until those that are left are not more than the limit; each leaves a word of it."""
    sizes = {path: _size(path) for path in _files(data / FOLDER) if path.suffix not in (GONE, HALF)}
    over = sum(sizes.values()) - limit_mb * MEGABYTE
    for path in sorted(sizes, key=lambda path: path.name):
        if over <= 0:
            return
        told = orjson.dumps({"at": now.astimezone(UTC).isoformat(), "limit_mb": limit_mb})
        path.with_name(path.name.partition(".")[0] + GONE).write_bytes(told)
        path.unlink(missing_ok=True)
        over -= sizes[path]
        log.info("a kept file of 1C went: the archive is full", extra={"file": path.name, "limit_mb": limit_mb})


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if _id_of(path) is not None) if folder.is_dir() else []


def _id_of(path: Path) -> UUID | None:
    try:
        return UUID(hex=path.name.partition(".")[0])
    except ValueError:
        return None


def _size(path: Path) -> int:
    """0 for a file that is gone meanwhile."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _forgotten(work: Work, folder: Path) -> Iterator[Path]:
    found = _files(folder)
    young = time.time() - YOUNG
    for start in range(0, len(found), AT_A_TIME):
        part = found[start : start + AT_A_TIME]
        known = set(work.session.scalars(select(Kept.id).where(Kept.id.in_([_id_of(path) for path in part]))))
        yield from (path for path in part if _id_of(path) not in known and _changed_at(path) < young)


def _pack(path: Path) -> None:
    """The packed file takes the place of the other at once: a reader finds one of them. What fails is tried again by the next run."""
    half, packed = Path(f"{path}{HALF}"), Path(f"{path}{PACKED}")
    try:
        with path.open("rb") as source, half.open("wb") as raw:
            os.fchmod(raw.fileno(), 0o600)
            with gzip.GzipFile("", "wb", LEVEL, raw) as target:
                shutil.copyfileobj(source, target, MEGABYTE)
        half.rename(packed)
        path.unlink(missing_ok=True)
    except OSError:
        log.exception("a kept file of 1C could not be packed", extra={"file": path.name})
        half.unlink(missing_ok=True)
