"""The table of who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified


class AuditEntry(Identified, Base):
    """One change by one actor; never updated. `details` holds plain values before and after, no secrets."""

    __tablename__ = "core_audit_entry"
    __table_args__ = (
        Index("ix_core_audit_entry_entity", "entity", "entity_id"),
        Index("ix_core_audit_entry_company_at", "company_id", "at"),
    )

    at: Mapped[datetime]
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_company.id", ondelete="SET NULL"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    actor: Mapped[str] = mapped_column(String(300))
    on_behalf: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(80))
    entity: Mapped[str] = mapped_column(String(40))
    entity_id: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    request_id: Mapped[str] = mapped_column(String(64), default="")
