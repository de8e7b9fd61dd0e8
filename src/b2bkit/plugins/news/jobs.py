"""What happens to posts by the clock."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from b2bkit import Work
from b2bkit.plugins.news.events import PostAppeared
from b2bkit.plugins.news.models import Post, Version


def tell(work: Work) -> None:
    """Job: people are told once of posts whose time has come and that say so."""
    waits = (Post.published.is_not(None), Post.tells.is_(True), Post.told.is_(False), Post.since <= work.now)
    statement = select(Post, Version.title).join(Version, and_(Version.post_id == Post.id, Version.number == Post.published))
    still = or_(Post.until.is_(None), Post.until > work.now)
    for post, title in work.session.execute(statement.where(*waits, still).order_by(Post.since).limit(20)).all():
        post.told = True
        work.publish(PostAppeared(post.id, post.kind, title), key=f"post:{post.id}")
