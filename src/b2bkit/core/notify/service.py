"""Telling people: which channels each wants, the inbox, and handing messages to channels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import func, or_, select, update

from b2bkit.core import mail
from b2bkit.core.accounts.models import User
from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import Fact, Message, NotificationKind, OpenWork
from b2bkit.core.i18n import _, speaking
from b2bkit.core.notify.models import Notification, Preference
from b2bkit.core.work import Work

INBOX = "notify.inbox"
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
    """Notes for each recipient that he is told of this fact, and queues one job for each channel that he wants.

    Safe to repeat: who was told once is not told again, by no channel.
    """
    for user_id in dict.fromkeys(kind.recipients(work, event)):
        user = work.session.get(User, user_id)
        if user is None or user.blocked:
            continue
        message = compose(work, kind, event, user, fact_id)
        if work.session.get(Notification, message.id) is not None:
            continue
        _note(work, message, user_id, getattr(event, "company_id", None), fact_id)
        for channel in sorted(channels_for(work, kind, user_id)):
            unique, plain = f"{channel}:{message.id}", _plain(message)
            work.enqueue("notify.send", unique=unique, channel=channel, user_id=str(user_id), message=plain, fact_id=fact_id)


def _note(work: Work, message: Message, user_id: UUID, company_id: UUID | None, fact_id: str) -> None:
    row = {
        "id": message.id, "user_id": user_id, "company_id": company_id, "kind": message.kind, "fact_id": fact_id, "title": message.title,
        "text": message.text, "link": message.link, "shown": False, "created_at": work.now, "read_at": None,
    }  # fmt: skip
    work.session.insert_rows(Notification, [row])


def channels_for(work: Work, kind: NotificationKind, user_id: UUID) -> list[str]:
    """Names of the channels a person wants for a kind: the kind's own unless chosen otherwise."""
    chosen = select(Preference.channel, Preference.wanted).where(Preference.user_id == user_id, Preference.kind == kind.name)
    wanted = dict.fromkeys(kind.channels, True) | {row[0]: row[1] for row in work.session.execute(chosen)}
    return [name for name, yes in wanted.items() if yes and name in work.kit.channels]


def compose(work: Work, kind: NotificationKind, event: Fact, user: User, fact_id: str) -> Message:
    """The message in the person's language."""
    lang = user.lang if user.lang in work.config.portal.languages else work.config.portal.languages[0]
    with speaking(lang, work.translations(lang)):
        context = dict(kind.context(work, event))
        title, text = _(kind.title).format(**context), _(kind.text).format(**context)
    return Message(
        id=uuid5(NAMESPACE, f"{user.id}:{kind.name}:{fact_id}"),
        kind=kind.name,
        title=title[:300],
        text=text[:2000],
        html="",
        link=mail.absolute(work, kind.route(work, event)),
        lang=lang,
    )


def _plain(message: Message) -> dict[str, str]:
    return {
        "id": str(message.id),
        "kind": message.kind,
        "title": message.title,
        "text": message.text,
        "link": message.link,
        "lang": message.lang,
    }


def send(open_work: OpenWork, *, channel: str, user_id: str, message: dict[str, str], fact_id: str) -> None:
    """Job: hands one message to one channel, outside any transaction; raises what the channel raises, to be tried again."""
    with open_work(write=False) as work:
        found = work.kit.channels.get(channel)
        address = found.address(work, UUID(user_id)) if found is not None else None
    if found is not None and address is not None:
        values: dict[str, Any] = {**message, "id": UUID(message["id"]), "html": ""}
        found.send(open_work, Message(**values), address)


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


def choices(work: Work) -> list[tuple[str, str, frozenset[str]]]:
    """(name, label in the person's language, names of the channels that are on) of each kind, for the page of settings."""
    if work.actor.user_id is None:
        return []
    user_id = work.actor.user_id
    return [(kind.name, _(kind.label), frozenset(channels_for(work, kind, user_id))) for kind in _kinds_for(work)]


def _kinds_for(work: Work) -> list[NotificationKind]:
    """Those that the actor may ever be told of."""
    side = "staff" if work.actor.kind == "staff" else "client"
    return [kind for kind in work.kit.notifications.values() if kind.audience in ("both", side)]


def choose_all(work: Work, wanted: Iterable[tuple[str, str]]) -> None:
    """Keeps a person's choices: `wanted` are the (kind, channel) pairs that are on, all others are off. Only what differs is written."""
    chosen = set(wanted)
    for kind, channel in chosen:
        _check(work, kind, channel)
    for kind_of in _kinds_for(work):
        now = set(channels_for(work, kind_of, work.actor.user_id)) if work.actor.user_id else set()
        for channel in work.kit.channels:
            if (channel in now) != ((kind_of.name, channel) in chosen):
                choose(work, kind=kind_of.name, channel=channel, wanted=channel not in now)


def _check(work: Work, kind: str, channel: str) -> None:
    if kind not in work.kit.notifications or channel not in work.kit.channels:
        raise NotFound("preference")


def choose(work: Work, *, kind: str, channel: str, wanted: bool) -> None:
    """Keeps a person's choice for one kind and channel."""
    _check(work, kind, channel)
    mine = (Preference.user_id == work.actor.user_id, Preference.kind == kind, Preference.channel == channel)
    found = work.session.scalars(select(Preference).where(*mine)).one_or_none()
    if found is None:
        found = Preference(user_id=work.actor.user_id, kind=kind, channel=channel, wanted=wanted)
        work.session.add(found)
    found.wanted = wanted
