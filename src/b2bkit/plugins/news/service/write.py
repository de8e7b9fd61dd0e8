"""Staff write posts: each saving is a version, what clients read changes only when it is published, and every version can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select

from b2bkit import Conflict, NotFound, Problem, Refused, Work
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.files import service as pictures
from b2bkit.core.i18n import _
from b2bkit.plugins.news.models import NewsPicture, Post, Version
from b2bkit.plugins.news.scopes import WRITE
from b2bkit.plugins.news.service import text

KINDS: Final = ("news", "offer", "tutorial")
MOST_STEPS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The words of a post as they were sent. `steps`: (title, html); `goods`: (product, unit, quantity as text)."""

    title: str
    lead: str = ""
    html: str = ""
    steps: Sequence[tuple[str, str]] = ()
    goods: Sequence[Mapping[str, str]] = ()
    audience: Mapping[str, Sequence[str]] = field(default_factory=dict)


def begin(work: Work, *, kind: str, title: str) -> UUID:
    """A new draft; returns its id. Refused without a title."""
    work.require(WRITE)
    draft = Draft(title=title)
    _check(draft)
    position = (work.session.scalar(select(func.max(Post.position))) or 0) + 1 if kind == "tutorial" else 0
    post = Post(id=new_id(), kind=kind, newest=1, position=position, since=work.now, made_at=work.now)
    work.session.add(post)
    work.session.flush()
    _add_version(work, post, draft, 1)
    record(work, action="news.begun", entity="post", entity_id=post.id, details={"title": title})
    return post.id


