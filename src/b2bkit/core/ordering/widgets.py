"""Sections of other pages."""

from __future__ import annotations

from collections.abc import Mapping

from b2bkit.core.extend.things import Widget
from b2bkit.core.ordering.service import cart, orders
from b2bkit.core.ordering.service.journey import look, way
from b2bkit.core.work import Work

SHOWN = 6


def open_orders(work: Work, subject: object) -> Mapping[str, object] | None:
    """Orders on their way, newest first."""
    found = orders.list_orders(work, group="open", size=SHOWN)
    times = orders.times_of(work, [row.id for row in found.items])
    rows = [(row, look(row), way(work, row, times.get(row.id, {}))) for row in found.items]
    return {"rows": rows, "count": orders.count_open(work), "staff": work.actor.kind == "staff"}


def cart_changes(work: Work, subject: object) -> Mapping[str, object] | None:
    """What changed in the cart since the buyer saw it; nothing when nothing did."""
    shown = cart.view(work)
    return {"cart": shown, "lines": shown.changed} if shown.changed else None


WIDGETS = (
    Widget(
        name="ordering.cart_changes",
        slot="dashboard",
        order=100,
        template="ordering/widget_cart_changes.html",
        load=cart_changes,
        permission="ordering.cart",
    ),
    Widget(
        name="ordering.open_orders",
        slot="dashboard",
        order=200,
        template="ordering/widget_open_orders.html",
        load=open_orders,
        permission="ordering.view",
    ),
)
