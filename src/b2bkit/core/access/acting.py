"""A person's actor outside a request: for work that goes on in his name when he has closed the page."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.access.actors import actor_of, within
from b2bkit.core.access.book import rules_of
from b2bkit.core.access.rights import Holder, role_subject, settle
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.work import Actor, Work


def actor_of_person(work: Work, *, user_id: UUID, company_id: UUID, contract_id: UUID | None) -> Actor | None:
    """A client's person with the rights of this moment, under a contract; None for who works there no more, is blocked or suspended.

    Needs the work of the system.
    """
    columns = (Membership.role, Company.profile, User.name)
    statement = select(*columns).join(Company, Company.id == Membership.company_id).join(User, User.id == Membership.user_id)
    row = work.session.execute(
        statement.where(
            Membership.user_id == user_id, Membership.company_id == company_id, Membership.dismissed_at.is_(None),
            User.blocked.is_(False), Company.suspended.is_(False),
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    code, profile, name = row
    holder, role = Holder(code, user_id, company_id, profile or ""), work.kit.roles.get(code)
    rules = rules_of(work.session, [role_subject(role.code if role is not None else code), holder.person])
    actor = actor_of(holder, settle(work.kit, holder, rules), name)
    return replace(actor, contract_id=within(actor, contract_id))
