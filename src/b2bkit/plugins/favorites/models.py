"""Tables of favourites."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, title, within
from b2bkit.core.db.base import quantity as measure

_OF_A_PERSON = text("kind <> 'named'")


class FavoriteList(CompanyOwned, Base):
    """A list of products.

    kind     main (what a person stars), later (what he put aside from the cart), named; the first two are one each for a person
    user_id  who made it; None once that person is gone, then it is left to those with whom it was shared
    shared   True: the whole company's; False: the person's own
    version  grows with each change: two people who edit one list notice each other
    """

    __tablename__ = "favorites_list"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        Index(
            "uq_favorites_list_of_a_person", "company_id", "user_id", "kind", unique=True, postgresql_where=_OF_A_PERSON,
            sqlite_where=_OF_A_PERSON,
        ),
        CheckConstraint("kind in ('main', 'later', 'named')", name="kind"),
    )  # fmt: skip

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(10), default="named")
    name: Mapped[title] = mapped_column(default="")
    shared: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))


class FavoriteLine(CompanyOwned, Base):
    """A product in a list. `quantity` in `unit` is what one usually takes; None: the least that can be ordered. Kept as typed."""

    __tablename__ = "favorites_line"
    __table_args__ = (
        UniqueConstraint("list_id", "product_id"),
        within("list_id", "favorites_list", "CASCADE"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    list_id: Mapped[UUID]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    unit: Mapped[str] = mapped_column(String(50), default="")
    quantity: Mapped[measure | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime]
