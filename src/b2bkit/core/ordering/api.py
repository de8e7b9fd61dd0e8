"""JSON of carts and orders. Decimals are strings; nothing here takes a price."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import Operation
from b2bkit.core.ordering.checkout.steps import further
from b2bkit.core.ordering.forms import Version
from b2bkit.core.ordering.service import cart, filling, orders
from b2bkit.core.ordering.service.asking import ask_live
from b2bkit.core.ordering.service.cart import CartView
from b2bkit.core.ordering.service.drafts import Draft
from b2bkit.core.ordering.service.finding import Wanted as WantedOrders
from b2bkit.core.ordering.service.lines import Line, Wanted
from b2bkit.core.ordering.service.place import place_order
from b2bkit.core.web.handling import OpenAs, Request, Response, actor_of, read_json, read_query, reply, work_of
from b2bkit.core.work import Work

Amount = Annotated[Decimal, Field(gt=0, max_digits=13, decimal_places=3)]
Unit = Annotated[str, Field(min_length=1, max_length=50)]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LineIn(Closed):
    """An amount of a product in one of its units."""

    product_id: UUID
    unit: Unit
    quantity: Amount


class LineChangeIn(Closed):
    """A line's new amount. `version`: of the cart that was read; another one since is a conflict."""

    quantity: Amount
    unit: Unit | None = None
    version: Version | None = None


class CartQuery(Closed):
    version: Version | None = None


class AcceptIn(Closed):
    """What differs is accepted as it was read: the cart's `version`, `total` as `seen_total`, `news`. `line_id`: in one line only."""

    version: Version
    seen_total: Annotated[Decimal, Field(ge=0, max_digits=19, decimal_places=2)]
    news: str | None = Field(None, max_length=16)
    line_id: UUID | None = None


class ProblemOut(BaseModel):
    code: str
    message: str
    field: str | None
    allowed: list[str] = Field(description="Nearest values that would do.")


class CartLineOut(BaseModel):
    """A line at this moment's price. `change` waits to be accepted: dearer, cheaper, priced, unpriced, gone; so does `less`."""

    id: UUID | None
    product_id: UUID
    article: str
    name: str
    unit: str
    quantity: Decimal
    base_unit: str
    base_quantity: Decimal
    price: Decimal | None = Field(description="Per base unit; null: on request.")
    seen_price: Decimal | None
    net: Decimal | None
    vat: Decimal | None
    total: Decimal | None
    in_stock: Decimal | None = Field(description="Free in base units; null: not told by the ERP.")
    change: str | None
    less: bool = Field(description="Less is in stock than wanted, which was not accepted yet; the rest is confirmed by the manager.")
    told_at: datetime | None = Field(description="When the ERP said price and stock of this line, asked a moment ago.")
    problem: ProblemOut | None


class CartOut(BaseModel):
    """The cart under the session's contract. `version` grows with each change."""

    version: int
    news: str = Field(description="A sign of all that differs; empty when nothing does. To be sent back when it is accepted.")
    contract_id: UUID | None = Field(description="Null without a contract, and for an account whose kind sees none.")
    currency: str
    lines: list[CartLineOut]
    net: Decimal
    vat: Decimal
    total: Decimal


class OrderIn(Closed):
    """An order from the cart, or of `lines`. `contract_id`, when given, must be the one of the session.

    total         with VAT as it was shown; another one now is a conflict. Without it the order is placed at the prices of this moment
    cart_version  of the cart that was read
    """

    contract_id: UUID | None = None
    address_id: UUID | None = None
    consignee_id: UUID | None = Field(None, description="The legal entity that receives the goods, where it is not the one that buys.")
    wanted_on: date | None = None
    comment: str = Field("", max_length=3000)
    steps: dict[str, str | int | bool | Decimal | None] = Field(
        default_factory=dict, description="Fields of further steps of the checkout, by name.", max_length=100
    )
    cart_version: Version | None = None
    total: Decimal | None = Field(None, ge=0, max_digits=19, decimal_places=2)
    lines: list[LineIn] | None = Field(None, max_length=cart.MAX_LINES)


