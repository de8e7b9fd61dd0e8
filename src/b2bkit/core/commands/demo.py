"""`b2bkit demo`: opens a deployment with everything beside it (its ERP in the box), with accounts to sign in as.

What a demo needs stands in `demo.toml` beside `b2bkit.toml`; what it makes is kept in `var/demo-<database>/`, so the next start is
quick and nothing
done is lost.
"""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import click
from pydantic import BaseModel, ConfigDict, Field

from b2bkit.core.app import App, create_app, owners, read_deployment
from b2bkit.core.commands.demo_accounts import Account, company_of, make_accounts
from b2bkit.core.commands.demo_fill import Filling
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database

START_SECONDS = 60
FIRST_DATA_SECONDS = 300


class Beside(BaseModel):
    """A program that runs beside the portal: words with {portal}, {port}, {data}, {python} and {folder} filled in. It starts
    before the portal, whose address answers it some seconds later.

    address   variable in which everything of this demo finds the program's own address, for `${...}` in b2bkit.toml
    secrets   variables that hold secrets, made once
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    address: str = Field("", pattern=r"^(B2BKIT_[A-Z0-9_]+)?$")
    once: list[list[str]] = []
    command: list[str]
    ready: str
    page: str = "/"
    secrets: list[str] = []


class Started(NamedTuple):
    """A program that runs beside: its page for people, and the address that answers once it is ready."""

    name: str
    page: str
    ready: str
    log: Path


class DemoFile(BaseModel):
    """`demo.toml`.

    waits_for   tax id of a client that the first exchange brings; clients of accounts are waited for too
    fills       a Python file beside this one, with what the portal knows and the ERP does not (see `demo_fill`)
    """

    model_config = ConfigDict(extra="forbid")

    beside: list[Beside] = []
    accounts: list[Account] = []
    waits_for: str = ""
    fills: str = ""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--port", default=8000, show_default=True, help="Port of the portal; what runs beside it takes the next ones.")
@click.option("--db", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True, help="postgres also starts Redis.")
def demo(folder: Path, port: int, db: str) -> None:
    """Open the portal in FOLDER with its ERP in the box and demo accounts; runs until Ctrl-C."""
    described = DemoFile.model_validate(tomllib.loads((folder / "demo.toml").read_text("utf-8")))
    data = (Path.cwd() / "var" / f"demo-{folder.name}-{db}").resolve()
    data.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as stack:
        environment = {
            **os.environ,
            **_secrets(data, described),
            **_addresses(described, port),
            "B2BKIT_CONFIG": str(folder.resolve()),
            "B2BKIT_PORT": str(port),
            "B2BKIT_DATA_DIR": str(data),
        }
        environment |= stack.enter_context(_servers(db, data))
        os.environ.update(environment)
        _upgrade(folder)
        address = f"http://127.0.0.1:{port}"
        beside = _start_beside(stack, described, folder, data, port, address, environment)
        b2bkit = [sys.executable, "-m", "b2bkit"]
        stack.enter_context(_running([*b2bkit, "serve", "--config", str(folder), "--port", str(port)], environment, data / "portal.log"))
        if db == "postgres":
            stack.enter_context(_running([*b2bkit, "worker", "--config", str(folder)], environment, data / "worker.log"))
        for ready, log in [(f"{address}/healthz", data / "portal.log"), *((one.ready, one.log) for one in beside)]:
            _wait(ready, START_SECONDS, log)
        filling = Filling(folder / described.fills, data) if described.fills else None
        if filling is not None:
            filling.prepare()
        app = create_app(folder)
        try:
            _wait_for_data(app, described)
            with app.work() as work:
                make_accounts(work, described.accounts)
            if filling is not None:
                filling.fill(app)
        finally:
            app.close()
        _tell(folder, described, address, beside, time.monotonic() - started)
        try:
            signal.pause()
        except KeyboardInterrupt:
            click.echo("\nStopping. What was done is kept.")


def _interrupt(*_arguments: object) -> None:
    raise KeyboardInterrupt


def _secrets(data: Path, described: DemoFile) -> dict[str, str]:
    """Secrets of this demo, made once and readable by their owner only."""
    path = data / "secrets.toml"
    known: dict[str, str] = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    for name in ["B2BKIT_SECRET_KEY", *(name for one in described.beside for name in one.secrets)]:
        known.setdefault(name, secrets.token_urlsafe(32))
    path.touch(mode=0o600)
    path.write_text("".join(f'{name} = "{value}"\n' for name, value in sorted(known.items())), "utf-8")
    return known


def _addresses(described: DemoFile, port: int) -> dict[str, str]:
    """Where the programs beside the portal are: each takes the next port."""
    return {one.address: _beside_at(port, number) for number, one in enumerate(described.beside, 1) if one.address}


def _beside_at(port: int, number: int) -> str:
    return f"http://127.0.0.1:{port + number}"


@contextmanager
def _servers(db: str, data: Path) -> Iterator[dict[str, str]]:
    """Where the data live: a file, or servers that this demo starts."""
    if db == "sqlite":
        yield {"B2BKIT_DATABASE_URL": f"sqlite:///{data / 'portal.db'}"}
        return
    from b2bkit.testing.services import kept_postgres, kept_redis

    with kept_postgres(data / "postgres") as database_url, kept_redis(data / "redis") as redis_url:
        yield {"B2BKIT_DATABASE_URL": database_url, "B2BKIT_REDIS_URL": redis_url, "B2BKIT_JOBS_BROKER": "redis"}


def _upgrade(folder: Path) -> None:
    deployment = read_deployment(folder)
    database = Database(deployment.config.database_url)
    if migrate.pending(database, owners(deployment.kit)):
        migrate.upgrade(database, owners(deployment.kit))
    database.dispose()


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program of this demo, ended with it; its output goes to a file."""
    with log.open("ab") as output:
        process = _spawn(command, environment, output)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _spawn(command: list[str], environment: Mapping[str, str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=dict(environment), stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True)


def _wait(address: str, seconds: float, log: Path) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  (our own loopback address)
                if answer.status == 200:
                    return
        except (OSError, http.client.HTTPException):  # on a port that nobody listens on yet a connection may even meet itself
            time.sleep(0.1)
    tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
    raise click.ClickException(
        f"{address} did not answer within {seconds:.0f} s. Is the port taken? Try another: PORT=8100. From {log}:\n{tail}"
    )


def _start_beside(
    stack: ExitStack, described: DemoFile, folder: Path, data: Path, port: int, address: str, environment: Mapping[str, str]
) -> list[Started]:
    """Starts the programs, each prepared when it is new; a new one is waited for, since taking its data up may last."""
    found = []
    for number, one in enumerate(described.beside, 1):
        own = data / one.name.lower().replace(" ", "-")
        words = {"portal": address, "port": port + number, "data": own, "python": sys.executable, "folder": folder.resolve()}
        new = not own.exists()
        if new:
            own.mkdir()
            for command in one.once:
                click.echo(f"Preparing {one.name} ...")
                subprocess.run([word.format(**words) for word in command], check=True, env=dict(environment), stdout=subprocess.DEVNULL)
        log, there = data / f"{own.name}.log", _beside_at(port, number)
        stack.enter_context(_running([word.format(**words) for word in one.command], environment, log))
        found.append(Started(one.name, there + one.page, there + one.ready, log))
        if new:
            _wait(found[-1].ready, START_SECONDS, log)
    return found


def _wait_for_data(app: App, described: DemoFile) -> None:
    """Until the first exchange has brought the clients that `waits_for` and the accounts name by tax id."""
    wanted = {described.waits_for, *(tax_id for one in described.accounts for tax_id in (one.company, *one.dealers))} - {""}
    if not described.waits_for:
        return
    end, told = time.monotonic() + FIRST_DATA_SECONDS, False
    while time.monotonic() < end:
        with app.work(write=False) as work:
            if all(company_of(work, tax_id) is not None for tax_id in wanted):
                return
        if not told:
            click.echo("The ERP in the box sends its catalogue, clients and orders for the first time ...")
            told = True
        time.sleep(0.5)
    raise click.ClickException(f"no data came from the ERP in the box within {FIRST_DATA_SECONDS} s; see the logs in var/")


def _tell(folder: Path, described: DemoFile, address: str, beside: Sequence[Started], seconds: float) -> None:
    name = read_deployment(folder).config.portal.name
    click.echo(f"\n{name} is open ({seconds:.1f} s):  {address}")
    for one in beside:
        click.echo(f"{one.name}:  {one.page}")
    rows = [(account.email, account.password, account.says or account.role or account.staff) for account in described.accounts]
    for line in _columns([("Sign in as", "Password", "Who it is"), *rows]):
        click.echo(line)
    click.echo("\nCtrl-C stops everything; what was done is kept.")


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a table: an empty line, the head, what stands below it; each column as wide as its longest cell."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    yield ""
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
