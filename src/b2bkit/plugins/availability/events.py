"""Facts about availability."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from b2bkit import Fact


@dataclass(frozen=True)
class AvailabilityTold(Fact):
    """Announcements concern a person: `announcements` are their ids, parted by spaces, of products that he sees."""

    user_id: UUID
    company_id: UUID
    announcements: str
