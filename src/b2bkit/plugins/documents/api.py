"""JSON of documents: opening a paper, its pages and its file, originals, the money of a period."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from b2bkit import Operation
from b2bkit.core.settlements.pages import Kind
from b2bkit.core.settlements.service.find import Wanted
from b2bkit.core.web.handling import read_json, read_query, reply, work_of
from b2bkit.plugins.documents import inputs
from b2bkit.plugins.documents.service import find, forms, originals, views


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OpenIn(Closed):
    """`view`: pages as pictures with your name on them; `download`: the file, where the supplier lets it out."""

    use: Literal["view", "download"] = "view"


class PageOut(Closed):
    """A page; fetch it from `pages/1`, `pages/2` ... below the opening."""

    width: int
    height: int


class OpenedOut(Closed):
    """What you opened. While `state` is waiting, read it again every few seconds: it comes from the ERP."""

    id: UUID
    use: Literal["view", "download"]
    state: Literal["waiting", "ready", "refused"]
    why: str = Field(description="With refused: why there is no form, in words.")
    pages: list[PageOut]
    size: int = Field(description="Bytes of the file; 0: there is none to fetch.")
    until: datetime = Field(description="Until then pages and file can be fetched.")


class NamedOut(Closed):
    id: UUID
    kind: str
    number: str
    on: date


class RequestOut(Closed):
    """A request for originals. `state`: asked, on_way, handed, declined or withdrawn."""

    id: UUID
    state: str
    way: str
    note: str
    answer: str = Field(description="The supplier's words.")
    asked_by: str
    asked_at: datetime
    changed_at: datetime
    sent_at: datetime | None
    handed_at: datetime | None
    papers: list[NamedOut]


class RequestsOut(Closed):
    items: list[RequestOut]
    next: str | None = Field(description="Cursor of the next page; null: this is the last one.")


class RequestIn(Closed):
    papers: list[UUID] = Field(max_length=50)
    way: Literal["delivery", "post", "pickup"]
    note: str = Field("", max_length=1000)


class MadeOut(Closed):
    id: UUID


class OriginalsQuery(Closed):
    state: inputs.State = ""
    after: str | None = Field(None, max_length=1000)


class SumsQuery(Closed):
    kind: Kind = ""
    since: date | None = None
    until: date | None = None


class SumOut(Closed):
    kind: str
    currency: str
    papers: int
    total: Decimal
    vat: Decimal


class SumsOut(Closed):
    items: list[SumOut]


def _told(seen: views.Opened) -> OpenedOut:
    form, ready = seen.form, seen.form.state == "ready"
    takes = ready and seen.view.kind == "download"
    return OpenedOut.model_validate(
        {
            "id": seen.view.id, "use": seen.view.kind, "state": form.state, "why": forms.why_said(form),
            "pages": form.pages if ready else [], "size": form.size if takes else 0, "until": seen.view.until,
        }
    )  # fmt: skip


class Views:
    def on_post(self, req: Request, resp: Response, paper_id: UUID) -> None:
        given, work = read_json(req, OpenIn), work_of(req)
        made = views.open_paper(work, paper_id=paper_id, use=given.use)
        reply(req, resp, _told(views.opened(work, paper_id=paper_id, view_id=made)), status=201)


class OneView:
    def on_get(self, req: Request, resp: Response, paper_id: UUID, document_view_id: UUID) -> None:
        reply(req, resp, _told(views.opened(work_of(req), paper_id=paper_id, view_id=document_view_id)))


class Sums:
    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, SumsQuery), work_of(req)
        wanted = Wanted(kind=query.kind, since=query.since, until=query.until, company_id=work.actor.company_id)
        reply(req, resp, SumsOut(items=[SumOut(**row._asdict()) for row in find.sums(work, wanted)]))


class Originals:
    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, OriginalsQuery), work_of(req)
        found = find.requests(work, state=query.state, company_id=work.actor.company_id, at=query.after)
        reply(req, resp, RequestsOut(items=[_request(row) for row in found.items], next=found.next))

    def on_post(self, req: Request, resp: Response) -> None:
        given = read_json(req, RequestIn)
        reply(req, resp, MadeOut(id=originals.ask(work_of(req), papers=given.papers, way=given.way, note=given.note)), status=201)


def _request(row: find.Row) -> RequestOut:
    papers = [NamedOut(**one._asdict()) for one in row.papers]
    shared = {name: getattr(row, name) for name in RequestOut.model_fields if name not in ("papers", "asked_by")}
    return RequestOut(**shared, asked_by=row.asker, papers=papers)


class Withdraw:
    def on_post(self, req: Request, resp: Response, originals_request_id: UUID) -> None:
        originals.withdraw(work_of(req), request_id=originals_request_id)
        reply(req, resp, None)


class Received:
    def on_post(self, req: Request, resp: Response, originals_request_id: UUID) -> None:
        originals.received(work_of(req), request_id=originals_request_id)
        reply(req, resp, None)


VIEWS: Final = {"POST": Operation(summary="Open a paper to look at it or to take its file.", body=OpenIn, answer=OpenedOut, status=201)}
VIEW: Final = {"GET": Operation(summary="Read whether what you opened has come.", answer=OpenedOut)}
PAGE: Final = {"GET": Operation(summary="Fetch a page as a picture with your name on it.", media="image/png")}
FILE: Final = {"GET": Operation(summary="Fetch the file that you opened.", media="application/pdf")}
SUMS: Final = {"GET": Operation(summary="Add up papers of a period by kind and currency.", query=SumsQuery, answer=SumsOut)}
ORIGINALS: Final = {
    "GET": Operation(summary="List requests for originals, what changed last first.", query=OriginalsQuery, answer=RequestsOut),
    "POST": Operation(summary="Ask for originals of papers.", body=RequestIn, answer=MadeOut, status=201),
}
WITHDRAW: Final = {"POST": Operation(summary="Withdraw a request for originals.", status=204)}
RECEIVED: Final = {"POST": Operation(summary="Say that the originals came.", status=204)}
