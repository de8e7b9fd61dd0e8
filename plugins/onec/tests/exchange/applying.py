"""Records into the portal's tables as a file of 1C brings them, without the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, inspect, select

from b2bkit.testing.portal import Portal
from b2bkit_onec.apply.file import apply_file
from b2bkit_onec.apply.intake import Intake
from b2bkit_onec.commerceml.records import Item
from b2bkit_onec.plugin import OneCPlugin


def apply(portal: Portal, *items: Item) -> Intake:
    """One file of these records, applied and committed."""
    settings = cast(OneCPlugin, portal.app.kit.plugins["onec"]).own
    with portal.work() as work:
        return apply_file(work, name="file.xml", items=lambda: items, settings=settings)


def rows(portal: Portal, entity: type) -> list[Mapping[str, Any]]:
    """All rows of a table, in the order in which they were made."""
    table = cast(Table, inspect(entity).local_table)
    with portal.work(write=False) as work:
        return [dict(row) for row in work.session.execute(select(table).order_by(*table.primary_key.columns)).mappings()]


def one(portal: Portal, entity: type, **wanted: object) -> Mapping[str, Any]:
    """The only row with these values."""
    (found,) = [row for row in rows(portal, entity) if all(row[name] == value for name, value in wanted.items())]
    return found


def changes(intake: Intake) -> dict[str, tuple[int, int]]:
    """Kind -> (new, changed), of kinds in which something is."""
    return {kind: (row["new"], row["changed"]) for kind, row in intake.counts.items() if row["new"] or row["changed"]}


def refused(intake: Intake) -> list[tuple[str, str, int]]:
    """(code, id, line) of what was not taken."""
    return [(row["code"], row["id"], row["line"]) for row in intake.refused]
