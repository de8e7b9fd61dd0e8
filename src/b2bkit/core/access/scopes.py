"""Who sees which rows of rights."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from b2bkit.core.access.models import AccessRule, Acting, Substitution
from b2bkit.core.accounts.models import Company
from b2bkit.core.accounts.scopes import company_scope
from b2bkit.core.work import Actor

_company = Company.__table__


def rule_scope(actor: Actor) -> ColumnElement[bool]:
    """Staff: what holds for roles and for staff, and for people of the clients that they see. Nobody else."""
    if actor.kind == "system":
        return true()
    if actor.kind != "staff" or not actor.may("access.view"):
        return false()
    return or_(AccessRule.company_id.is_(None), and_(AccessRule.company_id.is_not(None), company_scope(actor, AccessRule.company_id)))


def acting_scope(actor: Actor) -> ColumnElement[bool]:
    """One's own session alone."""
    if actor.kind == "system":
        return true()
    return Acting.session_id == actor.session_id if actor.session_id is not None else false()


def substitution_scope(actor: Actor) -> ColumnElement[bool]:
    """All to the staff; to clients who stands in for their manager."""
    if actor.kind in ("system", "staff"):
        return true()
    if actor.kind != "client" or actor.company_id is None:
        return false()
    return Substitution.away_id.in_(select(_company.c.manager_id).where(company_scope(actor, _company.c.id)))
