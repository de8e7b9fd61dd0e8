"""Tables of web push."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified


class PushDevice(Identified, Base):
    """A browser that takes messages for a person. One browser leads to one person: the last who turned it on.

    endpoint      address at the browser's push service; whoever knows it can send, so it is shown to nobody
    p256dh, auth  the browser's public key and secret, base64url: only it can read what is sent
    """

    __tablename__ = "webpush_push_device"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str] = mapped_column(String(1000))
    endpoint_hash: Mapped[str] = mapped_column(String(64), unique=True)
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(100))
    since: Mapped[datetime]
