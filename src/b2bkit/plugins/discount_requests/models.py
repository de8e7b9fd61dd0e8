"""Tables of wishes for a discount."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, title, unit_price, within
from b2bkit.core.db.base import quantity as measure

OPEN = ("waiting", "offered", "granted")
_OPEN = text("state in ('waiting', 'offered', 'granted')")


class DiscountRequest(CompanyOwned, Base):
    """A person asks for a discount on his cart under a contract; one is open for a cart at a time.

    state     waiting, offered (staff answer with other prices, the person decides), granted, refused, withdrawn, used (by `order_id`),
              lapsed (its time is over)
    needed_by until when the person needs an answer
    until     the last day of what was offered or granted
    """

    __tablename__ = "discount_requests_request"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        within("contract_id", "core_contract", "CASCADE"),
        within("order_id", "core_order", "CASCADE"),
        Index(
            "uq_discount_requests_request_open", "user_id", "contract_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN
        ),
        Index("ix_discount_requests_request_state", "state", "until"),
        CheckConstraint("state in ('waiting', 'offered', 'granted', 'refused', 'withdrawn', 'used', 'lapsed')", name="state"),
    )  # fmt: skip

    contract_id: Mapped[UUID]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    reason: Mapped[str] = mapped_column(String(1000), default="")
    needed_by: Mapped[date | None]
    created_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(1000), default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    until: Mapped[date | None]
    order_id: Mapped[UUID | None]


class DiscountLine(CompanyOwned, Base):
    """A line of the cart as it was when the discount was asked for. Prices are per base unit; `granted` None: not for this line."""

    __tablename__ = "discount_requests_line"
    __table_args__ = (within("request_id", "discount_requests_request", "CASCADE"),)

    request_id: Mapped[UUID] = mapped_column(index=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[title]
    said: Mapped[str] = mapped_column(String(120))  # the quantity in words, as it was asked for
    base_unit: Mapped[str] = mapped_column(String(50))
    base_quantity: Mapped[measure]
    price: Mapped[unit_price]
    wished: Mapped[unit_price]
    granted: Mapped[unit_price | None]
