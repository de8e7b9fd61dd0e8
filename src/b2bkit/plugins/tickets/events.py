"""Facts about tickets."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from b2bkit import Fact


@dataclass(frozen=True)
class TicketOpened(Fact):
    """A client asked something."""

    ticket_id: UUID
    company_id: UUID
    number: str
    category: str


@dataclass(frozen=True)
class TicketAnswered(Fact):
    """The supplier answered, here or in the ERP. `state`: answered, waiting or closed."""

    ticket_id: UUID
    message_id: UUID
    company_id: UUID
    number: str
    state: str


@dataclass(frozen=True)
class TicketContinued(Fact):
    """The client wrote again; `reopened`: the ticket was closed before."""

    ticket_id: UUID
    message_id: UUID
    company_id: UUID
    number: str
    reopened: bool


@dataclass(frozen=True)
class TicketClosed(Fact):
    """The ticket is closed: by its client, by staff without a word, or by itself."""

    ticket_id: UUID
    company_id: UUID
    number: str
    side: str


@dataclass(frozen=True)
class TicketAssigned(Fact):
    """Somebody of the staff is to answer it."""

    ticket_id: UUID
    company_id: UUID
    number: str
    user_id: UUID
    by: str


@dataclass(frozen=True)
class TicketOverdue(Fact):
    """The time for an answer has passed."""

    ticket_id: UUID
    company_id: UUID
    number: str
