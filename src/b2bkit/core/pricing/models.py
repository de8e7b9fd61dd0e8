"""Tables of prices."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified, currency, quantity, title, unit_price


class PriceType(Identified, Base):
    """A column of the price list (1C: Вид цен). Contracts name the one that applies."""

    __tablename__ = "core_price_type"

    name: Mapped[title]
    currency: Mapped[currency]
    vat_included: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class Price(Base):
    """The price of one base unit from `min_quantity` base units on (0: any quantity)."""

    __tablename__ = "core_price"
    __table_args__ = (CheckConstraint("value >= 0", name="value"), CheckConstraint("min_quantity >= 0", name="min_quantity"))

    price_type_id: Mapped[UUID] = mapped_column(ForeignKey("core_price_type.id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"), primary_key=True, index=True)
    min_quantity: Mapped[quantity] = mapped_column(primary_key=True)
    value: Mapped[unit_price]
    as_of: Mapped[datetime]
