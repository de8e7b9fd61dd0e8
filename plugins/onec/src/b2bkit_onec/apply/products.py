"""Товары -> products with packagings, quantity rules and attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.catalog.attributes import keep_values
from b2bkit.core.catalog.models import Packaging, Product
from b2bkit.core.catalog.service import search_text
from b2bkit.core.catalog.units import by_code
from b2bkit.core.db.rows import Row, by_id, parts, replace, save, where_in
from b2bkit_onec.apply import variants
from b2bkit_onec.apply.classifier import LONGEST_REF
from b2bkit_onec.apply.intake import FACTOR, QUANTITY, Change, Intake, fits, latest, rounded
from b2bkit_onec.commerceml import contracts, records
from b2bkit_onec.models import Property, Unit

CODE: Final = 10  # characters of a unit's code
# what is measured and not counted can be ordered to three decimals
MEASURED: Final = frozenset(
    ["кг", "г", "т", "ц", "тн", "тонна", "л", "мл", "м", "м2", "м3", "м²", "м³", "км", "кв.м", "куб.м", "пог.м", "п.м"]
)


class Classifier:
    """Properties and units as declared in this file or an earlier one."""

    def __init__(self, intake: Intake) -> None:
        found = intake.work.session.scalars(select(Property).order_by(Property.position, Property.ref))
        self.properties = {one.ref: one for one in found}
        self.units: dict[str, str] = dict(intake.work.session.execute(select(Unit.ref, Unit.name)).all())
        self._intake = intake

    def unit(self, code: str, name: str) -> str:
        """The short name of a base unit."""
        return (name or self.units.get(code) or by_code(code) or self._intake.settings.unit)[:50]

    def attributes(self, one: records.Product | records.Offer) -> dict[str, Any]:
        """Name -> value, or values, in the order of the classifier; the characteristics of a variant after them."""
        given = {value.property_id: value.values for value in one.properties}
        found: dict[str, Any] = {}
        for ref, declared in self.properties.items():
            if ref in given:
                words = [str(declared.choices.get(value, value)) for value in given[ref]]
                found[declared.name] = words[0] if len(words) == 1 else words
        for ref in given.keys() - self.properties.keys():
            self._intake.refuse("unknown-property", "ЗначенияСвойства", one.id, one.line, text=ref)
        return found | {each.name: each.value for each in one.characteristics if each.name and each.value}


def apply(intake: Intake, batch: Sequence[records.Product], classifier: Classifier) -> None:
    """Products of a catalogue, made or changed; those that 1C marks as deleted are put away."""
    given = latest((one for one in batch if _short_enough(intake, one)), lambda one: one.id)
    known = intake.ids("product", given)
    there = by_id(intake.work.session, Product, list(known.values()))
    kept = [one for one in given.values() if one.name or one.id in known]
    ids, _new = intake.known_or_new("product", [one.id for one in kept])
    groups = intake.ids("category", {ref for one in kept for ref in one.group_ids})
    with_variants = variants.bases_among(intake, [one.id for one in kept])
    intake.unsettled |= with_variants
    wanted: dict[UUID, Row] = {}
    for one in kept:
        row = _row(intake, one, classifier, groups, there.get(ids[one.id]))
        wanted[ids[one.id]] = row | ({"active": False} if one.id in with_variants else {})
    change = save(intake.work.session, Product, wanted, stamp={"updated_at": intake.work.now})
    intake.count("products", len(batch), change)
    keep_attributes(intake, wanted, there)
    _packagings(intake, {ids[one.id]: one for one in kept})
    variants.of_products(intake, kept, ids)
    variants.follow_bases(intake, {one.id: one.deleted for one in kept if one.id in with_variants}, ids)


def keep_attributes(intake: Intake, wanted: Mapping[UUID, Row], there: Mapping[UUID, Row]) -> None:
    """The values of products whose attributes are others than they were."""
    told = {id_: row["attributes"] for id_, row in wanted.items() if "attributes" in row}
    changed = {id_: given for id_, given in told.items() if id_ not in there or there[id_]["attributes"] != given}
    keep_values(intake.work.session, changed, new=changed.keys() - there.keys())


def _short_enough(intake: Intake, one: records.Product) -> bool:
    if len(one.id) <= LONGEST_REF:
        return True
    intake.refuse("too-long-ref", "Товар", one.id[:LONGEST_REF], one.line, whole=True, limit=LONGEST_REF)
    return False


def _row(intake: Intake, one: records.Product, classifier: Classifier, groups: dict[str, UUID], there: Row | None) -> Row:
    name = one.name[:250]
    if not name and there is not None:
        return {"active": False}
    unit = classifier.unit(one.unit_code, one.unit_name)
    minimum, multiple = quantity_rules(one, unit)
    row: dict[str, Any] = {
        "article": one.article[:100],
        "name": name,
        "full_name": one.full_name[:1100],
        "description": one.description,
        "category_id": _category(intake, one, groups),
        "unit": unit,
        "unit_code": one.unit_code.strip()[:CODE],
        "vat_rate": rounded(one.vat_rate, QUANTITY) if one.vat_rate is not None and fits(one.vat_rate) else None,
        "minimum": minimum,
        "multiple": multiple,
        "producer": (one.producer.name if one.producer else "")[:250],
        "barcode": one.barcode[:50],
        "attributes": classifier.attributes(one),
        "active": not one.deleted,
    }
    return with_search_text(row)


def with_search_text(row: Row) -> Row:
    """The row with the text by which its product is found."""
    named = {field: row[field] for field in ("article", "name", "producer", "barcode", "full_name")}
    return {**row, "search_text": search_text(**named)}


def _category(intake: Intake, one: records.Product, groups: dict[str, UUID]) -> UUID | None:
    for ref in one.group_ids:
        if ref not in groups:
            intake.refuse("unknown-group", "Группы", one.id, one.line, text=ref)
    return next((groups[ref] for ref in one.group_ids if ref in groups), None)


def quantity_rules(one: records.Product | records.Offer, unit: str) -> tuple[Decimal, Decimal]:
    """(minimum, multiple) in base units: as 1C says, else one by one, and what is measured to three decimals."""
    told = [contracts.minimum_of(one), contracts.multiple_of(one)]
    minimum, multiple = (rounded(value, QUANTITY) if value is not None and fits(value) else None for value in told)
    step = QUANTITY if unit.strip(". ").casefold() in MEASURED else Decimal(1)
    multiple = multiple or step
    return minimum or multiple, multiple


def _packagings(intake: Intake, products: dict[UUID, records.Product]) -> None:
    for part in parts(id_ for id_, one in products.items() if one.name):  # one that is only marked as deleted keeps what it has
        there = where_in(intake.work.session, Packaging, "product_id", part)
        wanted = {}
        for product_id in part:
            packs = [pack for pack in contracts.packagings_of(products[product_id]) if fits(pack.factor) and rounded(pack.factor, FACTOR)]
            for position, pack in enumerate(packs):
                wanted[(product_id, pack.name[:50])] = {"factor": rounded(pack.factor, FACTOR), "position": position}
        change: Change = replace(intake.work.session, Packaging, ("product_id", "name"), there, wanted)
        if wanted or change != Change():
            intake.count("packagings", len(wanted), change)
