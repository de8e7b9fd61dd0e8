"""Declarations: groups with their tree, properties, units, price types, warehouses. Nothing is deleted, what 1C marks is put away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from b2bkit.core.catalog.models import Category, Warehouse
from b2bkit.core.catalog.service import CategoryPlace, set_category_parents
from b2bkit.core.db.rows import Row, by_id, save
from b2bkit.core.errors import Refused as Impossible
from b2bkit.core.pricing.models import PriceType
from b2bkit_onec.apply import attributes
from b2bkit_onec.apply.intake import Change, Intake, latest
from b2bkit_onec.commerceml import records
from b2bkit_onec.models import Property, Unit

LONGEST_REF = 200


def apply(intake: Intake, declared: Sequence[records.Declared]) -> None:
    """Everything that a file declares, before what refers to it; of one that comes twice the later holds."""
    good = [one for one in declared if not _too_long(intake, one)]
    _groups(intake, list(latest((one for one in good if isinstance(one, records.Group)), lambda one: one.id).values()))
    _properties(intake, list(latest((one for one in good if isinstance(one, records.PropertyDef)), lambda one: one.id).values()))
    _units(intake, [one for one in good if isinstance(one, records.UnitDef)])
    price_types(intake, list(latest((one for one in good if isinstance(one, records.PriceType)), lambda one: one.id).values()))
    warehouses(intake, list(latest((one for one in good if isinstance(one, records.Warehouse)), lambda one: one.id).values()))


def _too_long(intake: Intake, one: records.Declared) -> bool:
    if len(one.id) <= LONGEST_REF:
        return False
    intake.refuse("too-long-ref", type(one).__name__, one.id[:LONGEST_REF], one.line, whole=True, limit=LONGEST_REF)
    return True


def _groups(intake: Intake, groups: Sequence[records.Group]) -> None:
    if not groups:
        return
    known = intake.ids("category", [one.id for one in groups])
    kept = [one for one in groups if one.name or one.id in known]
    ids, new = intake.known_or_new("category", [one.id for one in kept])
    wanted: dict[UUID, Row] = {}
    for position, one in enumerate(kept):
        row: Row = {"active": not one.deleted} | ({"name": one.name[:250]} if one.name else {})
        wanted[ids[one.id]] = row | ({"position": position} if one.id in new else {})
    change = save(intake.work.session, Category, wanted)
    moved = _hang(intake, kept, ids)
    intake.count("groups", len(groups), Change(change.new, change.changed + moved))


def _hang(intake: Intake, groups: Sequence[records.Group], ids: dict[str, UUID]) -> int:
    """Where each group hangs; the closure is made anew only when something moved or came."""
    above = {**intake.ids("category", [one.parent_id for one in groups]), **ids}
    places = {ids[one.id]: above.get(one.parent_id) if one.parent_id else None for one in groups}
    there = by_id(intake.work.session, Category, list(places))
    moved = [CategoryPlace(id_, parent) for id_, parent in places.items() if there[id_]["parent_id"] != parent]
    fresh = _without_closure(intake, list(places))
    if not moved and not fresh:
        return 0
    try:
        with intake.work.session.begin_nested():
            set_category_parents(intake.work, places=moved)
    except Impossible:
        intake.refuse("group-ring", "Группы", "", groups[0].line)
        set_category_parents(intake.work, places=())
    return len([place for place in moved if place.id not in fresh])


def _without_closure(intake: Intake, ids: Sequence[UUID]) -> set[UUID]:
    from b2bkit.core.catalog.models import CategoryClosure

    return set(ids) - set(by_id(intake.work.session, CategoryClosure, ids, column="descendant_id"))


def _properties(intake: Intake, properties: Sequence[records.PropertyDef]) -> None:
    there = by_id(intake.work.session, Property, [one.id for one in properties], column="ref")
    wanted: dict[str, Row] = {}
    for position, one in enumerate(properties):
        choices: dict[str, Any] = dict(one.values) or there.get(one.id, {}).get("choices", {})
        row: Row = {"name": one.name[:250] or one.id[:250], "choices": choices}
        wanted[one.id] = row if one.id in there else {**row, "position": position}
    if wanted:
        intake.count("properties", len(properties), save(intake.work.session, Property, wanted, key="ref"))
        attributes.declare(intake, properties, there, wanted)


def _units(intake: Intake, units: Sequence[records.UnitDef]) -> None:
    wanted = {ref: {"name": one.name[:50]} for one in units for ref in (one.id, one.code) if ref and one.name}
    if wanted:
        intake.count("units", len(units), save(intake.work.session, Unit, wanted, key="ref"))


def price_types(intake: Intake, given: Sequence[records.PriceType]) -> dict[str, UUID]:
    """Price types by what 1C calls them; one without a currency has the portal's."""
    ids, new = intake.known_or_new("price_type", [one.id for one in given])
    wanted: dict[UUID, Row] = {}
    for one in given:
        row: Row = {"name": one.name[:250] or one.id[:250], "active": not one.deleted}
        if one.currency or one.id in new:
            row["currency"] = one.currency or intake.work.config.portal.currency
        if one.vat_included is not None or one.id in new:
            row["vat_included"] = bool(one.vat_included)
        wanted[ids[one.id]] = row
    if wanted:
        intake.count("price_types", len(given), save(intake.work.session, PriceType, wanted))
    return ids


def warehouses(intake: Intake, given: Sequence[records.Warehouse]) -> dict[str, UUID]:
    """Warehouses by what 1C calls them; one without a name is numbered."""
    ids, new = intake.known_or_new("warehouse", [one.id for one in given])
    before = intake.work.session.scalar(select(func.count()).select_from(Warehouse)) or 0 if new else 0
    wanted: dict[UUID, Row] = {}
    for one in given:
        row: Row = {"active": not one.deleted}
        if one.id in new:
            before += 1
            row |= {"position": before, "name": one.name[:250] or f"{intake.settings.warehouse} {before}"}
        elif one.name:
            row["name"] = one.name[:250]
        wanted[ids[one.id]] = row
    if wanted:
        intake.count("warehouses", len(given), save(intake.work.session, Warehouse, wanted))
    return ids
