"""Contracts and agreements with their terms of payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.models import Contract
from b2bkit.core.db.rows import by_id, parts, save
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.service.refs import ids_for, remember
from b2bkit.core.i18n import _
from b2bkit.core.pricing.models import PriceType
from b2bkit.core.settlements.models import Terms
from b2bkit.core.settlements.news import ContractNews, Taken, Told
from b2bkit.core.settlements.service.known import Known, Owner, Refused, unknown_party
from b2bkit.core.work import Work


def take_contracts(work: Work, news: Sequence[ContractNews], *, system: str, told: Told) -> Taken:
    """Contracts of known counterparties: new ones are made, known ones get what is told; closed ones cannot be ordered under any more.

    An agreement without a counterparty of its own holds for whole partners and makes no contract here: it is refused with that reason.
    """
    known = Known(work, system, (one.party_ref for one in news))
    types = ids_for(work, system=system, entity="price_type", refs=(one.price_type_ref for one in news if one.price_type_ref))
    ids = dict(ids_for(work, system=system, entity="contract", refs=(one.ref for one in news)))
    rows, terms, refused = dict[UUID, dict[str, Any]](), dict[UUID, dict[str, Any]](), list[Refused]()
    there = by_id(work.session, Contract, list(ids.values()))
    currencies = _currencies(work, set(types.values()))
    for one in news:
        owner = known.parties.get(one.party_ref)
        problem = _problem(one, owner, there.get(ids.get(one.ref)))
        if problem is not None or owner is None:
            refused.append(problem or unknown_party(one.party_ref))
            continue
        id_ = ids.setdefault(one.ref, new_id())
        rows[id_] = _row(work, one, owner, types, currencies, new=id_ not in there)
        terms[id_] = _terms(one, owner)
    change = save(work.session, Contract, rows)
    remember(work, system=system, entity="contract", pairs={ref: id_ for ref, id_ in ids.items() if id_ in rows})
    more = _save_terms(work, terms, told)
    return Taken(len(news), change.new, max(change.changed, more), 0, tuple(refused))


def _problem(one: ContractNews, owner: Owner | None, there: Mapping[str, Any] | None) -> Refused | None:
    if not one.party_ref:
        cure = _("Name a counterparty in it, or order under the contracts of its partner.")
        return one.ref, _("The agreement names no counterparty."), cure
    if owner is None:
        return unknown_party(one.party_ref)
    if there is not None and there["legal_entity_id"] != owner.legal_entity_id:
        cure = _("Close it in 1C and make a new one for the other counterparty.")
        return one.ref, _("The contract belongs to another counterparty here."), cure
    return None


def _row(
    work: Work, one: ContractNews, owner: Owner, types: Mapping[str, UUID], currencies: Mapping[UUID, str], *, new: bool
) -> dict[str, Any]:
    """Columns as told; a new contract gets the portal's usual values where 1C says nothing."""
    type_id = types.get(one.price_type_ref)
    row: dict[str, Any] = {
        "company_id": owner.company_id,
        "legal_entity_id": owner.legal_entity_id,
        "number": (one.number or one.name or one.ref)[:100],
        "signed_on": one.signed_on,
        "active": one.active and not _over(work, one),
    }
    if type_id is not None:
        row["price_type_id"] = type_id
    if one.delay_days is not None:
        row["payment_delay_days"] = one.delay_days
    if one.currency or new:
        row["currency"] = one.currency or (currencies.get(type_id) if type_id else None) or work.config.portal.currency
    defaults = {"price_type_id": None, "payment_delay_days": 0, "whole_catalogue": True}
    return {**defaults, **row} if new else row


def _over(work: Work, one: ContractNews) -> bool:
    return one.valid_until is not None and one.valid_until < work.now.astimezone(work.config.portal.zone).date()


def _terms(one: ContractNews, owner: Owner) -> dict[str, Any]:
    return {
        "company_id": owner.company_id,
        "name": one.name[:250],
        "valid_until": one.valid_until,
        "credit_limit": one.limit,
        "stops_overdue": one.stops_overdue,
        "prepayment": one.prepayment,
    }


def _save_terms(work: Work, terms: Mapping[UUID, dict[str, Any]], told: Told) -> int:
    """Terms that are newer than the news stay."""
    there: dict[UUID, UUID] = {}
    newer: set[UUID] = set()
    for part in parts(terms):
        rows = work.session.execute(select(Terms.contract_id, Terms.id, Terms.as_of).where(Terms.contract_id.in_(part)))
        for contract_id, id_, as_of in rows:
            there[contract_id] = id_
            if as_of > told.as_of:
                newer.add(contract_id)
    wanted = {there.get(key) or new_id(): {**row, "contract_id": key} for key, row in terms.items() if key not in newer}
    change = save(work.session, Terms, wanted, stamp={"as_of": told.as_of})
    return change.new + change.changed


def _currencies(work: Work, ids: set[UUID]) -> dict[UUID, str]:
    rows = work.session.execute(select(PriceType.id, PriceType.currency).where(PriceType.id.in_(ids)))
    return {row.id: row.currency for row in rows}
