"""Tables of what people ask for and somebody decides: access for a company, a change of its data, erasure of a person's data."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, Identified, title


class Registration(Identified, Base):
    """Somebody asks for access for a company.

    state      unconfirmed (the letter was not answered), waiting, accepted, declined
    client_id  the client that the ERP knows by this tax number, or the one that was made when it was accepted
    """

    __tablename__ = "core_registration"
    __table_args__ = (Index("ix_core_registration_state_created_at", "state", "created_at"),)

    state: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[title]
    phone: Mapped[str] = mapped_column(String(40), default="")
    country: Mapped[str] = mapped_column(String(2))
    tax_id: Mapped[str] = mapped_column(String(20), index=True)
    tax_code: Mapped[str] = mapped_column(String(20), default="")
    ogrn: Mapped[str] = mapped_column(String(20), default="")
    legal_name: Mapped[title]
    comment: Mapped[str] = mapped_column(String(1000), default="")
    lang: Mapped[str] = mapped_column(String(8), default="")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_company.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(1000), default="")


class ChangeRequest(CompanyOwned, Base):
    """A client asks for other data than the ERP has (1C: Контрагент, КонтактноеЛицо). It holds once the ERP, or a manager, confirms it.

    entity, entity_id  legal_entity or contact; None: a new contact person
    changes            of {"field", "old", "new"}
    state              waiting, confirmed, declined, withdrawn
    """

    __tablename__ = "core_change_request"
    __table_args__ = (UniqueConstraint("company_id", "id"), Index("ix_core_change_request_state", "state", "created_at"))

    entity: Mapped[str] = mapped_column(String(20))
    entity_id: Mapped[UUID | None]
    label: Mapped[title]
    changes: Mapped[list[dict[str, Any]]]
    note: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[str] = mapped_column(String(20))
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(1000), default="")


class ErasureRequest(Identified, Base):
    """A person asks that his personal data are erased. state: waiting, done, declined, withdrawn."""

    __tablename__ = "core_erasure_request"
    __table_args__ = (Index("ix_core_erasure_request_state", "state", "created_at"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    answer: Mapped[str] = mapped_column(String(1000), default="")
