"""What is written in tickets: they are opened, answered, taken up again, closed. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import insert, select

from b2bkit import Conflict, Level, NotFound, Problem, Refused, Work
from b2bkit.core.accounts.models import Company, Contract, User
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.files import attachments
from b2bkit.core.i18n import _
from b2bkit.plugins.tickets import events
from b2bkit.plugins.tickets.kinds import book_of, open_to
from b2bkit.plugins.tickets.models import Ticket, TicketFile, TicketMessage, TicketNumber
from b2bkit.plugins.tickets.scopes import ANSWER, OPEN
from b2bkit.plugins.tickets.service import erp, fields

LONGEST: Final = 8000
OWED: Final = ("open", "reopened")  # states in which the supplier owes an answer
_FOUND_BY: Final = 20_000


class Attached(NamedTuple):
    """A file that came with a message."""

    filename: str
    data: bytes


def open_ticket(
    work: Work, *, category: str, text: str, typed: fields.Typed, files: Sequence[Attached] = (), subject: str = "",
    paper_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Opens a ticket of the actor's company; returns its id.

    NotFound for a category that is none, or not for him. Refused with every problem, named by field (`text`, `files`, `f_<key>`).
    """
    work.require(OPEN)
    company_id = work.actor.company_id
    chosen = book_of(work).category(category)
    if company_id is None or not open_to(work, chosen):
        raise NotFound("category")
    filled = fields.fill(work, chosen, typed, files=len(files))
    needs_words = not filled.values and not filled.problems
    problems = [*filled.problems, *_wrong(work, text, files, needed=needs_words)]
    if problems:
        raise Refused(problems)
    hours = book_of(work).hours(work.config.portal.zone)
    due, about = hours.due(work.now, chosen.settings.deadline), filled.about
    number = f"{book_of(work).settings.prefix}{_next_number(work):05}"
    ticket = Ticket(
        id=new_id(), company_id=company_id, number=number, category=category, subject=_subject(subject, text, chosen.label),
        state="open", fields=filled.values, legal_entity_id=about.get("entity") or _entity_of(work), contract_id=about.get("contract"),
        order_id=about.get("order"), paper_id=about.get("paper") or paper_id, opened_by=work.actor.user_id, assigned_to=None,
        round_id=new_id(), opened_at=work.now, changed_at=work.now, due_at=due, first_due_at=due, answer_seen=True, told_late=False,
        found_by=" ".join([number, chosen.label, *(one["said"] for one in filled.values)]).casefold()[:_FOUND_BY],
    )  # fmt: skip
    work.session.add(ticket)
    work.session.flush()
    _say(work, ticket, side="client", author=work.actor.name, text=text, files=files)
    erp.ask(work, ticket)
    work.publish(events.TicketOpened(ticket.id, company_id, number, category), key=f"ticket:{ticket.id}")
    _changed(work, ticket)
    if work.actor.on_behalf is not None:
        record(work, action="tickets.opened", entity="ticket", entity_id=ticket.id, company_id=company_id, details={"number": number})
    return ticket.id


def _subject(subject: str, text: str, label: str) -> str:
    """What stands in lists: the first line of the words; the category's name where there are none."""
    first = next((line.strip() for line in (subject or text).splitlines() if line.strip()), label)
    return first if len(first) <= 120 else first[:119].rstrip() + "…"


def _entity_of(work: Work) -> UUID | None:
    """The legal entity of the contract under which the actor works now."""
    contract_id = work.actor.contract_id
    return work.session.scalar(select(Contract.legal_entity_id).where(Contract.id == contract_id)) if contract_id else None


def _next_number(work: Work) -> int:
    return int(work.session.execute(insert(TicketNumber).returning(TicketNumber.id)).scalar_one())


def _wrong(work: Work, text: str, files: Sequence[Attached], *, needed: bool = True) -> list[Problem]:
    problems = []
    if needed and not text.strip():
        problems.append(Problem("text_missing", _("Write what it is about."), "text"))
    if len(text) > LONGEST:
        problems.append(Problem("text_long", _("At most 8000 characters fit into one message. Attach the rest as a file."), "text"))
    most = book_of(work).settings.files
    if len(files) > most:
        problems.append(Problem("files_many", _("At most {most} files go with one message.").format(most=most), "files"))
    for one in files[:most]:
        problems += attachments.check(one.filename, one.data)
    return problems


