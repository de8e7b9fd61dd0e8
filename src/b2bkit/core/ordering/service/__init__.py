"""The rules of carts and orders, one module per use case."""

from b2bkit.core.ordering.service import cart, filling
from b2bkit.core.ordering.service.cart import CartView
from b2bkit.core.ordering.service.drafts import Draft
from b2bkit.core.ordering.service.life import STATUS_GRAPH, change_erp_state, change_status
from b2bkit.core.ordering.service.lines import Line, Wanted
from b2bkit.core.ordering.service.place import Placed, place_order

__all__ = [
    "STATUS_GRAPH",
    "CartView",
    "Draft",
    "Line",
    "Placed",
    "Wanted",
    "cart",
    "change_erp_state",
    "change_status",
    "filling",
    "place_order",
]
