"""Variants (1C: характеристики номенклатуры): products of their own that take from their base product what they do not have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.catalog.models import Packaging, Product
from b2bkit.core.db.rows import Row, among, by_id, parts, replace, save
from b2bkit.core.db.types import new_id
from b2bkit_onec.apply import families
from b2bkit_onec.apply.intake import Change, Intake
from b2bkit_onec.commerceml import records
from b2bkit_onec.models import Variant

_WHOLE: Row = {"whole": True}
INHERITED = ("full_name", "description", "category_id", "unit", "unit_code", "vat_rate", "minimum", "multiple", "producer")


def bases_among(intake: Intake, refs: Sequence[str]) -> set[str]:
    """Those of these products that have variants: they are not ordered themselves."""
    found: set[str] = set()
    for part in parts(refs):
        found |= set(
            intake.work.session.scalars(select(Variant.base_ref).where(among(intake.work.session, Variant.base_ref, part)).distinct())
        )
    return found


def of_products(intake: Intake, products: Iterable[records.Product], ids: Mapping[str, UUID]) -> None:
    """Variants that the catalogue itself names as goods: complete, so nothing is taken from the base; that one is put away."""
    named = {ids[one.id]: one for one in products if one.variant_id}
    save(intake.work.session, Variant, {id_: {"base_ref": one.base_id, "whole": True} for id_, one in named.items()}, key="product_id")
    families.keep(intake, {id_: one.base_id for id_, one in named.items()})
    _put_bases_away(intake, [one.base_id for one in named.values()])


def of_offers(intake: Intake, offers: Sequence[records.Offer], attributes: Mapping[str, dict[str, Any]]) -> None:
    """Makes products for variants that offers name, and keeps what each has of its own. Offers whose base product is unknown are left."""
    known = intake.ids("product", [one.id for one in offers])
    bases = intake.ids("product", {one.base_id for one in offers})
    rows = by_id(intake.work.session, Product, list(bases.values()))
    kept = by_id(intake.work.session, Variant, list(known.values()), column="product_id")
    siblings = _base_states(intake, {one.base_id for one in offers})
    wanted: dict[UUID, Row] = {}
    made: dict[str, UUID] = {}
    for one in offers:
        if one.base_id not in bases or (one.id in known and kept.get(known[one.id], _WHOLE)["whole"]):
            continue
        id_ = known.get(one.id) or made.setdefault(one.id, new_id())
        base_deleted = siblings.get(one.base_id, not rows[bases[one.base_id]]["active"])
        wanted[id_] = _own(one, attributes.get(one.id, {}), kept.get(id_), base_deleted)
    _write(intake, wanted, {ref: rows[id_] for ref, id_ in bases.items()})
    intake.remember("product", made)
    _put_bases_away(intake, [one.base_id for one in offers])


def follow_bases(intake: Intake, deleted: Mapping[str, bool], ids: Mapping[str, UUID]) -> None:
    """Variants take over what changed in their base products."""
    if not deleted:
        return
    rows = by_id(intake.work.session, Product, [ids[ref] for ref in deleted])
    wanted = {}
    for part in parts(deleted):
        statement = select(Variant.__table__).where(among(intake.work.session, Variant.base_ref, part), Variant.whole.is_(False))
        for row in intake.work.session.execute(statement).mappings():
            wanted[row["product_id"]] = {**row, "base_deleted": deleted[row["base_ref"]]}
    _write(intake, wanted, {ref: rows[ids[ref]] for ref in deleted})


def _own(one: records.Offer, attributes: dict[str, Any], there: Row | None, base_deleted: bool) -> Row:
    """What the variant has of its own; an offer that names nothing but prices and stock leaves it as it was."""
    if there is not None and (one.changes_only_fields or not one.name):
        return {**there, "base_deleted": base_deleted}
    suffix = ", ".join(each.value for each in one.characteristics if each.value)
    own: dict[str, Any] = {"base_ref": one.base_id, "name": (one.name or (f"({suffix})" if suffix else ""))[:250]}
    own |= {"article": one.article[:100], "barcode": one.barcode[:50], "attributes": attributes}
    return {**own, "deleted": one.deleted, "base_deleted": base_deleted}


def _write(intake: Intake, variants: Mapping[UUID, Row], bases: Mapping[str, Row]) -> None:
    from b2bkit_onec.apply.products import keep_attributes, with_search_text

    if not variants:
        return
    products = {id_: with_search_text(_product(own, bases[own["base_ref"]])) for id_, own in variants.items()}
    there = by_id(intake.work.session, Product, list(products))
    change = save(intake.work.session, Product, products, stamp={"updated_at": intake.work.now})
    keep_attributes(intake, products, there)
    save(
        intake.work.session,
        Variant,
        {id_: {n: v for n, v in own.items() if n != "product_id"} for id_, own in variants.items()},
        key="product_id",
    )
    families.keep(intake, {id_: own["base_ref"] for id_, own in variants.items()})
    packs = _packagings(intake, {id_: bases[own["base_ref"]]["id"] for id_, own in variants.items()})
    intake.count("variants", len(variants), Change(change.new, change.changed))
    if packs != Change():
        intake.count("packagings", 0, packs)


def _product(own: Row, base: Row) -> Row:
    name = own["name"] or base["name"]
    if name.startswith("("):
        name = f"{base['name']} {name}"[:250]
    row: Row = {column: base[column] for column in INHERITED}
    row |= {"name": name, "article": own["article"] or base["article"], "barcode": own["barcode"] or base["barcode"]}
    return row | {"attributes": {**base["attributes"], **own["attributes"]}, "active": not (own["deleted"] or own["base_deleted"])}


def _packagings(intake: Intake, base_of: Mapping[UUID, UUID]) -> Change:
    """The packagings of the base product are those of its variants."""
    table, total = Packaging.__table__, Change()
    for part in parts(base_of):
        wanted_ids = {*part, *(base_of[id_] for id_ in part)}
        rows = [dict(row) for row in intake.work.session.execute(select(table).where(Packaging.product_id.in_(wanted_ids))).mappings()]
        of_base: dict[UUID, list[Row]] = {}
        for row in rows:
            of_base.setdefault(row["product_id"], []).append(row)
        wanted = {
            (id_, pack["name"]): {"factor": pack["factor"], "position": pack["position"]}
            for id_ in part
            for pack in of_base.get(base_of[id_], ())
        }
        change = replace(
            intake.work.session, Packaging, ("product_id", "name"), [row for row in rows if row["product_id"] in set(part)], wanted
        )
        total = Change(total.new + change.new, total.changed + change.changed)
    return total


def _base_states(intake: Intake, refs: Iterable[str]) -> dict[str, bool]:
    """Base product -> whether 1C marked it as deleted, of those that have variants already."""
    found: dict[str, bool] = {}
    for part in parts(refs):
        found.update(
            intake.work.session.execute(
                select(Variant.base_ref, Variant.base_deleted).where(
                    among(intake.work.session, Variant.base_ref, part), Variant.whole.is_(False)
                )
            ).all()
        )
    return found


def _put_bases_away(intake: Intake, refs: Iterable[str]) -> None:
    ids = intake.ids("product", refs)
    save(intake.work.session, Product, {id_: {"active": False} for id_ in ids.values()}, stamp={"updated_at": intake.work.now})