def _say(
    work: Work, ticket: Ticket, *, side: str, author: str, text: str, act: str = "said", files: Sequence[Attached] = (),
    task_id: UUID | None = None,
) -> UUID:  # fmt: skip
    message_id, person = new_id(), work.actor.user_id if side in ("client", "staff") else None
    row = {"id": message_id, "company_id": ticket.company_id, "ticket_id": ticket.id, "at": work.now, "side": side, "act": act}
    said = {"user_id": person, "author": author[:250], "text": text.strip()[:LONGEST], "task_id": task_id}
    work.session.insert_rows(TicketMessage, [{**row, **said}])
    for one in files:
        stored = attachments.store(work, filename=one.filename, data=one.data)
        place = {"id": new_id(), "company_id": ticket.company_id, "ticket_id": ticket.id, "message_id": message_id}
        work.session.insert_rows(TicketFile, [{**place, **stored._asdict()}])
    names = " ".join(one.filename for one in files)
    ticket.found_by = f"{ticket.found_by} {text.strip().casefold()} {names.casefold()}".strip()[:_FOUND_BY]
    ticket.changed_at = work.now
    return message_id


def _changed(work: Work, ticket: Ticket) -> None:
    work.session.flush()
    work.signal("tickets", ticket.id, companies=(ticket.company_id,), staff=True)


