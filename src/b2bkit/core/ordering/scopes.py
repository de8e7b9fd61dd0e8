"""Who sees which carts and orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, false, select

from b2bkit.core.accounts.scopes import company_scope, contract_limit, own_or_company
from b2bkit.core.extend.things import Level
from b2bkit.core.ordering.models import Cart, CartLine, Order, OrderEvent, OrderLine, SavedCart, SavedCartLine
from b2bkit.core.work import Actor

VIEW = "ordering.view"
_order = Order.__table__
_saved = SavedCart.__table__


def own_cart(entity: type[Cart] | type[CartLine]) -> Callable[[Actor], ColumnElement[bool]]:
    """A cart is its person's own, also among colleagues; staff see none."""

    def criterion(actor: Actor) -> ColumnElement[bool]:
        if actor.kind == "client" and actor.user_id is not None:
            return (entity.company_id == actor.company_id) & (entity.user_id == actor.user_id)
        return company_scope(actor, entity.company_id) if actor.kind == "system" else false()

    return criterion


def saved_cart(actor: Actor) -> ColumnElement[bool]:
    """Carts put aside: one's own and those that colleagues share; staff see none."""
    if actor.kind == "client" and actor.user_id is not None:
        return (SavedCart.company_id == actor.company_id) & (SavedCart.shared.is_(True) | (SavedCart.user_id == actor.user_id))
    return company_scope(actor, SavedCart.company_id) if actor.kind == "system" else false()


def saved_cart_line(actor: Actor) -> ColumnElement[bool]:
    """Lines follow their cart."""
    if actor.kind == "client" and actor.user_id is not None:
        seen = select(_saved.c.id).where(_saved.c.shared.is_(True) | (_saved.c.user_id == actor.user_id))
        return (SavedCartLine.company_id == actor.company_id) & SavedCartLine.saved_cart_id.in_(seen)
    return company_scope(actor, SavedCartLine.company_id) if actor.kind == "system" else false()


def order_scope(actor: Actor) -> ColumnElement[bool]:
    """Orders of the company, or those that the person placed when `ordering.view` reaches no further; of the contracts that are left."""
    return own_or_company(actor, VIEW, Order.company_id, Order.placed_by) & contract_limit(actor, Order.contract_id, VIEW)


def part_of_order(entity: type[OrderLine] | type[OrderEvent]) -> Callable[[Actor], ColumnElement[bool]]:
    """Lines and events follow their order."""

    def criterion(actor: Actor) -> ColumnElement[bool]:
        within: Any = company_scope(actor, entity.company_id, VIEW)
        seen = select(_order.c.id)
        if actor.kind == "client" and actor.level(VIEW) is Level.OWN:
            seen = seen.where(_order.c.placed_by == actor.user_id)
        if actor.limit("contract", VIEW) is not None:
            seen = seen.where(contract_limit(actor, _order.c.contract_id, VIEW))
        return within if seen.whereclause is None else within & entity.order_id.in_(seen)  # type: ignore[no-any-return]

    return criterion
