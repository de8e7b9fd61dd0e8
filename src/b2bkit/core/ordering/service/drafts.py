"""An order about to be placed: what the buyer chose, and what the checks see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel

from b2bkit.core.ordering.service.contract import Terms
from b2bkit.core.ordering.service.lines import Line, Wanted, sums_of

if TYPE_CHECKING:
    from b2bkit.core.work import Work


class Chosen(NamedTuple):
    """What was entered in a step of the checkout, and what the step writes once the order is there."""

    step: str
    values: BaseModel
    placed: Callable[[Work, UUID, Any], None] | None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a buyer sends to place an order; `place_order` fills `terms` and `lines` before the checks run.

    contract_id   must be the session's: a tab that was opened under another contract is told so
    cart_version  of the cart that the buyer saw; None when `wanted` says the lines
    seen_total    with VAT, what the buyer saw; None: nothing was shown (a machine that takes the price as it is)
    consignee_id  the legal entity that receives the goods; None: the one that buys
    wanted        explicit lines instead of the cart's
    choices       what was entered in the checkout's steps
    """

    contract_id: UUID
    address_id: UUID | None = None
    consignee_id: UUID | None = None
    wanted_on: date | None = None
    comment: str = ""
    cart_version: int | None = None
    seen_total: Decimal | None = None
    wanted: tuple[Wanted, ...] | None = None
    terms: Terms | None = None
    lines: Sequence[Line] = ()
    choices: tuple[Chosen, ...] = ()

    def chosen(self, choice: Chosen) -> Draft:
        """The draft with what one more step of the checkout brought."""
        return replace(self, choices=(*self.choices, choice))

    @property
    def total(self) -> Decimal:
        """With VAT, at this moment's prices."""
        return sums_of(self.lines).total
