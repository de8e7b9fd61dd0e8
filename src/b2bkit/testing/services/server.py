"""What every throw-away server has in common: finding its program, running it under the guard, faults on request."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
START_SECONDS = 30.0
DEBIAN_FOLDERS = {"postgres": "postgresql", "initdb": "postgresql", "redis-server": "redis-server"}


class MissingProgram(RuntimeError):
    """A server's program is not on this machine; the message names the Debian package."""


class ServerFailed(RuntimeError):
    """A server did not start or did not answer; the message holds the end of its log."""


def find_program(name: str) -> Path:
    """The program of that name from PATH or, as Debian keeps PostgreSQL's, the newest of /usr/lib/postgresql/*/bin.
    Raises MissingProgram."""
    found = shutil.which(name)
    if found:
        return Path(found)
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parent.parent.name))
    if versions:
        return versions[-1]
    package = DEBIAN_FOLDERS.get(name, name)
    raise MissingProgram(f"{name} is not installed: run `apt-get install {package}` as root")


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listened on a moment ago. Another process may take it first: callers try again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class GuardedServer(ABC):
    """One server process and the folder it lives in. A subclass says what to run and how to see that it answers.

    `folder` None: a new temporary folder, deleted at the end. A given folder is kept, and the server stops in order.
    """

    name: str
    stop_signal: signal.Signals = signal.SIGTERM

    def __init__(self, folder: Path | None = None) -> None:
        self.kept = folder is not None
        self.run_folder = Path(tempfile.mkdtemp(prefix=f"b2bkit-{self.name}-"))
        self.folder = (folder or self.run_folder).absolute()
        self.port = free_port()
        self.user: tuple[int, int] | None = None
        self.pid = 0
        self._guard: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """The server's command line for `self.port` and `self.folder`."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server serves requests now; refusals and time-outs are False, never an exception."""

    @property
    def log(self) -> Path:
        """The file that holds what the server printed."""
        return self.run_folder / "server.log"

    def start(self) -> None:
        """Starts the server, the first time or after `stop` and `kill`, on the same port and data. Raises ServerFailed."""
        if self._guard is not None:
            raise ServerFailed(f"{self.name} runs already")
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self._launch()
            if self._came_up(deadline):
                return
            self._forget_guard()
        raise ServerFailed(f"{self.name} did not start in {START_SECONDS:.0f} s:\n{self._end_of_log()}")

    def _launch(self) -> None:
        uid, gid = self.user or (None, None)
        spec = {
            "command": self.command(),
            "log": str(self.log),
            "cwd": str(self.run_folder),
            "uid": uid,
            "gid": gid,
            "stop": int(self.stop_signal),
            "remove": [str(self.run_folder)],
        }
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARD), json.dumps(spec)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._guard.stdout is not None
        printed = self._guard.stdout.readline()
        if not printed:
            raise ServerFailed(f"{self.name}: its guard ended before the server started")
        self.pid = int(printed)

    def _came_up(self, deadline: float) -> bool:
        """True when it answers; False when it ended, its port taken or still recovering from a kill: then it is started anew."""
        while time.monotonic() < deadline:
            if self.answers():
                return True
            assert self._guard is not None
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._guard.wait(0.02)
                return False
        return False

    def _forget_guard(self) -> None:
        if self._guard is None:
            return
        for pipe in (self._guard.stdin, self._guard.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._guard.wait()
        self._guard, self.pid = None, 0

    def stop(self) -> None:
        """Ends the server in order and waits; its data stays for the next `start`."""
        if self._guard is None:
            return
        assert self._guard.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._guard.stdin.write(b"stop\n")
            self._guard.stdin.flush()
        self._guard.wait()
        self._forget_guard()

    def kill(self) -> None:
        """kill -9, as a power cut of the process; waits until it is gone. Its data stays for the next `start`."""
        if self._guard is None:
            return
        os.kill(self.pid, signal.SIGKILL)
        self._guard.wait()
        self._forget_guard()

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, the worst kind of slow."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT after `pause`."""
        os.kill(self.pid, signal.SIGCONT)

    def close(self) -> None:
        """Ends the server; deletes its data unless the folder was given."""
        self.stop()
        shutil.rmtree(self.run_folder, ignore_errors=True)

    def _end_of_log(self) -> str:
        if not self.log.exists():
            return "(nothing was printed)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
