"""Facts of wishes for more of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from b2bkit import Fact


@dataclass(frozen=True)
class CatalogAsked(Fact):
    """A client asks to see more."""

    request_id: UUID
    company_id: UUID


@dataclass(frozen=True)
class CatalogOpened(Fact):
    """Staff opened groups or products for a client. `number`: how many of both."""

    request_id: UUID
    company_id: UUID
    user_id: UUID | None
    number: int
    valid_from: date
    valid_until: date
    answer: str


@dataclass(frozen=True)
class CatalogDeclined(Fact):
    """Staff refused, and said why."""

    request_id: UUID
    company_id: UUID
    user_id: UUID | None
    answer: str


@dataclass(frozen=True)
class CatalogEnding(Fact):
    """What was opened closes soon."""

    request_id: UUID
    company_id: UUID
    user_id: UUID | None
    valid_until: date


@dataclass(frozen=True)
class CatalogClosed(Fact):
    """What was opened is closed again: its time is over, or staff ended it and `why` says the reason."""

    request_id: UUID
    company_id: UUID
    user_id: UUID | None
    why: str
