"""Who sees which tickets."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select

from b2bkit import Actor, Level, Permission, Scope
from b2bkit.core.accounts.scopes import company_scope, contract_limit, own_or_company
from b2bkit.core.i18n import N_
from b2bkit.plugins.tickets.models import Ticket, TicketFile, TicketMessage

VIEW: Final = "tickets.view"
OPEN: Final = "tickets.open"
ANSWER: Final = "tickets.answer"
_ticket = Ticket.__table__


def permissions() -> list[Permission]:
    """Who may ask, who answers."""
    client = {"owner": Level.COMPANY, "buyer": Level.COMPANY, "accountant": Level.COMPANY, "viewer": Level.OWN}
    staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
    levels, limits = (Level.OWN,), ("region", "contract")
    return [
        Permission(name=VIEW, label=N_("See tickets"), roles={**client, **staff}, levels=levels, limits=limits),
        Permission(name=OPEN, label=N_("Open tickets and write in them"), roles=client, levels=levels),
        Permission(name=ANSWER, label=N_("Answer tickets of clients"), roles=staff, limits=("region",)),
    ]


def _seen(actor: Actor, company: Any, opened_by: Any, contract: Any) -> ColumnElement[bool]:
    """Who is kept to some contracts sees their tickets, and always his own."""
    within = own_or_company(actor, VIEW, company, opened_by)
    if actor.limit("contract", VIEW) is None:
        return within
    return and_(within, or_(contract_limit(actor, contract, VIEW), opened_by == actor.user_id))


def ticket_scope(actor: Actor) -> ColumnElement[bool]:
    """Tickets of the company, or one's own, by how far the right reaches."""
    return _seen(actor, Ticket.company_id, Ticket.opened_by, Ticket.contract_id)


def _part_scope(entity: type[TicketMessage] | type[TicketFile]) -> Any:
    """Messages and files follow their ticket."""

    def criterion(actor: Actor) -> ColumnElement[bool]:
        within = company_scope(actor, entity.company_id, VIEW)
        whole = actor.level(VIEW) is not Level.OWN and actor.limit("contract", VIEW) is None
        if whole:
            return within
        seen = select(_ticket.c.id).where(_seen(actor, _ticket.c.company_id, _ticket.c.opened_by, _ticket.c.contract_id))
        return and_(within, entity.ticket_id.in_(seen))

    return criterion


SCOPES: Final = (
    Scope(name="tickets.ticket", entity=Ticket, criterion=ticket_scope),
    Scope(name="tickets.message", entity=TicketMessage, criterion=_part_scope(TicketMessage)),
    Scope(name="tickets.file", entity=TicketFile, criterion=_part_scope(TicketFile)),
)