class PlacedOut(BaseModel):
    id: UUID
    number: str


class OrderListQuery(Closed):
    group: Literal["open", "shipped", "closed", "cancelled", "refused", "all"] = "all"
    number: str = Field("", max_length=40, description="Part of the portal's number or of 1C's.")
    since: date | None = Field(None, description="Placed on this day or later.")
    until: date | None = Field(None, description="Placed on this day or earlier.")
    person: UUID | None = Field(None, description="Who placed it.")
    legal_entity: UUID | None = None
    article: str = Field("", max_length=100, description="Beginning of an article in it.")
    least: Decimal | None = Field(None, ge=0, description="Least sum with VAT.")
    most: Decimal | None = Field(None, ge=0, description="Greatest sum with VAT.")
    archived: bool = Field(False, description="Orders of the archive instead of the others.")
    after: str | None = Field(None, max_length=1000, description="`next` of the page before.")
    limit: int = Field(30, ge=1, le=100)


class OrderShortOut(BaseModel):
    """An order in a list. `erp_state`: none, waiting, offered, taken, posted, refused."""

    id: UUID
    number: str
    source: str
    placed_at: datetime
    wanted_on: date | None
    status: str
    erp_state: str
    erp_number: str
    paid: bool
    legal_entity: str
    currency: str
    total: Decimal


class OrdersOut(BaseModel):
    items: list[OrderShortOut]
    next: str | None


class OrderLineOut(BaseModel):
    product_id: UUID | None
    article: str
    name: str
    unit: str
    quantity: Decimal
    base_unit: str
    base_quantity: Decimal
    price: Decimal
    vat_included: bool
    vat_rate: Decimal | None
    net: Decimal
    vat: Decimal
    total: Decimal


class EventOut(BaseModel):
    kind: str
    at: datetime
    exact: bool


class OrderOut(OrderShortOut):
    """A whole order with frozen prices."""

    contract: str = Field(description="Empty for an account whose kind sees no contracts.")
    address: str
    comment: str
    net: Decimal
    vat: Decimal
    lines: list[OrderLineOut]
    events: list[EventOut]


def _wanted(order: OrderIn) -> tuple[Wanted, ...] | None:
    return None if order.lines is None else tuple(Wanted(line.product_id, line.unit, line.quantity) for line in order.lines)


def _line_out(line: Line) -> CartLineOut:
    problem = None
    if line.problem is not None:
        allowed = [cure.value for cure in line.problem.cures]
        problem = ProblemOut(code=line.problem.code, message=line.problem.message, field=line.problem.field, allowed=allowed)
    return CartLineOut(
        id=line.line_id,
        product_id=line.product_id,
        article=line.article,
        name=line.name,
        unit=line.unit,
        quantity=line.quantity,
        base_unit=line.rules.unit,
        base_quantity=line.base_quantity,
        price=line.price,
        seen_price=line.seen_price,
        net=line.net,
        vat=line.vat,
        total=line.total,
        in_stock=line.free if line.visible else None,
        change=line.change,
        less=line.less,
        told_at=line.told_at,
        problem=problem,
    )


def _cart_out(work: Work, shown: CartView) -> CartOut:
    sums = shown.sums
    contract_id = shown.terms.contract_id if shown.terms and work.actor.shows("company.contracts") else None
    lines = [_line_out(line) for line in shown.lines]
    common = {"net": sums.net, "vat": sums.vat, "total": sums.total}
    return CartOut(version=shown.version, news=shown.news, contract_id=contract_id, currency=shown.currency, lines=lines, **common)


class CartLines:
    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        reply(req, resp, _cart_out(work, cart.view(work)))

    def on_post(self, req: Request, resp: Response) -> None:
        line, work = read_json(req, LineIn), work_of(req)
        shown = filling.add_line(work, product_id=line.product_id, unit=line.unit, quantity=line.quantity)
        reply(req, resp, _cart_out(work, shown), status=201)

    def on_delete(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, CartQuery), work_of(req)
        reply(req, resp, _cart_out(work, filling.clear(work, version=query.version)))


