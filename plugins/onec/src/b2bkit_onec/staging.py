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
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from b2bkit.core.config import Config
from b2bkit.core.i18n import _, language
from b2bkit_onec.child import OUT_OF_MEMORY
from b2bkit_onec.commerceml.records import Item
from b2bkit_onec.settings import OneCSettings
from b2bkit_onec.wire import decode

LONGEST_LINE = 64 << 20


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
    shutil.rmtree(_beside(path, ".d"), ignore_errors=True)


def forget_staged(path: Path) -> None:
    """Deletes what the child said of a file; the file itself stays, for who looks into a failure."""
    for suffix in (".records", ".failed", ".lock"):
        _beside(path, suffix).unlink(missing_ok=True)


def outcome(path: Path) -> Path | Failure | None:
    """The staged lines, or why there are none; None while nobody has read the file to its end."""
    records, failed = _beside(path, ".records"), _beside(path, ".failed")
    if failed.exists():
        return Failure(**orjson.loads(failed.read_bytes()))
    return records if records.exists() else None


def is_being_read(path: Path) -> bool:
    """Whether a living process waits for the child that reads this file."""
    with _locked(path, fcntl.LOCK_SH) as mine:
        return not mine


def read_in_child(path: Path, name: str, settings: OneCSettings) -> None:
    """Reads a file, or unpacks an archive into the folder `<stored>.d`, in a child process; stages what it said. Returns at once when
    another process is at it."""
    with _locked(path) as mine:
        if not mine or outcome(path) is not None:
            return
        try:
            failure = _run(path, name, settings)
        except OSError as error:
            cure = _("Check the disk on which the portal keeps its data.")
            failure = Failure(_("The portal could not keep the file: {why}.").format(why=error.strerror or error), cure)
        if failure is not None:
            _replace(_beside(path, ".failed"), orjson.dumps(failure._asdict()))


def staged(lines: Path, kinds: Collection[type] = ()) -> Iterator[Item]:
    """The records that the child gave, one at a time, or those of some kinds only; raises BadWire for a line that is none."""
    wanted = tuple(b'["%s",' % kind.__name__.encode() for kind in kinds)
    with lines.open("rb") as stream:
        while line := stream.readline(LONGEST_LINE):
            if not line.startswith(b'{"end"') and (not wanted or line.startswith(wanted)):
                yield decode(line)


def unpacked(lines: Path) -> tuple[list[tuple[str, str, int]], list[tuple[str, str]]]:
    """((name, stored below `.d`, size) ..., (name, why it was left out) ...) of an archive."""
    told = orjson.loads(lines.read_bytes())
    return [(str(name), str(stored), int(size)) for name, stored, size in told["files"]], [(str(a), str(b)) for a, b in told["skipped"]]


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _replace(path: Path, data: bytes) -> None:
    part = _beside(path, "." + secrets.token_hex(4))
    part.write_bytes(data)
    part.replace(path)


@contextmanager
def _locked(path: Path, kind: int = fcntl.LOCK_EX) -> Iterator[bool]:
    """Whether this process holds the file's lock for the block; the system frees it when the process ends in whatever way."""
    descriptor = os.open(_beside(path, ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def _run(path: Path, name: str, settings: OneCSettings) -> Failure | None:
    """Runs the child with its output going to a file of its own; None when it ended well and its lines are staged."""
    into = _beside(path, ".d")
    if path.suffix == ".zip":
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(mode=0o700)
    act = ["unpack", str(path), str(into)] if path.suffix == ".zip" else ["read", str(path), name]
    limits = ["--memory", str(settings.memory_mb), "--seconds", str(settings.read_seconds), "--total", str(settings.exchange_limit)]
    command = [sys.executable, "-I", "-m", "b2bkit_onec.child", *act, *limits, "--lang", language()]
    part = _beside(path, "." + secrets.token_hex(4))
    with tempfile.TemporaryDirectory(prefix="onec-") as empty:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            code = _wait(command, descriptor, empty, settings.read_seconds)
            failure = _failure(code, part, settings)
            if failure is None:
                part.replace(_beside(path, ".records"))
        finally:
            os.close(descriptor)
            part.unlink(missing_ok=True)
    return failure


def _wait(command: list[str], out: int, folder: str, seconds: int) -> int | None:
    """The child's exit status; None when it had to be ended."""
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, cwd=folder, env=environment)
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def _failure(code: int | None, lines: Path, settings: OneCSettings) -> Failure | None:
    portions = _("Let 1C export in smaller portions, or raise {setting} in [plugins.onec].")
    if code is None or code == -signal.SIGXCPU:
        reason = _("Reading the file took longer than {seconds} seconds.").format(seconds=settings.read_seconds)
        return Failure(reason, portions.format(setting="read_seconds"), "too-slow")
    if code == OUT_OF_MEMORY:
        reason = _("Reading the file took more than {megabytes} MB of memory.").format(megabytes=settings.memory_mb)
        return Failure(reason, portions.format(setting="memory_mb"), "out-of-memory")
    if code != 0:
        reason = _("The process that read the file ended with {code}.").format(code=code)
        return Failure(reason, _("Send the file again; if it happens again, give the file to the portal's developers."), "reader-died")
    last = _last_line(lines)
    if "refused" in last:
        return Failure(**last["refused"])
    if not ("end" in last or "files" in last):
        reason = _("The process that read the file ended before its end.")
        return Failure(reason, _("Send the file again; check the space on the disk."), "reader-died")
    return None


def _last_line(lines: Path) -> dict[str, Any]:
    """The child's last word; empty when it did not get that far."""
    with lines.open("rb") as stream:
        stream.seek(max(0, stream.seek(0, os.SEEK_END) - 65536))
        _before, end, last = stream.read().rstrip(b"\n").rpartition(b"\n")
        if not end:  # the one line about an archive may be long
            stream.seek(0)
            last = stream.read(LONGEST_LINE)
    try:
        found = orjson.loads(last)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
