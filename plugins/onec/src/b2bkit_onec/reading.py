"""The child process that reads a file of 1C (`child.py`), from the side of who started it.

What the child says goes to a file of its own beside the one that it reads. It may be followed while it grows (`Reading.lines`), so that
reading and applying go on at once; at the end it is staged (`staging.py`).
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from b2bkit.core.i18n import _, language
from b2bkit_onec.apply.known import Known
from b2bkit_onec.child import OUT_OF_MEMORY
from b2bkit_onec.settings import OneCSettings
from b2bkit_onec.staging import LONGEST_LINE, Failure, beside, keep_failure, locked, outcome
from b2bkit_onec.wire import BadWire

PAUSE: Final = 0.02  # seconds between two looks at what the child has said meanwhile
BLOCK: Final = 1 << 20
REFUSED_MEMORY: Final = (-signal.SIGSEGV, -signal.SIGABRT)  # how libraries in C and Rust answer memory that they do not get


class NotRead(Exception):
    """The file cannot be taken; `failure` says why. What came before the place of the failure must not be kept."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class Reading:
    """A child that reads a file now. What it says lies at `part` until `end` stages it."""

    def __init__(self, path: Path, part: Path, child: subprocess.Popen[bytes], settings: OneCSettings, known: Known | None) -> None:
        self._path, self._part, self._child, self._settings, self.known = path, part, child, settings, known
        self._until = time.monotonic() + settings.read_seconds
        self._late = False

    def lines(self) -> Iterator[bytes]:
        """What the child says, as it comes. Raises NotRead, at the latest after the last line, when it did not end well."""
        rest = b""
        with self._part.open("rb") as stream:
            while True:
                last = not self._goes_on()  # what is there after that is everything
                while not self._late and (block := stream.read(BLOCK)):
                    *whole, rest = (rest + block).split(b"\n")
                    yield from whole
                    if len(rest) > LONGEST_LINE:
                        raise BadWire("a line without an end")
                    self._goes_on()  # a child whose time is over ends, also while what it said is being applied
                if last:
                    break
                self._pause()
        self.end()
        found = outcome(self._path)
        if isinstance(found, Failure):
            raise NotRead(found)

    def end(self) -> None:
        """Waits for the child and stages what it said, unless it was told what it need not read: that holds for now. Twice is once."""
        while self._goes_on():
            self._pause()
        if self._part.exists():
            code = None if self._late else self._child.returncode
            failure = _failure(code, self._part, self._settings)
            if failure is not None:
                self._part.unlink()
                keep_failure(self._path, failure)
            elif self.known is None:
                self._part.replace(beside(self._path, ".records"))
            else:
                self._part.unlink()

    def whole(self) -> Path | Failure:
        """Waits for the child that read everything: the staged lines, or why there are none."""
        self.end()
        found = outcome(self._path)
        assert found is not None
        return found

    def _goes_on(self) -> bool:
        """False once the child has ended, or was ended because its time was over; which of the two, stays so."""
        if self._child.poll() is not None:
            return False
        if time.monotonic() >= self._until:
            self._late = True
            self._child.kill()
            self._child.wait()
        return not self._late

    def _pause(self) -> None:
        try:
            self._child.wait(PAUSE)
        except subprocess.TimeoutExpired:
            return


@contextmanager
def reading(path: Path, name: str, settings: OneCSettings, known: Known | None = None) -> Iterator[Reading | None]:
    """A child that reads a file, or unpacks an archive into the folder `<stored>.d`; it is ended with the block.

    None when another process is at it, when the file has been read, or when it could not be begun: then there is an outcome.
    """
    with locked(path) as mine:
        if not mine or outcome(path) is not None:
            yield None
            return
        part = beside(path, "." + secrets.token_hex(4))
        with tempfile.TemporaryDirectory(prefix="onec-") as empty:
            try:
                child = _start(path, name, settings, part, empty, known)
            except OSError as error:
                part.unlink(missing_ok=True)
                keep_failure(path, _no_room(error))
                yield None
                return
            try:
                yield Reading(path, part, child, settings, known)
            finally:
                if child.poll() is None:
                    child.kill()
                    child.wait()
                part.unlink(missing_ok=True)


def read_in_child(path: Path, name: str, settings: OneCSettings) -> None:
    """Reads a file to its end and stages what the child said. Returns at once when another process is at it."""
    with reading(path, name, settings) as child:
        if child is not None:
            child.end()


def _start(path: Path, name: str, settings: OneCSettings, part: Path, folder: str, known: Known | None) -> subprocess.Popen[bytes]:
    """The child with its output going to `part`, without the portal's environment."""
    into = beside(path, ".d")
    if path.suffix == ".zip":
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(mode=0o700)
    act = ["unpack", str(path), str(into)] if path.suffix == ".zip" else ["read", str(path), name]
    limits = ["--memory", str(settings.memory_mb), "--seconds", str(settings.read_seconds), "--total", str(settings.exchange_limit)]
    told = ["--known", str(known.file)] if known else []
    command = [sys.executable, "-I", "-m", "b2bkit_onec.child", *act, *limits, "--lang", language(), *told]
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    out = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, cwd=folder, env=environment)
    finally:
        os.close(out)


def _no_room(error: OSError) -> Failure:
    cure = _("Check the disk on which the portal keeps its data.")
    return Failure(_("The portal could not keep the file: {why}.").format(why=error.strerror or error), cure)


def _failure(code: int | None, lines: Path, settings: OneCSettings) -> Failure | None:
    portions = _("Let 1C export in smaller portions, or raise {setting} in [plugins.onec].")
    if code is None or code == -signal.SIGXCPU:
        reason = _("Reading the file took longer than {seconds} seconds.").format(seconds=settings.read_seconds)
        return Failure(reason, portions.format(setting="read_seconds"), "too-slow")
    if code in REFUSED_MEMORY:
        reason = _("The process that read the file was stopped; as a rule, {megabytes} MB of memory did not suffice.")
        return Failure(reason.format(megabytes=settings.memory_mb), portions.format(setting="memory_mb"), "out-of-memory")
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
