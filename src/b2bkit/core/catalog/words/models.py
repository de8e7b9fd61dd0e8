"""Tables of the words of the catalogue."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base
from b2bkit.core.db.types import new_id

LONGEST = 40


class CatalogWord(Base):
    """A word in the names of products, in the spelling of `search_text`. Marks and articles are not words.

    sound   how it sounds, in Latin letters: slips are looked for among sounds
    """

    __tablename__ = "core_catalog_word"

    word: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)
    sound: Mapped[str] = mapped_column(String(4 * LONGEST))


class CatalogMark(Base):
    """What was made of the products, and from which of them.

    version    another one after each change of what was made
    seen_at    products changed until then are in it
    spelling   the number of the spelling in which the texts of products are stored
    """

    __tablename__ = "core_catalog_mark"

    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    version: Mapped[UUID] = mapped_column(default=new_id)
    seen_at: Mapped[datetime | None]
    spelling: Mapped[int] = mapped_column(default=0)
