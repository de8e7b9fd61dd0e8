"""The command `b2bkit`. Plugins' own commands appear as `b2bkit <plugin> <command>` and need no configuration unless they open one."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final, cast

import click

from b2bkit.core.errors import B2bkitError
from b2bkit.core.extend.load import known_plugins

# command -> module with it: only the one that is asked for is imported, so that a process starts sooner
OWN: Final = {"check": "check", "db": "database", "demo": "demo", "plugins": "plugins", "serve": "serve", "worker": "serve"}


class _Commands(click.Group):
    """Own commands, and one group for each domain or plugin that has commands; a plugin is imported only when its group is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*OWN, "accounts", *known_plugins()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in OWN:
            return cast(click.Command, getattr(import_module(f"b2bkit.core.commands.{OWN[cmd_name]}"), cmd_name))
        from b2bkit.core.commands.plugins import command_group

        return command_group(cmd_name)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="b2bkit", prog_name="b2bkit")
def group() -> None:
    """Assemble and run B2B client portals on top of an ERP."""


def main() -> None:
    """Entry point: what is wrong on purpose is one message and exit code 1, not a traceback."""
    try:
        group()
    except B2bkitError as error:
        click.echo(str(error) or type(error).__name__, err=True)
        sys.exit(1)
