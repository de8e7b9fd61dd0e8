"""Tables of notifications."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified


class Notification(Identified, Base):
    """Something a person was told. One row per person and fact, however often the fact is delivered.

    shown   False: told by other channels only, not in the inbox
    """

    __tablename__ = "core_notification"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "fact_id"),
        Index("ix_core_notification_user_read", "user_id", "read_at"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"))
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_company.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(80))
    fact_id: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(String(2000))
    link: Mapped[str] = mapped_column(String(500))
    shown: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Preference(Identified, Base):
    """A person's choice for one kind and channel, where it differs from the kind's default."""

    __tablename__ = "core_preference"
    __table_args__ = (UniqueConstraint("user_id", "kind", "channel"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(80))
    wanted: Mapped[bool]
    digested: Mapped[bool] = mapped_column(default=False, server_default=false())  # e-mail only: once a day, with what else there is


class NotifyHours(Base):
    """When a person wants to be left alone, and when the digest comes. Minutes after midnight, in `zone` or the portal's own zone.

    quiet_from, quiet_to   both or neither; the night may lie between them
    """

    __tablename__ = "core_notify_hours"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    zone: Mapped[str] = mapped_column(String(60), default="")
    digest_at: Mapped[int]


class Sending(Identified, Base):
    """A notification on its way to its person by one channel: one row per notification and channel, so that nobody is told twice.

    state     waiting (for its task), digest (for the mail of the day, at `due_at`), sent, dropped (not wanted any more, or there is no
              address), failed (trying again would not help: a person must look)
    attempts  how often the channel was tried; `error` what it said last
    """

    __tablename__ = "core_sending"
    __table_args__ = (
        UniqueConstraint("notification_id", "channel"),
        Index("ix_core_sending_state_due", "state", "due_at"),
        Index("ix_core_sending_user_state", "user_id", "state"),
    )

    notification_id: Mapped[UUID] = mapped_column(ForeignKey("core_notification.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(80))
    lang: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")


class NotifyText(Identified, Base):
    """Staff's own words for a kind in one language, in place of the shipped ones. `broken`: why they cannot be used any more."""

    __tablename__ = "core_notify_text"
    __table_args__ = (UniqueConstraint("kind", "lang"),)

    kind: Mapped[str] = mapped_column(String(80))
    lang: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(String(2000))
    broken: Mapped[str] = mapped_column(String(300), default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
