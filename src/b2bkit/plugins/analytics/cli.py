"""`b2bkit analytics reckon`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from b2bkit import Command
from b2bkit.plugins.analytics.service import follow


def commands() -> Iterable[Command]:
    """The commands of analytics."""
    yield Command(name="analytics.reckon", command=reckon)


@click.command("reckon")
@click.option(
    "--config", "config", type=click.Path(path_type=Path), default=Path(), show_default="this folder", help="Folder of the portal."
)
def reckon(config: Path) -> None:
    """Reckon all figures anew from all orders, as after a change of the portal's time zone."""
    from b2bkit.core.app import create_app

    app = create_app(config)
    with app.work() as work:
        count = follow.reckon_all(work)
    app.close()
    click.echo(f"{count} orders")
