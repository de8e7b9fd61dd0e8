"""Polymertorg as `make demo` opens it, only smaller and with a mailbox: a portal's process, a 1C in the box, accounts."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from b2bkit.testing.services.mail import Mailbox
from examples.polymertorg.generator.companies import make_companies
from examples.polymertorg.generator.files import PRODUCTS, SEED, Trade, whole, write_trade
from examples.polymertorg.generator.orders import make_orders
from examples.polymertorg.generator.products import make_goods

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "polymertorg"
OPENS_WITHIN = 240
ENDS_WITHIN = 40


class Account(NamedTuple):
    """Somebody of demo.toml."""

    email: str
    password: str
    name: str


def _accounts() -> dict[str, Account]:
    told = tomllib.loads((EXAMPLE / "demo.toml").read_text("utf-8"))["accounts"]
    found: dict[str, Account] = {}
    for one in told:  # the first of each kind or role
        found.setdefault(one.get("profile") or one.get("role") or one["staff"], Account(one["email"], one["password"], one["name"]))
    return found


PEOPLE = _accounts()


class Box:
    """The 1C in the box, by its control interface."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, path: str, body: Mapping[str, object] | None = None, *, patience: float = 60) -> Any:
        """The answer to a GET, or to a POST of `body` as JSON."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/control/{path}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=patience) as answer:
            return json.load(answer)

    def power(self, on: bool) -> None:
        self.ask("power", {"on": on})

    def act(self, number: str, action: str) -> None:
        """What 1C's manager does with an order: post, release, ship, pay, close, cancel."""
        self.ask(f"orders/{urllib.request.quote(number)}/status", {"action": action})  # type: ignore[attr-defined]

    def price(self, article: str, value: str, kind: str = "Опт") -> None:
        """Another price of a good for any amount; the portal has it when this returns."""
        self.ask("price", {"good": article, "type": kind, "value": value, "from": "0"})
        self.ask("exchange", {}, patience=120)

    def documents(self) -> dict[str, int]:
        """How many documents 1C has for each order of the portal."""
        counted: dict[str, int] = self.ask("state")["documents_by_portal_number"]
        return counted

    def wait_for_documents(self, numbers: set[str], seconds: float = 40) -> dict[str, int]:
        """Until 1C has these orders."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if numbers <= (there := self.documents()).keys():
                return there
            time.sleep(0.2)
        raise AssertionError(f"1C has {self.documents()} and not all of {numbers}")


@dataclass(frozen=True)
class Stage:
    """A running Polymertorg."""

    address: str
    box: Box
    mailbox: Mailbox
    folder: Path


def two_free_ports() -> int:
    """A port whose next one is free too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def fewer_goods(folder: Path) -> Path:
    """Files as the demo's generator writes them: its companies and contracts, every fifteenth of its products, 60 orders."""
    rng = random.Random(SEED)
    goods = make_goods(rng, PRODUCTS)[::15]
    companies = make_companies(rng)
    day = dt.datetime.now(dt.UTC).astimezone().date()
    write_trade(whole(Trade(day, goods, companies, make_orders(rng, companies, goods, day, 60))), folder)
    return folder


def smaller_copy(folder: Path, mailbox: Mailbox, files: Path) -> Path:
    """The example with mail and fewer products (`files`), in a folder of its own."""
    copy = folder / "examples" / "polymertorg"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__", "var"))
    config = copy / "b2bkit.toml"
    mail = f'\n[mail]\nhost = "127.0.0.1"\nport = {mailbox.port}\nsecurity = "none"\nsender = "portal@polymertorg.example"\n'
    config.write_text(config.read_text("utf-8") + mail, "utf-8")
    demo = copy / "demo.toml"
    once = 'once = [["{python}", "{folder}/generate.py", "{data}/files"]]'
    changes = {once: "once = []", "{data}/files": str(files), '"--every", "5"': '"--every", "2"'}
    text = demo.read_text("utf-8")
    for before, after in changes.items():
        assert before in text, f"demo.toml is another one now: {before}"
        text = text.replace(before, after)
    demo.write_text(text, "utf-8")
    return copy


@contextmanager
def polymertorg(folder: Path, mailbox: Mailbox, filled: Path) -> Iterator[Stage]:
    """`b2bkit demo` until the block ends; raises AssertionError with its output when it does not open.

    filled  keeps 1C's files and the data of a portal that was opened for the first time, as whoever comes first leaves them: filling
            it takes longer than most tests
    """
    if not (filled / "var").exists():
        with _opened(folder, mailbox, fewer_goods(filled / "files")):
            pass
        shutil.copytree(folder / "var", filled / "var")
    elif not (folder / "var").exists():
        shutil.copytree(filled / "var", folder / "var")
    with _opened(folder, mailbox, filled / "files") as stage:
        yield stage


@contextmanager
def _opened(folder: Path, mailbox: Mailbox, files: Path) -> Iterator[Stage]:
    shutil.rmtree(folder / "examples", ignore_errors=True)
    example, port = smaller_copy(folder, mailbox, files), two_free_ports()
    log = folder / "demo.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("B2BKIT_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "b2bkit", "demo", str(example), "--port", str(port)],
            cwd=folder, env=environment | {"PYTHONUNBUFFERED": "1"}, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
        try:
            wait_until_open(process, folder, log)
            yield Stage(f"http://127.0.0.1:{port}", Box(f"http://127.0.0.1:{port + 1}"), mailbox, folder)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_open(process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    """Until the demo says how to end it."""
    end = time.monotonic() + OPENS_WITHIN
    while "Ctrl-C stops everything" not in log.read_text("utf-8"):
        if process.poll() is not None or time.monotonic() > end:
            logs = "\n".join(
                f"--- {path.name}\n{path.read_text('utf-8', 'replace')[-3000:]}" for path in [log, *folder.rglob("var/*/*.log")]
            )
            raise AssertionError(f"the demo did not open:\n{logs}")
        time.sleep(0.2)
