"""Prices in force by price type: the last slice of ЦеныНоменклатуры25 (УТ 11.5, ERP 2.5) or ЦеныНоменклатуры."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from b2bkit.core.i18n import _
from b2bkit_onec.commerceml import values as spelled
from b2bkit_onec.commerceml.records import Offer, Price, PriceType
from b2bkit_onec.flows.spec import Refused
from b2bkit_onec.odata import query, values
from b2bkit_onec.odata.kinds.stock import product_of
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.source import Batch, Reading, Source, each
from b2bkit_onec.odata.values import Row

SIZE: Final = 500
FIELDS: Final = ("product", "variant", "variant_key", "type", "value", "pack", "currency")
Told = PriceType | Offer


def read(source: Source, cursor: str = "") -> Reading[Told]:
    """Price types, then for each of them all prices in force; one of 0 says that there is none any more. `cursor` is not used."""
    return Reading(source.line.now, _batches(source))


def _batches(source: Source) -> Generator[Batch[Told], None, str]:
    source.check()
    found, types = source.need("price"), _types(source)
    yield Batch(types)
    packs = factors(source)
    for type_ in types:
        if type_.deleted:
            continue
        condition = f"{found.columns['type'][0]} eq {query.guid(type_.id)}"
        rows = source.client.table(found.path, found.function, {"Condition": condition}, select=found.select(*FIELDS))
        yield _by_group(found, [row for row in rows if values.ref(row, found.field("variant_key"))])
        plain = [row for row in rows if not values.ref(row, found.field("variant_key"))]
        for start in range(0, len(plain), SIZE):
            yield each(plain[start : start + SIZE], found.columns["product"][0], lambda row: offer(source, found, row, packs))
    return ""


def _by_group(found: Found, rows: Sequence[Row]) -> Batch[Told]:
    """УТ 11.5 keeps prices of variants by groups of variants (ХарактеристикаЦО), which OData does not lead to the variants."""
    why = _("1C has this price for a group of variants, which OData does not name.")
    cure = _("Take prices of products with prices by variant from the exchange with the site.")
    refs = dict.fromkeys(values.ref(row, found.field("product")) for row in rows)
    return Batch((), (), [Refused(ref, why, cure) for ref in refs])


def offer(source: Source, found: Found, row: Row, packs: Mapping[str, Decimal]) -> Offer:
    """One price as an offer of the exchange of files."""
    product = product_of(found, row)
    base, variant = spelled.split_id(product)
    price = Price(
        type_id=values.ref(row, found.field("type")),
        value=values.number(row, found.field("value")),
        currency=source.currency(row, found.field("currency")),
        factor=packs.get(values.ref(row, found.field("pack")), Decimal(1)),
    )
    return Offer(id=product, base_id=base, variant_id=variant, prices=(price,))


def _types(source: Source) -> list[PriceType]:
    found = source.need("price_type")
    rows = source.small("price_type", "ref", "name", "deleted", "currency", "with_vat", "status")
    return [
        PriceType(
            id=values.ref(row, found.field("ref")),
            name=values.text(row, found.field("name")),
            currency=source.currency(row, found.field("currency")),
            vat_included=values.flag(row, found.field("with_vat")),
            deleted=values.flag(row, found.field("deleted")) is True or values.text(row, found.field("status")) not in ("", "Действует"),
        )
        for row in rows
    ]


def factors(source: Source) -> Mapping[str, Decimal]:
    """Pack (1C: УпаковкиЕдиницыИзмерения) -> base units in it."""
    found = source.names.get("unit")
    if found is None or "numerator" not in found:
        return {}
    told: dict[str, Decimal] = {}
    for row in source.small("unit", "ref", "numerator", "denominator"):
        above, below = values.number(row, found.field("numerator")), values.number(row, found.field("denominator"))
        if above > 0 and below > 0:
            told[values.ref(row, found.field("ref"))] = above / below
    return told
