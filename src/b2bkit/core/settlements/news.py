"""What an ERP tells of money, in the portal's words; a gateway makes these from its own objects and gives them to `settlements.service`.

References (`*_ref`) are the ERP's own (1C: Ссылка, a GUID). Sums are Decimals in the currency named beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

PaperKind = Literal["invoice", "shipment", "tax_invoice", "act", "correction", "reconciliation", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractNews:
    """A contract or an individual agreement (1C: ДоговорыКонтрагентов, СоглашенияСКлиентами) with its terms.

    kind              contract, or agreement (an agreement may carry prices for several contracts of one partner)
    party_ref         the counterparty (1C: Контрагент); empty for an agreement that holds for all of a partner's
    partner_ref       the client (1C: Партнер)
    delay_days        deferral of payment in days; None when not told
    limit             debt that is allowed (1C: ДопустимаяСуммаЗадолженности); None: not limited
    stops_overdue     whether overdue debt stops new orders (1C: ЗапрещаетсяПросроченнаяЗадолженность)
    prepayment        percent to be paid before shipment; None when not told
    active            False: closed or marked for deletion
    """

    ref: str
    kind: Literal["contract", "agreement"] = "contract"
    party_ref: str = ""
    partner_ref: str = ""
    number: str = ""
    name: str = ""
    signed_on: date | None = None
    valid_until: date | None = None
    currency: str = ""
    price_type_ref: str = ""
    delay_days: int | None = None
    prepayment: Decimal | None = None
    limit: Decimal | None = None
    stops_overdue: bool = False
    active: bool = True
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNews:
    """A contact person of a client (1C: КонтактныеЛицаПартнеров)."""

    ref: str
    partner_ref: str
    name: str
    position: str = ""
    phone: str = ""
    email: str = ""
    active: bool = True
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementNews:
    """How matters stand with one counterparty under one contract in one currency (1C: РасчетыСКлиентами, Balance).

    debt      what the client owes
    overdue   the part of the debt that is past its day
    prepaid   what the client has paid in advance
    """

    party_ref: str
    contract_ref: str = ""
    currency: str
    debt: Decimal
    overdue: Decimal = Decimal(0)
    prepaid: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNews:
    """A payment that is expected (1C: РасчетыСКлиентамиПоСрокам, ПланОплат).

    deal_ref, deal   the order or shipment that it is for, and how the ERP names it
    """

    party_ref: str
    contract_ref: str = ""
    deal_ref: str = ""
    deal: str = ""
    due_on: date
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLineNews:
    """A line of a paper; sums of the whole line."""

    product_ref: str = ""
    name: str
    unit: str = ""
    quantity: Decimal
    price: Decimal
    total: Decimal
    vat: Decimal = Decimal(0)
    vat_rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperNews:
    """A document of the ERP that the client gets (1C: СчетНаОплатуКлиенту, РеализацияТоваровУслуг, СчетФактураВыданный, Сверка...).

    order_ref   reference of the order that it belongs to, or the portal's own id of it; empty when it belongs to none
    posted      False: not posted (any more): the client does not see it
    status      as the ERP words it
    """

    ref: str
    kind: PaperKind
    number: str
    on: date
    party_ref: str
    contract_ref: str = ""
    order_ref: str = ""
    currency: str = ""
    total: Decimal = Decimal(0)
    vat: Decimal = Decimal(0)
    due_on: date | None = None
    period: tuple[date, date] | None = None
    status: str = ""
    posted: bool = True
    deleted: bool = False
    version: str = ""
    lines: Sequence[PaperLineNews] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of news: how many rows were told, new, changed, ended; `refused` are (reference, reason, cure)."""

    told: int = 0
    new: int = 0
    changed: int = 0
    ended: int = 0
    refused: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """When a set of news was true, and whether it is whole (what it does not name is over) or only what changed."""

    as_of: datetime
    whole: bool
