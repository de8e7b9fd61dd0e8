"""Commands of the shell."""

from __future__ import annotations

from pathlib import Path

import click

config_option = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path),
    default=Path(),
    envvar="B2BKIT_CONFIG",
    show_default="this folder",
    help="The portal's folder or its b2bkit.toml.",
)
