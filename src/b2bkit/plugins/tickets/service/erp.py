"""Tickets in the ERP: each asking is one task for the client's manager there, and what is said of it comes back as an answer."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.erp.models_tasks import GivenTask
from b2bkit.core.erp.service import tasks
from b2bkit.core.i18n import _, speaking
from b2bkit.plugins.tickets.kinds import book_of
from b2bkit.plugins.tickets.models import Ticket, TicketMessage

LONGEST: Final = 3000


def ask(work: Work, ticket: Ticket) -> None:
    """Owes a task for what was asked; where one is open already, it gets these words besides. Nothing where the ERP takes no tasks."""
    book = book_of(work)
    kind = _kind(work, ticket)
    lang = work.config.portal.languages[0]
    with speaking(lang, work.translations(lang)):
        label = book.label(ticket.category)
        title = _("Ticket {number}: {category}").format(number=ticket.number, category=label)
        lines = [f"{one['label']}: {one['said']}" for one in ticket.fields]
    said = [message.text for message in _since(work, ticket)]
    words = "\n".join([*lines, "", *said]).strip()[:LONGEST]
    if tasks.reword(work, kind=kind, about=ticket.round_id, text=words):
        return
    tasks.give(
        work, kind=kind, about=ticket.round_id, company_id=ticket.company_id, title=title, text=words, party_id=ticket.legal_entity_id,
        author=work.actor.name,
    )  # fmt: skip


def _kind(work: Work, ticket: Ticket) -> str:
    categories = book_of(work).categories
    return categories[ticket.category].task if ticket.category in categories else f"tickets.{ticket.category}"[:50]


def _since(work: Work, ticket: Ticket) -> list[TicketMessage]:
    """What the client has written since the last answer: the words of this asking."""
    rows = select(TicketMessage).where(TicketMessage.ticket_id == ticket.id).order_by(TicketMessage.at.desc(), TicketMessage.id.desc())
    found: list[TicketMessage] = []
    for message in work.session.scalars(rows.limit(20)):
        if message.side != "client":
            break
        found.insert(0, message)
    return found


def next_round(ticket: Ticket) -> None:
    """From now on the ticket is asked anew: another task."""
    ticket.round_id = new_id()


def forget(work: Work, ticket: Ticket) -> None:
    """It was answered elsewhere, or is closed: nobody in the ERP has to."""
    tasks.void(work, kind=_kind(work, ticket), about=ticket.round_id)


def state(work: Work, ticket: Ticket) -> str:
    """How far the present asking has come in the ERP, in words; "" where there is no task."""
    mine = select(GivenTask.state, GivenTask.number).where(GivenTask.about == ticket.round_id, GivenTask.company_id == ticket.company_id)
    row = work.session.execute(mine).one_or_none()
    if row is None:
        return ""
    if row[0] == "waiting":
        return _("on its way to 1C")
    if row[0] == "refused":
        return _("1C did not take it as a task: answer here")
    return _("in 1C as task {number}").format(number=row[1]) if row[0] in ("open", "done") else ""


def answered(work: Work, event: TaskAnswered) -> None:
    """Subscriber: what was said of the task in the ERP is the answer. Heard twice, it is there once."""
    from b2bkit.plugins.tickets.service import write

    statement = select(Ticket).where(Ticket.round_id == event.about, Ticket.company_id == event.company_id).with_for_update()
    ticket = work.session.scalars(statement).one_or_none()
    if ticket is None or _heard(work, event.task_id):
        return
    text = event.text.strip()
    if not text:
        lang = work.config.portal.languages[0]
        with speaking(lang, work.translations(lang)):
            text = _("Done.") if event.state == "done" else _("Declined.")
    write.add_answer(work, ticket, text=text, side="erp", author=event.author, act="said", task_id=event.task_id)


def _heard(work: Work, task_id: UUID) -> bool:
    return work.session.scalar(select(TicketMessage.id).where(TicketMessage.task_id == task_id)) is not None
