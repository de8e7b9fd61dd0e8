"""Who sees which carts and orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, false, select

from b2bkit.core.accounts.scopes import company_scope, own_or_company
from b2bkit.core.extend.things import Level
from b2bkit.core.ordering.models import Cart, CartLine, Order, OrderEvent, OrderLine
from b2bkit.core.work import Actor

VIEW = "ordering.view"
_order = Order.__table__


def own_cart(entity: type[Cart] | type[CartLine]) -> Callable[[Actor], ColumnElement[bool]]:
    """A cart is its person's own, also among colleagues; staff see none."""

    def criterion(actor: Actor) -> ColumnElement[bool]:
        if actor.kind == "client" and actor.user_id is not None:
            return (entity.company_id == actor.company_id) & (entity.user_id == actor.user_id)
        return company_scope(actor, entity.company_id) if actor.kind == "system" else false()

    return criterion


def order_scope(actor: Actor) -> ColumnElement[bool]:
    """Orders of the company, or only those that the person placed when `ordering.view` reaches no further."""
    return own_or_company(actor, VIEW, Order.company_id, Order.placed_by)


def part_of_order(entity: type[OrderLine] | type[OrderEvent]) -> Callable[[Actor], ColumnElement[bool]]:
    """Lines and events follow their order."""

    def criterion(actor: Actor) -> ColumnElement[bool]:
        within: Any = company_scope(actor, entity.company_id)
        if actor.kind == "client" and actor.level(VIEW) is Level.OWN:
            return within & entity.order_id.in_(select(_order.c.id).where(_order.c.placed_by == actor.user_id))  # type: ignore[no-any-return]
        return within  # type: ignore[no-any-return]

    return criterion
