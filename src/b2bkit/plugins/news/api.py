"""JSON of news: the list and one post, as the client reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from b2bkit import Operation
from b2bkit.core.web.handling import read_query, reply, work_of
from b2bkit.plugins.news import forms
from b2bkit.plugins.news.service import goods, read, text


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TeaserOut(Closed):
    """A post in a list."""

    id: UUID
    kind: str
    title: str
    lead: str
    since: datetime
    pinned: bool
    read: bool


class NewsOut(Closed):
    items: list[TeaserOut]
    next: UUID | None = Field(description="Id to go on after; null: this is the last page.")


class StepOut(Closed):
    title: str
    html: str


class GoodOut(Closed):
    """A product of an offer; `quantity` in `unit`, as text."""

    product_id: UUID
    article: str
    name: str
    unit: str
    quantity: str


class PostOut(Closed):
    """A post. `html` holds paragraphs, headings, lists, links and pictures of this portal, nothing that acts."""

    id: UUID
    kind: str
    title: str
    lead: str
    since: datetime
    html: str
    steps: list[StepOut]
    goods: list[GoodOut]


class NewsQuery(forms.ListQuery):
    model_config = ConfigDict(extra="forbid")


class News:
    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, NewsQuery)
        found, more = read.teasers(work_of(req), kind=query.kind, after=query.after)
        reply(req, resp, NewsOut(items=[TeaserOut(**one._asdict()) for one in found], next=more))


class OnePost:
    def on_get(self, req: Request, resp: Response, post_id: UUID) -> None:
        work = work_of(req)
        seen = read.whole(work, post_id)
        words = seen.version
        offered = [
            GoodOut(product_id=one.row.id, article=one.row.article, name=one.row.name, unit=one.unit, quantity=str(one.quantity))
            for one in goods.offered(work, words.goods)
        ]
        steps = [StepOut(title=one["title"], html=str(text.shown(one["html"]))) for one in words.steps]
        whole = PostOut(
            id=seen.id, kind=seen.kind, title=words.title, lead=words.lead, since=seen.since, html=str(text.shown(words.html)), steps=steps,
            goods=offered,
        )  # fmt: skip
        reply(req, resp, whole)


NEWS: Final = {"GET": Operation(summary="List news, offers and tutorials for the company.", query=NewsQuery, answer=NewsOut)}
POST: Final = {"GET": Operation(summary="Read a post.", answer=PostOut)}
