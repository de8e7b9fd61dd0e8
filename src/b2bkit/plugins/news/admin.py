"""News in the workspace: write, look at it as clients will, publish, take back."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from falcon import Request, Response
from sqlalchemy import select

from b2bkit import NotFound, Refused
from b2bkit.core.files import service as files
from b2bkit.core.i18n import _
from b2bkit.core.web.handling import OpenAs, actor_of, form_of, read_form, read_query, redirect, render, reply, work_of
from b2bkit.plugins.news import forms, pages
from b2bkit.plugins.news.models import Post, Version
from b2bkit.plugins.news.scopes import WRITE
from b2bkit.plugins.news.service import audience, goods, read, write
from b2bkit.plugins.news.settings import NewsSettings

STATES = {"draft": ("mute", "edit"), "waits": ("info", "clock"), "live": ("ok", "circle-check"), "over": ("mute", "archive")}


def _looks() -> Mapping[str, tuple[str, str, str]]:
    words = {"draft": _("Draft"), "waits": _("Appears later"), "live": _("Published"), "over": _("Over")}
    return {state: (words[state], *look) for state, look in STATES.items()}


class Desk:
    """All posts, and a new one."""

    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, forms.DeskQuery)
        self._show(req, resp, query)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.BeginForm), work_of(req)
        try:
            made = write.begin(work, kind=form.kind, title=form.title)
        except Refused as refused:
            return self._show(req, resp, forms.DeskQuery(), refused)
        return redirect(req, resp, "news.edit", post_id=made)

    def _show(self, req: Request, resp: Response, query: forms.DeskQuery, refused: Refused | None = None) -> None:
        rows, kinds = read.listed(work_of(req), kind=query.kind), [(kind, _(label)) for kind, label in read.KINDS.items()]
        problems, status = (refused.problems, refused.status) if refused else ((), 200)
        render(
            req, resp, "news/desk.html", status=status, rows=rows, kinds=kinds, names=dict(kinds), looks=_looks(), query=query,
            problems=problems,
        )  # fmt: skip


class Edit:
    """The words of a post."""

    def on_get(self, req: Request, resp: Response, post_id: UUID) -> None:
        show(req, resp, post_id, done=read_query(req, forms.EditQuery).done)

    def on_post(self, req: Request, resp: Response, post_id: UUID) -> None:
        form, work = read_form(req, forms.EditForm), work_of(req)
        try:
            with work.session.begin_nested():
                write.save(work, post_id=post_id, draft=form.draft(work), seen=form.seen)
        except Refused as refused:
            return show(req, resp, post_id, refused, typed=form)
        if form.act == "add_step":
            return show(req, resp, post_id, more=1)
        return redirect(req, resp, "news.edit", post_id=post_id, done="saved")


def show(
    req: Request, resp: Response, post_id: UUID, refused: Refused | None = None, *, typed: forms.EditForm | None = None, done: str = "",
    more: int = 0,
) -> None:  # fmt: skip
    """The page on which a post is written, with what was typed where that was refused."""
    work = work_of(req)
    post = work.session.get(Post, post_id)
    if post is None:
        raise NotFound("post")
    newest = write.version(work, post_id, post.newest)
    kept = _kept(newest) if typed is None else _typed(typed)
    kept["steps"] = [*kept["steps"], *[("", "")] * more]
    problems, status = (refused.problems, refused.status) if refused else ((), 200)
    state, zone = read.state_of(post, work.now), work.config.portal.zone
    render(
        req, resp, "news/edit.html", status=status, post=post, newest=newest, kept=kept, problems=problems, done=done,
        look=_looks()[state], state=state, kind=_(read.KINDS[post.kind]), choices=audience.choices(work, newest.audience),
        since=post.since.astimezone(zone), until=post.until.astimezone(zone) if post.until else None,
        seen=typed.seen if typed is not None else post.newest, changed=post.published not in (None, post.newest),
    )  # fmt: skip


def _kept(newest: Version) -> dict[str, Any]:
    chosen = newest.audience
    return {
        "title": newest.title, "lead": newest.lead, "html": newest.html, "goods": goods.written(newest.goods),
        "steps": [(one["title"], one["html"]) for one in newest.steps], "profiles": chosen.get("profiles", []),
        "regions": "\n".join(chosen.get("regions", [])), "contracts": chosen.get("contracts", []), "groups": chosen.get("groups", []),
    }  # fmt: skip


def _typed(form: forms.EditForm) -> dict[str, Any]:
    return {**form.model_dump(exclude={"seen", "act", "step_title", "step_html"}), "steps": form.steps()}


class Publish:
    def on_post(self, req: Request, resp: Response, post_id: UUID) -> None:
        form, work = read_form(req, forms.PublishForm), work_of(req)
        try:
            with work.session.begin_nested():
                write.publish(work, post_id=post_id, terms=form.terms(work.config.portal.zone))
        except Refused as refused:
            return show(req, resp, post_id, refused)
        return redirect(req, resp, "news.edit", post_id=post_id, done="published")


class Withdraw:
    def on_post(self, req: Request, resp: Response, post_id: UUID) -> None:
        read_form(req, forms.NoFields)
        write.withdraw(work_of(req), post_id=post_id)
        redirect(req, resp, "news.edit", post_id=post_id, done="withdrawn")


class Delete:
    def on_post(self, req: Request, resp: Response, post_id: UUID) -> None:
        read_form(req, forms.NoFields)
        try:
            write.delete(work_of(req), post_id=post_id)
        except Refused as refused:
            return show(req, resp, post_id, refused)
        return redirect(req, resp, "news.desk", done="deleted")


class Preview:
    """The newest version as clients will read it."""

    def on_get(self, req: Request, resp: Response, post_id: UUID) -> None:
        work = work_of(req)
        post = work.session.get(Post, post_id)
        if post is None:
            raise NotFound("post")
        pages.show(req, resp, read.Whole(post.id, post.kind, post.since, write.version(work, post_id, post.newest)), preview=True)


class Versions:
    """All versions of a post; one of them can be taken back."""

    def on_get(self, req: Request, resp: Response, post_id: UUID) -> None:
        work = work_of(req)
        post = work.session.get(Post, post_id)
        if post is None:
            raise NotFound("post")
        rows = work.session.scalars(select(Version).where(Version.post_id == post_id).order_by(Version.number.desc()).limit(200)).all()
        render(req, resp, "news/versions.html", post=post, rows=rows, title=rows[0].title)

    def on_post(self, req: Request, resp: Response, post_id: UUID) -> None:
        write.take_back(work_of(req), post_id=post_id, number=read_form(req, forms.NumberForm).number)
        redirect(req, resp, "news.edit", post_id=post_id, done="taken_back")


class Readers:
    """Who has read a post."""

    def on_get(self, req: Request, resp: Response, post_id: UUID) -> None:
        work = work_of(req)
        post = work.session.get(Post, post_id)
        if post is None:
            raise NotFound("post")
        render(
            req, resp, "news/readers.html", rows=read.readers(work, post_id), title=write.version(work, post_id, post.newest).title,
            post_id=post_id, writes=work.may(WRITE),
        )  # fmt: skip


class Pictures:
    """A picture for a post: made anew before the transaction begins, answered with its address."""

    def __init__(self, settings: NewsSettings) -> None:
        self.settings = settings

    def before_post(self, req: Request, open_work: OpenAs, post_id: UUID) -> None:
        """Recodes what came; nothing of it but its pixels is kept."""
        with open_work(actor_of(req), write=False) as work:
            config = work.config
        sent = next((one for name, one in form_of(req).files if name == "file"), None)
        if sent is None or not sent.data:
            req.context.picture = files.Recoded(refused=_("Choose a picture."))
            return
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "picture"
            source.write_bytes(sent.data)
            [req.context.picture] = files.recode(config, [source])

    def on_post(self, req: Request, resp: Response, post_id: UUID) -> None:
        read_form(req, forms.PictureForm)
        made = write.add_picture(work_of(req), post_id=post_id, made=req.context.picture, most=self.settings.pictures)
        reply(req, resp, {"address": f"/news/pictures/{made}"}, status=201)
