"""`b2bkit plugins`: what there is, what one brings, and a new one to start from."""

from __future__ import annotations

import re
from pathlib import Path

import click

from b2bkit.core.app import CORE, read_deployment
from b2bkit.core.commands import config_option
from b2bkit.core.commands.scaffold import write_plugin
from b2bkit.core.errors import ConfigError, ConfigProblem
from b2bkit.core.extend.load import collect, hook_names, known_plugins
from b2bkit.core.extend.plugin import NoSettings, Plugin


@click.group()
def plugins() -> None:
    """List plugins, show what one brings, write a new one."""


@plugins.command("list")
@config_option
def list_plugins(config: Path) -> None:
    """List every plugin that could be chosen, and which of them this portal has chosen."""
    try:
        chosen = read_deployment(config).kit.plugins
    except ConfigError:
        chosen = {}
    for cls in CORE:
        click.echo(f"core     {cls.name:<16} {cls.version:<8} {cls.label}")
    for source in sorted(known_plugins().values(), key=lambda one: one.name):
        mark = "chosen" if source.name in chosen else "      "
        version = chosen[source.name].version if source.name in chosen else ""
        click.echo(f"{mark:<8} {source.name:<16} {version:<8} {source.where}")


def bare_instance(name: str) -> Plugin | None:
    """A plugin without checked settings, to ask it what it registers; None for an unknown name."""
    core = {cls.name: cls for cls in CORE}
    if name in core:
        return core[name](NoSettings())
    source = known_plugins().get(name)
    if source is None:
        return None
    try:
        cls = source.load()
    except Exception as error:
        raise ConfigError([ConfigProblem(f"plugin {name}", "import", f"failed: {error!r}", "mend or reinstall it")]) from error
    return cls(cls.Settings.model_construct())


@plugins.command()
@click.argument("name")
def show(name: str) -> None:
    """Show a plugin's settings and everything that it registers."""
    plugin = bare_instance(name)
    if plugin is None:
        raise click.ClickException(f"there is no plugin {name}; see `b2bkit plugins list`")
    click.echo(f"{plugin.name} {plugin.version}\n{(type(plugin).__doc__ or '').strip()}")
    if plugin.requires:
        click.echo(f"requires: {', '.join(plugin.requires)}")
    fields = type(plugin).Settings.model_fields
    click.echo(f"\n[plugins.{name}]" + ("" if fields else "   (no settings)"))
    for key, info in fields.items():
        default = "required" if info.is_required() else repr(info.get_default())
        click.echo(f"  {key:<20} {default:<20} {info.description or ''}")
    problems: list[ConfigProblem] = []
    collected = collect([plugin], problems)
    for hook in sorted(hook_names()):
        things = [getattr(thing, "name", type(thing).__name__) for _owner, thing in collected[hook]]
        if things:
            click.echo(f"\n{hook}\n  " + "\n  ".join(things))
    if problems:
        raise ConfigError(problems)


@plugins.command()
@click.argument("name")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), default=Path(), show_default="this folder", help="Where to write it."
)
def new(name: str, into: Path) -> None:
    """Write a plugin that works, with its tests; its contract suite passes as it is."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", name):
        raise click.ClickException("a plugin's name is 2 to 31 lower-case letters, digits and _, and starts with a letter")
    if name in known_plugins() or name in {cls.name for cls in CORE}:
        raise click.ClickException(f"there is a plugin {name} already; see `b2bkit plugins list`")
    folder = into / name
    if folder.exists():
        raise click.ClickException(f"{folder} exists already")
    written = write_plugin(name, folder)
    click.echo("\n".join(f"written  {path}" for path in written))
    click.echo(
        f"\nInstall it:  pip install --no-build-isolation --no-deps -e {folder}\nTest it:     pytest {folder}\n"
        f"Choose it:   add [plugins.{name}] to b2bkit.toml"
    )


def command_group(name: str) -> click.Group | None:
    """The commands that a domain or plugin registers, as one group; None when there is no such plugin."""
    plugin = bare_instance(name)
    if plugin is None:
        return None
    group = click.Group(name, help=(type(plugin).__doc__ or "").strip())
    for _owner, thing in collect([plugin], [])["register_commands"]:
        group.add_command(thing.command)
    return group
