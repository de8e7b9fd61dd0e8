"""Talks as staff look for them, what was said in them, and how many wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from b2bkit import Badge, Work
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.i18n import ngettext
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit_chat.models import ChatMessage, Talk
from b2bkit_chat.scopes import VIEW

PAGE: Final = 30
KEY: Final = (datetime, UUID)
FOUND: Final = 20
WAITS: Final = timedelta(days=7)
_EXCERPT: Final = 160


class Row(NamedTuple):
    """A talk in a list. `unread`: by the side that looks."""

    id: UUID
    company_id: UUID
    company: str
    person: str
    last_at: datetime
    last_side: str
    last_text: str
    unread: int


class Found(NamedTuple):
    """A message that a search found."""

    talk_id: UUID
    seq: int
    at: datetime
    side: str
    author: str
    text: str
    company: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for.

    which   all; waits (the client wrote last, within a week or unread: a read "thank you" waits for nothing after that); mine (clients of
            the actor and of whom he stands in for)
    """

    text: str = ""
    which: str = "all"
    company_id: UUID | None = None


def talks(work: Work, wanted: Wanted, *, at: str | None = None, size: int = PAGE) -> Slice[Row]:
    """A page of the talks that the actor sees, the newest message first; one statement. `at`: a cursor of the page before."""
    work.require(VIEW)
    cursor = Cursor.decode(at, KEY)
    backwards = cursor is not None and cursor.backwards
    unread = Talk.staff_unread if work.actor.kind == "staff" else Talk.client_unread
    columns = (Talk.id, Talk.company_id, Company.name, User.name, Talk.last_at, Talk.last_side, Talk.last_text, unread)
    chosen: Any = select(*columns)
    statement = chosen.join(Company, Company.id == Talk.company_id).join(User, User.id == Talk.user_id)
    statement = statement.where(*_conditions(work, wanted))
    if cursor is not None:
        statement = statement.where(_beyond(cursor))
    order = (Talk.last_at.asc(), Talk.id.asc()) if backwards else (Talk.last_at.desc(), Talk.id.desc())
    rows = [Row._make(row) for row in work.session.execute(statement.order_by(*order).limit(size + 1))]
    return slice_of(rows, size, cursor, lambda row: (row.last_at, row.id))


def _beyond(cursor: Cursor) -> ColumnElement[bool]:
    moment, talk_id = cursor.values
    if cursor.backwards:
        return or_(Talk.last_at > moment, and_(Talk.last_at == moment, Talk.id > talk_id))
    return or_(Talk.last_at < moment, and_(Talk.last_at == moment, Talk.id < talk_id))


def _conditions(work: Work, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Talk.found_by.like(part, escape="/") for part in _parts(wanted.text)]
    if wanted.which == "waits":
        found += [Talk.last_side == "client", or_(Talk.staff_unread > 0, Talk.last_at > work.now - WAITS)]
    elif wanted.which == "mine":
        found.append(_mine(work))
    if wanted.company_id is not None:
        found.append(Talk.company_id == wanted.company_id)
    return found


def _mine(work: Work) -> ColumnElement[bool]:
    mine = (work.actor.user_id, *work.actor.stands_for)
    return Talk.company_id.in_(select(Company.id).where(Company.manager_id.in_(mine)))


def _parts(text: str) -> list[str]:
    """Patterns for LIKE: every word must be there."""
    words = text.casefold().split()[:6]
    return ["%" + word[:50].replace("/", "//").replace("%", "/%").replace("_", "/_") + "%" for word in words]


def found(work: Work, text: str, *, talk_id: UUID | None = None) -> Sequence[Found]:
    """The newest messages with all these words, in all talks that the actor sees or in one of them; one statement."""
    work.require(VIEW)
    parts = _parts(text)
    if not parts:
        return ()
    columns = (ChatMessage.talk_id, ChatMessage.seq, ChatMessage.at, ChatMessage.side, ChatMessage.author, ChatMessage.text)
    chosen: Any = select(*columns, Company.name, User.name)
    statement = chosen.join(Talk, Talk.id == ChatMessage.talk_id).join(Company, Company.id == Talk.company_id)
    statement = statement.join(User, User.id == Talk.user_id).where(*(ChatMessage.found_by.like(part, escape="/") for part in parts))
    if talk_id is not None:
        statement = statement.where(ChatMessage.talk_id == talk_id)
    rows = work.session.execute(statement.order_by(ChatMessage.at.desc(), ChatMessage.id.desc()).limit(FOUND))
    return [Found(*row)._replace(text=_around(row[5], text)) for row in rows]


def _around(text: str, wanted: str) -> str:
    """The part of a message where its first word was found."""
    line = " ".join(text.split())
    place = max(line.casefold().find(wanted.casefold().split()[0]), 0)
    start = 0 if len(line) <= _EXCERPT else max(place - _EXCERPT // 3, 0)
    end = start + _EXCERPT
    return ("…" if start else "") + line[start:end].strip() + ("…" if end < len(line) else "")


class Person(NamedTuple):
    """Somebody of a client whom staff may write to."""

    id: UUID
    name: str
    role: str


def people_of(work: Work, company_id: UUID) -> Sequence[Person]:
    """Who works for a client; one statement."""
    rows = select(User.id, User.name, Membership.role).join(Membership, Membership.user_id == User.id)
    rows = rows.where(Membership.company_id == company_id, Membership.dismissed_at.is_(None), User.blocked.is_(False))
    return [Person(*row) for row in work.session.execute(rows.order_by(User.name, User.id))]


def badge(work: Work) -> Badge | None:
    """How many messages the client's person has not read."""
    if work.actor.kind != "client" or work.actor.company_id is None:
        return None
    mine = (Talk.company_id == work.actor.company_id, Talk.user_id == work.actor.user_id)
    count = work.session.scalar(select(Talk.client_unread).where(*mine)) or 0
    return Badge(count, "new", ngettext("unread message", "unread messages", count)) if count else None


def staff_badge(work: Work) -> Badge | None:
    """How many talks of the staff member's clients have something unread."""
    count = work.session.scalar(select(func.count(Talk.id)).where(Talk.staff_unread > 0, _mine(work))) or 0
    return Badge(count, "new", ngettext("talk with new messages", "talks with new messages", count)) if count else None
