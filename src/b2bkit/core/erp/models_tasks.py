"""The table of tasks that the portal gives to managers in the ERP."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, title, within


class GivenTask(CompanyOwned, Base):
    """Work for a manager in the ERP (1C: ЗадачаИсполнителя), and what became of it. Its id is the key under which the ERP has it.

    kind, about         what it is about: the name of a kind of request, and the id of the request's row
    party_id            the legal entity that it is about
    state               waiting (the ERP does not have it yet), open, done, refused (a person decides), void (not needed any more)
    number              the ERP's number of it
    words, answered_by  what was said there, and by whom
    """

    __tablename__ = "core_erp_task"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("kind", "about"),
        within("party_id", "core_legal_entity", "CASCADE"),
        Index("ix_core_erp_task_state", "state", "created_at"),
    )

    kind: Mapped[str] = mapped_column(String(50))
    about: Mapped[UUID]
    party_id: Mapped[UUID | None]
    title: Mapped[title]
    text: Mapped[str] = mapped_column(String(3000), default="")
    performer: Mapped[str] = mapped_column(String(254), default="")
    author: Mapped[str] = mapped_column(String(250), default="")
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    number: Mapped[str] = mapped_column(String(250), default="")
    words: Mapped[str] = mapped_column(String(3000), default="")
    answered_by: Mapped[str] = mapped_column(String(250), default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
