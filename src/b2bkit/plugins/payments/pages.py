"""The calendar's pages, its feed, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2bkit import PUBLIC, NotFound, Operation, Refused, Route
from b2bkit.core.settlements.service.overview import SEE, DueRow
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, reply, work_of
from b2bkit.plugins.payments.service import calendar, feed
from b2bkit.plugins.payments.words import month_words

ICAL = "text/calendar; charset=utf-8"
MonthText = Annotated[str, Field(pattern=r"^(\d{4}-\d{2})?$")]


class MonthQuery(BaseModel):
    """Which month (2026-11), and of which legal entity."""

    model_config = ConfigDict(extra="forbid")

    month: MonthText = ""
    entity: UUID | None = None


class Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SumOut(BaseModel):
    amount: Decimal
    currency: str


class DueOut(BaseModel):
    """A payment that the supplier expects. `days`: to its day, negative when it has passed."""

    due_on: date
    days: int
    amount: Decimal
    currency: str
    deal: str
    order_id: UUID | None
    contract: str
    legal_entity: str


class MonthOut(BaseModel):
    """Payments of a month by day, those that are overdue whenever they were due, and the month's sums."""

    month: str
    payments: list[DueOut]
    overdue: list[DueOut]
    sums: list[SumOut]


class PaymentCalendar:
    """A month of payments."""

    def on_get(self, req: Request, resp: Response) -> None:
        self.show(req, resp, read_query(req, MonthQuery))

    def show(self, req: Request, resp: Response, query: MonthQuery, *, refused: Refused | None = None) -> None:
        work = work_of(req)
        if work.actor.company_id is None:
            raise NotFound("payments")
        seen = calendar.month(work, text=query.month, entity=query.entity)
        own = work.actor.on_behalf is None
        values = {"entities": calendar.entities(work), "own": own, "address": feed.address(work) if own else "", **month_words(seen.first)}
        values["problems"] = refused.problems if refused else ()
        status = refused.status if refused else 200
        render(req, resp, "payments/calendar.html", block="month", status=status, seen=seen, query=query, told=values)


class FeedBegin:
    """A new address of the feed; the old one ends."""

    def on_post(self, req: Request, resp: Response) -> None:
        read_form(req, Nothing)
        try:
            feed.begin(work_of(req))
        except Refused as refused:
            return PaymentCalendar().show(req, resp, MonthQuery(), refused=refused)
        return redirect(req, resp, "payments.calendar")


class FeedEnd:
    """The address of the feed leads nowhere from now on."""

    def on_post(self, req: Request, resp: Response) -> None:
        read_form(req, Nothing)
        feed.end(work_of(req))
        redirect(req, resp, "payments.calendar")


class Feed:
    """The calendar for a calendar program, which shows no cookie: the address says whose it is."""

    def on_get(self, req: Request, resp: Response, token: str) -> None:
        resp.content_type = ICAL
        resp.set_header("Cache-Control", "private, no-store")
        resp.data = feed.written(req.context.open_work, token)


class MonthData:
    """The same as JSON."""

    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, MonthQuery), work_of(req)
        if work.actor.company_id is None:
            raise NotFound("payments")
        seen = calendar.month(work, text=query.month, entity=query.entity)
        reply(req, resp, MonthOut(
            month=f"{seen.first:%Y-%m}", payments=[_out(one) for one in seen.dues], overdue=[_out(one) for one in seen.late],
            sums=[SumOut(amount=amount, currency=currency) for amount, currency in seen.sums],
        ))  # fmt: skip


def _out(one: DueRow) -> DueOut:
    return DueOut(
        due_on=one.due_on, days=one.days, amount=one.amount, currency=one.currency, deal=one.deal, order_id=one.order_id,
        contract=one.number, legal_entity=one.legal_entity,
    )  # fmt: skip


def routes() -> Iterable[Route]:
    """All of them."""
    needs = "settlements.in"
    for name, path, resource in (
        ("calendar", "/payments", PaymentCalendar()),
        ("feed_begin", "/payments/feed", FeedBegin()),
        ("feed_end", "/payments/feed/end", FeedEnd()),
    ):
        yield Route(name=f"payments.{name}", path=path, resource=resource, permission=SEE, needs=needs)
    yield Route(name="payments.feed", path="/payments/feed/{token}", resource=Feed(), permission=PUBLIC, machine=True, max_body=0)
    operation = Operation(summary="Payments of a month", query=MonthQuery, answer=MonthOut)
    yield Route(
        name="payments.api", path="/api/v1/payments", resource=MonthData(), permission=SEE, area="api", needs=needs,
        operations={"GET": operation},
    )  # fmt: skip
