"""Telling people of facts, and the inbox. What goes where is in `choices`, how it gets there in `sending`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import func, or_, select, update

from b2bkit.core import mail
from b2bkit.core.accounts.models import User
from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import Fact, Message, NotificationKind, OpenWork
from b2bkit.core.i18n import speaking
from b2bkit.core.notify import sending, texts
from b2bkit.core.notify.models import Notification
from b2bkit.core.work import Work

NAMESPACE = UUID("6f1d3c2e-5d7e-5f0b-9a67-0d6b7a4f2c11")


class InboxRow(NamedTuple):
    """One entry of a person's inbox."""

    id: UUID
    kind: str
    title: str
    text: str
    link: str
    created_at: datetime
    unread: bool


def tell(work: Work, kind: NotificationKind, event: Fact, *, fact_id: str) -> None:
    """Notes for each recipient that he is told of this fact, and one sending for each channel that he wants.

    Safe to repeat: who was told once is not told again, by no channel.
    """
    for user_id in dict.fromkeys(kind.recipients(work, event)):
        user = work.session.get(User, user_id)
        if user is None or user.blocked or work.session.get(Notification, message_id(user_id, kind.name, fact_id)) is not None:
            continue
        message = compose(work, kind, event, user, fact_id)
        _note(work, message, user_id, getattr(event, "company_id", None), fact_id)
        sending.write(work, kind, message, user_id)


def message_id(user_id: UUID, kind: str, fact_id: str) -> UUID:
    """The same for the same person, kind and fact, however often the fact is delivered."""
    return uuid5(NAMESPACE, f"{user_id}:{kind}:{fact_id}")


def _note(work: Work, message: Message, user_id: UUID, company_id: UUID | None, fact_id: str) -> None:
    row = {
        "id": message.id, "user_id": user_id, "company_id": company_id, "kind": message.kind, "fact_id": fact_id, "title": message.title,
        "text": message.text, "link": message.link, "shown": False, "created_at": work.now, "read_at": None,
    }  # fmt: skip
    work.session.insert_rows(Notification, [row])


def compose(work: Work, kind: NotificationKind, event: Fact, user: User, fact_id: str) -> Message:
    """The message in the person's language, in staff's own words where there are some."""
    lang = user.lang if user.lang in work.config.portal.languages else work.config.portal.languages[0]
    with speaking(lang, work.translations(lang)):
        title, text = texts.worded(work, kind, lang, dict(kind.context(work, event)))
    return Message(
        id=message_id(user.id, kind.name, fact_id),
        kind=kind.name,
        title=title[:300],
        text=text[:2000],
        html="",
        link=mail.absolute(work, kind.route(work, event)),
        lang=lang,
    )


def keep(open_work: OpenWork, message: Message, address: str) -> None:
    """The inbox as a channel: shows what was noted when the fact was told; open pages learn of it."""
    with open_work() as work:
        noted = work.session.get(Notification, message.id)
        if noted is not None and not noted.shown:
            noted.shown = True
            work.signal("notify", message.id, users=(UUID(address),))


def inbox(work: Work, *, before: UUID | None = None, limit: int = 30) -> list[InboxRow]:
    """The actor's notifications, newest first; `before` is the last one of the page before."""
    statement = select(
        Notification.id,
        Notification.kind,
        Notification.title,
        Notification.text,
        Notification.link,
        Notification.created_at,
        Notification.read_at.is_(None),
    ).where(Notification.user_id == work.actor.user_id, Notification.shown.is_(True))
    if before is not None:
        mark = work.session.get(Notification, before)
        if mark is None:
            raise NotFound("notification")
        older = Notification.created_at < mark.created_at
        statement = statement.where(or_(older, (Notification.created_at == mark.created_at) & (Notification.id < mark.id)))
    rows = work.session.execute(statement.order_by(Notification.created_at.desc(), Notification.id.desc()).limit(limit))
    return [InboxRow(*row) for row in rows]


_UNREAD = select(func.count(Notification.id)).where(Notification.read_at.is_(None), Notification.shown.is_(True))


def unread(work: Work) -> int:
    """How many notifications the actor has not read."""
    if work.actor.user_id is None:
        return 0
    return work.session.scalar(_UNREAD.where(Notification.user_id == work.actor.user_id)) or 0


def open_one(work: Work, notification_id: UUID) -> str:
    """Marks one of the actor's notifications as read; returns the path in the portal that it leads to."""
    found = work.session.get(Notification, notification_id)
    if found is None or found.user_id != work.actor.user_id or not found.shown:
        raise NotFound("notification")
    if found.read_at is None:
        mark_read(work, [found.id])
    return found.link.removeprefix(work.config.portal.base_url)


def mark_read(work: Work, ids: Iterable[UUID] | None = None) -> None:
    """Marks these of the actor's notifications as read, or all."""
    statement = update(Notification).where(Notification.user_id == work.actor.user_id, Notification.read_at.is_(None))
    if ids is not None:
        statement = statement.where(Notification.id.in_(list(ids)))
    work.session.execute(statement.values(read_at=work.now), execution_options={"synchronize_session": False})
    if work.actor.user_id:
        work.signal("notify", "read", users=(work.actor.user_id,))
