"""Announcements: the feed of clients, the list of staff, JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from b2bkit import Operation, Refused, Route
from b2bkit.core.i18n import _
from b2bkit.core.web.handling import read_form, read_query, redirect, render, reply, work_of
from b2bkit.plugins.availability.service import announce, find

VIEW: Final = "catalog.view"
Kind = Literal["", "expected", "back", "low"]


class FeedQuery(BaseModel):
    """The feed as an address."""

    kind: Kind = ""
    mine: bool = False
    at: str | None = Field(None, max_length=1000)


class DeskQuery(BaseModel):
    """The staff's list as an address. `article`: the form begins with this product."""

    ended: bool = False
    article: str = Field("", max_length=100)
    at: str | None = Field(None, max_length=1000)
    done: Literal["", "announced", "ended"] = ""


class AnnounceForm(BaseModel):
    article: Annotated[str, Field(max_length=200)] = ""
    kind: Annotated[str, Field(max_length=20)] = ""
    on: date | None = None
    amount: Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=3)] | None = None
    note: Annotated[str, Field(max_length=2000)] = ""


class NoFields(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Feed:
    """What stands of the products that the client sees, the newest first."""

    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, FeedQuery)
        found = find.feed(work_of(req), kind=query.kind, mine=query.mine, at=query.at)
        kinds = [(kind, _(said)) for kind, said in find.KINDS.items()]
        render(req, resp, "availability/feed.html", block="list", page_of=found, query=query, kinds=kinds)


class Desk:
    """What staff and the stock announced."""

    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, DeskQuery)
        _desk(req, resp, query, AnnounceForm(article=query.article))

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, AnnounceForm), work_of(req)
        try:
            with work.session.begin_nested():
                announce.announce(work, article=form.article, kind=form.kind, on=form.on, amount=form.amount, note=form.note)
        except Refused as refused:
            return _desk(req, resp, DeskQuery(), form, refused)
        return redirect(req, resp, "availability.desk", done="announced")


def _desk(req: Request, resp: Response, query: DeskQuery, form: AnnounceForm, refused: Refused | None = None) -> None:
    found = find.every(work_of(req), ended=query.ended, at=query.at)
    problems, status = (refused.problems, refused.status) if refused else ((), 200)
    kinds = [(kind, _(said)) for kind, said in find.KINDS.items()]
    render(req, resp, "availability/desk.html", status=status, page_of=found, query=query, form=form, problems=problems, kinds=kinds)


class End:
    def on_post(self, req: Request, resp: Response, announcement_id: UUID) -> None:
        read_form(req, NoFields)
        announce.end(work_of(req), announcement_id=announcement_id)
        redirect(req, resp, "availability.desk", done="ended")


# JSON


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ListQuery(Closed):
    kind: Kind = ""
    mine: bool = Field(False, description="Of products that you watch, keep in a list or have in a cart.")
    after: str | None = Field(None, max_length=1000)


class AnnouncementOut(Closed):
    """`kind`: expected (from day `on`), back or low (runs out); `source`: staff or stock."""

    id: UUID
    product_id: UUID
    product: str
    article: str
    kind: str
    source: str
    on: date | None
    amount: Decimal | None = Field(description="Base units that are expected, where that is known.")
    unit: str
    note: str
    made_at: datetime


class AnnouncementsOut(Closed):
    items: list[AnnouncementOut]
    next: str | None = Field(description="Cursor of the next page; null: this is the last one.")


class ApiFeed:
    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, ListQuery)
        found = find.feed(work_of(req), kind=query.kind, mine=query.mine, at=query.after)
        reply(req, resp, AnnouncementsOut(items=[_out(row) for row in found.items], next=found.next))


def _out(row: find.Row) -> AnnouncementOut:
    values: dict[str, Any] = {name: getattr(row, name) for name in AnnouncementOut.model_fields}
    return AnnouncementOut(**values)


LIST: Final = {"GET": Operation(summary="List what is announced of products that you see.", query=ListQuery, answer=AnnouncementsOut)}


def routes() -> Iterable[Route]:
    """All addresses of the plugin."""
    yield Route(name="availability.feed", path="/availability", resource=Feed(), permission=VIEW)
    yield Route(name="availability.desk", path="/admin/availability", resource=Desk(), permission=announce.WRITE, area="admin")
    yield Route(
        name="availability.end", path="/admin/availability/{announcement_id:uuid}/end", resource=End(), permission=announce.WRITE,
        area="admin",
    )  # fmt: skip
    yield Route(name="availability.api_feed", path="/api/v1/availability", resource=ApiFeed(), permission=VIEW, area="api", operations=LIST)
