"""The code blocks of a Markdown page as one shell script, run as a reader would: in order, in one folder, in one shell.

A block marked `sh` is run by bash, one marked `python` by Python. A block of any kind with `title="path"` is a file that the
reader is told to write, and is written. Everything else (`text`, `toml` without a title ...) is for reading.
"""

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)(?P=ticks)\s*$", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'title="([^"]+)"')
MARK = "b2bkit-block"


@dataclass(frozen=True)
class Block:
    """A fenced block: first word of its info string, its title or "", its text, and the line it starts on."""

    language: str
    title: str
    text: str
    line: int

    @property
    def runs(self) -> bool:
        """Whether the reader does something with it."""
        return bool(self.title) or self.language in ("sh", "python")

    def script(self) -> str:
        """What bash is told for this block."""
        text = self.text if self.text.endswith("\n") else self.text + "\n"
        mark = f"echo {MARK} {self.line} >&2\n"
        if self.title:
            name = shlex.quote(self.title)
            return f"{mark}mkdir -p -- $(dirname -- {name})\ncat >{name} <<'{MARK}'\n{text}{MARK}\n"
        return f"{mark}python - <<'{MARK}'\n{text}{MARK}\n" if self.language == "python" else mark + text


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page, indentation of lists taken away."""
    for match in FENCE.finditer(page):
        indent = len(match["indent"])
        text = "".join(line[indent:] if line[:indent].isspace() else line for line in match["body"].splitlines(keepends=True))
        title = TITLE.search(match["info"])
        language = match["info"].split()[0] if match["info"].split() else ""
        yield Block(language, title[1] if title else "", text, page.count("\n", 0, match.start()) + 1)


def run(page: Path, folder: Path, *, seconds: float = 500) -> None:
    """Runs a page's blocks in `folder`. Raises AssertionError that names the block. Ends what the page left in the background."""
    script = "set -euo pipefail\n" + "".join(block.script() for block in blocks(page.read_text("utf-8")) if block.runs)
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
    output = folder.with_name(folder.name + ".log")
    with output.open("w") as log:
        shell = subprocess.Popen(
            ["bash", "-c", script], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        try:
            code = shell.wait(seconds)
        except subprocess.TimeoutExpired:
            code = -1
        finally:
            end_group(shell)
    printed = output.read_text()
    reached = re.findall(rf"^{MARK} (\d+)$", printed, re.MULTILINE)
    where = f"{page}:{reached[-1] if reached else 0}"
    assert code == 0, f"{where}: {'took too long' if code == -1 else f'exit code {code}'}\n{printed[-4000:]}"


def end_group(shell: "subprocess.Popen[bytes]") -> None:
    """Kills the shell and what it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(shell.pid, signal.SIGKILL)
    shell.wait()
