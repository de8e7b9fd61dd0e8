"""Facts of payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from b2bkit import Fact


@dataclass(frozen=True)
class PaymentsComing(Fact):
    """Payments of a company are due on a day that is near: how many, and their sums as (amount, currency), amounts as text."""

    company_id: UUID
    due_on: date
    count: int
    sums: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PaymentsLate(Fact):
    """Payments of a company are overdue; the earliest since `since`."""

    company_id: UUID
    since: date
    count: int
    sums: tuple[tuple[str, str], ...]
