"""Settlements and expected payments: each set of news says when it was true and whether it is whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from b2bkit.core.db.rows import parts, save
from b2bkit.core.db.types import new_id
from b2bkit.core.settlements.models import Due, Settlement
from b2bkit.core.settlements.news import DueNews, SettlementNews, Taken, Told
from b2bkit.core.settlements.service.known import Known, Owner, Refused, unknown_party
from b2bkit.core.work import Work

_SUMS = ("debt", "overdue", "prepaid")
_UNSYNCED = {"synchronize_session": False}


def take_settlements(work: Work, news: Sequence[SettlementNews], *, system: str, told: Told) -> Taken:
    """Debts and prepayments. Of one party, contract and currency the last counts; what a whole set omits is settled.

    Sums older than what is known change nothing. Counterparties that the portal does not know are refused one by one.
    """
    known = Known(work, system, (one.party_ref for one in news), (one.contract_ref for one in news))
    wanted: dict[str, dict[str, Any]] = {}
    refused: dict[str, Refused] = {}
    for one in news:
        owner = known.parties.get(one.party_ref)
        if owner is None:
            refused.setdefault(one.party_ref, unknown_party(one.party_ref))
            continue
        row = _owned(known, one.contract_ref, owner)
        place = f"{owner.legal_entity_id}/{row['contract_id'] or ''}/{one.currency}"
        before = wanted.get(place)  # contracts that the portal does not know share one row: their sums add up
        sums = {name: getattr(one, name) + (before[name] if before and row["contract_id"] is None else 0) for name in _SUMS}
        wanted[place] = {**row, **sums, "place": place, "currency": one.currency}
    return _write(work, Settlement, wanted, told, len(news), refused)


def take_dues(work: Work, news: Sequence[DueNews], *, system: str, told: Told) -> Taken:
    """Expected payments; one that a whole set does not name any more is over."""
    known = Known(work, system, (one.party_ref for one in news), (one.contract_ref for one in news), (one.deal_ref for one in news))
    wanted: dict[str, dict[str, Any]] = {}
    refused: dict[str, Refused] = {}
    for one in news:
        owner = known.parties.get(one.party_ref)
        if owner is None:
            refused.setdefault(one.party_ref, unknown_party(one.party_ref))
            continue
        row = _owned(known, one.contract_ref, owner)
        deal = one.deal_ref or one.deal
        place = f"{owner.legal_entity_id}/{row['contract_id'] or ''}/{deal[:200]}/{one.due_on.isoformat()}/{one.currency}"
        amount = one.amount + (wanted[place]["amount"] if place in wanted else 0)
        values = {"order_id": known.order(one.deal_ref, owner), "deal": one.deal[:250], "due_on": one.due_on}
        wanted[place] = {**row, **values, "place": place, "amount": amount, "currency": one.currency}
    return _write(work, Due, wanted, told, len(news), refused)


def _owned(known: Known, contract_ref: str, owner: Owner) -> dict[str, Any]:
    return {
        "company_id": owner.company_id,
        "legal_entity_id": owner.legal_entity_id,
        "contract_id": known.contract(contract_ref, owner),
    }


def _write(
    work: Work,
    entity: type[Settlement] | type[Due],
    wanted: dict[str, dict[str, Any]],
    told: Told,
    count: int,
    refused: dict[str, Refused],
) -> Taken:
    there = _there(work, entity, list(wanted))
    newer = {place for place, (_id, as_of) in there.items() if as_of > told.as_of}
    rows = {(there[place][0] if place in there else new_id()): row for place, row in wanted.items() if place not in newer}
    change = save(work.session, entity, rows, stamp={"as_of": told.as_of})
    _confirm(work, entity, [place for place in wanted if place in there and place not in newer], told)
    ended = _end(work, entity, wanted, told) if told.whole else []
    if change.new or change.changed or ended:
        companies = {row["company_id"] for row in wanted.values()} | set(ended)
        work.signal("settlements", "", companies=tuple(companies), staff=True)
    return Taken(count, change.new, change.changed, len(ended), tuple(refused.values()))


def _there(work: Work, entity: type[Settlement] | type[Due], places: Sequence[str]) -> dict[str, tuple[UUID, Any]]:
    found: dict[str, tuple[UUID, Any]] = {}
    for part in parts(places):
        for place, id_, as_of in work.session.execute(select(entity.place, entity.id, entity.as_of).where(entity.place.in_(part))):
            found[place] = (id_, as_of)
    return found


def _confirm(work: Work, entity: type[Settlement] | type[Due], places: Sequence[str], told: Told) -> None:
    """What is as it was is as fresh as what changed."""
    for part in parts(places):
        statement = update(entity).where(entity.place.in_(part), entity.as_of < told.as_of).values(as_of=told.as_of)
        work.session.execute(statement, execution_options=_UNSYNCED)


def _end(work: Work, entity: type[Settlement] | type[Due], wanted: dict[str, dict[str, Any]], told: Told) -> list[UUID]:
    """Ends rows that a whole set does not name, and says whose they were; rows that are newer than the set stay."""
    older = work.session.execute(select(entity.place, entity.company_id).where(entity.as_of < told.as_of)).all()
    left = [(place, company_id) for place, company_id in older if place not in wanted]
    for part in parts(place for place, _company_id in left):
        statement = delete(entity).where(entity.place.in_(part), entity.as_of < told.as_of)
        work.session.execute(statement, execution_options=_UNSYNCED)
    return [company_id for _place, company_id in left]
