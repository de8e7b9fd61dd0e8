"""Who sees which rows of rights."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, true

from b2bkit.core.access.models import AccessRule, Acting
from b2bkit.core.accounts.scopes import company_scope
from b2bkit.core.work import Actor


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
    """All of the staff."""
    return true() if actor.kind in ("system", "staff") else false()
