"""Facts about the chat."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from b2bkit import Fact


@dataclass(frozen=True)
class MessageSent(Fact):
    """Something was said. `side`: client, staff or erp."""

    talk_id: UUID
    message_id: UUID
    company_id: UUID
    side: str


@dataclass(frozen=True)
class ClientLeftUnread(Fact):
    """The client's person has not read so many messages for too long."""

    talk_id: UUID
    company_id: UUID
    count: int


@dataclass(frozen=True)
class StaffLeftUnread(Fact):
    """The manager has not read so many messages for too long."""

    talk_id: UUID
    company_id: UUID
    count: int
