"""Where the JSON of carts and orders is."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.extend.things import Route
from b2bkit.core.ordering import api


def routes(cart: str, view: str, place: str) -> Iterable[Route]:
    """Carts for who may fill one, orders for who may see them; `place` to place one."""
    yield Route(
        name="ordering.api_cart_lines", path="/api/v1/cart/lines", resource=api.CartLines(), permission=cart, area="api",
        operations=api.CART_LINES,
    )  # fmt: skip
    yield Route(
        name="ordering.api_cart_accept", path="/api/v1/cart/accept", resource=api.CartAccept(), permission=cart, area="api",
        operations=api.CART_ACCEPT,
    )  # fmt: skip
    yield Route(
        name="ordering.api_cart_line", path="/api/v1/cart/lines/{line_id:uuid}", resource=api.CartLine(), permission=cart, area="api",
        operations=api.CART_LINE,
    )  # fmt: skip
    yield Route(
        name="ordering.api_orders", path="/api/v1/orders", resource=api.Orders(), permission=view, write_permission=place, area="api",
        operations=api.ORDERS,
    )  # fmt: skip
    yield Route(
        name="ordering.api_order", path="/api/v1/orders/{order_id:uuid}", resource=api.Order(), permission=view, area="api",
        operations=api.ORDER,
    )  # fmt: skip
