"""Tables of news. Posts are the supplier's and belong to no client; who sees one is said by its audience."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, Identified, title


class Post(Identified, Base):
    """A piece of news, an offer or a tutorial, apart from its words.

    newest     number of its newest version, which staff work on
    published  number of the version that clients read; None: a draft
    pinned     stands above the others
    position   place of a tutorial among the others
    since      when it appears; until: when it disappears, None: never
    tells      whether people are told when it appears; told: they were
    """

    __tablename__ = "news_post"
    __table_args__ = (
        CheckConstraint("kind in ('news', 'offer', 'tutorial')", name="kind"),
        Index("ix_news_post_published_since", "published", "since"),
    )

    kind: Mapped[str] = mapped_column(String(10))
    newest: Mapped[int] = mapped_column(default=1)
    published: Mapped[int | None]
    pinned: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    tells: Mapped[bool] = mapped_column(default=False)
    told: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]


class Version(Identified, Base):
    """The words of a post as they once were; kept, so that each can be taken back.

    html      cleaned; audience: {profiles, regions, contracts, groups}, each a list, empty for all
    steps     of a tutorial: list of {title, html}
    goods     of an offer: list of {product_id, unit, quantity}
    """

    __tablename__ = "news_version"
    __table_args__ = (UniqueConstraint("post_id", "number"),)

    post_id: Mapped[UUID] = mapped_column(ForeignKey("news_post.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[title]
    lead: Mapped[str] = mapped_column(String(500), default="")
    html: Mapped[str] = mapped_column(Text)
    steps: Mapped[list[dict[str, Any]]]
    goods: Mapped[list[dict[str, Any]]]
    audience: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(250))
    at: Mapped[datetime]


class NewsPicture(Identified, Base):
    """A picture in a post, made anew in two sizes. Seen by whoever sees the post. `name`: of its files, as those of products."""

    __tablename__ = "news_picture"

    post_id: Mapped[UUID] = mapped_column(ForeignKey("news_post.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    added_at: Mapped[datetime]


class NewsRead(CompanyOwned, Base):
    """A person of a client read a post."""

    __tablename__ = "news_read"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("post_id", "user_id", "company_id"),
        ForeignKeyConstraint(["post_id"], ["news_post.id"], ondelete="CASCADE"),
    )

    post_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
