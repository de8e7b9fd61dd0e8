"""Tables of the first page."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base


class DeskChoice(Base):
    """How a person arranged a page: names of sections in order, and of those that are hidden. What is in neither is new."""

    __tablename__ = "core_desk_choice"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[str] = mapped_column(String(40), primary_key=True)
    places: Mapped[list[str]]
    hidden: Mapped[list[str]]
