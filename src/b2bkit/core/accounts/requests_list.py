"""Change requests as staff read them: those that wait, of the clients that they see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from b2bkit.core.accounts import changes, changes_erp
from b2bkit.core.accounts.changes_words import Line, in_words
from b2bkit.core.accounts.models import Company, User
from b2bkit.core.accounts.models_requests import ChangeRequest
from b2bkit.core.extend.things import Badge
from b2bkit.core.i18n import ngettext
from b2bkit.core.work import Work


class Row(NamedTuple):
    """A request with its client, who asked, and how far it has come in the ERP, in words."""

    request: ChangeRequest
    lines: Sequence[Line]
    company_id: UUID
    company: str
    who: str
    erp: str = ""


def waiting(work: Work) -> list[Row]:
    """The oldest hundred that wait. Two statements."""
    work.require(changes.CONFIRM)
    statement = select(ChangeRequest, Company.name, User.name).join(Company, Company.id == ChangeRequest.company_id)
    statement = statement.outerjoin(User, User.id == ChangeRequest.requested_by).where(ChangeRequest.state == "waiting")
    rows = work.session.execute(statement.order_by(ChangeRequest.created_at, ChangeRequest.id).limit(100)).all()
    states = changes_erp.states(work, [row[0] for row in rows])
    return [Row(row[0], in_words(row[0]), row[0].company_id, row[1], row[2] or "", states.get(row[0].id, "")) for row in rows]


_WAITING = select(func.count(ChangeRequest.id)).where(ChangeRequest.state == "waiting")


def badge(work: Work) -> Badge | None:
    """How many wait."""
    count = work.session.scalar(_WAITING) or 0
    return Badge(count, "new", ngettext("request waits", "requests wait", count)) if count else None
