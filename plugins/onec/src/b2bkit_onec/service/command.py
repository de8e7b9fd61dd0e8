"""`b2bkit onec contract`: the HTTP service's contract and the 1C module that serves it, for the developer of the 1C side."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

import click

from b2bkit_onec.service.openapi import FILE, text

MODULE: Final = "module.bsl"


@click.command()
@click.option(
    "--out", default=".", show_default=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write into; it is made."
)
def contract(out: Path) -> None:
    """Write the contract (openapi.json) and the module of 1C that serves it (module.bsl)."""
    out.mkdir(parents=True, exist_ok=True)
    (out / FILE).write_text(text(), "utf-8")
    # 1C's configurator reads UTF-8 with a mark
    (out / MODULE).write_text(files("b2bkit_onec.service").joinpath(MODULE).read_text("utf-8"), "utf-8-sig")
    click.echo(f"{out / FILE}\n{out / MODULE}")
