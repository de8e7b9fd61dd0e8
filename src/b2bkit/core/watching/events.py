"""Facts about what people wait for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from b2bkit.core.extend.things import Fact


@dataclass(frozen=True)
class BackInStock(Fact):
    """A product that somebody waited for can be ordered again. `free` is in base units."""

    user_id: UUID
    company_id: UUID
    contract_id: UUID
    product_id: UUID
    free: Decimal


@dataclass(frozen=True)
class PriceChanged(Fact):
    """The price of a product under a contract is another than somebody was last told. Per base unit; None: there was no price."""

    user_id: UUID
    company_id: UUID
    contract_id: UUID
    product_id: UUID
    before: Decimal | None
    now: Decimal
    currency: str
