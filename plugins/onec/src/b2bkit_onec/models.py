"""Tables of the exchange with 1C."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified


class Exchange(Identified, Base):
    """One exchange that 1C began with `checkauth`: a session of its own, with a folder for what it sends.

    kind      catalog or sale, as 1C said
    dialogue  version that the other side named at `init` (Bitrix's module does, 1C's own configurations do not)
    ended_at  when a newer exchange of the same kind took its place, or it was forgotten
    """

    __tablename__ = "onec_exchange"

    kind: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    dialogue: Mapped[str] = mapped_column(String(20), default="")
    client: Mapped[str] = mapped_column(String(200), default="")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    orders: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int] = mapped_column(default=0)


class Upload(Identified, Base):
    """A file of an exchange, put together from its parts.

    state     receiving, unpacked (an archive), queued, done, failed
    stored    its name on disk, made by us
    counts    what was applied, by kind; `refused` what was not, with line, reason and cure
    """

    __tablename__ = "onec_upload"
    __table_args__ = (UniqueConstraint("exchange_id", "name"),)

    exchange_id: Mapped[UUID] = mapped_column(ForeignKey("onec_exchange.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(500))
    stored: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(default=0)
    parts: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(20), default="receiving")
    received_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    message: Mapped[str] = mapped_column(String(2000), default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(default=list)


class Property(Base):
    """A property of the classifier (1C: ДополнительныеРеквизиты), kept since goods may come in a later file than their properties."""

    __tablename__ = "onec_property"

    ref: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(String(250))
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(default=0)
