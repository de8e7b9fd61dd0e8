"""РасчетыСКлиентамиПланОплат, or РасчетыСКлиентамиПоСрокам where it cannot be read -> payments that are expected."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from b2bkit.core.settlements.news import DueNews
from b2bkit_onec.flows.spec import Refused
from b2bkit_onec.odata import values
from b2bkit_onec.odata.kinds.settlements import Place, in_batches, place_key, places_of
from b2bkit_onec.odata.kinds.stock import dimensions
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.source import Reading, Source


def read(source: Source, cursor: str = "") -> Reading[DueNews]:
    """Every payment that is expected now, asked at once; what no batch names is paid, unless rows could not be understood."""
    as_of = source.line.now
    told, refused = _dues(source)
    return Reading(as_of, in_batches(told, refused), whole=not refused)


def _dues(source: Source) -> tuple[list[DueNews], list[Refused]]:
    source.check()
    found = source.names.get("plan") or source.need("term")
    amount = found.field("amount") or found.field("debt")
    rows = source.client.table(found.path, found.function, {"Dimensions": dimensions(found, "key", "deal", "currency", "due")})
    places, refused = places_of(source, found, rows)
    totals: dict[tuple[Place, str, dt.date], Decimal] = {}
    for row in rows:
        place, due = places.get(place_key(found, row)), values.day(row, found.field("due"))
        if place is not None and due is not None:
            at = (place, values.ref(row, found.field("deal")), due)
            totals[at] = totals.get(at, values.ZERO) + values.number(row, amount)
    return _news(source, found, {at: total for at, total in totals.items() if total > 0}), refused


def _news(source: Source, found: Found, totals: dict[tuple[Place, str, dt.date], Decimal]) -> list[DueNews]:
    """With what the payment is for: in 11.5 an object of settlements, which names the document; in 11.4 the document."""
    deals, deal = source.names.get("deal"), found.field("deal")
    known = source.by_refs("deal", [ref for _place, ref, _due in totals], "name", "object") if deal == "ОбъектРасчетов" else {}
    told = []
    for (place, ref, due), total in totals.items():
        row = known.get(ref)
        document = values.ref(row, deals.field("object")) if row is not None and deals is not None else ""
        told.append(
            DueNews(
                party_ref=place.party,
                contract_ref=place.contract,
                deal_ref=document or ref,
                deal=values.text(row, deals.field("name")) if row is not None and deals is not None else "",
                due_on=due,
                amount=total,
                currency=place.currency,
            )
        )
    return told
