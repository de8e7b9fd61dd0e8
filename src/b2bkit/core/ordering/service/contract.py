"""Under which terms a person orders: the contract of the session with its legal entity."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select

from b2bkit.core.accounts.models import Company, Contract, LegalEntity
from b2bkit.core.work import Work


class Terms(NamedTuple):
    """A contract (1C: Договор контрагента) as cart and order need it. `open`: contract, legal entity and company may all order."""

    contract_id: UUID
    company_id: UUID
    number: str
    signed_on: date | None
    currency: str
    payment_delay_days: int
    legal_entity_id: UUID
    legal_entity: str
    tax_id: str
    contract_active: bool
    entity_active: bool
    suspended: bool

    @property
    def open(self) -> bool:
        return self.contract_active and self.entity_active and not self.suspended


_TERMS = (
    select(
        Contract.id,
        Contract.company_id,
        Contract.number,
        Contract.signed_on,
        Contract.currency,
        Contract.payment_delay_days,
        LegalEntity.id,
        LegalEntity.name,
        LegalEntity.tax_id,
        Contract.active,
        LegalEntity.active,
        Company.suspended,
    )
    .join(LegalEntity, LegalEntity.id == Contract.legal_entity_id)
    .join(Company, Company.id == Contract.company_id)
    .where(Contract.id == bindparam("contract_id"))
)


def terms_of(work: Work, contract_id: UUID | None) -> Terms | None:
    """The contract, or None when it is absent or not this actor's."""
    if contract_id is None:
        return None
    found = work.session.rows(_TERMS, {"contract_id": contract_id})
    return Terms._make(found[0]) if found else None


def own_terms(work: Work) -> Terms | None:
    """The contract of the session; None for people without one (a company without an active contract, staff)."""
    terms = terms_of(work, work.actor.contract_id)
    return terms if terms is not None and terms.company_id == work.actor.company_id else None
