"""Tables of what people wait for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, unit_price, within


class Watch(CompanyOwned, Base):
    """A person waits for news of a product under a contract.

    kind    stock: until it can be ordered again, then it is over; price: each time the price at the least order is another
    price   per base unit, the one that the person was last told; None: there was none
    """

    __tablename__ = "core_watch"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("user_id", "contract_id", "product_id", "kind"),
        Index("ix_core_watch_kind", "kind"),
        Index("ix_core_watch_product_id", "product_id"),
        within("contract_id", "core_contract", "CASCADE"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"))
    contract_id: Mapped[UUID]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    price: Mapped[unit_price | None]
    since: Mapped[datetime]
