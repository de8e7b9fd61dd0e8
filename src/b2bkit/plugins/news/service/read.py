"""Posts as clients read them: published, in their time, and meant for them; what staff see of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from b2bkit import NotFound, Work
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.db.types import new_id
from b2bkit.core.files import service as pictures
from b2bkit.core.i18n import N_
from b2bkit.plugins.news.models import NewsPicture, NewsRead, Post, Version
from b2bkit.plugins.news.scopes import READERS, VIEW, WRITE
from b2bkit.plugins.news.service import audience

KINDS: Final[Mapping[str, str]] = {"news": N_("News"), "offer": N_("Offer"), "tutorial": N_("Tutorial")}
SOUGHT: Final = 500  # live posts that are looked at


class Teaser(NamedTuple):
    """A post in a list."""

    id: UUID
    kind: str
    title: str
    lead: str
    since: datetime
    pinned: bool
    read: bool


class Whole(NamedTuple):
    """A post as its page shows it."""

    id: UUID
    kind: str
    since: datetime
    version: Version


def _live(work: Work) -> list[ColumnElement[bool]]:
    return [Post.published.is_not(None), Post.since <= work.now, or_(Post.until.is_(None), Post.until > work.now)]


_PUBLISHED = and_(Version.post_id == Post.id, Version.number == Post.published)


def teasers(work: Work, *, kind: str = "", after: UUID | None = None, size: int = 20) -> tuple[list[Teaser], UUID | None]:
    """A page of what the actor may read, and the id to go on after (None: that was all). Pinned first, tutorials in their order.

    At most five statements, however many there are.
    """
    work.require(VIEW)
    columns = (Post.id, Post.kind, Version.title, Version.lead, Post.since, Post.pinned, Version.audience)
    statement = select(*columns).join(Version, _PUBLISHED).where(*_live(work))
    if kind:
        statement = statement.where(Post.kind == kind)
    order = (Post.position, Post.id) if kind == "tutorial" else (Post.pinned.desc(), Post.since.desc(), Post.id.desc())
    rows = work.session.execute(statement.order_by(*order).limit(SOUGHT)).all()
    mine = _for_actor(work, rows)
    ids = [row[0] for row in mine]
    start = ids.index(after) + 1 if after in ids else 0
    chosen = mine[start : start + size]
    seen = _read(work, [row[0] for row in chosen])
    found = [Teaser._make([*row[:6], row[0] in seen]) for row in chosen]
    return found, found[-1].id if start + size < len(mine) else None


def _for_actor(work: Work, rows: Sequence[Any]) -> list[Any]:
    """Of rows that end with an audience those for the actor: staff read all."""
    if work.actor.kind != "client" or work.actor.company_id is None:
        return list(rows)
    reader = audience.reader_of(work, work.actor.company_id)
    return [row for row in rows if reader is not None and audience.fits(row[-1], reader)]


def _read(work: Work, ids: Sequence[UUID]) -> set[UUID]:
    if work.actor.kind != "client":
        return set(ids)
    mine = select(NewsRead.post_id).where(NewsRead.user_id == work.actor.user_id, NewsRead.company_id == work.actor.company_id)
    return set(work.session.scalars(mine.where(NewsRead.post_id.in_(ids))))


def whole(work: Work, post_id: UUID) -> Whole:
    """One post. NotFound alike for absent, not published, over, and meant for others."""
    work.require(VIEW)
    row = work.session.execute(select(Post, Version, Version.audience).join(Version, _PUBLISHED).where(Post.id == post_id, *_live(work)))
    found = _for_actor(work, row.all())
    if not found:
        raise NotFound("post")
    post, words = found[0][0], found[0][1]
    return Whole(post.id, post.kind, post.since, words)


def mark_read(work: Work, post_id: UUID) -> None:
    """The actor has the post before him. Staff, and those who act for a client, leave no trace."""
    seen = whole(work, post_id)
    actor = work.actor
    if actor.kind != "client" or actor.on_behalf is not None or post_id in _read(work, [post_id]):
        return
    row = {"id": new_id(), "company_id": actor.company_id, "post_id": seen.id, "user_id": actor.user_id, "at": work.now}
    work.session.insert_rows(NewsRead, [row])


def picture(work: Work, *, picture_id: UUID) -> tuple[str, Path]:
    """(name, file). Whoever writes sees all, others those of posts that they may read. NotFound alike for absent and not for them."""
    row = work.session.execute(select(NewsPicture.name, NewsPicture.post_id).where(NewsPicture.id == picture_id)).one_or_none()
    if row is None:
        raise NotFound("picture")
    if not work.may(WRITE):
        whole(work, row[1])
    path = pictures.path_of(work.config, row[0], pictures.LARGE)
    if not path.is_file():
        raise NotFound("picture")
    return row[0], path


class Listed(NamedTuple):
    """A post as staff see it in their list. `state`: draft, waits, live, over; `readers`: how many people have read it."""

    id: UUID
    kind: str
    title: str
    state: str
    changed: bool
    pinned: bool
    since: datetime
    until: datetime | None
    by: str
    at: datetime
    readers: int


def listed(work: Work, *, kind: str = "") -> list[Listed]:
    """Every post, what was written last first, at most 500. One statement."""
    work.require(WRITE)
    readers = select(func.count(NewsRead.id)).where(NewsRead.post_id == Post.id).scalar_subquery()
    statement = select(Post, Version.title, Version.by, Version.at, readers).join(
        Version, and_(Version.post_id == Post.id, Version.number == Post.newest)
    )
    if kind:
        statement = statement.where(Post.kind == kind)
    rows = work.session.execute(statement.order_by(Version.at.desc(), Post.id.desc()).limit(SOUGHT))
    return [
        Listed(
            post.id, post.kind, title, state_of(post, work.now), post.published not in (None, post.newest), post.pinned, post.since,
            post.until, by, at, count,
        )
        for post, title, by, at, count in rows
    ]  # fmt: skip


def state_of(post: Post, now: datetime) -> str:
    """draft, waits (for its time), live or over."""
    if post.published is None:
        return "draft"
    if post.since > now:
        return "waits"
    return "over" if post.until is not None and post.until <= now else "live"


class ReadBy(NamedTuple):
    """Who has read a post."""

    company: str
    company_id: UUID
    name: str
    at: datetime


def readers(work: Work, post_id: UUID) -> list[ReadBy]:
    """Who read it, of the clients that the actor sees, the newest first, at most 500. One statement."""
    work.require(READERS)
    statement = select(Company.name, Company.id, User.name, NewsRead.at).join(Company, Company.id == NewsRead.company_id)
    statement = statement.join(User, User.id == NewsRead.user_id).where(NewsRead.post_id == post_id)
    return [ReadBy._make(row) for row in work.session.execute(statement.order_by(NewsRead.at.desc(), NewsRead.id.desc()).limit(500))]


def people(work: Work, post_id: UUID) -> list[UUID]:
    """Everybody at clients for whom the post is, who works there. For the system; a statement for each client with people."""
    row = work.session.execute(select(Version.audience).join(Post, _PUBLISHED).where(Post.id == post_id)).one_or_none()
    if row is None:
        return []
    members: dict[UUID, list[UUID]] = {}
    statement = select(Membership.company_id, Membership.user_id).where(Membership.dismissed_at.is_(None))
    for company_id, user_id in work.session.execute(statement):
        members.setdefault(company_id, []).append(user_id)
    found: list[UUID] = []
    for company_id, users in members.items():
        reader = audience.reader_of(work, company_id)
        if reader is not None and audience.fits(row[0], reader):
            found += users
    return list(dict.fromkeys(found))
