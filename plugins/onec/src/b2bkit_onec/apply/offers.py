"""Предложения -> variants, prices per base unit with volume steps, stock per warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update

from b2bkit.core.catalog.models import Stock
from b2bkit.core.db.rows import among, compares_itself, having, insert_told, parts, replace, replace_told, where_in
from b2bkit.core.pricing.models import Price, PriceType
from b2bkit_onec.apply import classifier, variants
from b2bkit_onec.apply.intake import PRICE, QUANTITY, ZERO, Change, Intake, divided, fits, latest, rounded
from b2bkit_onec.apply.products import Classifier
from b2bkit_onec.commerceml import records

ANY_QUANTITY: Final = rounded(ZERO, QUANTITY)
_PRICE_KEY, _STOCK_KEY = ("price_type_id", "product_id", "min_quantity"), ("product_id", "warehouse_id")
Priced = records.Product | records.Offer


def apply(intake: Intake, batch: Sequence[records.Offer], declared: Classifier) -> None:
    """Offers of a package, or changes of them. Prices and stock that an offer does not name stay as they were."""
    given = list(latest(batch, lambda one: one.id).values())
    named = [one for one in given if one.variant_id and len(one.id) <= classifier.LONGEST_REF]
    variants.of_offers(intake, named, {one.id: declared.attributes(one) for one in named})
    ids = intake.ids("product", [one.id for one in given])
    for one in given:
        if one.id not in ids:
            intake.refuse("unknown-product", "Предложение", one.id, one.line, whole=True)
    known = {ids[one.id]: one for one in given if one.id in ids}
    intake.count("offers", len(batch))
    prices(intake, known)
    stock(intake, known)


# prices


def prices(intake: Intake, given: Mapping[UUID, Priced]) -> None:
    """For each price type that a product names, these are all its prices now. 0 is 1C's way to say that there is no price."""
    told = {id_: one for id_, one in given.items() if one.prices or _withdrawn(one)}
    if not told:
        return
    types = _types(intake, told.values())
    for part in parts(told):
        wanted: dict[tuple[UUID, UUID, Decimal], Decimal] = {}
        named: set[tuple[UUID, UUID]] = set()
        withdrawn = {id_ for id_ in part if _withdrawn(told[id_])}
        for id_ in part:
            for price in told[id_].prices:
                _step(intake, told[id_], id_, price, types, wanted, named)
        wanted = {place: value for place, value in wanted.items() if place[1] not in withdrawn} if withdrawn else wanted
        change = _write_prices(intake, part, wanted, named, withdrawn)
        intake.count("prices", sum(len(told[id_].prices) for id_ in part), change)


def _write_prices(
    intake: Intake,
    part: Sequence[UUID],
    wanted: Mapping[tuple[UUID, UUID, Decimal], Decimal],
    named: set[tuple[UUID, UUID]],
    withdrawn: set[UUID],
) -> Change:
    session, stamp = intake.work.session, {"as_of": intake.work.now}
    if compares_itself(session):
        gone = 0
        if withdrawn:
            gone = session.connection().execute(delete(Price).where(Price.product_id.in_(withdrawn))).rowcount
        priced, digits = having(session, Price.product_id, part), _Digits()
        fresh: list[str] = []
        lines = [f"{digits[type_id]}\t{digits[product_id]}\t0\t\\N" for type_id, product_id in named if product_id in priced]
        for (type_id, product_id, start), value in wanted.items():
            (lines if product_id in priced else fresh).append(f"{digits[type_id]}\t{digits[product_id]}\t{start}\t{value:f}")
        new = insert_told(session, Price, (*_PRICE_KEY, "value"), fresh, stamp=stamp).new
        change = replace_told(session, Price, _PRICE_KEY, "value", lines, within=_PRICE_KEY[:2], stamp=stamp)
        return Change(change.new + new, change.changed + gone)
    rows = where_in(session, Price, "product_id", part)
    there = [row for row in rows if (row["price_type_id"], row["product_id"]) in named or row["product_id"] in withdrawn]
    return replace(session, Price, _PRICE_KEY, there, {place: {"value": value} for place, value in wanted.items()}, stamp=stamp)


class _Digits(dict[UUID, str]):
    """Ids as texts; of each there are several rows."""

    def __missing__(self, key: UUID) -> str:
        found = self[key] = key.hex
        return found


def _withdrawn(one: Priced) -> bool:
    return isinstance(one, records.Offer) and one.deleted


def _types(intake: Intake, given: Iterable[Priced]) -> dict[str, tuple[UUID, str]]:
    """Price types by reference, with their currencies; those that were never declared are made with the currency of their prices."""
    used = {price.type_id: price for one in given for price in one.prices if len(price.type_id) <= classifier.LONGEST_REF}
    known = intake.ids("price_type", used)
    new = [records.PriceType(ref, "", used[ref].currency) for ref in used if ref not in known]
    ids = {**known, **(classifier.price_types(intake, new) if new else {})}
    statement = select(PriceType.id, PriceType.currency).where(PriceType.id.in_(set(ids.values())))
    currencies = dict(intake.work.session.execute(statement).all())
    return {ref: (id_, currencies[id_]) for ref, id_ in ids.items()}


