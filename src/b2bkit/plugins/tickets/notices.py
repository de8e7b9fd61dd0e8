"""What people are told about tickets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import Level, NotificationKind, Work
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.i18n import N_, _
from b2bkit.core.web.urls import Urls
from b2bkit.plugins.tickets import events
from b2bkit.plugins.tickets.kinds import book_of
from b2bkit.plugins.tickets.models import Ticket, TicketMessage
from b2bkit.plugins.tickets.scopes import ANSWER
from b2bkit.plugins.tickets.service.find import CLIENT_STATES

Event = (
    events.TicketOpened
    | events.TicketAnswered
    | events.TicketContinued
    | events.TicketClosed
    | events.TicketAssigned
    | events.TicketOverdue
)
EXCERPT: Final = 600


def opener(work: Work, event: Event) -> Iterable[UUID]:
    """Who opened the ticket, while he works for that company; else its owners."""
    opened_by = work.session.scalar(select(Ticket.opened_by).where(Ticket.id == event.ticket_id))
    members = select(Membership.user_id).where(Membership.company_id == event.company_id, Membership.dismissed_at.is_(None))
    found = list(work.session.scalars(members.where(Membership.user_id == opened_by))) if opened_by is not None else []
    return found or list(work.session.scalars(members.where(Membership.role == "owner")))


def opener_of_closed(work: Work, event: events.TicketClosed) -> Iterable[UUID]:
    """Nobody is told of what he did himself."""
    return [] if event.side == "client" else opener(work, event)


def answerer(work: Work, event: Event) -> Iterable[UUID]:
    """Whom it is assigned to; else the client's manager; else all who answer tickets of every client."""
    assigned = work.session.scalar(select(Ticket.assigned_to).where(Ticket.id == event.ticket_id))
    manager = work.session.scalar(select(Company.manager_id).where(Company.id == event.company_id))
    if assigned or manager:
        return [one for one in (assigned or manager,) if one is not None]
    roles = [code for code, role in work.kit.roles.items() if role.side == "staff" and role.levels.get(ANSWER) is Level.ALL]
    return list(work.session.scalars(select(User.id).where(User.staff_role.in_(roles), User.blocked.is_(False)).order_by(User.id)))


def _assigned(_work: Work, event: events.TicketAssigned) -> Iterable[UUID]:
    return [event.user_id]


def _about(work: Work, event: Event) -> dict[str, str]:
    ticket = work.session.get_one(Ticket, event.ticket_id)
    company = work.session.get_one(Company, event.company_id).name
    return {"number": ticket.number, "category": book_of(work).label(ticket.category), "company": company, "subject": ticket.subject}


def _said(work: Work, event: events.TicketAnswered | events.TicketContinued) -> Mapping[str, str]:
    message = work.session.get(TicketMessage, event.message_id)
    text = message.text if message is not None else ""
    text = text if len(text) <= EXCERPT else text[: EXCERPT - 1].rstrip() + "…"
    return {**_about(work, event), "text": text or _("A file is attached."), "author": message.author if message is not None else ""}


def _answered(work: Work, event: events.TicketAnswered) -> Mapping[str, str]:
    return {**_said(work, event), "state": _(CLIENT_STATES[event.state])}


def _by(work: Work, event: events.TicketAssigned) -> Mapping[str, str]:
    return {**_about(work, event), "by": event.by}


def _page(work: Work, event: Event) -> str:
    return Urls([work.kit.routes["tickets.ticket"]]).path("tickets.ticket", ticket_id=event.ticket_id)


def _desk(work: Work, event: Event) -> str:
    return Urls([work.kit.routes["tickets.desk_ticket"]]).path("tickets.desk_ticket", ticket_id=event.ticket_id)


SAMPLES: Final = {
    "number": "T-00042", "category": N_("Reconciliation act"), "company": "ООО «Экопакет»", "subject": "Акт сверки за третий квартал",
}  # fmt: skip
TALK: Final = {**SAMPLES, "text": "Акт подписан, оригинал положим в ближайшую поставку.", "author": "Светлана Дубовик"}

KINDS: Final = (
    NotificationKind(
        name="tickets.answered",
        label=N_("My ticket was answered"),
        event=events.TicketAnswered,
        recipients=opener,
        context=_answered,
        title=N_("Ticket {number} is answered: {subject}"),
        text=N_("{text}"),
        route=_page,
        audience="client",
        samples={**TALK, "state": N_("Answered")},
    ),
    NotificationKind(
        name="tickets.closed",
        label=N_("My ticket was closed"),
        event=events.TicketClosed,
        recipients=opener_of_closed,
        context=_about,
        title=N_("Ticket {number} is closed"),
        text=N_("{category}: {subject}. If it is not settled, write in it and it is taken up again."),
        route=_page,
        channels=("notify.inbox",),
        audience="client",
        samples=SAMPLES,
    ),
    NotificationKind(
        name="tickets.opened",
        label=N_("A client opened a ticket"),
        event=events.TicketOpened,
        recipients=answerer,
        context=_about,
        title=N_("{company}: {category}"),
        text=N_("Ticket {number}: {subject}"),
        route=_desk,
        audience="staff",
        samples=SAMPLES,
    ),
    NotificationKind(
        name="tickets.continued",
        label=N_("A client wrote in a ticket again"),
        event=events.TicketContinued,
        recipients=answerer,
        context=_said,
        title=N_("{company} wrote in ticket {number}"),
        text=N_("{text}"),
        route=_desk,
        audience="staff",
        samples=TALK,
    ),
    NotificationKind(
        name="tickets.assigned",
        label=N_("A ticket was given to me"),
        event=events.TicketAssigned,
        recipients=_assigned,
        context=_by,
        title=N_("{by} gave you ticket {number}"),
        text=N_("{company}, {category}: {subject}"),
        route=_desk,
        audience="staff",
        samples={**SAMPLES, "by": "Анна Ковалевич"},
    ),
    NotificationKind(
        name="tickets.overdue",
        label=N_("The answer to a ticket is overdue"),
        event=events.TicketOverdue,
        recipients=answerer,
        context=_about,
        title=N_("Ticket {number} waits too long"),
        text=N_("{company}, {category}: {subject}. The time for an answer has passed."),
        route=_desk,
        audience="staff",
        samples=SAMPLES,
    ),
)
