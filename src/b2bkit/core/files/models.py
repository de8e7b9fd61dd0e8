"""Tables of files."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, Identified, title


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


class ProductFile(Identified, Base):
    """A paper of a product: a certificate, a data sheet. Seen by whoever sees the product.

    kind     certificate, data_sheet, safety, manual or other
    label    what people read; "": the kind and the file's own name say enough
    filename as it was called where it came from; a label, never a path
    name     random; the file is `files/<its first two letters>/<name>` below the portal's data folder
    type     its media type, found from its bytes
    size     in bytes
    """

    __tablename__ = "core_product_file"

    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[title] = mapped_column(default="")
    filename: Mapped[title]
    name: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    added_at: Mapped[datetime]


class PreparedFile(CompanyOwned, Base):
    """A file that a job makes for a person who asked for it: a long price list. His own, and only until `until`.

    job    which job makes it, and so what it is
    label  what people read, in the language of who asked
    state  waiting: it is being made; ready: it can be fetched
    name   random; the file is `prepared/<its first two letters>/<name>` below the portal's data folder; "" while it waits
    """

    __tablename__ = "core_prepared_file"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        CheckConstraint("state in ('waiting', 'ready')", name="state"),
        Index("ix_core_prepared_file_until", "until"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    job: Mapped[str] = mapped_column(String(100))
    label: Mapped[title]
    filename: Mapped[title] = mapped_column(default="")
    name: Mapped[str] = mapped_column(String(40), default="")
    type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    asked_at: Mapped[datetime]
    until: Mapped[datetime]
