"""Tables of saved filters."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, title


class SavedFilter(CompanyOwned, Base):
    """What a buyer narrows the catalogue to, under a name.

    shared     True: the whole company's; False: the person's own
    narrowing  parameters of the list's address as `facets.panel.Narrowed` names them, and `view`
    labels     name of a section (its address in the list's address) -> what people read, as it was when the filter was saved
    """

    __tablename__ = "core_saved_filter"
    __table_args__ = (UniqueConstraint("company_id", "id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[title]
    shared: Mapped[bool] = mapped_column(default=False)
    narrowing: Mapped[dict[str, Any]] = mapped_column(default=dict)
    labels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime]
