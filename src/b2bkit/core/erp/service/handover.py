"""Orders owed to the ERP: each is confirmed exactly once, and only by the exchange in which it was offered.

waiting -> offered (in a batch) -> taken; refused when a person must decide; an exchange that breaks puts its orders back to waiting.
A gateway that pushes answers `taken` or `refused` from `send_order`; one that is asked by the ERP answers `queued` and uses the batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select, update

from b2bkit.core.audit.service import record
from b2bkit.core.erp.models import Handover
from b2bkit.core.erp.service.outgoing import OutgoingOrder, outgoing
from b2bkit.core.errors import Conflict, NotFound, Problem
from b2bkit.core.extend.things import OpenWork, Receipt
from b2bkit.core.i18n import _
from b2bkit.core.jobs.points import reach
from b2bkit.core.ordering.events import OrderPlaced
from b2bkit.core.ordering.models import Order
from b2bkit.core.ordering.service.life import change_erp_state
from b2bkit.core.work import Work

OFFER_LASTS: Final = timedelta(minutes=30)  # then an unconfirmed offer is taken for broken
SEND = "erp.send"
RESEND = "erp.resend"
_UNSYNCED = {"synchronize_session": False}


def owe(work: Work, event: OrderPlaced) -> None:
    """Subscriber, in the placing transaction: from now on the order is owed. Nothing is owed where there is no gateway."""
    if work.kit.erp_gateway is None or _row(work, event.order_id) is not None:
        return
    row = {
        "company_id": event.company_id, "order_id": event.order_id, "state": "waiting", "attempts": 0, "batch": "", "created_at": work.now,
        "changed_at": work.now, "reason": "", "ref": "",
    }  # fmt: skip
    work.session.insert_rows(Handover, [row])


def _cancelled(work: Work, order_id: UUID) -> bool:
    return work.session.scalar(select(Order.status).where(Order.id == order_id)) == "cancelled"


def hand_over(work: Work, event: OrderPlaced) -> None:
    """Subscriber, after commit: has the order given to the gateway."""
    if _cancelled(work, event.order_id):
        return
    owe(work, event)
    if work.kit.erp_gateway is not None:
        work.enqueue(SEND, unique=str(event.order_id), key=str(event.order_id), order_id=str(event.order_id))


def send(open_work: OpenWork, *, order_id: str) -> None:
    """Job: gives a waiting order to the gateway under its own id as key, outside any transaction.

    Raises what the gateway raises, to be tried again. A crash between the answer and its record sends the same key again, by which the
    ERP finds what it has.
    """
    with open_work(write=False) as work:
        gateway, row = work.kit.erp_gateway, _row(work, UUID(order_id))
        if gateway is None or row is None or row.state != "waiting":
            return
    receipt = gateway.send_order(open_work, UUID(order_id), order_id)
    reach("sent")
    if receipt.state != "queued":
        with open_work() as work:
            _record(work, UUID(order_id), receipt)


def _record(work: Work, order_id: UUID, receipt: Receipt) -> None:
    row = _row(work, order_id, lock=True)
    if row is None:
        _told_late(work, order_id, receipt)
        return
    if row.state == "taken":
        return
    row.attempts += 1
    row.ref = receipt.ref
    if receipt.state == "refused":
        refuse(work, order_id, receipt.reason)
    else:
        _taken(work, row, receipt.number)


def _told_late(work: Work, order_id: UUID, receipt: Receipt) -> None:
    """The order was withdrawn while it was on its way: if the ERP took it, it is told that the order is cancelled."""
    company_id = work.session.scalar(select(Order.company_id).where(Order.id == order_id, Order.status == "cancelled"))
    if company_id is None or receipt.state != "taken":
        return
    row = {
        "company_id": company_id, "order_id": order_id, "state": "taken", "attempts": 1, "batch": "", "created_at": work.now,
        "changed_at": work.now, "taken_at": work.now, "reason": "", "ref": receipt.ref,
    }  # fmt: skip
    work.session.insert_rows(Handover, [row])
    change_erp_state(work, order_id=order_id, to="taken", erp_number=receipt.number)
    owe_again(work, order_id)


# exchanges in which the ERP asks


def offer_batch(work: Work, batch: str, limit: int = 100) -> list[OutgoingOrder]:
    """The oldest waiting orders, at most `limit`, now offered in `batch`; calling again gives the next ones.

    An offer that nobody confirmed for half an hour counts as waiting.
    """
    broken = and_(Handover.state == "offered", Handover.batch != batch, Handover.offered_at < work.now - OFFER_LASTS)
    statement = select(Handover).where(or_(Handover.state == "waiting", broken)).order_by(Handover.created_at, Handover.id).limit(limit)
    rows = list(work.session.scalars(statement.with_for_update(skip_locked=True)))
    for row in rows:
        row.state, row.batch, row.offered_at, row.changed_at = "offered", batch, work.now, work.now
        row.attempts += 1
    work.session.flush()
    ids = [row.order_id for row in rows]
    _mark(work, ids, "waiting", "offered")
    return outgoing(work, ids, system=_system(work))


def offered_in(work: Work, batch: str) -> list[OutgoingOrder]:
    """What is offered in this batch and not confirmed, to be said once more when an answer was lost."""
    statement = (
        select(Handover.order_id).where(Handover.batch == batch, Handover.state == "offered").order_by(Handover.created_at, Handover.id)
    )
    return outgoing(work, list(work.session.scalars(statement)), system=_system(work))


def confirm_batch(work: Work, batch: str, order_ids: Sequence[UUID] | None = None) -> int:
    """The ERP has what was offered in this batch (or only `order_ids` of it); returns how many that are.

    Orders that were placed, released or offered elsewhere in between are not confirmed.
    """
    statement = select(Handover).where(Handover.batch == batch, Handover.state == "offered").order_by(Handover.created_at, Handover.id)
    if order_ids is not None:
        statement = statement.where(Handover.order_id.in_(order_ids))
    rows = list(work.session.scalars(statement.with_for_update().execution_options(populate_existing=True)))
    for row in rows:
        _taken(work, row)
    return len(rows)


def release_batch(work: Work, batch: str) -> int:
    """The exchange broke: what it offered and did not confirm waits again; returns how many that are."""
    statement = select(Handover).where(Handover.batch == batch, Handover.state == "offered").order_by(Handover.created_at, Handover.id)
    rows = list(work.session.scalars(statement.with_for_update().execution_options(populate_existing=True)))
    for row in rows:
        row.state, row.batch, row.changed_at = "waiting", "", work.now
    work.session.flush()
    _mark(work, [row.order_id for row in rows], "offered", "waiting")
    return len(rows)


def refuse(work: Work, order_id: UUID, reason: str) -> None:
    """The ERP does not take this order as it is; it stays refused until a person resends it. Nothing happens to one that is taken."""
    row = _row(work, order_id, lock=True)
    if row is None:
        raise NotFound("hand-over")
    if row.state == "taken":
        return
    row.state, row.reason, row.batch, row.changed_at = "refused", reason[:1000], "", work.now
    work.session.flush()
    change_erp_state(work, order_id=order_id, to="refused", reason=reason)


def resend(work: Work, order_id: UUID) -> None:
    """Staff: sends a refused or stuck order again. Conflict when the ERP has it already."""
    work.require(RESEND)
    row = _row(work, order_id, lock=True)
    if row is None:
        raise NotFound("hand-over")
    if row.state == "taken":
        raise Conflict(Problem("erp.taken", _("1C has this order already, it is not sent twice.")))
    row.state, row.reason, row.batch, row.changed_at = "waiting", "", "", work.now
    work.session.flush()
    change_erp_state(work, order_id=order_id, to="waiting")
    work.enqueue(SEND, unique=str(order_id), key=str(order_id), order_id=str(order_id))
    record(work, action="erp.resent", entity="order", entity_id=order_id, company_id=row.company_id)


def withdraw(work: Work, order_id: UUID) -> bool:
    """The order is not owed any more. False when the ERP has it, or was just offered it and may have it: it must be asked."""
    row = _row(work, order_id, lock=True)
    if row is None:
        return True
    if row.state != "refused" and (row.state != "waiting" or row.attempts):
        return False
    work.session.delete(row)
    work.session.flush()
    return True


def owe_again(work: Work, order_id: UUID) -> None:
    """Something of an order that the ERP has, or may have, is to be told: it goes out once more under its key."""
    row = _row(work, order_id, lock=True)
    if row is None:
        return
    if row.state == "taken":
        row.state, row.batch, row.changed_at = "waiting", "", work.now
        work.session.flush()
    work.enqueue(SEND, unique=str(order_id), key=str(order_id), order_id=str(order_id))


def known_in_erp(work: Work, order_id: UUID, erp_number: str = "") -> None:
    """The ERP spoke of this order, so it has it, whatever became of the exchange in which it was offered."""
    row = _row(work, order_id, lock=True)
    if row is not None and row.state != "taken":
        _taken(work, row, erp_number)


def _taken(work: Work, row: Handover, erp_number: str = "") -> None:
    row.state, row.taken_at, row.changed_at, row.reason = "taken", work.now, work.now, ""
    work.session.flush()
    change_erp_state(work, order_id=row.order_id, to="taken", erp_number=erp_number)


def _row(work: Work, order_id: UUID, *, lock: bool = False) -> Handover | None:
    statement = select(Handover).where(Handover.order_id == order_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return work.session.scalars(statement).one_or_none()


def _mark(work: Work, order_ids: Sequence[UUID], before: str, after: str) -> None:
    """Offers and releases are no news for people: no event, no fact."""
    if order_ids:
        statement = update(Order).where(Order.id.in_(order_ids), Order.erp_state == before).values(erp_state=after)
        work.session.execute(statement, execution_options=_UNSYNCED)
    for order_id in order_ids:
        work.signal("order", order_id, staff=True)


def _system(work: Work) -> str:
    return work.kit.erp_gateway.name if work.kit.erp_gateway is not None else ""
