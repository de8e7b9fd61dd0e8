"""From rights to an actor: a person of a client, somebody of the staff, or staff who act for a client."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple
from uuid import UUID

from b2bkit.core.access.rights import Holder, Rights
from b2bkit.core.extend.things import Level
from b2bkit.core.work import Actor

BEHALF: Final = "access.behalf"
CLIENTS: Final = "accounts.clients"
ACTS_AS: Final = "owner"  # whose rights staff have while they act for a client, but for what no client's deputy may do


class Client(NamedTuple):
    """The client for whom a session of staff acts."""

    company_id: UUID
    contract_id: UUID | None
    profile: str
    manager_id: UUID | None
    region: str


def actor_of(holder: Holder, rights: Rights, name: str) -> Actor:
    """The actor with these rights; without a session yet."""
    return Actor(
        kind="client" if holder.company_id is not None else "staff",
        user_id=holder.user_id,
        company_id=holder.company_id,
        role=holder.role,
        name=name,
        levels=rights.levels,
        limits=rights.limits,
        closed=rights.closed,
        hidden=rights.hidden,
    )


def within(actor: Actor, contract_id: UUID | None) -> UUID | None:
    """The contract, when the actor is not kept from it; else one that is left, so that there is no dead end."""
    left = actor.limit("contract")
    if left is None or contract_id is None or str(contract_id) in left:
        return contract_id
    return UUID(min(left)) if left else None


def may_act_for(actor: Actor, client: Client) -> bool:
    """Whether somebody of the staff may act for this client: asked again with each request, so that it ends with the right."""
    levels = (actor.level(BEHALF), actor.level(CLIENTS))
    if actor.kind != "staff" or None in levels:
        return False
    regions = actor.limit("region", CLIENTS)
    if regions is not None and client.region not in regions:
        return False
    return Level.ASSIGNED not in levels or client.manager_id in (actor.user_id, *actor.stands_for)


def acting_for(actor: Actor, client: Client, rights: Rights) -> Actor:
    """The actor of staff who act for a client: the client's rights and rows, the own name; the actor itself where that is not allowed."""
    if not may_act_for(actor, client):
        return actor
    return replace(
        actor,
        kind="client",
        company_id=client.company_id,
        contract_id=within(actor, client.contract_id),
        levels=rights.levels,
        limits=actor.limits,
        closed=rights.closed,
        hidden=rights.hidden,
        on_behalf=actor.user_id,
    )
