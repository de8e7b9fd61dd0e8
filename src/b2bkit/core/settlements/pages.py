"""Pages of money and papers."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from b2bkit.core.errors import NotFound
from b2bkit.core.i18n import _
from b2bkit.core.settlements.service import find
from b2bkit.core.settlements.service.overview import overview
from b2bkit.core.web.handling import Request, Response, read_query, render, work_of

Kind = Literal["", "invoice", "shipment", "tax_invoice", "act", "correction", "reconciliation", "other"]


class PapersQuery(BaseModel):
    """The list as an address: kind, part of a number, days, place in the list."""

    kind: Kind = ""
    q: str = Field("", max_length=50)
    since: date | None = None
    until: date | None = None
    at: str | None = Field(None, max_length=1000)


class MoneyPage:
    """What a client owes, by contract; staff see it on the client's card."""

    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        if work.actor.company_id is None:
            raise NotFound("money")
        render(req, resp, "settlements/money.html", block="money", seen=overview(work), papers=work.may(find.SEE))


class Papers:
    """Papers of all orders, newest first."""

    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, PapersQuery), work_of(req)
        wanted = find.Wanted(kind=query.kind, text=query.q, since=query.since, until=query.until)
        found = find.find_papers(work, wanted, at=query.at)
        kinds = {kind: _(label) for kind, label in find.KINDS.items()}
        asked = bool(query.kind or query.q or query.since or query.until)
        render(req, resp, "settlements/papers.html", block="list", page_of=found, query=query, kinds=kinds, asked=asked)


class PaperPage:
    def on_get(self, req: Request, resp: Response, paper_id: UUID) -> None:
        seen = find.paper(work_of(req), paper_id)
        render(req, resp, "settlements/paper.html", seen=seen, paper=seen.paper, kind=_(find.KINDS[seen.paper.kind]))
