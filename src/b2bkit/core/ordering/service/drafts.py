"""An order about to be placed: what the buyer chose, and what the checks see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from b2bkit.core.ordering.service.contract import Terms
from b2bkit.core.ordering.service.lines import Line, Wanted, sums_of


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a buyer sends to place an order; `place_order` fills `terms` and `lines` before the checks run.

    contract_id   must be the session's: a tab that was opened under another contract is told so
    cart_version  of the cart that the buyer saw; None when `wanted` says the lines
    seen_total    with VAT, what the buyer saw; None: nothing was shown (a machine that takes the price as it is)
    wanted        explicit lines instead of the cart's
    """

    contract_id: UUID
    address_id: UUID | None = None
    wanted_on: date | None = None
    comment: str = ""
    cart_version: int | None = None
    seen_total: Decimal | None = None
    wanted: tuple[Wanted, ...] | None = None
    terms: Terms | None = None
    lines: Sequence[Line] = ()

    @property
    def total(self) -> Decimal:
        """With VAT, at this moment's prices."""
        return sums_of(self.lines).total
