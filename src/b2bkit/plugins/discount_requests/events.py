"""Facts of wishes for a discount."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from b2bkit import Fact


@dataclass(frozen=True)
class DiscountAsked(Fact):
    """Somebody asks for a discount on his cart."""

    request_id: UUID
    company_id: UUID


@dataclass(frozen=True)
class DiscountAnswered(Fact):
    """Staff or the ERP answered: `granted`, `offered` with other prices, `refused`; or it `lapsed`."""

    request_id: UUID
    company_id: UUID
    user_id: UUID | None
    state: str
    answer: str
