"""The portal's health: checks with their cures, versions of plugins, revisions of their tables."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import column, select, table
from sqlalchemy.exc import SQLAlchemyError

import b2bkit.core.db
from b2bkit.core.extend.things import Health, HealthCheck
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

log = logging.getLogger("b2bkit.admin")


class Checked(NamedTuple):
    """A health check and what it said."""

    label: str
    name: str
    ready: bool
    health: Health


class PluginRow(NamedTuple):
    """A plugin of this portal. `revision` is what its tables are at, `newest` what its code brings; both empty: it has no tables."""

    name: str
    label: str
    version: str
    revision: str
    newest: str

    @property
    def behind(self) -> bool:
        return self.revision != self.newest


def checks(work: Work) -> list[Checked]:
    """Every registered check, those that failed first. One that breaks counts as failed and harms no other."""
    found = [Checked(_(check.label), check.name, check.ready, _ask(work, check)) for check in work.kit.health_checks]
    return sorted(found, key=lambda one: (one.health.ok, not one.ready, one.name))


def _ask(work: Work, check: HealthCheck) -> Health:
    try:
        with work.session.begin_nested():
            return check.check(work)
    except Exception as error:
        log.exception("health check failed", extra={"check": check.name})
        said = _("The check itself broke: {error}").format(error=type(error).__name__)
        return Health(False, said, _("Look into the portal's log for the reason."))


def plugins(work: Work) -> Sequence[PluginRow]:
    """The core first, then what the deployment chose."""
    core = Path(b2bkit.core.db.__file__).parent / "migrations"
    try:
        own = version("b2bkit")
    except PackageNotFoundError:
        own = ""
    rows = [PluginRow("core", _("Core"), own, _revision(work, "core"), _newest(core))]
    for plugin in work.kit.plugins.values():
        if type(plugin).__module__.startswith("b2bkit.core."):
            continue
        folder = plugin.folder() / "migrations"
        has_tables = folder.is_dir()
        revision = _revision(work, plugin.name) if has_tables else ""
        rows.append(PluginRow(plugin.name, _(plugin.label), plugin.version, revision, _newest(folder) if has_tables else ""))
    return rows


def _newest(folder: Path) -> str:
    """`core_0002` of the files core_0001_initial.py and core_0002_more.py."""
    names = sorted(path.stem for path in folder.glob("*_[0-9][0-9][0-9][0-9]_*.py"))
    return "_".join(names[-1].split("_")[:2]) if names else ""


def _revision(work: Work, owner: str) -> str:
    try:
        with work.session.begin_nested():
            return work.session.execute(select(column("version_num")).select_from(table(f"alembic_version_{owner}"))).scalar() or ""
    except SQLAlchemyError:
        return ""
