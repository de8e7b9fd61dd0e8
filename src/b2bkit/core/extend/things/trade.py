"""What prices and orders are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from b2bkit.core.errors import Problem

if TYPE_CHECKING:
    from b2bkit.core.work import Work


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a price is what it is: which step, its sentence, the unit price before and after."""

    step: str
    text: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A product in a base-unit quantity, and its price per base unit so far (None: no price known)."""

    product_id: UUID
    quantity: Decimal
    price: Decimal | None = None
    currency: str = ""
    vat_rate: Decimal | None = None
    vat_included: bool = False
    explanation: tuple[Explanation, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What the price pipeline works on: a contract's lines."""

    contract_id: UUID
    price_type_id: UUID | None
    currency: str
    lines: tuple[QuoteLine, ...]


@dataclass(frozen=True, kw_only=True)
class PriceStep:
    """A step of the price pipeline: (work, quote) -> quote. Changes nothing else, reads in batches, explains itself.

    carts_only   True: it prices lines that stand in the actor's own cart under the contract, and the order made from it. Lists and orders
                 that bring their own lines are priced without it, so that it costs them nothing
    """

    name: str
    order: int
    label: str
    apply: Callable[[Work, Quote], Quote]
    carts_only: bool = False


class OrderDraft(Protocol):
    """What an order check sees: the contract, delivery and lines of an order about to be placed (ordering.service.Draft)."""

    contract_id: UUID
    lines: Sequence[object]


@dataclass(frozen=True, kw_only=True)
class OrderCheck:
    """A rule an order must meet: (work, draft) -> problems. All checks run, all problems are shown."""

    name: str
    order: int
    check: Callable[[Work, OrderDraft], Iterable[Problem]]
