"""What the client's people do with an order after it was placed: put it away, cancel it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import update

from b2bkit.core.audit.service import record
from b2bkit.core.erp.service.handover import owe_again, withdraw
from b2bkit.core.errors import Conflict, Problem
from b2bkit.core.i18n import _
from b2bkit.core.ordering.events import OrderCancelAsked
from b2bkit.core.ordering.models import Order
from b2bkit.core.ordering.service.life import OPEN, change_status, held_order, note_event
from b2bkit.core.work import Work

PLACE: Final = "ordering.place"
_UNSYNCED = {"synchronize_session": False}


def archive(work: Work, *, order_id: UUID, archived: bool) -> None:
    """Takes an order that needs nothing more out of the company's list, or brings it back. Doing it twice changes nothing.

    Conflict for an order that is still on its way, NotFound for an absent one.
    """
    work.require(PLACE)
    order = held_order(work, order_id)
    if archived and order.status in OPEN:
        raise Conflict(Problem("ordering.archive_open", _("This order is still on its way. Archive it when it is closed or cancelled.")))
    if (order.archived_at is not None) == archived:
        return
    value = work.now if archived else None
    work.session.execute(update(Order).where(Order.id == order_id).values(archived_at=value), execution_options=_UNSYNCED)
    action = "ordering.archived" if archived else "ordering.unarchived"
    record(work, action=action, entity="order", entity_id=order_id, company_id=order.company_id)
    work.signal("order", order_id, companies=(order.company_id,))


def can_cancel(order: Order) -> bool:
    """Whether cancelling means anything: the order is on its way, and nobody asked for it yet."""
    return order.source == "portal" and order.status in OPEN and order.cancel_asked_at is None


def cancel(work: Work, *, order_id: UUID, reason: str) -> bool:
    """Cancels an order that the ERP does not have, at once; of one that it has, asks the ERP to, and the ERP's answer decides.

    True when it is cancelled, False when it was asked for. The reason is kept in the timeline. Conflict for an order that is shipped,
    closed or cancelled, or of which this was asked; NotFound for an absent one.
    """
    work.require(PLACE)
    order = held_order(work, order_id)
    if not can_cancel(order):
        asked = order.cancel_asked_at is not None and order.status in OPEN
        said = _("Cancelling was asked for already, 1C has not answered yet.") if asked else _("This order cannot be cancelled any more.")
        raise Conflict(Problem("ordering.cancel", said))
    reason = reason.strip()
    done = order.erp_state == "none" or withdraw(work, order_id)
    if done:
        change_status(work, order_id=order_id, to="cancelled", actor=work.actor.name, note=reason)
    else:
        _ask(work, order, reason)
    action = "ordering.cancelled" if done else "ordering.cancel_asked"
    record(work, action=action, entity="order", entity_id=order_id, company_id=order.company_id, details={"reason": reason})
    return done


def _ask(work: Work, order: Order, reason: str) -> None:
    work.session.execute(update(Order).where(Order.id == order.id).values(cancel_asked_at=work.now), execution_options=_UNSYNCED)
    note_event(work, order, kind="cancel_asked", actor=work.actor.name, note=reason)
    owe_again(work, order.id)
    work.publish(OrderCancelAsked(order.id, order.company_id, order.number, reason), key=f"order:{order.id}")
