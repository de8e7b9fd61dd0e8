"""Tables of payments."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned


class PaymentsFeed(CompanyOwned, Base):
    """A person's address of the calendar of one company. The address is signed with the row's id: without the row it leads nowhere."""

    __tablename__ = "payments_feed"
    __table_args__ = (UniqueConstraint("company_id", "user_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]


class PaymentsReminder(CompanyOwned, Base):
    """A payment of which people were reminded on a day. `place` says which payment it is, as the ERP's news name it."""

    __tablename__ = "payments_reminder"
    __table_args__ = (UniqueConstraint("company_id", "place", "on"),)

    place: Mapped[str] = mapped_column(String(400))
    on: Mapped[date]