def held(work: Work, ticket_id: UUID) -> Ticket:
    """The ticket, kept from others until the transaction ends. NotFound alike for absent and foreign."""
    found = work.session.scalars(select(Ticket).where(Ticket.id == ticket_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound("ticket")
    return found


def reply(work: Work, *, ticket_id: UUID, text: str, files: Sequence[Attached] = ()) -> UUID:
    """The client writes on; a closed ticket is taken up again while that is possible. Returns the message's id."""
    work.require(OPEN)
    ticket = _own(work, ticket_id)
    problems = _wrong(work, text, files, needed=not files)
    if problems:
        raise Refused(problems)
    before = ticket.state
    if before == "closed":
        _require_reopenable(work, ticket)
    if before not in OWED:
        erp.next_round(ticket)
        _owe_answer(work, ticket)
    ticket.state = "reopened" if before in ("closed", "reopened") else "open"
    ticket.closed_at, ticket.answer_seen = None, True
    message_id = _say(work, ticket, side="client", author=work.actor.name, text=text, files=files)
    work.session.flush()
    erp.ask(work, ticket)
    fact = events.TicketContinued(ticket.id, message_id, ticket.company_id, ticket.number, before == "closed")
    work.publish(fact, key=f"ticket:{ticket.id}")
    _changed(work, ticket)
    return message_id


def _own(work: Work, ticket_id: UUID) -> Ticket:
    """A ticket that the actor writes in as the client."""
    ticket = held(work, ticket_id)
    if work.actor.company_id != ticket.company_id:
        raise NotFound("ticket")
    return ticket


def _require_reopenable(work: Work, ticket: Ticket) -> None:
    if not reopenable(work, ticket):
        told = _("This ticket was closed too long ago. Open a new one and name its number, {number}.").format(number=ticket.number)
        raise Refused(Problem("closed_long_ago", told))


def reopenable(work: Work, ticket: Ticket) -> bool:
    """Whether the client may still write in a closed ticket."""
    days = timedelta(days=book_of(work).settings.reopen_within)
    return ticket.closed_at is not None and work.now - ticket.closed_at <= days


def _owe_answer(work: Work, ticket: Ticket) -> None:
    book = book_of(work)
    deadline = book.categories[ticket.category].settings.deadline if ticket.category in book.categories else "1d"
    ticket.due_at, ticket.told_late = book.hours(work.config.portal.zone).due(work.now, deadline), False


def answer(work: Work, *, ticket_id: UUID, text: str, files: Sequence[Attached] = (), then: str = "answered") -> UUID:
    """Staff answer; `then`: answered, waiting (for the client) or closed. Returns the message's id. The task in the ERP is void."""
    work.require(ANSWER)
    ticket = held(work, ticket_id)
    problems = _wrong(work, text, files, needed=not files)
    if problems:
        raise Refused(problems)
    act = {"waiting": "waits", "closed": "closed"}.get(then, "said")
    erp.forget(work, ticket)
    if ticket.assigned_to is None:
        ticket.assigned_to = work.actor.user_id
    message_id = add_answer(work, ticket, text=text, side="staff", author=work.actor.name, act=act, files=files)
    details = {"number": ticket.number, "then": then}
    record(work, action="tickets.answered", entity="ticket", entity_id=ticket.id, company_id=ticket.company_id, details=details)
    return message_id


def add_answer(
    work: Work, ticket: Ticket, *, text: str, side: str, author: str, act: str, files: Sequence[Attached] = (), task_id: UUID | None = None
) -> UUID:
    """The supplier's word in a ticket, wherever it was said. Who opened it is told."""
    if ticket.first_answer_at is None:
        ticket.first_answer_at = work.now
        ticket.minutes = book_of(work).hours(work.config.portal.zone).minutes(ticket.opened_at, work.now)
    ticket.state = {"waits": "waiting", "closed": "closed"}.get(act, "answered")
    ticket.closed_at = work.now if act == "closed" else None
    ticket.due_at, ticket.answer_seen, ticket.told_late = None, False, False
    message_id = _say(work, ticket, side=side, author=author, text=text, act=act, files=files, task_id=task_id)
    fact = events.TicketAnswered(ticket.id, message_id, ticket.company_id, ticket.number, ticket.state)
    work.publish(fact, key=f"ticket:{ticket.id}")
    _changed(work, ticket)
    return message_id


def close(work: Work, *, ticket_id: UUID) -> None:
    """The client says that it is settled, or staff close without a word. Twice is once."""
    staff = work.actor.kind == "staff"
    work.require(ANSWER if staff else OPEN)
    ticket = held(work, ticket_id) if staff else _own(work, ticket_id)
    if ticket.state == "closed":
        return
    if staff:
        details = {"number": ticket.number}
        record(work, action="tickets.closed", entity="ticket", entity_id=ticket.id, company_id=ticket.company_id, details=details)
    end(work, ticket, side="staff" if staff else "client", author=work.actor.name)


def end(work: Work, ticket: Ticket, *, side: str, author: str) -> None:
    """Closes a ticket: nothing is owed any more, here or in the ERP."""
    erp.forget(work, ticket)
    ticket.state, ticket.closed_at, ticket.due_at = "closed", work.now, None
    ticket.answer_seen = ticket.answer_seen or side == "client"
    _say(work, ticket, side=side, author=author, text="", act="closed")
    work.publish(events.TicketClosed(ticket.id, ticket.company_id, ticket.number, side), key=f"ticket:{ticket.id}")
    _changed(work, ticket)


def reopen(work: Work, *, ticket_id: UUID) -> None:
    """Staff take a ticket up again: an answer is owed anew. Conflict where one is owed already."""
    work.require(ANSWER)
    ticket = held(work, ticket_id)
    if ticket.state in OWED:
        raise Conflict(Problem("open_already", _("This ticket waits for an answer already.")))
    erp.next_round(ticket)
    _owe_answer(work, ticket)
    ticket.state, ticket.closed_at = "reopened", None
    _say(work, ticket, side="staff", author=work.actor.name, text="", act="reopened")
    details = {"number": ticket.number}
    record(work, action="tickets.reopened", entity="ticket", entity_id=ticket.id, company_id=ticket.company_id, details=details)
    _changed(work, ticket)


def assign(work: Work, *, ticket_id: UUID, user_id: UUID | None) -> None:
    """Somebody of the staff is to answer it, or nobody in particular. Refused for a person who cannot see the client's tickets."""
    work.require(ANSWER)
    ticket = held(work, ticket_id)
    if user_id is not None and user_id not in {one.id for one in able(work, ticket.company_id)}:
        raise Refused(Problem("assignee", _("This person does not answer tickets of this client. Choose another one."), "user_id"))
    if ticket.assigned_to == user_id:
        return
    ticket.assigned_to = user_id
    details = {"number": ticket.number, "to": str(user_id or "")}
    record(work, action="tickets.assigned", entity="ticket", entity_id=ticket.id, company_id=ticket.company_id, details=details)
    if user_id is not None and user_id != work.actor.user_id:
        fact = events.TicketAssigned(ticket.id, ticket.company_id, ticket.number, user_id, work.actor.name)
        work.publish(fact, key=f"ticket:{ticket.id}")
    _changed(work, ticket)


def able(work: Work, company_id: UUID) -> list[User]:
    """Staff who answer tickets of this client: its manager, and those whose role reaches all clients. Two statements."""
    everywhere = [code for code, role in work.kit.roles.items() if role.side == "staff" and role.levels.get(ANSWER) is Level.ALL]
    manager_id = work.session.scalar(select(Company.manager_id).where(Company.id == company_id))
    mine = (User.staff_role.in_(everywhere)) | (User.id == manager_id) | (User.id == work.actor.user_id)
    statement = select(User).where(User.staff_role.is_not(None), User.blocked.is_(False), mine)
    return list(work.session.scalars(statement.order_by(User.name, User.id)))


def seen(work: Work, *, ticket_id: UUID) -> None:
    """Who opened the ticket has its answer before him; others look without a trace."""
    ticket = work.session.get(Ticket, ticket_id)
    if ticket is None:
        raise NotFound("ticket")
    if not ticket.answer_seen and ticket.opened_by == work.actor.user_id and work.actor.on_behalf is None:
        ticket.answer_seen = True
        work.session.flush()
        if work.actor.user_id is not None:
            work.signal("tickets", ticket.id, users=(work.actor.user_id,))
