"""The command `b2bkit`. Plugins' own commands appear as `b2bkit <plugin> <command>` and need no configuration unless they open one."""

from __future__ import annotations

import sys

import click

from b2bkit.core.commands import check, database, demo, plugins, serve
from b2bkit.core.errors import B2bkitError
from b2bkit.core.extend.load import known_plugins

OWN: dict[str, click.Command] = {
    "check": check.check,
    "db": database.db,
    "demo": demo.demo,
    "plugins": plugins.plugins,
    "serve": serve.serve,
    "worker": serve.worker,
}


class _Commands(click.Group):
    """Own commands, and one group for each domain or plugin that has commands; a plugin is imported only when its group is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*OWN, "accounts", *known_plugins()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in OWN:
            return OWN[cmd_name]
        return plugins.command_group(cmd_name)


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
