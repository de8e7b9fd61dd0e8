"""`b2bkit check`: everything that could be wrong with a deployment, before it serves anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from b2bkit.core.app import App, Deployment, create_app, owners, read_deployment
from b2bkit.core.commands import config_option
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.core.extend.things import Health


@click.command()
@config_option
def check(config: Path) -> None:
    """Check configuration, plugins and their conflicts, migrations and health; exit code 1 when something is wrong."""
    deployment = read_deployment(config)
    names = ", ".join(f"{plugin.name} {plugin.version}" for plugin in deployment.kit.plugins.values())
    click.echo(f"ok       configuration  {deployment.config.file}")
    click.echo(f"ok       plugins        {names}")
    wrong = 0
    for label, health in _findings(deployment):
        cure = f" -> {health.cure}" if not health.ok and health.cure else ""
        click.echo(f"{'ok   ' if health.ok else 'WRONG'}    {label:<14} {health.text}{cure}")
        wrong += not health.ok
    if wrong:
        raise SystemExit(1)


def _findings(deployment: Deployment) -> Iterator[tuple[str, Health]]:
    try:
        database = Database(deployment.config.database_url)
        behind = migrate.pending(database, owners(deployment.kit))
        database.dispose()
    except Exception as error:
        cure = "run `b2bkit db upgrade`, or check [database] url and that the server runs"
        yield "database", Health(False, f"cannot be opened: {error}", cure)
        return
    if behind:
        yield "migrations", Health(False, f"wait for {', '.join(behind)}", "run `b2bkit db upgrade`")
        return
    yield "migrations", Health(True, "up to date")
    app = create_app(deployment)
    yield from health_of(app)
    app.close()


def health_of(app: App) -> Iterator[tuple[str, Health]]:
    """Runs every health check; an exception counts as not ok."""
    for one in app.kit.health_checks:
        try:
            with app.work(write=False) as work:
                yield one.label, one.check(work)
        except Exception as error:
            yield one.label, Health(False, f"{type(error).__name__}: {error}", "see the log")
