"""The table of facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified


class StoredFact(Identified, Base):
    """A fact as it was published. Its deliveries are rows of `core_task`, one per subscriber."""

    __tablename__ = "core_fact"

    type: Mapped[str] = mapped_column(String(120))  # <plugin>.<Class>
    key: Mapped[str] = mapped_column(String(120), index=True)
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(300), default="")
