"""Tables of notifications."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
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
