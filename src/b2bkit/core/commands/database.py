"""`b2bkit db`: tables come from migrations and from nothing else."""

from __future__ import annotations

from pathlib import Path

import click

from b2bkit.core.app import owners, read_deployment
from b2bkit.core.commands import config_option
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database


@click.group()
def db() -> None:
    """Bring the database to this version, and look at it."""


@db.command()
@config_option
def upgrade(config: Path) -> None:
    """Bring the core and every chosen plugin to their newest migration, core first."""
    deployment = read_deployment(config)
    _make_folder(deployment.config.database_url)
    database = Database(deployment.config.database_url)
    behind = migrate.pending(database, owners(deployment.kit))
    migrate.upgrade(database, owners(deployment.kit))
    database.dispose()
    click.echo(f"Upgraded: {', '.join(behind)}." if behind else "Nothing to do: the database is up to date.")


def _make_folder(url: str) -> None:
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)


@db.command()
@config_option
def status(config: Path) -> None:
    """Say for each owner of tables whether migrations wait."""
    deployment = read_deployment(config)
    _make_folder(deployment.config.database_url)
    database = Database(deployment.config.database_url)
    behind = set(migrate.pending(database, owners(deployment.kit)))
    for owner in owners(deployment.kit):
        click.echo(f"{owner.name}: {'behind, run `b2bkit db upgrade`' if owner.name in behind else 'up to date'}")
    database.dispose()
    if behind:
        raise SystemExit(1)


@db.command()
@click.argument("plugin")
@config_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def uninstall(plugin: str, config: Path, yes: bool) -> None:
    """Drop the tables of a plugin that is no longer chosen. Its data are gone for good."""
    deployment = read_deployment(config)
    if plugin in deployment.kit.plugins:
        raise click.ClickException(f"{plugin} is chosen: remove [plugins.{plugin}] from {deployment.config.file} first")
    if not yes:
        click.confirm(
            f"All tables and data of {plugin} will be dropped from {deployment.config.file.parent.name}'s database. Go on?", abort=True
        )
    database = Database(deployment.config.database_url)
    dropped = migrate.uninstall(database, plugin)
    database.dispose()
    click.echo(f"Dropped: {', '.join(dropped)}." if dropped else f"{plugin} has no tables here.")
