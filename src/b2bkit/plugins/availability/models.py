"""Tables of availability. Announcements are of products and belong to no company: who sees the product sees them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified
from b2bkit.core.db.base import quantity as measure

_LIVE = text("ended_at is null")


class Announcement(Identified, Base):
    """Something that is said of a product's availability. A product has one that stands.

    kind      expected (from day `on`, `amount` base units where that is known), back (can be ordered again), low (runs out)
    source    staff, stock (the ERP's figures said it)
    note      the supplier's words, as they were written
    until     it stands no longer by itself; None: until it is ended
    """

    __tablename__ = "availability_announcement"
    __table_args__ = (
        CheckConstraint("kind in ('expected', 'back', 'low')", name="kind"),
        CheckConstraint("source in ('staff', 'stock')", name="source"),
        Index("uq_availability_announcement_live", "product_id", unique=True, postgresql_where=_LIVE, sqlite_where=_LIVE),
        Index("ix_availability_announcement_made", "made_at", "id"),
    )

    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(10))
    on: Mapped[date | None]
    amount: Mapped[measure | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"), index=True)
    made_at: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class StockState(Base):
    """How a product stood when the stock was looked at last: in, low, out."""

    __tablename__ = "availability_state"
    __table_args__ = (CheckConstraint("state in ('in', 'low', 'out')", name="state"),)

    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(5))
