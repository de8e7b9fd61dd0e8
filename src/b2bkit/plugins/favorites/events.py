"""Facts of favourites."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from b2bkit import Fact


@dataclass(frozen=True)
class ListShared(Fact):
    """Somebody made a list the whole company's. `user_id` is who did."""

    list_id: UUID
    company_id: UUID
    user_id: UUID
    name: str
