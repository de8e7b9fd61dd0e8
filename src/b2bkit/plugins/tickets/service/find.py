"""Tickets as people look for them, and one of them with all that was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from b2bkit import Badge, NotFound, Work
from b2bkit.core.accounts.models import Company, User
from b2bkit.core.files import attachments
from b2bkit.core.i18n import N_, _, ngettext
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit.plugins.tickets.kinds import book_of
from b2bkit.plugins.tickets.models import Ticket, TicketFile, TicketMessage
from b2bkit.plugins.tickets.scopes import ANSWER, OPEN, VIEW
from b2bkit.plugins.tickets.service import erp
from b2bkit.plugins.tickets.service.write import OWED, reopenable

PAGE: Final = 30
KEY: Final = (datetime, UUID)
STATES: Final[Mapping[str, str]] = {
    "open": N_("Waits for an answer"),
    "answered": N_("Answered"),
    "waiting": N_("Waits for the client"),
    "closed": N_("Settled"),
    "reopened": N_("Taken up again"),
}
CLIENT_STATES: Final[Mapping[str, str]] = {**STATES, "waiting": N_("Waits for you")}
TONES: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("info", "clock"),
    "answered": ("ok", "circle-check"),
    "waiting": ("warn", "message"),
    "closed": ("mute", "archive"),
    "reopened": ("info", "refresh"),
}


class Row(NamedTuple):
    """A ticket in a list."""

    id: UUID
    number: str
    category: str
    subject: str
    state: str
    company_id: UUID
    company: str
    opened_by: UUID | None
    assigned_to: UUID | None
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None
    answer_seen: bool
    who: str
    assignee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; empty fields restrict nothing.

    state  one of STATES, active (not closed) or owed (waits for the supplier)
    whose  all, mine, overdue, nobody (staff)
    """

    text: str = ""
    state: str = ""
    category: str = ""
    whose: str = "all"
    company_id: UUID | None = None
    order_id: UUID | None = None
    paper_id: UUID | None = None

    @property
    def asked(self) -> bool:
        """Whether anything restricts the list."""
        return bool(self.text.strip() or self.state or self.category or self.whose != "all" or self.company_id)


_assignee = aliased(User)


def _rows() -> Select[Any]:
    columns = (
        Ticket.id, Ticket.number, Ticket.category, Ticket.subject, Ticket.state, Ticket.company_id, Company.name, Ticket.opened_by,
        Ticket.assigned_to, Ticket.opened_at, Ticket.changed_at, Ticket.due_at, Ticket.answer_seen, User.name, _assignee.name,
    )  # fmt: skip
    chosen: Any = select(*columns)
    found: Select[Any] = chosen.join(Company, Company.id == Ticket.company_id).outerjoin(User, User.id == Ticket.opened_by)
    return found.outerjoin(_assignee, _assignee.id == Ticket.assigned_to)


_ROWS: Final = _rows()


def _row(values: Sequence[Any]) -> Row:
    return Row._make([*values[:-2], values[-2] or "", values[-1] or ""])


def tickets(work: Work, wanted: Wanted, *, at: str | None = None, size: int = PAGE) -> Slice[Row]:
    """A page of the tickets that the actor sees, what changed last first; one statement. `at`: a cursor of the page before."""
    work.require(VIEW)
    cursor = Cursor.decode(at, KEY)
    backwards = cursor is not None and cursor.backwards
    statement = _ROWS.where(*_conditions(work, wanted))
    if cursor is not None:
        statement = statement.where(_beyond(cursor))
    order = (Ticket.changed_at.asc(), Ticket.id.asc()) if backwards else (Ticket.changed_at.desc(), Ticket.id.desc())
    found = [_row(row) for row in work.session.execute(statement.order_by(*order).limit(size + 1))]
    return slice_of(found, size, cursor, lambda row: (row.changed_at, row.id))


def _beyond(cursor: Cursor) -> ColumnElement[bool]:
    moment, ticket_id = cursor.values
    if cursor.backwards:
        return or_(Ticket.changed_at > moment, and_(Ticket.changed_at == moment, Ticket.id > ticket_id))
    return or_(Ticket.changed_at < moment, and_(Ticket.changed_at == moment, Ticket.id < ticket_id))


