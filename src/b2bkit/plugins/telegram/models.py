"""Tables of the bot."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified


class Chat(Identified, Base):
    """A person's chat with the bot. One chat leads to one person, and a person has one chat."""

    __tablename__ = "telegram_chat"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), unique=True)
    chat: Mapped[int] = mapped_column(BigInteger, unique=True)
    name: Mapped[str] = mapped_column(String(100))  # as Telegram names the person
    since: Mapped[datetime]


class ConnectLink(Identified, Base):
    """A link by which one person connects one chat, once and for some minutes; only the token's hash is kept."""

    __tablename__ = "telegram_connect_link"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]


class Heard(Base):
    """The last update that was taken; Telegram numbers them and gives again what was not confirmed."""

    __tablename__ = "telegram_heard"

    bot: Mapped[str] = mapped_column(String(40), primary_key=True)
    update_id: Mapped[int] = mapped_column(BigInteger)
