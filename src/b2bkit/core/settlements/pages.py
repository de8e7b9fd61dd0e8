"""Pages of money and papers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from b2bkit.core.errors import NotFound
from b2bkit.core.i18n import _
from b2bkit.core.settlements.service import find, prints
from b2bkit.core.settlements.service.overview import overview
from b2bkit.core.web.handling import Request, Response, read_query, render, work_of


def _plain(typed: object) -> object:
    """A sum as people type it: `1 240,50`."""
    return typed.replace("\u00a0", "").replace(" ", "").replace(",", ".") or None if isinstance(typed, str) else typed


Sum = Annotated[Decimal, BeforeValidator(_plain), Field(ge=0, max_digits=15, decimal_places=2, allow_inf_nan=False)]
Kind = Literal["", "invoice", "shipment", "tax_invoice", "act", "correction", "reconciliation", "other"]


class PapersQuery(BaseModel):
    """The list as an address: kind, part of a number, days, sums, order, place in the list."""

    kind: Kind = ""
    q: str = Field("", max_length=50)
    since: date | None = None
    until: date | None = None
    least: Sum | None = None
    most: Sum | None = None
    order: UUID | None = None
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
        wanted = find.Wanted(
            kind=query.kind, text=query.q, since=query.since, until=query.until, least=query.least, most=query.most, order_id=query.order
        )
        found = find.find_papers(work, wanted, at=query.at)
        kinds = {kind: _(label) for kind, label in find.KINDS.items()}
        render(
            req, resp, "settlements/papers.html", block="list", page_of=found, query=query, kinds=kinds, asked=wanted.asked, wanted=wanted
        )


class PaperPage:
    def on_get(self, req: Request, resp: Response, paper_id: UUID) -> None:
        work = work_of(req)
        seen = find.paper(work, paper_id)
        render(
            req, resp, "settlements/paper.html", seen=seen, paper=seen.paper, kind=_(find.KINDS[seen.paper.kind]),
            prints=prints.allowed(work, seen.paper.kind, "download"),
        )  # fmt: skip
