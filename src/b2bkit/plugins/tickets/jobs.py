"""What happens to tickets by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from b2bkit import Work
from b2bkit.plugins.tickets.events import TicketOverdue
from b2bkit.plugins.tickets.kinds import book_of
from b2bkit.plugins.tickets.models import Ticket
from b2bkit.plugins.tickets.service import write

AT_ONCE: Final = 200


def tell_overdue(work: Work) -> None:
    """Job: staff are told once of each ticket whose answer is overdue."""
    late = select(Ticket).where(Ticket.state.in_(write.OWED), Ticket.due_at < work.now, Ticket.told_late.is_(False))
    for ticket in work.session.scalars(late.order_by(Ticket.due_at, Ticket.id).limit(AT_ONCE).with_for_update(skip_locked=True)):
        ticket.told_late = True
        work.publish(TicketOverdue(ticket.id, ticket.company_id, ticket.number), key=f"ticket:{ticket.id}")


def close_answered(work: Work) -> None:
    """Job: what was answered and not taken up for some days is settled."""
    days = book_of(work).settings.close_after
    if not days:
        return
    before = work.now - timedelta(days=days)
    settled = select(Ticket).where(Ticket.state == "answered", Ticket.changed_at < before)
    for ticket in work.session.scalars(settled.order_by(Ticket.changed_at, Ticket.id).limit(AT_ONCE).with_for_update(skip_locked=True)):
        write.end(work, ticket, side="portal", author="")