def held(work: Work, post_id: UUID) -> Post:
    """The post, kept from others until the transaction ends."""
    found = work.session.scalars(select(Post).where(Post.id == post_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound("post")
    return found


def version(work: Work, post_id: UUID, number: int) -> Version:
    """One version of a post."""
    found = work.session.scalars(select(Version).where(Version.post_id == post_id, Version.number == number)).one_or_none()
    if found is None:
        raise NotFound("version")
    return found


def save(work: Work, *, post_id: UUID, draft: Draft, seen: int) -> int:
    """Keeps the words as the newest version and returns its number; clients read on what is published.

    Conflict when somebody saved after version `seen`. Words that differ in nothing make no version.
    """
    work.require(WRITE)
    post = held(work, post_id)
    if post.newest != seen:
        by = version(work, post_id, post.newest).by
        raise Conflict(Problem("news.changed", _("{name} saved meanwhile. Open the versions, then join what you wrote.").format(name=by)))
    _check(draft)
    newest = version(work, post_id, post.newest)
    if _same(newest, draft):
        return post.newest
    post.newest += 1
    _add_version(work, post, draft, post.newest)
    record(work, action="news.saved", entity="post", entity_id=post.id, details={"title": draft.title, "version": post.newest})
    return post.newest


def _check(draft: Draft) -> None:
    problems = [] if draft.title.strip() else [Problem("title_missing", _("Give it a title."), "title")]
    if any(len(html) > text.LONGEST for html in (draft.html, *(html for _title, html in draft.steps))):
        problems.append(Problem("too_long", _("The text is too long. Part it in two."), "html"))
    if len(draft.steps) > MOST_STEPS:
        problems.append(Problem("too_many_steps", _("At most 30 steps fit into a tutorial."), None))
    if problems:
        raise Refused(problems)


def _values(draft: Draft) -> dict[str, Any]:
    steps = [{"title": " ".join(title.split())[:250], "html": text.cleaned(html)} for title, html in draft.steps]
    audience = {way: list(dict.fromkeys(values)) for way, values in draft.audience.items() if values}
    return {
        "title": " ".join(draft.title.split())[:250], "lead": " ".join(draft.lead.split())[:500], "html": text.cleaned(draft.html),
        "steps": [one for one in steps if one["title"] or one["html"]], "goods": [dict(one) for one in draft.goods], "audience": audience,
    }  # fmt: skip


def _same(newest: Version, draft: Draft) -> bool:
    return all(getattr(newest, name) == value for name, value in _values(draft).items())


def _add_version(work: Work, post: Post, draft: Draft, number: int) -> None:
    row = {"id": new_id(), "post_id": post.id, "number": number, "by": work.actor.name, "at": work.now}
    work.session.insert_rows(Version, [{**row, **_values(draft)}])


def take_back(work: Work, *, post_id: UUID, number: int) -> None:
    """An earlier version becomes the newest one, as a version of its own: what came between stays, too."""
    work.require(WRITE)
    post, old = held(work, post_id), version(work, post_id, number)
    post.newest += 1
    copied = {name: getattr(old, name) for name in ("title", "lead", "html", "steps", "goods", "audience")}
    row = {"id": new_id(), "post_id": post.id, "number": post.newest, "by": work.actor.name, "at": work.now}
    work.session.insert_rows(Version, [{**row, **copied}])
    record(work, action="news.taken_back", entity="post", entity_id=post.id, details={"version": number})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When and where a post stands; `since` None: now."""

    since: datetime | None = None
    until: datetime | None = None
    pinned: bool = False
    tells: bool = False
    position: int = 0


def publish(work: Work, *, post_id: UUID, terms: Terms) -> None:
    """Clients read the newest version, from `since` until `until`. Refused for an end before the beginning, and for an empty post."""
    work.require(WRITE)
    post = held(work, post_id)
    newest = version(work, post_id, post.newest)
    since = terms.since or (post.since if post.published is not None and post.since <= work.now else work.now)
    problems = []
    if terms.until is not None and terms.until <= max(since, work.now):
        problems.append(Problem("ends_first", _("It would disappear before it appears. Choose a later day."), "until"))
    if not (newest.lead or newest.html or newest.steps or newest.goods):
        problems.append(Problem("empty", _("There is nothing to read yet. Write something and save it.")))
    if problems:
        raise Refused(problems)
    post.published, post.since, post.until, post.pinned = post.newest, since, terms.until, terms.pinned
    post.tells, post.position = terms.tells, terms.position
    details = {"title": newest.title, "version": post.newest, "since": since.isoformat()}
    record(work, action="news.published", entity="post", entity_id=post.id, details=details)
    work.session.flush()
    work.signal("news", post.id)


def withdraw(work: Work, *, post_id: UUID) -> None:
    """Clients read it no more; it is a draft again."""
    work.require(WRITE)
    post = held(work, post_id)
    post.published = None
    work.session.flush()
    record(work, action="news.withdrawn", entity="post", entity_id=post.id)


def delete(work: Work, *, post_id: UUID) -> None:
    """The post with its versions and pictures goes for good. Conflict for one that clients read."""
    work.require(WRITE)
    post = held(work, post_id)
    if post.published is not None:
        raise Conflict(Problem("news.published", _("Clients read it. Withdraw it first.")))
    for name in work.session.scalars(select(NewsPicture.name).where(NewsPicture.post_id == post_id)):
        work.after_commit(lambda name=name: pictures.forget_files(work.config, name))  # type: ignore[misc]
    title = version(work, post_id, post.newest).title
    work.session.delete(post)
    record(work, action="news.deleted", entity="post", entity_id=post_id, details={"title": title})


def add_picture(work: Work, *, post_id: UUID, made: pictures.Recoded, most: int) -> UUID:
    """A picture that was made anew belongs to the post; returns its id. Refused where it could not be made, or there are too many."""
    work.require(WRITE)
    held(work, post_id)
    if made.refused:
        raise Refused(Problem("news.picture", made.refused, "file"))
    there = work.session.scalar(select(func.count(NewsPicture.id)).where(NewsPicture.post_id == post_id)) or 0
    if there >= most:
        pictures.forget_files(work.config, made.name)
        raise Refused(Problem("news.pictures", _("A post has at most {most} pictures.").format(most=most), "file"))
    row = {"id": new_id(), "post_id": post_id, "name": made.name, "width": made.width, "height": made.height, "added_at": work.now}
    work.session.insert_rows(NewsPicture, [row])
    return row["id"]  # type: ignore[return-value]
