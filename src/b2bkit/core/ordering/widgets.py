"""Sections of other pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from b2bkit.core.accounts.models import LegalEntity
from b2bkit.core.catalog.units import counted, unit_label
from b2bkit.core.catalog.view import form_number, stock_line
from b2bkit.core.erp.service.answers import can_ask
from b2bkit.core.extend.things import Widget
from b2bkit.core.i18n import N_
from b2bkit.core.ordering.service import cart, orders
from b2bkit.core.ordering.service.again import bought_lately
from b2bkit.core.ordering.service.finding import Wanted
from b2bkit.core.ordering.service.journey import look, way
from b2bkit.core.work import Work

SHOWN, AGAIN = 6, 6


def open_orders(work: Work, subject: object) -> Mapping[str, object] | None:
    """Orders on their way, newest first; where none is, the latest of the others."""
    count = orders.count_open(work)
    found = orders.list_orders(work, Wanted(group="open" if count else "all"), size=SHOWN)
    times = orders.times_of(work, [row.id for row in found.items])
    rows = [(row, look(row), way(work, row, times.get(row.id, {}))) for row in found.items]
    return {"rows": rows, "count": count, "staff": work.actor.kind == "staff"}


def to_do(work: Work, subject: object) -> Mapping[str, object] | None:
    """The cart, when something is in it, with what changed since the buyer saw it."""
    shown = cart.view(work)
    return {"cart": shown, "lines": shown.changed} if shown.lines else None


def again(work: Work, subject: object) -> Mapping[str, object] | None:
    """What was bought lately, at today's price for the quantity of then."""
    rows = []
    for one in bought_lately(work, AGAIN):
        factor = one.good.rules.factor(one.unit) or 1
        step = one.good.table.at(one.quantity * factor) or one.good.table.steps[0]
        stock, said = stock_line(one.good).text, counted(one.quantity, one.good.rules.spelt(one.unit))
        rows.append((one, stock, step.price, one.good.table.currency, form_number(one.quantity), said, unit_label(one.good.rules.spelt())))
    return {"rows": rows} if rows else None


def unconfirmed(work: Work, subject: object) -> Mapping[str, object] | None:
    """On the page of an order: that 1C was asked and silent when it was placed, until it has the order."""
    order = cast(orders.OrderView, subject).order
    waits = order.source == "portal" and order.erp_state in ("waiting", "offered") and order.status == "placed"
    return {} if waits and order.checked_at is None and can_ask(work) else None


def consignee(work: Work, subject: object) -> Mapping[str, object] | None:
    """On the page of an order: who receives the goods, where it is not the one who buys."""
    order = cast(orders.OrderView, subject).order
    entity = work.session.get(LegalEntity, order.consignee_id) if order.consignee_id is not None else None
    return {"entity": entity} if entity is not None else None


WIDGETS = (
    Widget(
        name="ordering.consignee",
        slot="order",
        order=60,
        template="ordering/widget_consignee.html",
        load=consignee,
        permission="ordering.view",
        side=True,
    ),
    Widget(
        name="ordering.unconfirmed",
        slot="order",
        order=50,
        template="ordering/widget_unconfirmed.html",
        load=unconfirmed,
        permission="ordering.view",
        side=True,
    ),
    Widget(
        name="ordering.to_do",
        label=N_("To do today"),
        slot="dashboard",
        order=100,
        template="ordering/widget_to_do.html",
        load=to_do,
        permission="ordering.cart",
    ),
    Widget(
        name="ordering.open_orders",
        label=N_("Current orders"),
        slot="dashboard",
        order=200,
        template="ordering/widget_open_orders.html",
        load=open_orders,
        permission="ordering.view",
    ),
    Widget(
        name="ordering.again",
        label=N_("Order again"),
        slot="dashboard",
        order=300,
        template="ordering/widget_again.html",
        load=again,
        permission="ordering.cart",
    ),
)
