"""Lists as JSON, for a buyer's own system. Decimals are strings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2bkit import Operation, Route, Work
from b2bkit.core.web.handling import Request, Response, read_json, read_query, reply, work_of
from b2bkit.plugins.favorites.forms import Nothing, Version
from b2bkit.plugins.favorites.service import lines, lists, moving

Amount = Annotated[Decimal, Field(gt=0, max_digits=13, decimal_places=3)]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ListOut(Closed):
    """A list. `lines`: how many of its products can be seen; `version` is sent back with a change."""

    id: UUID
    kind: Literal["main", "later", "named"]
    name: str
    shared: bool
    version: int
    updated_at: datetime
    person: str
    changed_by: str
    lines: int
    mine: bool
    may_change: bool


class ListsOut(Closed):
    items: list[ListOut]


class ListIn(Closed):
    name: Annotated[str, Field(min_length=1, max_length=lists.NAME)]
    shared: bool = False


class ListChange(ListIn):
    version: Version


class LineIn(Closed):
    """A product and what one usually takes of it; without a quantity the least."""

    product_id: UUID
    unit: Annotated[str, Field(max_length=50)] = ""
    quantity: Amount | None = None
    note: Annotated[str, Field(max_length=500)] = ""


class LineOut(Closed):
    """`quantity` in `unit` is what would be ordered; `price` per base unit; `why_not`: why it cannot be ordered now, "" where it can."""

    product_id: UUID
    article: str
    name: str
    unit: str
    quantity: Decimal
    price: Decimal | None
    currency: str
    note: str
    why_not: str
    changed_by: str
    changed_at: datetime


class WholeOut(ListOut):
    items: list[LineOut]


class Made(Closed):
    id: UUID


class OrderIn(Closed):
    """Which products go into the cart; none named: all."""

    product_ids: Annotated[list[UUID], Field(max_length=300)] = []


class NotTaken(Closed):
    product_id: UUID
    why_not: str


class TakenOut(Closed):
    """How many went into the cart, and which did not."""

    added: int
    refused: list[NotTaken]


def _list(row: lists.ListRow) -> dict[str, object]:
    return {**row._asdict(), "name": row.title}


def _line(line: lines.LineView) -> LineOut:
    return LineOut(
        product_id=line.good.id, article=line.good.row.article, name=line.good.row.name, unit=line.unit, quantity=line.quantity,
        price=line.price, currency=line.good.table.currency if line.price is not None else "", note=line.note, why_not=line.why_not,
        changed_by=line.changed_by, changed_at=line.changed_at,
    )  # fmt: skip


def _whole(work: Work, list_id: UUID) -> WholeOut:
    row = lists.find(work, list_id)
    return WholeOut.model_validate({**_list(row), "items": [_line(one) for one in lines.lines_of(work, list_id)]})


class ApiLists:
    """`/api/v1/favorite-lists`."""

    def on_get(self, req: Request, resp: Response) -> None:
        read_query(req, Nothing)
        reply(req, resp, ListsOut(items=[ListOut.model_validate(_list(row)) for row in lists.all_lists(work_of(req))]))

    def on_post(self, req: Request, resp: Response) -> None:
        given = read_json(req, ListIn)
        reply(req, resp, Made(id=lists.make(work_of(req), name=given.name, shared=given.shared)), status=201)


class ApiList:
    """`/api/v1/favorite-lists/{id}`."""

    def on_get(self, req: Request, resp: Response, favorite_list_id: UUID) -> None:
        reply(req, resp, _whole(work_of(req), favorite_list_id))

    def on_put(self, req: Request, resp: Response, favorite_list_id: UUID) -> None:
        given, work = read_json(req, ListChange), work_of(req)
        lists.change(work, favorite_list_id, name=given.name, shared=given.shared, version=given.version)
        reply(req, resp, _whole(work, favorite_list_id))

    def on_delete(self, req: Request, resp: Response, favorite_list_id: UUID) -> None:
        lists.remove(work_of(req), favorite_list_id)
        reply(req, resp, None)


class ApiLines:
    """`/api/v1/favorite-lists/{id}/lines`."""

    def on_post(self, req: Request, resp: Response, favorite_list_id: UUID) -> None:
        given, work = read_json(req, LineIn), work_of(req)
        lines.put(work, favorite_list_id, [lines.Item(given.product_id, given.unit, given.quantity, given.note)])
        reply(req, resp, _whole(work, favorite_list_id))


class ApiLine:
    """`/api/v1/favorite-lists/{id}/lines/{product_id}`."""

    def on_delete(self, req: Request, resp: Response, favorite_list_id: UUID, product_id: UUID) -> None:
        lines.drop_product(work_of(req), favorite_list_id, product_id)
        reply(req, resp, None)


class ApiOrder:
    """`/api/v1/favorite-lists/{id}/order`."""

    def on_post(self, req: Request, resp: Response, favorite_list_id: UUID) -> None:
        given, work = read_json(req, OrderIn), work_of(req)
        lists.find(work, favorite_list_id)
        products = {line.id: line.good.id for line in lines.lines_of(work, favorite_list_id)}
        chosen = {line for line, product in products.items() if product in given.product_ids} if given.product_ids else None
        taken = moving.into_cart(work, favorite_list_id, chosen)
        refused = [NotTaken(product_id=products[line], why_not=why) for line, why in taken.refused.items()]
        reply(req, resp, TakenOut(added=taken.added, refused=refused))


def routes() -> Iterable[Route]:
    """All of them."""
    base, one = "/api/v1/favorite-lists", "/api/v1/favorite-lists/{favorite_list_id:uuid}"
    every = {
        "GET": Operation(summary="List lists of products, one's own and those that colleagues share", answer=ListsOut),
        "POST": Operation(summary="Make a list", body=ListIn, answer=Made, status=201),
    }
    single = {
        "GET": Operation(summary="Read a list with prices of now", answer=WholeOut),
        "PUT": Operation(summary="Rename a list, share it or not", body=ListChange, answer=WholeOut),
        "DELETE": Operation(summary="Delete a list", status=204),
    }
    fill = {"POST": Operation(summary="Put a product into a list, or change what is kept of it there", body=LineIn, answer=WholeOut)}
    drop = {"DELETE": Operation(summary="Take a product out of a list", status=204)}
    order = {"POST": Operation(summary="Put a list, or some of it, into the cart", body=OrderIn, answer=TakenOut)}
    use, line = lists.USE, one + "/lines/{product_id:uuid}"
    yield Route(name="favorites.api_lists", path=base, resource=ApiLists(), permission=use, area="api", operations=every)
    yield Route(name="favorites.api_list", path=one, resource=ApiList(), permission=use, area="api", operations=single)
    yield Route(name="favorites.api_lines", path=one + "/lines", resource=ApiLines(), permission=use, area="api", operations=fill)
    yield Route(name="favorites.api_line", path=line, resource=ApiLine(), permission=use, area="api", operations=drop)
    yield Route(
        name="favorites.api_order", path=one + "/order", resource=ApiOrder(), permission="ordering.cart", area="api", operations=order
    )
