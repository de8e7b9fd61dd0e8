"""JSON of money and papers. Decimals are strings; every figure carries the moment for which the ERP told it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import Operation
from b2bkit.core.settlements.pages import Kind, Sum
from b2bkit.core.settlements.service import find
from b2bkit.core.settlements.service.overview import overview
from b2bkit.core.web.handling import Request, Response, read_query, reply, work_of


class AccountOut(BaseModel):
    """How matters stand under one contract in one currency."""

    contract_id: UUID | None = Field(description="Null for an account whose kind sees no contracts.")
    contract: str
    legal_entity: str
    currency: str
    debt: Decimal
    overdue: Decimal
    prepaid: Decimal
    as_of: datetime | None = Field(description="When the ERP told the sums; null: it told none.")
    delay_days: int | None = Field(description="Days after shipment within which is paid.")
    credit_limit: Decimal | None = Field(description="Debt that is allowed; null: no limit was told.")
    available: Decimal | None
    prepayment: Decimal | None = Field(description="Percent to be paid before shipment.")
    stops_overdue: bool = Field(description="Overdue debt stops new orders.")
    valid_until: date | None


class DueOut(BaseModel):
    """A payment that is expected; `days` to its day, negative when it has passed."""

    due_on: date
    days: int
    amount: Decimal
    currency: str
    deal: str
    order_id: UUID | None
    contract: str
    legal_entity: str
    as_of: datetime


class MoneyOut(BaseModel):
    accounts: list[AccountOut]
    dues: list[DueOut]


class PapersQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Kind = ""
    number: str = Field("", max_length=50, description="Part of the paper's number or of its order's.")
    since: date | None = None
    until: date | None = None
    least: Sum | None = Field(None, description="The least sum.")
    most: Sum | None = Field(None, description="The largest sum.")
    order: UUID | None = Field(None, description="Papers of this order.")
    after: str | None = Field(None, max_length=1000, description="`next` of the page before.")
    limit: int = Field(30, ge=1, le=100)


class PaperOut(BaseModel):
    id: UUID
    kind: str
    number: str
    on: date
    legal_entity: str
    order_id: UUID | None
    order_number: str | None
    currency: str
    total: Decimal
    vat: Decimal
    due_on: date | None
    status: str = Field(description="As the ERP words it.")
    as_of: datetime


class PapersOut(BaseModel):
    items: list[PaperOut]
    next: str | None


class PaperLineOut(BaseModel):
    position: int
    product_id: UUID | None
    name: str
    unit: str
    quantity: Decimal
    price: Decimal
    total: Decimal
    vat: Decimal


class PaperWholeOut(PaperOut):
    """A paper with its lines."""

    contract: str
    period_from: date | None
    period_to: date | None
    lines: list[PaperLineOut]


class MoneyData:
    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        if work.actor.company_id is None:
            raise NotFound("money")
        seen, told = overview(work), work.actor.shows("company.contracts")
        whose = [{"contract": one.number if told else "", "contract_id": one.contract_id if told else None} for one in seen.accounts]
        accounts = [
            AccountOut.model_validate(_shared(one, AccountOut) | {"credit_limit": one.limit, "available": one.available} | named)
            for one, named in zip(seen.accounts, whose, strict=True)
        ]
        dues = [DueOut(contract=one.number if told else "", **_shared(one, DueOut)) for one in seen.dues]
        reply(req, resp, MoneyOut(accounts=accounts, dues=dues))


class PapersData:
    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, PapersQuery)
        wanted = find.Wanted(
            kind=query.kind, text=query.number, since=query.since, until=query.until, least=query.least, most=query.most,
            order_id=query.order,
        )  # fmt: skip
        found = find.find_papers(work_of(req), wanted, at=query.after, size=query.limit)
        reply(req, resp, PapersOut(items=[PaperOut.model_validate(row._asdict()) for row in found.items], next=found.next))


class PaperData:
    def on_get(self, req: Request, resp: Response, paper_id: UUID) -> None:
        work = work_of(req)
        seen = find.paper(work, paper_id)
        start, end = seen.period or (None, None)
        lines = [PaperLineOut.model_validate(line._asdict()) for line in seen.lines]
        contract = seen.contract if work.actor.shows("company.contracts") else ""
        answer = PaperWholeOut(**_shared(seen.paper, PaperOut), contract=contract, period_from=start, period_to=end, lines=lines)
        reply(req, resp, answer)


def _shared(row: object, model: type[BaseModel]) -> dict[str, Any]:
    """Values of fields that the row has under the same name; those that only it can compute are named by the caller."""
    named = getattr(row, "_fields", ())
    return {name: getattr(row, name) for name in named if name in model.model_fields}


MONEY = {"GET": Operation(summary="Show debts by contract, their terms and the payments that are expected", answer=MoneyOut)}
PAPERS = {"GET": Operation(summary="List invoices, shipments and other papers, newest first", query=PapersQuery, answer=PapersOut)}
PAPER = {"GET": Operation(summary="Show a paper with its lines", answer=PaperWholeOut)}
