"""Counts for the menu: one query each."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, select

from b2bkit.core.accounts.models import Contract
from b2bkit.core.erp.models import LiveAnswer
from b2bkit.core.erp.service.answers import HOLDS
from b2bkit.core.extend.things import Badge
from b2bkit.core.i18n import _, ngettext
from b2bkit.core.ordering.models import Cart, CartLine
from b2bkit.core.ordering.service.orders import count_open
from b2bkit.core.pricing.models import Price
from b2bkit.core.work import Work


class CartMark(NamedTuple):
    """The cart in the frame of every page: lines, those whose list price differs from what was seen, the sum as last seen."""

    lines: int
    differ: int
    total: Decimal | None
    currency: str


NOTHING = CartMark(0, 0, None, "")

_list_price = (
    select(Price.value)
    .where(
        Price.product_id == CartLine.product_id, Price.price_type_id == Contract.price_type_id, Price.min_quantity <= CartLine.base_quantity
    )
    .order_by(Price.min_quantity.desc())
    .limit(1)
    .correlate(CartLine, Contract)
    .scalar_subquery()
)
_just_said = (
    select(LiveAnswer.price)
    .where(
        LiveAnswer.contract_id == Cart.contract_id,
        LiveAnswer.product_id == CartLine.product_id,
        LiveAnswer.at > bindparam("since"),
    )
    .correlate(CartLine, Cart)
    .scalar_subquery()
)
_differs = _list_price.is_distinct_from(CartLine.seen_price) & (_just_said.is_(None) | _just_said.is_distinct_from(CartLine.seen_price))
_MARK = (
    select(
        func.count(CartLine.id),
        func.sum(case((_differs, 1), else_=0)),
        func.max(Cart.total),
        func.max(Contract.currency),
    )
    .select_from(Cart)
    .join(CartLine, CartLine.cart_id == Cart.id)
    .join(Contract, Contract.id == Cart.contract_id)
)


def cart_mark(work: Work) -> CartMark:
    """The actor's cart under the session's contract. With price steps of plugins only the cart itself can tell what differs."""
    actor = work.actor
    if actor.user_id is None or actor.contract_id is None:
        return NOTHING
    mine = _MARK.where(Cart.user_id == actor.user_id, Cart.contract_id == actor.contract_id)
    row = work.session.execute(mine, {"since": work.now - HOLDS}).one()
    lines, differ, total, currency = row
    plain = all(step.name.startswith("pricing.") for step in work.kit.price_steps)
    return CartMark(lines, int(differ or 0) if plain else 0, total, currency or "")


def cart_badge(work: Work) -> Badge | None:
    """Lines in the cart; an amber ring when prices differ from those seen."""
    mark = cart_mark(work)
    if not mark.lines:
        return None
    words = ngettext("%d line", "%d lines", mark.lines) % mark.lines
    return Badge(mark.lines, "diff", _("%(lines)s, prices changed") % {"lines": words}) if mark.differ else Badge(mark.lines, "", words)


def orders_badge(work: Work) -> Badge | None:
    """Orders on their way."""
    count = count_open(work)
    return Badge(count, "", _("on their way")) if count else None
