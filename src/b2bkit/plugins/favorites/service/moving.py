"""From a list into the cart, from the cart or an order into a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit import NotFound, Problem, Refused, Work
from b2bkit.core.i18n import _
from b2bkit.core.ordering.models import Order, OrderLine
from b2bkit.core.ordering.service import cart as carts
from b2bkit.core.ordering.service.filling import Asked, add_lines, remove_line
from b2bkit.plugins.favorites.service.lines import Item, lines_of, put
from b2bkit.plugins.favorites.service.lists import find, own


class Taken(NamedTuple):
    """What went into the cart, and why the rest did not, by line."""

    added: int
    refused: Mapping[UUID, str]


def into_cart(work: Work, list_id: UUID, chosen: Collection[UUID] | None = None) -> Taken:
    """Puts the chosen lines, or all, into the cart on top of what is there; what cannot be ordered stays out, with its reason.

    Raises NotFound as `lists.find`, Refused when the list shows nothing or the cart would hold too many lines: then nothing is added.
    """
    work.require(carts.USE)
    find(work, list_id)
    wanted = [line for line in lines_of(work, list_id) if chosen is None or line.id in chosen]
    if not wanted:
        raise Refused(Problem("favorites.nothing_chosen", _("Nothing is chosen: tick the products that you want.")))
    able = [line for line in wanted if not line.why_not]
    if able:
        add_lines(work, [Asked(line.good.id, line.unit, line.quantity, line.base) for line in able])
    return Taken(len(able), {line.id: line.why_not for line in wanted if line.why_not})


def from_cart(work: Work, list_id: UUID) -> int:
    """Puts what is in the cart into a list, with its quantities; gives how many products are new there. Refused for an empty cart."""
    work.require(carts.USE)
    terms = carts.require_terms(work)
    cart = carts.find(work, terms)
    wanted = carts.wanted_in(work, cart.id) if cart is not None else []
    if not wanted:
        raise Refused(Problem("favorites.cart_empty", _("The cart is empty: there is nothing to put into a list.")))
    return put(work, list_id, [Item(line.product_id, line.unit, line.quantity) for line in wanted])


def from_order(work: Work, list_id: UUID, order_id: UUID) -> int:
    """Puts the goods of an order into a list, with their quantities; gives how many are new there.

    NotFound for an order that the actor does not see; Refused when none of its goods is sold any more.
    """
    if work.session.scalar(select(Order.id).where(Order.id == order_id)) is None:
        raise NotFound("order")
    columns = (OrderLine.product_id, OrderLine.unit, OrderLine.quantity)
    rows = work.session.execute(select(*columns).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    items = [Item(product_id, unit, quantity) for product_id, unit, quantity in rows if product_id is not None]
    try:
        return put(work, list_id, items)
    except NotFound:
        find(work, list_id)  # absent is absent
        raise Refused(Problem("favorites.order_gone", _("None of these goods is in your catalogue any more."), "list")) from None


def later(work: Work, cart_line_id: UUID) -> None:
    """Takes a line out of the cart and keeps it, with its quantity, in the person's list for later. NotFound for a line of another cart."""
    work.require(carts.USE)
    terms = carts.require_terms(work)
    cart = carts.find(work, terms)
    lines = carts.wanted_in(work, cart.id) if cart is not None else []
    line = next((one for one in lines if one.line_id == cart_line_id), None)
    if line is None:
        raise NotFound("cart line")
    put(work, own(work, "later"), [Item(line.product_id, line.unit, line.quantity)])
    remove_line(work, line_id=cart_line_id)
