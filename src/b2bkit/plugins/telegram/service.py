"""Who is connected: a link from the portal leads to the bot, and the bot's `/start` with its token connects the chat."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select

from b2bkit import NotFound, Work
from b2bkit.core.accounts.models import User
from b2bkit.core.audit.service import record
from b2bkit.plugins.telegram.events import ChatLost
from b2bkit.plugins.telegram.models import Chat, ConnectLink

CHANNEL: Final = "telegram.chat"


class Connected(NamedTuple):
    """What a chat was connected to: the person's name and language."""

    name: str
    lang: str


def chat_of(work: Work, user_id: UUID) -> Chat | None:
    """The person's chat."""
    return work.session.scalars(select(Chat).where(Chat.user_id == user_id)).one_or_none()


def address(work: Work, user_id: UUID) -> str | None:
    """Where messages for this person go; None for one who is not connected or not let in."""
    chat, user = chat_of(work, user_id), work.session.get(User, user_id)
    return str(chat.chat) if chat is not None and user is not None and not user.blocked else None


def begin(work: Work, *, minutes: int) -> str:
    """A token for the actor's link; the one before it works no more."""
    if work.actor.user_id is None:
        raise NotFound("user")
    work.session.execute(delete(ConnectLink).where(ConnectLink.user_id == work.actor.user_id))
    token = secrets.token_urlsafe(24)
    row = ConnectLink(user_id=work.actor.user_id, token_hash=_hash(token), expires_at=work.now + timedelta(minutes=minutes))
    work.session.add(row)
    work.session.flush()
    return token


def connect(work: Work, *, token: str, chat: int, name: str) -> Connected | None:
    """Connects a chat to the person of a link, in place of whatever either had before; None for a link that works no more."""
    link = work.session.scalars(select(ConnectLink).where(ConnectLink.token_hash == _hash(token))).one_or_none()
    user = work.session.get(User, link.user_id) if link is not None and link.expires_at > work.now else None
    if link is None or user is None or user.blocked:
        return None
    work.session.execute(delete(Chat).where((Chat.user_id == user.id) | (Chat.chat == chat)))
    work.session.delete(link)
    work.session.add(Chat(user_id=user.id, chat=chat, name=name[:100], since=work.now))
    work.session.flush()
    record(work, action="telegram.connected", entity="user", entity_id=user.id)
    work.signal("telegram", user.id, users=(user.id,))
    return Connected(user.name, lang_of(work, user))


def disconnect(work: Work) -> None:
    """The actor wants no more messages there; twice is once."""
    if work.actor.user_id is not None and chat_of(work, work.actor.user_id) is not None:
        work.session.execute(delete(Chat).where(Chat.user_id == work.actor.user_id))
        record(work, action="telegram.disconnected", entity="user", entity_id=work.actor.user_id)


def leave(work: Work, *, chat: int) -> str | None:
    """The person said `/stop` in the chat; the language to answer in, None when it was connected to nobody."""
    found = work.session.scalars(select(Chat).where(Chat.chat == chat)).one_or_none()
    if found is None:
        return None
    user = work.session.get_one(User, found.user_id)
    work.session.delete(found)
    record(work, action="telegram.disconnected", entity="user", entity_id=user.id)
    return lang_of(work, user)


def lose(work: Work, *, chat: int, why: str) -> None:
    """Telegram says that the chat is gone (the bot is blocked, the account deleted): disconnected, and the person is told by mail."""
    found = work.session.scalars(select(Chat).where(Chat.chat == chat)).one_or_none()
    if found is not None:
        user_id = found.user_id
        work.session.delete(found)
        record(work, action="telegram.lost", entity="user", entity_id=user_id, details={"why": why[:200]})
        work.publish(ChatLost(user_id), key=f"user:{user_id}")


def lang_of(work: Work, user: User) -> str:
    """The person's language, or the portal's first."""
    return user.lang if user.lang in work.config.portal.languages else work.config.portal.languages[0]


def forget(work: Work) -> None:
    """Job: links that work no more."""
    work.session.execute(delete(ConnectLink).where(ConnectLink.expires_at < work.now))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
