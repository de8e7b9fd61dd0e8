"""The table of answers that were given to writes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base


class IdempotentAnswer(Base):
    """The answer to a write, kept with its key: the same key gets it again. Written in the transaction of the write itself."""

    __tablename__ = "core_idempotency"

    principal: Mapped[str] = mapped_column(String(120), primary_key=True)  # "user:<id>:<company>" or "pre:<hash>"
    route: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[str] = mapped_column(String(4000), default="")  # JSON object
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # None: was too large to keep
    created_at: Mapped[datetime] = mapped_column(index=True)
