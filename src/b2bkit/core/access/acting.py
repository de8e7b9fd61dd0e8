"""A person's actor outside a request: for work that goes on in his name when he has closed the page."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.access.actors import ACTS_AS, Client, acting_for, actor_of, within
from b2bkit.core.access.book import RightsBook, rules_of
from b2bkit.core.access.models import AccessVersion
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


def actor_again(work: Work, *, user_id: UUID, company_id: UUID, contract_id: UUID | None) -> Actor | None:
    """Who asked for something in a client's cabinet: one of its people, or staff who acted for it. None for who may not be there now."""
    own = actor_of_person(work, user_id=user_id, company_id=company_id, contract_id=contract_id)
    return own or actor_for_client(work, user_id=user_id, company_id=company_id, contract_id=contract_id)


def actor_for_client(work: Work, *, user_id: UUID, company_id: UUID, contract_id: UUID | None) -> Actor | None:
    """Somebody of the staff who acts for a client, with the rights of this moment; None for who is blocked, left the staff or may not act
    for this client any more, and for a client whose access is suspended. Needs the work of the system.
    """
    user, company = work.session.get(User, user_id), work.session.get(Company, company_id)
    if user is None or company is None or user.staff_role is None or user.blocked or company.suspended:
        return None
    book, version = RightsBook(work.kit), work.session.scalar(select(AccessVersion.number).where(AccessVersion.id == 1)) or 0
    holder = Holder(user.staff_role, user_id)
    staff = actor_of(holder, book.of(work.session, version, holder), user.name)
    staff = replace(staff, stands_for=book.stands_for(user_id, work.now.astimezone(work.config.portal.zone).date()))
    client = Client(company_id, contract_id, company.profile, company.manager_id, company.region)
    deputy = book.of(work.session, version, Holder(ACTS_AS, None, company_id, client.profile, behalf=True))
    actor = acting_for(staff, client, deputy)
    return actor if actor.on_behalf is not None else None