def _step(
    intake: Intake,
    one: Priced,
    product_id: UUID,
    price: records.Price,
    types: Mapping[str, tuple[UUID, str]],
    wanted: dict[tuple[UUID, UUID, Decimal], Decimal],
    named: set[tuple[UUID, UUID]],
) -> None:
    """Adds a price per base unit; of two from the same quantity on, that of the base unit holds, else the later one."""
    if price.type_id not in types:
        intake.refuse("unknown-price-type", "Цена", one.id, price.line, text=price.type_id)
        return
    type_id, currency = types[price.type_id]
    value = divided(price.value, price.factor, PRICE)
    start = rounded(price.min_quantity * price.factor, QUANTITY) if price.min_quantity else ANY_QUANTITY
    if not (fits(value) and fits(start)):
        intake.refuse("too-large", "Цена", one.id, price.line, text=f"{price.value:f}")
        return
    if price.currency and price.currency != currency:
        intake.refuse("other-currency", "Цена", one.id, price.line, text=price.currency, wanted=currency)
        return
    place = (type_id, product_id, start)
    named.add((type_id, product_id))
    if value == 0 or (place in wanted and price.factor != 1):
        return
    wanted[place] = value


# stock


def stock(intake: Intake, given: Mapping[UUID, records.Offer]) -> None:
    told = {id_: one for id_, one in given.items() if one.stocks or one.quantity is not None}
    if not told:
        return
    places = _warehouses(intake, told.values())
    for part in parts(told):
        amounts = {id_: _amounts(intake, told[id_], places) for id_ in part}
        change = _write_stock(intake, told, {id_: named for id_, named in amounts.items() if named})
        intake.count("stock", sum(len(told[id_].stocks) or 1 for id_ in part), change)


def _write_stock(intake: Intake, told: Mapping[UUID, records.Offer], amounts: Mapping[UUID, dict[UUID, Decimal]]) -> Change:
    """A whole offer, or a total without warehouses, says of those that it leaves out that they hold nothing; an offer of changes speaks
    of those that it names.
    """
    session, stamp = intake.work.session, {"as_of": intake.work.now}
    held = having(session, Stock.product_id, amounts) if compares_itself(session) else set(amounts)
    gone = _emptied(intake, told, {id_: named for id_, named in amounts.items() if id_ in held})
    if compares_itself(session):
        fresh, lines, digits = list[str](), list[str](), _Digits()
        for id_, named in amounts.items():
            (lines if id_ in held else fresh).extend([f"{id_.hex}\t{digits[place]}\t{amount:f}" for place, amount in named.items()])
        new = insert_told(session, Stock, (*_STOCK_KEY, "quantity"), fresh, stamp=stamp).new
        change = replace_told(session, Stock, _STOCK_KEY, "quantity", lines, stamp=stamp)
        return Change(change.new + new, change.changed + gone)
    wanted = {(id_, place): {"quantity": amount} for id_, named in amounts.items() for place, amount in named.items()}
    rows = [row for row in where_in(session, Stock, "product_id", amounts) if (row["product_id"], row["warehouse_id"]) in wanted]
    change = replace(session, Stock, _STOCK_KEY, rows, wanted, stamp=stamp)
    return Change(change.new, change.changed + gone)


def _emptied(intake: Intake, told: Mapping[UUID, records.Offer], amounts: Mapping[UUID, dict[UUID, Decimal]]) -> int:
    """Rows that hold nothing any more, since a whole offer leaves their warehouses out."""
    session, emptied = intake.work.session, dict[frozenset[UUID], list[UUID]]()
    for id_, named in amounts.items():
        if not (told[id_].changes_only_fields and told[id_].stocks):
            emptied.setdefault(frozenset(named), []).append(id_)
    gone = 0
    for there, ids in emptied.items():
        others = (Stock.warehouse_id.not_in(there), Stock.quantity != 0)
        for some in parts(ids):
            statement = update(Stock).where(among(session, Stock.product_id, some), *others)
            gone += session.connection().execute(statement.values(quantity=ZERO, as_of=intake.work.now)).rowcount
    return gone


def _warehouses(intake: Intake, offers: Iterable[records.Offer]) -> dict[str, UUID]:
    """Warehouses by reference; "" is the one for stock that names none. Those that were never declared are made, without a name."""
    used: set[str] = set()
    for one in offers:
        used |= {row.warehouse_id or "" for row in one.stocks} or {""}
    wanted = {ref or _NAMELESS: ref for ref in sorted(used) if len(ref) <= classifier.LONGEST_REF}
    known = intake.ids("warehouse", wanted)
    names = {_NAMELESS: intake.settings.warehouse}
    new = [records.Warehouse(ref, names.get(ref, "")) for ref in wanted if ref not in known]
    ids = {**known, **(classifier.warehouses(intake, new) if new else {})}
    return {wanted[ref]: id_ for ref, id_ in ids.items()}


_NAMELESS = "-"


def _amounts(intake: Intake, one: records.Offer, places: Mapping[str, UUID]) -> dict[UUID, Decimal]:
    """What is free at each warehouse that the offer names. Less than nothing is nothing."""
    rows = one.stocks or (records.StockRow(None, one.quantity or ZERO),)
    found: dict[UUID, Decimal] = {}
    for row in rows:
        if (row.warehouse_id or "") not in places or not fits(row.quantity):
            intake.refuse("too-large", "Склад", one.id, one.line, text=f"{row.quantity:f}")
            return {}
        place = places[row.warehouse_id or ""]
        found[place] = found.get(place, ZERO) + row.quantity
    return {place: max(rounded(amount, QUANTITY), ZERO) for place, amount in found.items()}
