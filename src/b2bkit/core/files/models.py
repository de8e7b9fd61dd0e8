"""Tables of files."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified, title


class ProductPicture(Identified, Base):
    """A picture of a product, in two sizes. Seen by whoever sees the product.

    name           random; the files are `pictures/<its first two letters>/<name>-s.webp` and `-l.webp` below the portal's data folder
    width, height  of the large one
    """

    __tablename__ = "core_picture"
    __table_args__ = (UniqueConstraint("product_id", "position"),)

    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))
    description: Mapped[title] = mapped_column(default="")
    width: Mapped[int]
    height: Mapped[int]
    added_at: Mapped[datetime]
