"""Telling people of announcements: who follows the product and may see it, each once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit import Follower, Work
from b2bkit.core.access.rights import Holder
from b2bkit.core.accounts.models import Company, Contract, Membership, User
from b2bkit.core.watching.service import seen_by
from b2bkit.plugins.availability.events import AvailabilityTold
from b2bkit.plugins.availability.models import Announcement


class _Place(NamedTuple):
    """A person in a company under a contract, or under none in particular."""

    user_id: UUID
    company_id: UUID
    contract_id: UUID | None


def tell(work: Work, *, announcements: Sequence[str]) -> None:
    """Job: one fact for each person whom these announcements concern, those that have ended meanwhile left out."""
    mine = Announcement.id.in_([UUID(one) for one in announcements])
    rows = select(Announcement.product_id, Announcement.id, Announcement.kind).where(mine, Announcement.ended_at.is_(None))
    said = {row[0]: row for row in work.session.execute(rows.order_by(Announcement.id))}
    if not said:
        return
    concern: dict[_Place, set[UUID]] = {}
    for one in followers(work, list(said)):
        concern.setdefault(_Place(one.user_id, one.company_id, one.contract_id), set()).add(one.product_id)
    people = _people(work, {place.user_id for place in concern})
    heard: dict[tuple[UUID, UUID], set[UUID]] = {}
    contracts = _contracts(work, {place.company_id for place in concern if place.contract_id is None})
    for place, products in concern.items():
        holder = people.get((place.user_id, place.company_id))
        if holder is None:
            continue
        for contract_id in contracts.get(place.company_id, ()) if place.contract_id is None else (place.contract_id,):
            seen = seen_by(work, holder, contract_id=contract_id, product_ids=sorted(products))
            heard.setdefault((place.user_id, place.company_id), set()).update(seen)
    for (user_id, company_id), found in heard.items():
        if found:
            ids = " ".join(str(said[product_id][1]) for product_id in sorted(found))
            work.publish(AvailabilityTold(user_id, company_id, ids), key=f"availability:{user_id}")


def followers(work: Work, product_ids: Sequence[UUID]) -> list[Follower]:
    """Whom news of these products concern; a client finds himself alone. One statement for each kind of followers."""
    found = [one for source in work.kit.followers for one in source.of(work, product_ids)]
    me = work.actor
    return [one for one in found if me.kind != "client" or (one.user_id == me.user_id and one.company_id == me.company_id)]


def _people(work: Work, users: set[UUID]) -> Mapping[tuple[UUID, UUID], Holder]:
    """Those of them who work for a company now and are let in."""
    columns = (Membership.user_id, Membership.company_id, Membership.role, Company.profile)
    statement = select(*columns).join(Company, Company.id == Membership.company_id).join(User, User.id == Membership.user_id)
    let_in = (Membership.dismissed_at.is_(None), User.blocked.is_(False), Company.suspended.is_(False))
    rows = work.session.execute(statement.where(Membership.user_id.in_(sorted(users)), *let_in))
    return {(user, company): Holder(role, user, company, profile or "") for user, company, role, profile in rows}


def _contracts(work: Work, companies: set[UUID]) -> Mapping[UUID, Sequence[UUID]]:
    """Contracts under which a company orders: a list knows none, so its products are looked for under each."""
    found: dict[UUID, list[UUID]] = {}
    statement = select(Contract.company_id, Contract.id).where(Contract.company_id.in_(sorted(companies)), Contract.active.is_(True))
    for company_id, contract_id in work.session.execute(statement.order_by(Contract.id)) if companies else ():
        found.setdefault(company_id, []).append(contract_id)
    return found