def _conditions(work: Work, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state == "owed":
        found.append(Ticket.state.in_(OWED))
    elif wanted.state == "active":
        found.append(Ticket.state != "closed")
    elif wanted.state:
        found.append(Ticket.state == wanted.state)
    if wanted.category:
        found.append(Ticket.category == wanted.category)
    for column, value in ((Ticket.company_id, wanted.company_id), (Ticket.order_id, wanted.order_id), (Ticket.paper_id, wanted.paper_id)):
        if value is not None:
            found.append(column == value)
    found += _whose(work, wanted.whose)
    for word in wanted.text.casefold().split()[:6]:
        part = "%" + word[:50].replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"
        found.append(Ticket.found_by.like(part, escape="/"))
    return found


def _whose(work: Work, whose: str) -> list[ColumnElement[bool]]:
    if whose == "mine":
        return [or_(Ticket.assigned_to == work.actor.user_id, and_(Ticket.assigned_to.is_(None), _manages(work)))]
    if whose == "overdue":
        return [Ticket.state.in_(OWED), Ticket.due_at < work.now]
    if whose == "nobody":
        return [Ticket.assigned_to.is_(None), Ticket.state.in_(OWED)]
    return []


def _manages(work: Work) -> ColumnElement[bool]:
    mine = (work.actor.user_id, *work.actor.stands_for)
    return Ticket.company_id.in_(select(Company.id).where(Company.manager_id.in_(mine)))


class File(NamedTuple):
    """A file with a message; `size` in bytes."""

    id: UUID
    filename: str
    size: int
    type: str


class Said(NamedTuple):
    """Something that was said or done."""

    id: UUID
    at: datetime
    side: str
    act: str
    author: str
    text: str
    own: bool
    files: Sequence[File]


@dataclass(frozen=True, slots=True)
class View:
    """A ticket with all that its page shows. `fields`: name, words, type and value of each.

    may_write, may_close  what the actor may do as the client
    may_answer            what he may do as staff
    """

    ticket: Ticket
    company: str
    opened_by: str
    assigned_to: str
    category: str
    said: Sequence[Said]
    fields: Sequence[Mapping[str, Any]]
    erp: str
    overdue: bool
    may_write: bool
    may_close: bool
    may_answer: bool


def one(work: Work, ticket_id: UUID) -> View:
    """One ticket; NotFound alike for absent and foreign. Four statements."""
    work.require(VIEW)
    statement = select(Ticket, Company.name, User.name, _assignee.name).join(Company, Company.id == Ticket.company_id)
    statement = statement.outerjoin(User, User.id == Ticket.opened_by).outerjoin(_assignee, _assignee.id == Ticket.assigned_to)
    row = work.session.execute(statement.where(Ticket.id == ticket_id)).one_or_none()
    if row is None:
        raise NotFound("ticket")
    ticket: Ticket = row[0]
    owed, mine = ticket.state in OWED, work.actor.company_id == ticket.company_id and work.may(OPEN)
    return View(
        ticket=ticket, company=row[1], opened_by=row[2] or "", assigned_to=row[3] or "", category=book_of(work).label(ticket.category),
        said=_said(work, ticket), fields=ticket.fields, erp=erp.state(work, ticket),
        overdue=owed and ticket.due_at is not None and ticket.due_at < work.now,
        may_write=mine and (ticket.state != "closed" or reopenable(work, ticket)), may_close=mine and ticket.state != "closed",
        may_answer=work.actor.kind == "staff" and work.may(ANSWER),
    )  # fmt: skip


def _said(work: Work, ticket: Ticket) -> list[Said]:
    columns = (TicketFile.message_id, TicketFile.id, TicketFile.filename, TicketFile.size, TicketFile.type)
    files: dict[UUID, list[File]] = {}
    for message_id, *rest in work.session.execute(select(*columns).where(TicketFile.ticket_id == ticket.id).order_by(TicketFile.id)):
        files.setdefault(message_id, []).append(File._make(rest))
    rows = select(TicketMessage).where(TicketMessage.ticket_id == ticket.id).order_by(TicketMessage.at, TicketMessage.id)
    me = work.actor.user_id
    return [
        Said(row.id, row.at, row.side, row.act, row.author, row.text, row.user_id is not None and row.user_id == me, files.get(row.id, ()))
        for row in work.session.scalars(rows)
    ]


def file_of(work: Work, *, ticket_id: UUID, file_id: UUID) -> tuple[str, str, Path]:
    """(file name, media type, path). NotFound alike for absent and foreign."""
    work.require(VIEW)
    columns = (TicketFile.filename, TicketFile.type, TicketFile.name)
    found = work.session.execute(select(*columns).where(TicketFile.id == file_id, TicketFile.ticket_id == ticket_id)).one_or_none()
    if found is None or not (path := attachments.path_of(work.config, found[2])).is_file():
        raise NotFound("file")
    return found[0], found[1], path


def for_me(work: Work, *, limit: int = 5) -> tuple[list[Row], int]:
    """Answers that the actor has not seen and tickets that wait for him, with how many there are in all. Two statements."""
    conditions = _for_me(work)
    rows = work.session.execute(_ROWS.where(*conditions).order_by(Ticket.changed_at.desc(), Ticket.id.desc()).limit(limit))
    return [_row(row) for row in rows], work.session.scalar(select(func.count(Ticket.id)).where(*conditions)) or 0


def _for_me(work: Work) -> list[ColumnElement[bool]]:
    mine = Ticket.opened_by == work.actor.user_id
    return [mine, or_(Ticket.answer_seen.is_(False), Ticket.state == "waiting")]


def badge(work: Work) -> Badge | None:
    """How many answers wait for the person."""
    if work.actor.kind != "client":
        return None
    count = work.session.scalar(select(func.count(Ticket.id)).where(*_for_me(work))) or 0
    return Badge(count, "new", ngettext("answer to you", "answers to you", count)) if count else None


def staff_badge(work: Work) -> Badge | None:
    """How many tickets wait for the staff member's answer."""
    conditions = [Ticket.state.in_(OWED), *_whose(work, "mine")]
    count = work.session.scalar(select(func.count(Ticket.id)).where(*conditions)) or 0
    return Badge(count, "new", ngettext("ticket waits for you", "tickets wait for you", count)) if count else None


def state_words(state: str, *, staff: bool) -> str:
    """A state in words, as the client or staff read it."""
    return _((STATES if staff else CLIENT_STATES).get(state, state))
