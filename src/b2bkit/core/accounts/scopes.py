"""Who sees which companies and people. Every other scope of the core is built from `company_scope`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import ColumnElement, false, or_, select, true

from b2bkit.core.accounts.models import Company, Membership, User, UserSession
from b2bkit.core.db.base import CompanyOwned
from b2bkit.core.extend.things import Level
from b2bkit.core.work import Actor

_company = Company.__table__
_membership = Membership.__table__


def company_scope(actor: Actor, column: Any) -> ColumnElement[bool]:
    """Rows of the actor's company; staff: of assigned clients, or all, by the level of `accounts.clients`.

    `column` holds a company's id.
    """
    if actor.kind == "system":
        return true()
    if actor.kind == "client" and actor.company_id is not None:
        return cast("ColumnElement[bool]", column == actor.company_id)
    if actor.kind != "staff":
        return false()
    level = actor.level("accounts.clients")
    if level is Level.ALL:
        return true()
    if level is Level.ASSIGNED:
        return cast("ColumnElement[bool]", column.in_(select(_company.c.id).where(_company.c.manager_id == actor.user_id)))
    return false()


def own_or_company(actor: Actor, permission: str, company: Any, owner: Any) -> ColumnElement[bool]:
    """`company_scope`, narrowed to the actor's own rows when the permission reaches no further than own. `owner` holds a user's id."""
    within = company_scope(actor, company)
    if actor.kind == "client" and actor.level(permission) is Level.OWN:
        return cast("ColumnElement[bool]", within & (owner == actor.user_id))
    return within


def user_scope(actor: Actor) -> ColumnElement[bool]:
    """Oneself, colleagues, and the company's manager; staff: other staff and people of the companies they see."""
    if actor.kind == "system":
        return true()
    if actor.user_id is None:
        return false()
    colleagues = select(_membership.c.user_id).where(company_scope(actor, _membership.c.company_id))
    managers = select(_company.c.manager_id).where(company_scope(actor, _company.c.id), _company.c.manager_id.is_not(None))
    seen = or_(User.id == actor.user_id, User.id.in_(colleagues), User.id.in_(managers))
    return or_(seen, User.staff_role.is_not(None)) if actor.kind == "staff" else seen


def session_scope(actor: Actor) -> ColumnElement[bool]:
    """One's own sessions, and for those who dismiss people the sessions in the companies they see: dismissal ends them."""
    if actor.kind == "system":
        return true()
    own = UserSession.user_id == actor.user_id
    return or_(own, company_scope(actor, UserSession.company_id)) if actor.may("accounts.people") else own


def criterion_of(entity: type[CompanyOwned]) -> Callable[[Actor], ColumnElement[bool]]:
    """The scope of an entity that belongs to a company and to nobody in particular."""

    def criterion(actor: Actor) -> ColumnElement[bool]:
        return company_scope(actor, entity.company_id)

    return criterion
