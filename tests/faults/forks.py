"""Processes of a test that may be killed: each tells lines, and how it ended is seen."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable

from b2bkit.core.jobs import points

Tell = Callable[[str], None]


def fork(work: Callable[[Callable[[str], None]], None], crash_at: str = "") -> tuple[int, int]:
    """Starts `work` in a process of its own; returns its id and where it tells."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            points._wanted = crash_at
            points._passed.clear()
            work(lambda line: os.write(writing, (line + "\n").encode()) and None)
            status = 0
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(status)
    os.close(writing)
    return child, reading


def result_of(child: int, reading: int, patience: float = 60) -> tuple[list[str], int]:
    """What a process told and how it ended: 0, or minus the signal. One that takes too long is killed."""
    told, end = b"", time.monotonic() + patience
    while True:
        if not select.select([reading], [], [], max(end - time.monotonic(), 0))[0]:
            os.kill(child, signal.SIGKILL)
            raise AssertionError(f"a process did not end within {patience} s")
        part = os.read(reading, 65536)
        if not part:
            break
        told += part
    os.close(reading)
    _pid, ended = os.waitpid(child, 0)
    return told.decode().split(), -os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else os.WEXITSTATUS(ended)


def forked(work: Callable[[Callable[[str], None]], None], crash_at: str = "") -> tuple[list[str], int]:
    """Runs `work` in a process of its own to its end."""
    return result_of(*fork(work, crash_at))
