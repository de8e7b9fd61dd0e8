"""РасчетыСКлиентами (balance by АналитикаУчетаПоПартнерам) -> debts and prepayments; РасчетыСКлиентамиПоСрокам -> what is overdue."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar

from b2bkit.core.i18n import _
from b2bkit.core.settlements.news import SettlementNews
from b2bkit_onec.flows.spec import Refused
from b2bkit_onec.odata import values
from b2bkit_onec.odata.kinds.stock import dimensions
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.source import Batch, Reading, Source
from b2bkit_onec.odata.values import Row

SIZE: Final = 500
PARTY: Final = "Catalog_Контрагенты"
T = TypeVar("T")


class Place(NamedTuple):
    """Whose settlements, under which contract, in which currency."""

    party: str
    contract: str
    currency: str


def read(source: Source, cursor: str = "") -> Reading[SettlementNews]:
    """How matters stand with everybody now, asked at once; whom no batch names owes nothing. `cursor` is not used.

    Where rows could not be understood the set is not whole: they may be those of whom it does not name.
    """
    as_of = source.line.now
    told, refused = _news(source)
    return Reading(as_of, in_batches(told, refused), whole=not refused)


def in_batches(told: Sequence[T], refused: Sequence[Refused]) -> Generator[Batch[T], None, str]:
    """News that are there already."""
    yield Batch((), (), refused)
    for start in range(0, len(told), SIZE):
        yield Batch(told[start : start + SIZE])
    return ""


def _news(source: Source) -> tuple[list[SettlementNews], list[Refused]]:
    source.check()
    found = source.need("settlement")
    rows = source.client.table(found.path, found.function, {"Dimensions": dimensions(found, "key", "deal", "currency")})
    places, refused = places_of(source, found, rows)
    debt: dict[Place, Decimal] = {}
    prepaid: dict[Place, Decimal] = {}
    for row in rows:
        place, amount = places.get(place_key(found, row)), values.number(row, found.field("amount"))
        if place is not None:
            side = debt if amount > 0 else prepaid
            side[place] = side.get(place, values.ZERO) + abs(amount)
    late = _overdue(source)
    told = [
        SettlementNews(
            party_ref=place.party,
            contract_ref=place.contract,
            currency=place.currency,
            debt=debt.get(place, values.ZERO),
            overdue=min(late.get(place, values.ZERO), debt.get(place, values.ZERO)),
            prepaid=prepaid.get(place, values.ZERO),
        )
        for place in dict.fromkeys([*debt, *prepaid])
    ]
    return told, refused


def _overdue(source: Source) -> Mapping[Place, Decimal]:
    """Debt whose day has passed; nothing where the base does not publish the register."""
    found = source.names.get("term")
    if found is None:
        return {}
    rows = source.client.table(found.path, found.function, {"Dimensions": dimensions(found, "key", "currency", "due")})
    places, _refused = places_of(source, found, rows)
    late: dict[Place, Decimal] = {}
    for row in rows:
        place, due, owed = places.get(place_key(found, row)), values.day(row, found.field("due")), values.number(row, found.field("debt"))
        if place is not None and due is not None and due < source.today and owed > 0:
            late[place] = late.get(place, values.ZERO) + owed
    return late


def place_key(found: Found, row: Row) -> tuple[str, str]:
    """(key of analytics, currency) of a row of any register of settlements."""
    return values.ref(row, found.field("key")), values.ref(row, found.field("currency"))


def places_of(source: Source, found: Found, rows: Iterable[Row]) -> tuple[dict[tuple[str, str], Place], list[Refused]]:
    """Whose rows these are, by КлючиАналитикиУчетаПоПартнерам. Settlements between own organisations are nobody's here."""
    keys = dict.fromkeys(place_key(found, row) for row in rows)
    analytics = source.need("analytics")
    known = source.by_refs("analytics", [key for key, _currency in keys], "party", "contract")
    places: dict[tuple[str, str], Place] = {}
    refused: list[Refused] = []
    for key, currency_ref in keys:
        row = known.get(key)
        party = values.reference(row, analytics.field("party")) if row is not None else None
        currency = source.currencies.get(currency_ref, "")
        if party is not None and party.kind in ("", PARTY) and currency:
            places[(key, currency_ref)] = Place(party.ref, values.ref(row or {}, analytics.field("contract")), currency)
        elif party is None or not currency:
            why = _("Its counterparty is not known.") if party is None else _("Its currency is not known.")
            refused.append(Refused(key, why, _("Publish КлючиАналитикиУчетаПоПартнерам and Валюты, and give the currency its code in 1C.")))
    return places, refused
