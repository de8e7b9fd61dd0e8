"""Tables of payments."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, amount, currency, title, within


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


class PaymentsStatus(CompanyOwned, Base):
    """The status that staff gave to a client: a key of the settings. One that the settings name no more counts as none."""

    __tablename__ = "payments_status"
    __table_args__ = (UniqueConstraint("company_id"), UniqueConstraint("company_id", "id"))

    status: Mapped[str] = mapped_column(String(40))


class PaymentsPart(CompanyOwned, Base):
    """A part of an order's sum, as the buyer chose to pay. Parts of an order add up to its sum.

    way, label  the way that was chosen, with its name then: settings may change, what was agreed stays
    """

    __tablename__ = "payments_part"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("order_id", "number"),
        within("order_id", "core_order", "CASCADE"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_payments_part_company_day", "company_id", "due_on"),
    )

    order_id: Mapped[UUID]
    number: Mapped[int]
    way: Mapped[str] = mapped_column(String(40))
    label: Mapped[title]
    due_on: Mapped[date]
    amount: Mapped[amount]
    currency: Mapped[currency]
