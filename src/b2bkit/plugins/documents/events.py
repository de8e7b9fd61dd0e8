"""Facts about documents."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from b2bkit import Fact


@dataclass(frozen=True)
class OriginalsAsked(Fact):
    """A client asked for originals; `papers`: how many."""

    request_id: UUID
    company_id: UUID
    papers: int


@dataclass(frozen=True)
class OriginalsMoved(Fact):
    """The supplier sent them off, handed them over or declined. `state`: on_way, handed or declined."""

    request_id: UUID
    company_id: UUID
    state: str
