"""Pages of a distributor: its dealers, one of them with its orders, and the list as JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2bkit.core.dealers import service
from b2bkit.core.extend.things import Operation
from b2bkit.core.ordering.service import orders
from b2bkit.core.ordering.service.journey import look, way
from b2bkit.core.web.handling import Request, Response, read_query, render, reply, work_of


class PageQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    after: str | None = Field(None, max_length=1000, description="`next` of the page before.")


class DealerOut(BaseModel):
    """A dealer. `orders` counts all that the distributor sees, `open_orders` those on their way."""

    id: UUID
    name: str
    region: str
    orders: int
    open_orders: int
    last_order: datetime | None


class DealersOut(BaseModel):
    items: list[DealerOut]
    next: str | None


LIST = {"GET": Operation(summary="List the distributor's dealers by name", query=PageQuery, answer=DealersOut)}


class Dealers:
    """`/dealers`."""

    def on_get(self, req: Request, resp: Response) -> None:
        found = service.dealers(work_of(req), after=read_query(req, PageQuery).after)
        render(req, resp, "dealers/list.html", block="list", page_of=found)


class DealerPage:
    """`/dealers/{id}`."""

    def on_get(self, req: Request, resp: Response, company_id: UUID) -> None:
        work, at = work_of(req), read_query(req, PageQuery).after
        one = service.dealer(work, company_id)
        page = service.orders_of(work, company_id, at=at)
        times = orders.times_of(work, [row.id for row in page.items])
        rows = [(row, look(row), way(work, row, times.get(row.id, {}))) for row in page.items]
        render(req, resp, "dealers/one.html", block="list", dealer=one, rows=rows, page_of=page, staff=False)


class ApiDealers:
    """`/api/v1/dealers`."""

    def on_get(self, req: Request, resp: Response) -> None:
        page = service.dealers(work_of(req), after=read_query(req, PageQuery).after)
        items = [DealerOut(**{name: getattr(one, name) for name in DealerOut.model_fields}) for one in page.items]
        reply(req, resp, DealersOut(items=items, next=page.next))
