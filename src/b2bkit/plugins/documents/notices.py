"""What people are told about originals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import Level, NotificationKind, Work
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.i18n import N_, _
from b2bkit.core.settlements.models import Paper
from b2bkit.core.settlements.service.find import KINDS as PAPER_KINDS
from b2bkit.core.web.urls import Urls
from b2bkit.plugins.documents.events import OriginalsAsked, OriginalsMoved
from b2bkit.plugins.documents.models import OriginalsPaper, OriginalsRequest
from b2bkit.plugins.documents.scopes import ANSWER
from b2bkit.plugins.documents.service.originals import STATES, WAYS

Event = OriginalsAsked | OriginalsMoved
NAMED: Final = 3


def asker(work: Work, event: OriginalsMoved) -> Iterable[UUID]:
    """Who asked, while he works for that company; else its owners."""
    asked_by = work.session.scalar(select(OriginalsRequest.asked_by).where(OriginalsRequest.id == event.request_id))
    members = select(Membership.user_id).where(Membership.company_id == event.company_id, Membership.dismissed_at.is_(None))
    found = list(work.session.scalars(members.where(Membership.user_id == asked_by))) if asked_by is not None else []
    return found or list(work.session.scalars(members.where(Membership.role == "owner")))


def sender(work: Work, event: OriginalsAsked) -> Iterable[UUID]:
    """The client's manager; else all who send originals to every client."""
    manager = work.session.scalar(select(Company.manager_id).where(Company.id == event.company_id))
    if manager is not None:
        return [manager]
    roles = [code for code, role in work.kit.roles.items() if role.side == "staff" and role.levels.get(ANSWER) is Level.ALL]
    return list(work.session.scalars(select(User.id).where(User.staff_role.in_(roles), User.blocked.is_(False)).order_by(User.id)))


def _told(work: Work, event: Event) -> Mapping[str, str]:
    request = work.session.get_one(OriginalsRequest, event.request_id)
    company = work.session.get_one(Company, event.company_id).name
    papers = select(Paper.kind, Paper.number).join(OriginalsPaper, OriginalsPaper.paper_id == Paper.id)
    rows = work.session.execute(papers.where(OriginalsPaper.request_id == request.id).order_by(Paper.on, Paper.id)).all()
    named = ", ".join(f"{_(PAPER_KINDS[kind])} {number}" for kind, number in rows[:NAMED])
    more = _(" and {count} more").format(count=len(rows) - NAMED) if len(rows) > NAMED else ""
    said = {"company": company, "papers": named + more, "way": _(WAYS[request.way]), "state": _(STATES[request.state])}
    return {**said, "answer": request.answer or "—"}


def _list(work: Work, _event: OriginalsMoved) -> str:
    return Urls([work.kit.routes["documents.originals"]]).path("documents.originals")


def _desk(work: Work, _event: OriginalsAsked) -> str:
    return Urls([work.kit.routes["documents.desk"]]).path("documents.desk")


SAMPLES: Final = {
    "company": "ООО «Экопакет»", "papers": "ТТН-000017, ТТН-000018", "way": N_("With the next delivery"), "state": N_("On the way"),
    "answer": "Водитель передаст в четверг.",
}  # fmt: skip
KINDS: Final = (
    NotificationKind(
        name="documents.originals_moved",
        label=N_("Originals that I asked for are on their way"),
        event=OriginalsMoved,
        recipients=asker,
        context=_told,
        title=N_("Originals: {state}"),
        text=N_("{papers}. {answer}"),
        route=_list,
        audience="client",
        samples=SAMPLES,
    ),
    NotificationKind(
        name="documents.originals_asked",
        label=N_("A client asks for originals"),
        event=OriginalsAsked,
        recipients=sender,
        context=_told,
        title=N_("{company} asks for originals"),
        text=N_("{papers}. {way}"),
        route=_desk,
        audience="staff",
        samples=SAMPLES,
    ),
)
