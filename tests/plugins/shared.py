"""One portal for all tests of a file, on each database: each test makes its own companies in it and meets nobody else's."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from b2bkit.core.db import migrate
from b2bkit.core.extend.load import Source, known_plugins, source_of
from b2bkit.core.extend.plugin import Plugin
from b2bkit.testing.databases import Databases, Dialect
from b2bkit.testing.portal import Portal, write_config

DIALECTS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@contextmanager
def portal_with(
    databases: Databases, dialect: Dialect, folder: Path, plugins: Mapping[str, Mapping[str, Any]], classes: tuple[type[Plugin], ...] = ()
) -> Iterator[Portal]:
    """A portal with these plugins on a database of its own."""
    from b2bkit.core.app import owners, read_deployment

    with databases.fresh(dialect) as database:
        path = write_config(folder, {**{cls.name: {} for cls in classes}, **plugins})
        known: dict[str, Source] = {**known_plugins(), **{cls.name: source_of(cls) for cls in classes}}
        url = database.url.render_as_string(hide_password=False)
        deployment = read_deployment(path, {"B2BKIT_DATABASE_URL": url, "B2BKIT_SECRET_KEY": secrets.token_urlsafe(32)}, known)
        migrate.upgrade(database, owners(deployment.kit))
        portal = Portal(deployment, folder)
        yield portal
        portal.close()
