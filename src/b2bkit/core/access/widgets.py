"""Sections about rights on other pages."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from b2bkit.core.access.models import AccessRule
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.i18n import _
from b2bkit.core.work import Work


def people(work: Work, subject: object) -> Mapping[str, object] | None:
    """The people of a client with their roles, whether anything was set for them alone, and its distributor. At most three queries."""
    if not isinstance(subject, Company):
        return None
    statement = select(Membership.id, User.id, User.name, Membership.role).join(User, User.id == Membership.user_id)
    rows = work.session.execute(
        statement.where(Membership.company_id == subject.id, Membership.dismissed_at.is_(None)).order_by(User.name)
    ).all()
    own = set(work.session.scalars(select(AccessRule.user_id).where(AccessRule.company_id == subject.id)))
    profile, roles = work.kit.profiles.get(subject.profile), work.kit.roles
    shown = [(row[0], row[2], _(roles[row[3]].label) if row[3] in roles else row[3], row[1] in own) for row in rows]
    distributor = work.session.get(Company, subject.dealer_of) if subject.dealer_of is not None else None
    return {
        "people": shown,
        "profile": _(profile.label) if profile else subject.profile,
        "region": subject.region,
        "distributor": distributor.name if distributor is not None else "",
    }
