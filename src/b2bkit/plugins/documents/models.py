"""Tables of documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, title, within


class DocumentForm(CompanyOwned, Base):
    """The printed form of a paper as it was fetched from the ERP, one for each paper.

    version  of the paper when it was fetched: another one makes it out of date
    state    waiting (for the ERP), ready, refused
    why      with refused: the code of the reason, as `service.forms.WHY` words it
    name     random; its files are `documents/<first two letters>/<name>-<page>.png` and `<name>.pdf` below the portal's data folder; ""
    pages    list of {width, height} of the pictures
    size     bytes of the file; 0: it was not kept, for the rules do not let it out
    """

    __tablename__ = "documents_form"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("paper_id"),
        within("paper_id", "core_paper", "CASCADE"),
        CheckConstraint("state in ('waiting', 'ready', 'refused')", name="state"),
        Index("ix_documents_form_made", "made_at"),
    )

    paper_id: Mapped[UUID]
    version: Mapped[str] = mapped_column(String(50))
    state: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(20), default="")
    name: Mapped[str] = mapped_column(String(40), default="")
    pages: Mapped[list[dict[str, Any]]]
    size: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]


class DocumentView(CompanyOwned, Base):
    """That a person opened a paper's form: to look at it, or to take its file. Only he fetches it, only until `until`.

    kind   view, download
    stamp  what stands on every page: who, of which company, when, and a short mark of this row
    """

    __tablename__ = "documents_view"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        within("paper_id", "core_paper", "CASCADE"),
        CheckConstraint("kind in ('view', 'download')", name="kind"),
        Index("ix_documents_view_until", "until"),
    )

    paper_id: Mapped[UUID] = mapped_column(index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    stamp: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    until: Mapped[datetime]


class OriginalsRequest(CompanyOwned, Base):
    """Signed originals that a client asked for, on their way to him.

    state   asked, on_way, handed, declined (by the supplier), withdrawn (by the client)
    way     delivery (with the next delivery), post, pickup
    answer  the supplier's words: a tracking number, a reason
    """

    __tablename__ = "documents_request"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        CheckConstraint("state in ('asked', 'on_way', 'handed', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("way in ('delivery', 'post', 'pickup')", name="way"),
        Index("ix_documents_request_company_changed", "company_id", "changed_at"),
        Index("ix_documents_request_state", "state", "asked_at"),
    )

    state: Mapped[str] = mapped_column(String(10))
    way: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"), index=True)
    asker: Mapped[title]
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]


class OriginalsPaper(CompanyOwned, Base):
    """A paper whose original was asked for."""

    __tablename__ = "documents_request_paper"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("request_id", "paper_id"),
        within("request_id", "documents_request", "CASCADE"),
        within("paper_id", "core_paper", "CASCADE"),
    )

    request_id: Mapped[UUID]
    paper_id: Mapped[UUID] = mapped_column(index=True)
