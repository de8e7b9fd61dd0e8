"""Tables of rights: what differs from the roles' defaults, who acts for whom, who stands in for whom."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified


class AccessRule(Identified, Base):
    """One cell of the access matrix that differs from the default: how far a permission reaches, or one value that it is narrowed to.

    subject     whose: `role:<code>`, `person:<user>` for staff, `person:<user>@<company>` for a client's employee
    permission  its name; "" for a narrowing that holds for everything
    dimension   "": `value` is a level or `none`; else `region`, `contract`, `category`, `paper`, and `value` one of those that are left
    """

    __tablename__ = "core_access_rule"
    __table_args__ = (
        UniqueConstraint("subject", "permission", "dimension", "value"),
        Index(
            "uq_core_access_rule_level",
            "subject",
            "permission",
            unique=True,
            postgresql_where=text("dimension = ''"),
            sqlite_where=text("dimension = ''"),
        ),
    )

    subject: Mapped[str] = mapped_column(String(90))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_company.id", ondelete="CASCADE"), index=True)
    permission: Mapped[str] = mapped_column(String(80), default="")
    dimension: Mapped[str] = mapped_column(String(20), default="")
    value: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(300), default="")


class AccessVersion(Base):
    """One row that counts changes of rights: every process keeps what it has read until the number differs."""

    __tablename__ = "core_access_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


class Acting(Base):
    """A session of staff that works for a client until a given instant."""

    __tablename__ = "core_acting"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("core_user_session.id", ondelete="CASCADE"), primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("core_company.id", ondelete="CASCADE"), index=True)
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_contract.id", ondelete="SET NULL"))
    started_at: Mapped[datetime]
    until: Mapped[datetime]


class Substitution(Identified, Base):
    """Somebody of the staff looks after a colleague's clients from one day to another, both included."""

    __tablename__ = "core_substitution"

    away_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    substitute_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(300), default="")