class CartAccept:
    """Differences of the cart, taken as they were read."""

    def on_post(self, req: Request, resp: Response) -> None:
        seen, work = read_json(req, AcceptIn), work_of(req)
        shown = filling.accept(work, version=seen.version, seen_total=seen.seen_total, news=seen.news, line_id=seen.line_id)
        reply(req, resp, _cart_out(work, shown))


class CartLine:
    def on_put(self, req: Request, resp: Response, line_id: UUID) -> None:
        change, work = read_json(req, LineChangeIn), work_of(req)
        shown = filling.change_line(work, line_id=line_id, quantity=change.quantity, unit=change.unit, version=change.version)
        reply(req, resp, _cart_out(work, shown))

    def on_delete(self, req: Request, resp: Response, line_id: UUID) -> None:
        query, work = read_query(req, CartQuery), work_of(req)
        reply(req, resp, _cart_out(work, filling.remove_line(work, line_id=line_id, version=query.version)))


class Orders:
    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, OrderListQuery)
        wanted = WantedOrders(text=query.number, **query.model_dump(exclude={"number", "after", "limit"}))
        found = orders.list_orders(work_of(req), wanted, at=query.after, size=query.limit)
        items = [OrderShortOut.model_validate(row._asdict()) for row in found.items]
        reply(req, resp, OrdersOut(items=items, next=found.next))

    def before_post(self, req: Request, open_work: OpenAs) -> None:
        order = read_json(req, OrderIn)
        ask_live(partial(open_work, actor_of(req), write=False), open_work, wanted=_wanted(order))

    def on_post(self, req: Request, resp: Response) -> None:
        order, work = read_json(req, OrderIn), work_of(req)
        contract_id = order.contract_id or work.actor.contract_id
        if contract_id is None:
            raise NotFound("contract")
        draft = Draft(
            contract_id=contract_id, address_id=order.address_id, consignee_id=order.consignee_id, wanted_on=order.wanted_on,
            comment=order.comment,
            cart_version=order.cart_version, seen_total=order.total, wanted=_wanted(order),
        )  # fmt: skip
        placed = place_order(work, further(work, draft, order.steps))
        reply(req, resp, PlacedOut(id=placed.id, number=placed.number), status=201)


class Order:
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> None:
        work = work_of(req)
        shown = orders.show(work, order_id)
        contract = shown.contract if work.actor.shows("company.contracts") else ""
        plain = {name: getattr(shown.order, name) for name in OrderOut.model_fields if hasattr(shown.order, name)}
        lines = [OrderLineOut.model_validate(line, from_attributes=True) for line in shown.lines]
        events = [EventOut(kind=event.kind, at=event.at, exact=event.exact) for event in shown.events]
        reply(req, resp, OrderOut(**plain, legal_entity=shown.legal_entity, contract=contract, lines=lines, events=events))


CART_LINES = {
    "GET": Operation(summary="Show the cart at this moment's prices", answer=CartOut),
    "POST": Operation(summary="Put an amount of a product into the cart", body=LineIn, answer=CartOut, status=201),
    "DELETE": Operation(summary="Empty the cart", query=CartQuery, answer=CartOut),
}
CART_ACCEPT = {"POST": Operation(summary="Accept what differs in the cart", body=AcceptIn, answer=CartOut)}
CART_LINE = {
    "PUT": Operation(summary="Change a line's amount or unit", body=LineChangeIn, answer=CartOut),
    "DELETE": Operation(summary="Take a line out of the cart", query=CartQuery, answer=CartOut),
}
ORDERS = {
    "GET": Operation(summary="List orders, newest first", query=OrderListQuery, answer=OrdersOut),
    "POST": Operation(summary="Place an order from the cart or of explicit lines", body=OrderIn, answer=PlacedOut, status=201),
}
ORDER = {"GET": Operation(summary="Show an order with its lines and events", answer=OrderOut)}
