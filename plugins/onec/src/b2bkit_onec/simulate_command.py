"""`b2bkit onec simulate`: the 1C in the box."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from b2bkit_onec.simulate.served import Machines
    from b2bkit_onec.simulate.site import Address

PASSWORD_VARIABLE = "B2BKIT_ONEC_PASSWORD"  # noqa: S105 (a name, not a password)
ODATA_VARIABLE, SERVICE_VARIABLE, KEY_VARIABLE = (f"B2BKIT_ONEC_{name}" for name in ("ODATA_PASSWORD", "SERVICE_PASSWORD", "SERVICE_KEY"))


@click.command()
@click.option("--portal", required=True, metavar="URL", help="Where the portal takes the exchange.")
@click.option("--login", required=True, help="1C's login on the portal.")
@click.option("--password", envvar=PASSWORD_VARIABLE, help=f"1C's password; better in the environment as {PASSWORD_VARIABLE}.")
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of its own data.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535), help="Port of its page on 127.0.0.1.")
@click.option("--every", default=20.0, show_default=True, type=click.FloatRange(min=1), help="Seconds between exchanges.")
@click.option(
    "--load",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="CommerceML file or folder for the first start; may be repeated.",
)
@click.option("--off", is_flag=True, help="Start with 1C switched off.")
@click.option("--odata-login", default="portal", show_default=True, help="The portal's 1C user for OData.")
@click.option(
    "--odata-password", envvar=ODATA_VARIABLE, help=f"Its password; better in the environment as {ODATA_VARIABLE}. Without it: no OData."
)
@click.option("--service-login", default="portal", show_default=True, help="The portal's 1C user for the HTTP service.")
@click.option("--service-password", envvar=SERVICE_VARIABLE, help=f"Its password; better in the environment as {SERVICE_VARIABLE}.")
@click.option("--service-key", envvar=KEY_VARIABLE, help=f"The key that signs its requests ({KEY_VARIABLE}). Without it: no service.")
def simulate(
    portal: str,
    login: str,
    password: str | None,
    folder: Path,
    port: int,
    every: float,
    files: tuple[Path, ...],
    off: bool,
    odata_login: str,
    odata_password: str | None,
    service_login: str,
    service_password: str | None,
    service_key: str | None,
) -> None:
    """Play 1C: exchange with the portal as 1C:Trade Management does, and show a page to play its manager.

    The first start needs --load and sends everything that was loaded; later starts go on with the data in the folder.
    """
    from b2bkit_onec.simulate.odata.door import Access
    from b2bkit_onec.simulate.served import Machines
    from b2bkit_onec.simulate.site import Address

    if not password:
        raise click.UsageError(f"give 1C's password as {PASSWORD_VARIABLE} in the environment or by --password")
    try:
        address = Address(portal, login, password)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--portal") from problem
    _refuse_taken_port(port)
    _prepare(folder, files, off=off)
    click.echo(f"1C in the box: http://127.0.0.1:{port}/  (exchanges with {portal} every {every:g} s; Ctrl-C ends it)")
    machines = Machines(
        odata=Access(odata_login, odata_password) if odata_password else None,
        service=Access(service_login, service_password) if service_password and service_key else None,
        service_key=service_key or "",
    )
    if machines.odata:
        click.echo(f"OData: http://127.0.0.1:{port}/odata/standard.odata/ for {odata_login}")
    if machines.service:
        click.echo(f"HTTP service: http://127.0.0.1:{port}/hs/b2bkit/v1/ for {service_login}")
    _serve(folder, address, port, every, machines)


def _prepare(folder: Path, files: tuple[Path, ...], *, off: bool) -> None:
    """Loads at the first start; opens the folder once here, so that every problem is told before anything is served."""
    from b2bkit_onec.commerceml.broken import BrokenFile
    from b2bkit_onec.simulate.fill import complete
    from b2bkit_onec.simulate.infobase import FolderTaken, Infobase
    from b2bkit_onec.simulate.load import NothingToLoad, is_loaded, load
    from b2bkit_onec.simulate.migrate import NewerInfobase

    try:
        base = Infobase(folder)
    except FolderTaken as taken:
        raise click.ClickException(f"{folder}: another simulator works with this folder; stop it or name another --data") from taken
    except NewerInfobase as newer:
        raise click.ClickException(f"{folder}: {newer}; update b2bkit or name another --data") from newer
    try:
        if not is_loaded(base):
            if not files:
                raise click.UsageError(f"{folder} has no data yet: name CommerceML files with --load")
            loaded = load(base, files)
            click.echo(f"loaded: {loaded.goods} products, {loaded.counterparties} counterparties, {loaded.documents} orders")
            for line in loaded.refused[:20]:
                click.echo(f"refused: {line}", err=True)
        elif files:
            click.echo(f"{folder} has data already; --load is left aside")
        complete(base)
        if off:
            base.keep_setting("power", "off")
    except NothingToLoad as empty:
        raise click.ClickException(f"no products in {empty}") from empty
    except BrokenFile as broken:
        raise click.ClickException(str(broken)) from broken
    finally:
        base.close()


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise click.ClickException(f"port {port} is taken; choose another with --port") from taken


def _serve(folder: Path, address: Address, port: int, every: float, machines: Machines) -> None:
    from b2bkit_onec.simulate.served import start
    from b2bkit_onec.simulate.serving import BoxServer

    server = BoxServer(start(folder, address, every, machines), port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("1C in the box: stopped")
    finally:
        server.server_close()
