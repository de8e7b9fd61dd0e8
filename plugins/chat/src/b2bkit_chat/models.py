"""Tables of the chat."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, title, within


class Talk(CompanyOwned, Base):
    """What a client's person and the client's manager say to each other: one talk for each person and company.

    newest        number of the newest message; messages are numbered from 1 without a gap
    last_*        the newest message, as lists show it
    *_unread      how many messages that side has not read, since when, and whether it was told
    *_read        the newest message that it has read, and when
    answered_by   the staff member who wrote last
    round_id      what its task in the ERP is about: after each answer another one
    found_by      names of company and person, in small letters
    """

    __tablename__ = "chat_talk"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("company_id", "user_id"),
        UniqueConstraint("round_id"),
        Index("ix_chat_talk_last", "last_at", "id"),
        Index("ix_chat_talk_client_since", "client_since"),
        Index("ix_chat_talk_staff_since", "staff_since"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    begun_at: Mapped[datetime]
    newest: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    last_side: Mapped[str] = mapped_column(String(10), default="")
    last_text: Mapped[str] = mapped_column(String(200), default="")
    client_unread: Mapped[int] = mapped_column(default=0)
    client_since: Mapped[datetime | None]
    client_told: Mapped[bool] = mapped_column(default=False)
    client_read: Mapped[int] = mapped_column(default=0)
    client_read_at: Mapped[datetime | None]
    staff_unread: Mapped[int] = mapped_column(default=0)
    staff_since: Mapped[datetime | None]
    staff_told: Mapped[bool] = mapped_column(default=False)
    staff_read: Mapped[int] = mapped_column(default=0)
    staff_read_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"), index=True)
    round_id: Mapped[UUID]
    found_by: Mapped[str] = mapped_column(String(600), default="")


class ChatMessage(CompanyOwned, Base):
    """A message.

    seq      its number in the talk
    side     client, staff, erp (somebody answered in the ERP)
    answers  the message that it replies to
    files    how many there are with it
    read_at  when the other side first had it before its eyes
    task_id  of the ERP's task that was answered: heard twice, it is one message
    found_by what the search looks through: words and names of files, in small letters
    """

    __tablename__ = "chat_message"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("talk_id", "seq"),
        UniqueConstraint("task_id"),
        within("talk_id", "chat_talk", "CASCADE"),
        within("answers", "chat_message", "CASCADE"),
        CheckConstraint("side in ('client', 'staff', 'erp')", name="side"),
        Index("ix_chat_message_company_at", "company_id", "at"),
    )

    talk_id: Mapped[UUID]
    seq: Mapped[int]
    at: Mapped[datetime]
    side: Mapped[str] = mapped_column(String(10))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"), index=True)
    author: Mapped[title]
    text: Mapped[str] = mapped_column(Text)
    answers: Mapped[UUID | None] = mapped_column(index=True)
    files: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[datetime | None]
    task_id: Mapped[UUID | None]
    found_by: Mapped[str] = mapped_column(Text)


class ChatFile(CompanyOwned, Base):
    """A file with a message; `name` is the random one under which it is kept.

    picture  name of its drawing for the page, with width and height; "" where there is none
    """

    __tablename__ = "chat_file"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        within("message_id", "chat_message", "CASCADE"),
    )

    message_id: Mapped[UUID] = mapped_column(index=True)
    filename: Mapped[title]
    name: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    picture: Mapped[str] = mapped_column(String(40), default="")
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)


class Presence(Base):
    """When a person last had the chat open: written at most once a minute."""

    __tablename__ = "chat_presence"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime]
