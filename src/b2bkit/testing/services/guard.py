"""Runs one server for as long as somebody holds this program's standard input open, then ends it and removes its folder.

Run as a program of its own, `python -I -S guard.py SPEC`, where SPEC is the JSON text of: `command` (list of strings),
`log` (path the server writes to), `cwd`, `uid` and `gid` (numbers, or null to keep those of the caller), `stop` (signal number of
an orderly stop) and `remove` (paths deleted when the caller died without saying anything).

It prints the server's process id, then waits. `stop\\n` on standard input ends the server and keeps its files. End of input means
that the caller is gone, by kill -9 for example: the server is ended and what `remove` names is deleted.
"""

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import TypedDict

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
STOP_SECONDS = 20.0


class Spec(TypedDict):
    """What to run; the module's docstring says what each key means."""

    command: list[str]
    log: str
    cwd: str
    uid: int | None
    gid: int | None
    stop: int
    remove: list[str]


def die_with_guard() -> Callable[[], None]:
    """A function for the child between fork and exec: the kernel kills it should this guard be killed. Runs after the
    change of user, which would clear the request."""
    libc = ctypes.CDLL(None, use_errno=True)

    def request() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return request


def start(spec: Spec) -> subprocess.Popen[bytes]:
    """Starts the server in a session of its own, so that a Ctrl-C in the terminal reaches it only through the guard."""
    with open(spec["log"], "ab") as log:
        return subprocess.Popen(
            spec["command"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=spec["cwd"],
            user=spec["uid"],
            group=spec["gid"],
            extra_groups=None if spec["uid"] is None else [],
            start_new_session=True,
            preexec_fn=die_with_guard(),
        )


def end(server: subprocess.Popen[bytes], stop: int) -> None:
    """Ends the server, also one that is frozen by SIGSTOP; kills it when it does not obey."""
    with contextlib.suppress(ProcessLookupError):
        server.send_signal(stop)
        server.send_signal(signal.SIGCONT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def reap_orphans() -> None:
    """Waits for what the server left behind: PostgreSQL's back ends outlive a killed postmaster by a moment."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def main(text: str) -> int:
    """Returns the server's exit code, or 0 when it was asked to stop."""
    spec: Spec = json.loads(text)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    server = start(spec)
    sys.stdout.write(f"{server.pid}\n")
    sys.stdout.flush()
    ended = os.pidfd_open(server.pid)
    ready, _, _ = select.select([sys.stdin.fileno(), ended], [], [])
    if ended in ready:
        code = server.wait()
        reap_orphans()
        return code
    abandoned = not os.read(sys.stdin.fileno(), 16)
    end(server, spec["stop"])
    reap_orphans()
    for path in spec["remove"] if abandoned else []:
        shutil.rmtree(path, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
