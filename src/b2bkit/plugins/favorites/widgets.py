"""Stars and lists on other pages: the catalogue, a product, the cart and its lines, an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast
from uuid import UUID

from b2bkit import Widget, Work
from b2bkit.core.catalog.view import Shown
from b2bkit.core.ordering.service.cart import CartView
from b2bkit.core.ordering.service.lines import Line
from b2bkit.core.ordering.service.orders import OrderView
from b2bkit.plugins.favorites.service import lines, lists


def marks(work: Work, subject: object) -> Mapping[str, object] | None:
    """Below a page of products: the browser fetches the stars of all of them at once. Asks the database nothing."""
    ids = [row.id for row in cast("Sequence[Shown]", subject)]
    return {"ids": ids} if ids and lists.has_lists(work) else None


def box(work: Work, subject: object) -> Mapping[str, object] | None:
    """Beside a product: its star, and the lists that it can be put into. Two statements."""
    product_id = subject if isinstance(subject, UUID) else getattr(subject, "id", None)
    if not isinstance(product_id, UUID) or not lists.has_lists(work):
        return None
    found = lines.stars(work, [product_id])
    return {"one": found[0], "choices": lists.choices(work), "source": "product_id", "id": product_id} if found else None


def cart(work: Work, subject: object) -> Mapping[str, object] | None:
    """Beside the cart: all of it into a list. One statement."""
    there = bool(cast(CartView, subject).lines) and lists.has_lists(work)
    return {"choices": lists.choices(work), "source": "cart", "id": "true"} if there else None


def cart_lines(work: Work, subject: object) -> Mapping[str, object] | None:
    """Beside each line of the cart: its star, and the button that keeps it for later. One statement for all of them."""
    if not lists.has_lists(work):
        return None
    shown = cast("Sequence[Line]", subject)
    known = {one.id: one for one in lines.stars(work, [line.product_id for line in shown])}
    found = {line.line_id: {"one": known[line.product_id], "line_id": line.line_id} for line in shown if line.product_id in known}
    return cast("Mapping[str, object]", found)


def order(work: Work, subject: object) -> Mapping[str, object] | None:
    """On an order of one's own company: its goods into a list. One statement."""
    shown = cast(OrderView, subject).order
    if not lists.has_lists(work) or shown.company_id != work.actor.company_id:
        return None
    return {"choices": lists.choices(work), "source": "order_id", "id": shown.id}


def widgets() -> Iterable[Widget]:
    """All of them."""
    use = lists.USE
    yield Widget(name="favorites.marks", slot="catalog.list", order=100, template="favorites/marks.html", load=marks, permission=use)
    yield Widget(name="favorites.box", slot="product", order=30, template="favorites/box.html", load=box, permission=use, side=True)
    yield Widget(name="favorites.cart", slot="cart", order=100, template="favorites/to_list.html", load=cart, permission=use)
    yield Widget(name="favorites.line", slot="cart.lines", order=100, template="favorites/line.html", load=cart_lines, permission=use)
    yield Widget(name="favorites.order", slot="order", order=100, template="favorites/to_list.html", load=order, permission=use, side=True)
