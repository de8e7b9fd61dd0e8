"""What is written in talks: messages of both sides, read marks, talks that staff begin. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from b2bkit import NotFound, Problem, Refused, Work
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.files import attachments
from b2bkit.core.files.service import Recoded
from b2bkit.core.i18n import _
from b2bkit_chat import events
from b2bkit_chat.models import ChatFile, ChatMessage, Talk
from b2bkit_chat.scopes import ANSWER, VIEW, WRITE
from b2bkit_chat.service import erp, people

LONGEST: Final = 8000
LIVE: Final = "chat"
TYPING: Final = "chat-typing"
_FOUND_BY: Final = 20_000
_EXCERPT: Final = 200


class Attached(NamedTuple):
    """A file that came with a message, and its drawing for the page where it is a picture."""

    filename: str
    data: bytes
    picture: Recoded = Recoded()


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A message that is to be added. `answers`: number of the message that it replies to."""

    side: str
    author: str
    text: str
    files: Sequence[Attached] = ()
    answers: int | None = None
    user_id: UUID | None = None
    task_id: UUID | None = None


def say(work: Work, *, text: str, files: Sequence[Attached] = (), answers: int | None = None) -> UUID:
    """The client's person writes to the manager; the first message begins the talk. Returns the message's id.

    Refused with every problem, named by field (`text`, `files`). NotFound for a reply to a message that is not there.
    """
    work.require(WRITE)
    company_id, user_id = work.actor.company_id, work.actor.user_id
    if company_id is None or user_id is None:
        raise NotFound("talk")
    _check(work, text, files)
    talk = _held(work, company_id, user_id) or _begun(work, company_id, user_id)
    new = New(side="client", author=work.actor.name, text=text, files=files, answers=answers, user_id=user_id)
    message_id = add(work, talk, new)
    erp.ask(work, talk)
    return message_id


def answer(work: Work, *, talk_id: UUID, text: str, files: Sequence[Attached] = (), answers: int | None = None) -> UUID:
    """Staff write in a talk. The task in the ERP is void. Returns the message's id; raises as `say` does."""
    work.require(ANSWER)
    talk = held(work, talk_id)
    _check(work, text, files)
    erp.forget(work, talk)
    talk.answered_by = work.actor.user_id
    new = New(side="staff", author=work.actor.name, text=text, files=files, answers=answers, user_id=work.actor.user_id)
    message_id = add(work, talk, new)
    record(work, action="chat.answered", entity="chat", entity_id=talk.id, company_id=talk.company_id, details={"message": str(message_id)})
    return message_id


def begin(work: Work, *, company_id: UUID, user_id: UUID) -> UUID:
    """Staff open the talk with a person of a client; it is made where there is none. NotFound for somebody who does not work there."""
    work.require(ANSWER)
    works = select(Membership.id).where(
        Membership.company_id == company_id, Membership.user_id == user_id, Membership.dismissed_at.is_(None)
    )
    if work.session.scalar(works) is None:
        raise NotFound("person")
    return (_held(work, company_id, user_id) or _begun(work, company_id, user_id)).id


