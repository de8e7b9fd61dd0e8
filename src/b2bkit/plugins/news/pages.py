"""News in the cabinet."""

from __future__ import annotations

from uuid import UUID

from falcon import Request, Response

from b2bkit.core.catalog.pages import can_order
from b2bkit.core.i18n import _
from b2bkit.core.web.handling import fragment, read_form, read_query, redirect, render, work_of
from b2bkit.plugins.news import forms
from b2bkit.plugins.news.service import goods, read, text
from b2bkit.plugins.news.settings import NewsSettings


class News:
    """What there is to read."""

    def __init__(self, settings: NewsSettings) -> None:
        self.settings = settings

    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, forms.ListQuery)
        found, more = read.teasers(work_of(req), kind=query.kind, after=query.after, size=self.settings.page)
        kinds = [(kind, _(label)) for kind, label in read.KINDS.items()]
        render(req, resp, "news/list.html", found=found, more=more, query=query, kinds=kinds, names=dict(kinds))


class PostPage:
    """One post."""

    def on_get(self, req: Request, resp: Response, post_id: UUID) -> None:
        seen = read.whole(work_of(req), post_id)
        show(req, resp, seen, preview=False)


def show(req: Request, resp: Response, seen: read.Whole, *, preview: bool) -> None:
    """The page of a post, or of a version of it that staff look at."""
    work = work_of(req)
    steps = [(one["title"], text.shown(one["html"])) for one in seen.version.steps]
    offered = goods.offered(work, seen.version.goods)
    render(
        req, resp, "news/post.html", seen=seen, words=seen.version, html=text.shown(seen.version.html), steps=steps, offered=offered,
        orders=work.actor.kind == "client" and can_order(work), preview=preview, kind=_(read.KINDS[seen.kind]),
        track=work.actor.kind == "client" and work.actor.on_behalf is None and not preview,
    )  # fmt: skip


class MarkRead:
    """The page tells that it was read: reading alone changes nothing."""

    def on_post(self, req: Request, resp: Response, post_id: UUID) -> None:
        read_form(req, forms.NoFields)
        read.mark_read(work_of(req), post_id)
        fragment(req, resp, "news/_read.html")


class ToCart:
    """The whole offer into the cart; what does not go in says why, in its place."""

    def on_post(self, req: Request, resp: Response, post_id: UUID) -> None:
        read_form(req, forms.NoFields)
        put, problems = goods.to_cart(work_of(req), post_id=post_id)
        if not problems and put:
            return redirect(req, resp, "ordering.cart")
        names = {str(one.row.id): one.row.name for one in goods.offered(work_of(req), read.whole(work_of(req), post_id).version.goods)}
        told = [(names.get(one.field or "", ""), one.message) for one in problems]
        return render(req, resp, "news/put.html", put=put, told=told, post_id=post_id)


class Picture:
    """A picture of a post."""

    def on_get(self, req: Request, resp: Response, news_picture_id: UUID) -> None:
        name, path = read.picture(work_of(req), picture_id=news_picture_id)
        etag = f'"{name}"'
        resp.set_headers([("ETag", etag), ("Cache-Control", "private, no-cache"), ("Content-Disposition", "inline")])
        if etag in [tag.strip().removeprefix("W/") for tag in (req.get_header("If-None-Match") or "").split(",")]:
            resp.status = 304
            return
        resp.content_type = "image/webp"
        resp.data = path.read_bytes()
