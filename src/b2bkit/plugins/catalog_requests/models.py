"""Tables of wishes for more of the catalogue, and of what was opened."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, within


class CatalogRequest(CompanyOwned, Base):
    """A client asks to see more under a contract.

    state     waiting, granted, refused, withdrawn, ended (what was granted holds no more)
    groups    ids of groups that may be asked for, as the person chose them
    articles  as they were typed: whether there is such a product, only staff learn
    answer    what staff wrote to the client
    """

    __tablename__ = "catalog_requests_request"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        within("contract_id", "core_contract", "CASCADE"),
        CheckConstraint("state in ('waiting', 'granted', 'refused', 'withdrawn', 'ended')", name="state"),
        Index("ix_catalog_requests_request_state", "state", "valid_until"),
    )

    contract_id: Mapped[UUID]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    words: Mapped[str] = mapped_column(String(2000), default="")
    groups: Mapped[list[str]] = mapped_column(default=list)
    articles: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(2000), default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    warned_at: Mapped[datetime | None]


class CatalogGrant(CompanyOwned, Base):
    """A group with all below it, or a single product, that a contract opens from a day until a day, both included."""

    __tablename__ = "catalog_requests_grant"
    __table_args__ = (
        within("request_id", "catalog_requests_request", "CASCADE"),
        within("contract_id", "core_contract", "CASCADE"),
        CheckConstraint("(category_id is null) <> (product_id is null)", name="one"),
        Index("ix_catalog_requests_grant_contract", "contract_id", "valid_until"),
    )

    request_id: Mapped[UUID] = mapped_column(index=True)
    contract_id: Mapped[UUID]
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_category.id", ondelete="CASCADE"))
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"))
    valid_from: Mapped[date]
    valid_until: Mapped[date]


class AskableGroup(Base):
    """A group whose name clients may read although they do not see what is in it: they may ask for it."""

    __tablename__ = "catalog_requests_askable"

    category_id: Mapped[UUID] = mapped_column(ForeignKey("core_category.id", ondelete="CASCADE"), primary_key=True)
