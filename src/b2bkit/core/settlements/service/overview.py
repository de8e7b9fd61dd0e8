"""What a client owes: by contract, with its terms, and the payments that are expected. Figures are the ERP's, with their age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.models import Contract, LegalEntity
from b2bkit.core.settlements.models import Due, Settlement, Terms
from b2bkit.core.work import Work

SEE: Final = "settlements.view"
DUES_SHOWN: Final = 100
ZERO: Final = Decimal(0)


class Account(NamedTuple):
    """How matters stand under one contract in one currency. Terms are None where the ERP told none; `as_of` None: it told no sums.

    limit       debt that is allowed
    available   what may still be ordered on credit: the limit less the debt; None without a limit
    """

    contract_id: UUID | None
    number: str
    signed_on: date | None
    legal_entity: str
    currency: str
    debt: Decimal
    overdue: Decimal
    prepaid: Decimal
    as_of: datetime | None
    delay_days: int | None
    limit: Decimal | None
    prepayment: Decimal | None
    stops_overdue: bool
    valid_until: date | None

    @property
    def available(self) -> Decimal | None:
        return None if self.limit is None else max(self.limit - self.debt, ZERO)


class _Told(NamedTuple):
    debt: Decimal = ZERO
    overdue: Decimal = ZERO
    prepaid: Decimal = ZERO
    as_of: datetime | None = None


class DueRow(NamedTuple):
    """A payment that is expected. `days`: to its day, negative when it has passed."""

    due_on: date
    days: int
    amount: Decimal
    currency: str
    deal: str
    order_id: UUID | None
    number: str
    legal_entity: str
    as_of: datetime

    @property
    def overdue(self) -> bool:
        return self.days < 0


class Sum(NamedTuple):
    """All of a currency."""

    currency: str
    debt: Decimal
    overdue: Decimal
    prepaid: Decimal


@dataclass(frozen=True, slots=True)
class Overview:
    """A client's money: accounts with debts first, payments by day, sums by currency; `as_of` is the oldest of the figures."""

    accounts: Sequence[Account]
    dues: Sequence[DueRow]
    sums: Sequence[Sum]
    as_of: datetime | None

    @property
    def overdue(self) -> bool:
        """Whether anything is past its day."""
        return any(one.overdue > 0 for one in self.accounts) or any(one.overdue for one in self.dues)

    @property
    def next_due(self) -> DueRow | None:
        """The nearest payment that is not past its day."""
        return next((one for one in self.dues if not one.overdue), None)

    @property
    def empty(self) -> bool:
        """Whether the ERP told nothing at all."""
        return not self.dues and all(one.as_of is None and one.limit is None for one in self.accounts)


_CONTRACTS = (
    select(
        Contract.id, Contract.number, Contract.signed_on, LegalEntity.name, Contract.currency, Contract.payment_delay_days,
        Terms.credit_limit, Terms.prepayment, Terms.stops_overdue, Terms.valid_until, Contract.active,
    )
    .join(LegalEntity, LegalEntity.id == Contract.legal_entity_id)
    .outerjoin(Terms, Terms.contract_id == Contract.id)
    .order_by(LegalEntity.name, Contract.number)
)  # fmt: skip
_SETTLED = select(
    Settlement.contract_id, Settlement.currency, LegalEntity.name, Settlement.debt, Settlement.overdue, Settlement.prepaid, Settlement.as_of
).join(LegalEntity, LegalEntity.id == Settlement.legal_entity_id)
_DUES = (
    select(Due.due_on, Due.amount, Due.currency, Due.deal, Due.order_id, Contract.number, LegalEntity.name, Due.as_of)
    .join(LegalEntity, LegalEntity.id == Due.legal_entity_id)
    .outerjoin(Contract, Contract.id == Due.contract_id)
    .order_by(Due.due_on, Due.id)
    .limit(DUES_SHOWN)
)


def overview(work: Work, *, company_id: UUID | None = None) -> Overview:
    """The money of a company that the actor may see, by default his own; three statements.

    Contracts that are closed and settled are left out; a settlement under no contract is an account of its own.
    """
    work.require(SEE)
    company = company_id or work.actor.company_id
    told: dict[tuple[UUID | None, str, str], _Told] = {}
    for contract_id, currency, entity, *sums in work.session.execute(_SETTLED.where(Settlement.company_id == company)):
        told[(contract_id, currency, entity)] = _Told._make(sums)
    accounts: list[Account] = []
    for row in work.session.execute(_CONTRACTS.where(Contract.company_id == company)):
        own = [(key, told.pop(key)) for key in list(told) if key[0] == row.id]
        if own or row.active:
            accounts += [_account(row, key[1], sums) for key, sums in own] or [_account(row, row.currency, _Told())]
    nobodys = [
        Account(None, "", None, entity, currency, *sums, None, None, None, False, None) for (_id, currency, entity), sums in told.items()
    ]
    accounts += nobodys
    accounts.sort(key=lambda one: (one.overdue <= 0, one.debt <= 0, one.legal_entity, one.number))
    dues = _dues(work, company)
    ages = [one.as_of for one in accounts if one.as_of is not None] + [one.as_of for one in dues]
    return Overview(accounts, dues, _sums(accounts), min(ages, default=None))


def _account(row: Any, currency: str, sums: _Told) -> Account:
    limit = row.credit_limit if currency == row.currency else None
    whose = (row.id, row.number, row.signed_on, row.name, currency)
    return Account(*whose, *sums, row.payment_delay_days, limit, row.prepayment, bool(row.stops_overdue), row.valid_until)


def _dues(work: Work, company_id: UUID | None) -> list[DueRow]:
    today = work.now.astimezone(work.config.portal.zone).date()
    rows = work.session.execute(_DUES.where(Due.company_id == company_id))
    return [DueRow(row[0], (row[0] - today) // timedelta(days=1), *row[1:5], row[5] or "", *row[6:]) for row in rows]


def _sums(accounts: Sequence[Account]) -> list[Sum]:
    found: dict[str, Sum] = {}
    for one in accounts:
        if one.as_of is not None:
            before = found.get(one.currency, Sum(one.currency, ZERO, ZERO, ZERO))
            found[one.currency] = Sum(one.currency, before.debt + one.debt, before.overdue + one.overdue, before.prepaid + one.prepaid)
    return list(found.values())
