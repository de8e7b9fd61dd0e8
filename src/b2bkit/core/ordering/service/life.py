"""An order's life after it was placed: statuses along a graph, what the ERP has of it, and the record of both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from b2bkit.core.errors import Conflict, NotFound, Problem
from b2bkit.core.i18n import N_, _
from b2bkit.core.ordering.events import OrderRefused, OrderStatusChanged, OrderTaken
from b2bkit.core.ordering.models import Order, OrderEvent
from b2bkit.core.work import Work

# 1C may pass over steps, unpost a document and take a cancellation back
STATUS_GRAPH: Final[Mapping[str, frozenset[str]]] = {
    "placed": frozenset({"confirmed", "ready", "shipped", "closed", "cancelled"}),
    "confirmed": frozenset({"placed", "ready", "shipped", "closed", "cancelled"}),
    "ready": frozenset({"placed", "confirmed", "shipped", "closed", "cancelled"}),
    "shipped": frozenset({"confirmed", "ready", "closed"}),
    "closed": frozenset({"shipped"}),
    "cancelled": frozenset({"placed", "confirmed"}),
}
OPEN: Final = ("placed", "confirmed", "ready")
STATUS_LABELS: Final[Mapping[str, str]] = {
    "placed": N_("Placed"),
    "confirmed": N_("Confirmed"),
    "ready": N_("Ready to ship"),
    "shipped": N_("Shipped"),
    "closed": N_("Closed"),
    "cancelled": N_("Cancelled"),
}
ERP_GRAPH: Final[Mapping[str, frozenset[str]]] = {
    "waiting": frozenset({"offered", "taken", "posted", "refused"}),
    "offered": frozenset({"waiting", "taken", "posted", "refused"}),
    "taken": frozenset({"posted", "refused"}),
    "posted": frozenset({"taken"}),
    "refused": frozenset({"waiting", "taken", "posted"}),
    "none": frozenset(),
}
_UNSYNCED = {"synchronize_session": False}


def change_status(
    work: Work, *, order_id: UUID, to: str, at: datetime | None = None, exact: bool = True, actor: str = "", note: str = ""
) -> bool:
    """Moves an order along STATUS_GRAPH, by comparing and setting; False when it is there already. Not `exact`: `at` tells a day alone.

    Raises Conflict for a step that the graph does not have, NotFound for an absent order.
    """
    order = held_order(work, order_id)
    if order.status == to:
        return False
    before = [status for status, following in STATUS_GRAPH.items() if to in following]
    statement = update(Order).where(Order.id == order_id, Order.status.in_(before)).values(status=to)
    if work.session.execute(statement, execution_options=_UNSYNCED).rowcount != 1:  # type: ignore[attr-defined]
        said = _("Order %(number)s cannot go from “%(old)s” to “%(new)s”.")
        names = {"number": order.number, "old": _(STATUS_LABELS[order.status]), "new": _(STATUS_LABELS[to])}
        raise Conflict(Problem("ordering.status", said % names, "status"))
    note_event(work, order, kind=to, at=at, exact=exact, actor=actor, note=note)
    work.publish(OrderStatusChanged(order_id, order.company_id, order.number, to), key=f"order:{order_id}")
    return True


def change_erp_state(work: Work, *, order_id: UUID, to: str, at: datetime | None = None, reason: str = "", erp_number: str = "") -> bool:
    """Notes what the ERP has of the order: offered and waiting in silence, taken, posted and refused as events for people.

    Compare and set along ERP_GRAPH; False when nothing changed or the step is not possible any more (a confirmation that comes late).
    """
    order = held_order(work, order_id)
    before = [state for state, following in ERP_GRAPH.items() if to in following]
    values = {"erp_state": to, **({"erp_number": erp_number} if erp_number else {})}
    statement = update(Order).where(Order.id == order_id, Order.erp_state.in_(before)).values(**values)
    if work.session.execute(statement, execution_options=_UNSYNCED).rowcount != 1:  # type: ignore[attr-defined]
        return False
    work.signal("order", order_id, companies=(order.company_id,), staff=True)
    if to in ("waiting", "offered"):
        return True
    if not (to == "taken" and order.erp_state == "posted"):
        note_event(work, order, kind=to, at=at, actor="1C", note=reason)
    key = f"order:{order_id}"
    if to == "refused":
        work.publish(OrderRefused(order_id, order.company_id, order.number, reason), key=key)
    elif order.erp_state in ("waiting", "offered", "refused"):
        work.publish(OrderTaken(order_id, order.company_id, order.number, erp_number or order.erp_number), key=key)
    return True


def note_event(
    work: Work, order: Order, *, kind: str, at: datetime | None = None, exact: bool = True, actor: str = "", note: str = ""
) -> None:
    """A line of the order's timeline, and open pages learn of it. Not `exact`: `at` tells a day alone."""
    row = {
        "company_id": order.company_id, "order_id": order.id, "kind": kind, "at": at or work.now, "exact": exact, "actor": actor,
        "note": note[:1000],
    }  # fmt: skip
    work.session.insert_rows(OrderEvent, [row])
    work.signal("order", order.id, companies=(order.company_id,), staff=True)


def held_order(work: Work, order_id: UUID) -> Order:
    """The order as it is in the database now; held until the end of the transaction. NotFound for an absent one."""
    found = work.session.scalars(
        select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("order")
    return found