def held(work: Work, talk_id: UUID) -> Talk:
    """The talk, kept from others until the transaction ends. NotFound alike for absent and foreign."""
    found = work.session.scalars(select(Talk).where(Talk.id == talk_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound("talk")
    return found


def _held(work: Work, company_id: UUID, user_id: UUID) -> Talk | None:
    mine = select(Talk).where(Talk.company_id == company_id, Talk.user_id == user_id)
    return work.session.scalars(mine.with_for_update()).one_or_none()


def _begun(work: Work, company_id: UUID, user_id: UUID) -> Talk:
    """Two first messages at once begin one talk."""
    names = select(Company.name, User.name).join(User, User.id == user_id).where(Company.id == company_id)
    company, person = work.session.execute(names).one()
    row = Talk(
        id=new_id(), company_id=company_id, user_id=user_id, begun_at=work.now, last_at=work.now, round_id=new_id(), newest=0,
        found_by=f"{company} {person}".casefold()[:600], client_unread=0, staff_unread=0, client_read=0, staff_read=0,
    )  # fmt: skip
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError:
        found = _held(work, company_id, user_id)
        if found is None:
            raise
        return found
    return row


def _check(work: Work, text: str, files: Sequence[Attached]) -> None:
    problems = []
    if not text.strip() and not files:
        problems.append(Problem("text_missing", _("Write a message or attach a file."), "text"))
    if len(text) > LONGEST:
        problems.append(Problem("text_long", _("At most 8000 characters fit into one message. Attach the rest as a file."), "text"))
    most = people.settings_of(work).files
    if len(files) > most:
        problems.append(Problem("files_many", _("At most {most} files go with one message.").format(most=most), "files"))
    for one in files[:most]:
        problems += attachments.check(one.filename, one.data)
    if problems:
        raise Refused(problems)


def add(work: Work, talk: Talk, new: New) -> UUID:
    """Puts a message into a talk that is held. What the writer had not read counts as read."""
    if new.side == "erp":
        _mark(work, talk, side="staff", upto=talk.newest)
    else:
        _mark(work, talk, side=new.side, upto=talk.newest)
    message_id, text = new_id(), new.text.strip()[:LONGEST]
    talk.newest += 1
    names = " ".join(one.filename for one in new.files)
    row = {
        "id": message_id, "company_id": talk.company_id, "talk_id": talk.id, "seq": talk.newest, "at": work.now, "side": new.side,
        "user_id": new.user_id, "author": new.author[:250], "text": text, "answers": _answered(work, talk, new.answers),
        "files": len(new.files), "read_at": None, "task_id": new.task_id, "found_by": f"{text} {names}".casefold().strip()[:_FOUND_BY],
    }  # fmt: skip
    _newest(work, talk, new.side, text or names)
    work.session.insert_rows(ChatMessage, [row])
    for one in new.files:
        _keep(work, talk, message_id, one)
    fact = events.MessageSent(talk.id, message_id, talk.company_id, new.side)
    work.publish(fact, key=f"chat:{talk.id}")
    signal(work, talk)
    return message_id


def _answered(work: Work, talk: Talk, seq: int | None) -> UUID | None:
    if seq is None:
        return None
    found = work.session.scalar(select(ChatMessage.id).where(ChatMessage.talk_id == talk.id, ChatMessage.seq == seq))
    if found is None:
        raise NotFound("message")
    return found


def _keep(work: Work, talk: Talk, message_id: UUID, one: Attached) -> None:
    stored = attachments.store(work, filename=one.filename, data=one.data)
    drawn = {"picture": one.picture.name, "width": one.picture.width, "height": one.picture.height}
    place = {"id": new_id(), "company_id": talk.company_id, "message_id": message_id}
    work.session.insert_rows(ChatFile, [{**place, **stored._asdict(), **drawn}])


def _newest(work: Work, talk: Talk, side: str, words: str) -> None:
    """What lists show, and that the other side has one more to read."""
    line = " ".join(words.split())
    talk.last_text = line if len(line) <= _EXCERPT else line[: _EXCERPT - 1].rstrip() + "…"
    talk.last_at, talk.last_side = work.now, side
    if side == "client":
        talk.staff_unread, talk.staff_since = talk.staff_unread + 1, talk.staff_since or work.now
    else:
        talk.client_unread, talk.client_since = talk.client_unread + 1, talk.client_since or work.now


def signal(work: Work, talk: Talk) -> None:
    """Tells the open pages of both sides, and no others, that something in the talk is new.

    The event says which message is the newest and up to where each side has read: a page that knows of that already asks for nothing.
    """
    staff, everybody = people.listeners(work, talk)
    stands = f"{talk.id}/{talk.newest}/{talk.client_read}/{talk.staff_read}"
    work.signal(LIVE, stands, users=(talk.user_id, *staff), staff=everybody)


def read(work: Work, *, talk_id: UUID, upto: int) -> None:
    """The actor has the messages up to this number before his eyes. A staff member who is not the client's marks nothing."""
    work.require(VIEW)
    talk = held(work, talk_id)
    side = "staff" if work.actor.kind == "staff" else "client"
    mine = talk.user_id == work.actor.user_id if side == "client" else _answers(work, talk)
    if mine and _mark(work, talk, side=side, upto=min(upto, talk.newest)):
        signal(work, talk)


def _answers(work: Work, talk: Talk) -> bool:
    manager_id = work.session.scalar(select(Company.manager_id).where(Company.id == talk.company_id))
    return manager_id in (None, work.actor.user_id, *work.actor.stands_for) or talk.answered_by == work.actor.user_id


def _mark(work: Work, talk: Talk, *, side: str, upto: int) -> bool:
    """Whether anything was unread up to there."""
    before = talk.client_read if side == "client" else talk.staff_read
    unread = talk.client_unread if side == "client" else talk.staff_unread
    if not unread or upto <= before:
        return False
    other = ChatMessage.side == "client" if side == "staff" else ChatMessage.side != "client"
    theirs = (ChatMessage.talk_id == talk.id, ChatMessage.read_at.is_(None), other)
    now_read = update(ChatMessage).where(*theirs, ChatMessage.seq <= upto).values(read_at=work.now)
    work.session.execute(now_read, execution_options={"synchronize_session": False})
    left = 0
    if upto < talk.newest:
        left = work.session.scalar(select(func.count(ChatMessage.id)).where(*theirs)) or 0
    _marked(work, talk, side, upto, left)
    return True


def _marked(work: Work, talk: Talk, side: str, upto: int, left: int) -> None:
    if side == "client":
        talk.client_read, talk.client_read_at, talk.client_unread, talk.client_told = upto, work.now, left, False
        talk.client_since = work.now if left else None
    else:
        talk.staff_read, talk.staff_read_at, talk.staff_unread, talk.staff_told = upto, work.now, left, False
        talk.staff_since = work.now if left else None
    work.session.flush()


def typing(work: Work, *, talk_id: UUID) -> None:
    """Tells the other side's open pages that the actor is typing; nothing is written."""
    talk = work.session.get(Talk, talk_id)
    if talk is None or (work.actor.kind == "client" and talk.user_id != work.actor.user_id):
        raise NotFound("talk")
    if work.actor.kind == "staff":
        work.signal(TYPING, talk.id, users=(talk.user_id,))
    else:
        staff, everybody = people.listeners(work, talk)
        work.signal(TYPING, talk.id, users=staff, staff=everybody)
