"""Facts about orders."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from b2bkit.core.extend.things import Fact


@dataclass(frozen=True)
class OrderPlaced(Fact):
    """An order was placed in the portal; its prices are frozen, and it is owed to the ERP if there is one."""

    order_id: UUID
    company_id: UUID
    number: str


@dataclass(frozen=True)
class OrderTaken(Fact):
    """The ERP confirmed that it has this order. `erp_number` may come later than the confirmation."""

    order_id: UUID
    company_id: UUID
    number: str
    erp_number: str


@dataclass(frozen=True)
class OrderRefused(Fact):
    """The ERP does not take this order as it is: a person must decide."""

    order_id: UUID
    company_id: UUID
    number: str
    reason: str


@dataclass(frozen=True)
class OrderCancelAsked(Fact):
    """The client wants an order that the ERP has no more; the ERP, or the manager in it, decides."""

    order_id: UUID
    company_id: UUID
    number: str
    reason: str


@dataclass(frozen=True)
class OrderStatusChanged(Fact):
    """The order went on along its way; `status` is the new one."""

    order_id: UUID
    company_id: UUID
    number: str
    status: str
