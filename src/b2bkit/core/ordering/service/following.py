"""Who has products in a cart: news of them concern him."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.extend.things import Follower
from b2bkit.core.ordering.models import Cart, CartLine
from b2bkit.core.work import Work


def followers(work: Work, product_ids: Collection[UUID]) -> Iterable[Follower]:
    """Who has these products in a cart, and under which contract."""
    columns = (CartLine.user_id, CartLine.company_id, Cart.contract_id, CartLine.product_id)
    statement = select(*columns).join(Cart, Cart.id == CartLine.cart_id).where(CartLine.product_id.in_(product_ids)).distinct()
    return [Follower._make(row) for row in work.session.execute(statement)]
