"""A talk with its messages, as its page, a fragment of it and JSON show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from b2bkit import NotFound, Work
from b2bkit.core.accounts.models import Company, User
from b2bkit.core.files import attachments
from b2bkit.core.files.service import LARGE
from b2bkit.core.files.service import path_of as picture_path
from b2bkit_chat.models import ChatFile, ChatMessage, Presence, Talk
from b2bkit_chat.scopes import VIEW

PAGE: Final = 40
BEFORE: Final = 10  # messages above the one that a search led to
SIDE: Final = 280  # pixels of a picture's longer side in a message
_EXCERPT: Final = 120


class File(NamedTuple):
    """A file with a message; `size` in bytes; width and height of its drawing in the page, 0 where there is none."""

    id: UUID
    filename: str
    size: int
    type: str
    width: int
    height: int


class Quote(NamedTuple):
    """What a message replies to."""

    seq: int
    author: str
    text: str


class Said(NamedTuple):
    """A message. `own`: of the side that looks."""

    id: UUID
    seq: int
    at: datetime
    side: str
    author: str
    text: str
    read_at: datetime | None
    own: bool
    quote: Quote | None
    files: Sequence[File]


class Window(NamedTuple):
    """Some messages one after the other, and whether there are more before and after them."""

    said: Sequence[Said]
    earlier: bool
    later: bool


class Seen(NamedTuple):
    """A talk and whom it is with.

    unread        how many messages the side that looks has not read
    read, read_at the newest message up to which the other side has read, and when
    """

    talk: Talk
    company: str
    person: str
    email: str
    phone: str
    seen_at: datetime | None
    unread: int
    read: int
    read_at: datetime | None


_quoted = aliased(ChatMessage)


def _rows() -> Select[Any]:
    columns = (
        ChatMessage.id, ChatMessage.seq, ChatMessage.at, ChatMessage.side, ChatMessage.author, ChatMessage.text, ChatMessage.read_at,
        ChatMessage.files, _quoted.seq, _quoted.author, _quoted.text,
    )  # fmt: skip
    chosen: Any = select(*columns)
    found: Select[Any] = chosen.outerjoin(_quoted, _quoted.id == ChatMessage.answers)
    return found


_ROWS: Final = _rows()


def one(work: Work, talk_id: UUID) -> Seen:
    """A talk; NotFound alike for absent and foreign. One statement."""
    found = _seen(work, Talk.id == talk_id)
    if found is None:
        raise NotFound("talk")
    return found


def own(work: Work) -> Seen | None:
    """The actor's own talk in the company that he works for now; None before the first message. One statement."""
    return _seen(work, Talk.company_id == work.actor.company_id, Talk.user_id == work.actor.user_id)


def _seen(work: Work, *which: Any) -> Seen | None:
    work.require(VIEW)
    staff = work.actor.kind == "staff"
    other = Talk.user_id if staff else func.coalesce(Talk.answered_by, Company.manager_id)
    statement = select(Talk, Company.name, User.name, User.email, User.phone, Presence.seen_at).join(Company, Company.id == Talk.company_id)
    statement = statement.join(User, User.id == Talk.user_id).outerjoin(Presence, Presence.user_id == other)
    row = work.session.execute(statement.where(*which)).one_or_none()
    if row is None:
        return None
    talk: Talk = row[0]
    if staff:
        return Seen(*row, talk.staff_unread, talk.client_read, talk.client_read_at)
    return Seen(*row, talk.client_unread, talk.staff_read, talk.staff_read_at)


def window(work: Work, talk: Talk, *, before: int | None = None, after: int | None = None, around: int | None = None) -> Window:
    """The newest messages, those before or after a number, or those around one. At most two statements."""
    statement, forwards = _ROWS.where(ChatMessage.talk_id == talk.id), False
    if around is not None:
        after = max(around - BEFORE, 1) - 1
    if after is not None:
        if after >= talk.newest:
            return Window((), after > 0, False)
        statement, forwards = statement.where(ChatMessage.seq > after), True
    elif before is not None:
        statement = statement.where(ChatMessage.seq < before)
    order = ChatMessage.seq.asc() if forwards else ChatMessage.seq.desc()
    rows = list(work.session.execute(statement.order_by(order).limit(PAGE)))
    said = _said(work, rows if forwards else rows[::-1])
    return Window(said, bool(said) and said[0].seq > 1, bool(said) and said[-1].seq < talk.newest)


def _said(work: Work, rows: Sequence[Any]) -> list[Said]:
    files = _files(work, [row[0] for row in rows if row[7]])
    client = work.actor.kind != "staff"
    found = []
    for message_id, seq, at, side, author, text, read_at, _count, quoted, by, words in rows:
        quote = Quote(quoted, by, words if len(words) <= _EXCERPT else words[: _EXCERPT - 1] + "…") if quoted is not None else None
        own_side = (side == "client") == client
        found.append(Said(message_id, seq, at, side, author, text, read_at, own_side, quote, files.get(message_id, ())))
    return found


def _files(work: Work, messages: Sequence[UUID]) -> dict[UUID, list[File]]:
    found: dict[UUID, list[File]] = {}
    if not messages:
        return found
    columns = (ChatFile.message_id, ChatFile.id, ChatFile.filename, ChatFile.size, ChatFile.type, ChatFile.width, ChatFile.height)
    for message_id, *rest in work.session.execute(select(*columns).where(ChatFile.message_id.in_(messages)).order_by(ChatFile.id)):
        found.setdefault(message_id, []).append(_drawn(File._make(rest)))
    return found


def _drawn(file: File) -> File:
    """With the size that its drawing has in the page."""
    longer = max(file.width, file.height, SIDE)
    return file._replace(width=file.width * SIDE // longer, height=file.height * SIDE // longer)


def file_of(work: Work, file_id: UUID) -> tuple[str, str, Path]:
    """(file name, media type, path). NotFound alike for absent and foreign."""
    work.require(VIEW)
    found = work.session.execute(select(ChatFile.filename, ChatFile.type, ChatFile.name).where(ChatFile.id == file_id)).one_or_none()
    if found is None or not (path := attachments.path_of(work.config, found[2])).is_file():
        raise NotFound("file")
    return found[0], found[1], path


def picture_of(work: Work, file_id: UUID) -> Path:
    """The drawing of a picture, WebP. NotFound alike for absent, foreign, and for what is no picture."""
    work.require(VIEW)
    name = work.session.scalar(select(ChatFile.picture).where(ChatFile.id == file_id))
    if not name or not (path := picture_path(work.config, name, LARGE)).is_file():
        raise NotFound("picture")
    return path
