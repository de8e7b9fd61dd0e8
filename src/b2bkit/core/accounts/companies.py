"""Companies: what their people see of them, the choice of contract, and what staff may do."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from b2bkit.core.access import behalf
from b2bkit.core.accounts.events import CompanySuspended
from b2bkit.core.accounts.models import Address, Company, Contract, LegalEntity, Membership, User, UserSession
from b2bkit.core.audit.service import record
from b2bkit.core.errors import NotFound
from b2bkit.core.work import Work


class ContractRow(NamedTuple):
    """A contract with the names that people know it by."""

    id: UUID
    number: str
    signed_on: date | None
    legal_entity: str
    tax_id: str
    currency: str
    payment_delay_days: int
    active: bool


def contracts(work: Work, *, company_id: UUID) -> list[ContractRow]:
    """All contracts of a company, active ones first."""
    statement = select(
        Contract.id,
        Contract.number,
        Contract.signed_on,
        LegalEntity.name,
        LegalEntity.tax_id,
        Contract.currency,
        Contract.payment_delay_days,
        Contract.active,
    ).join(LegalEntity, LegalEntity.id == Contract.legal_entity_id)
    rows = work.session.execute(
        statement.where(Contract.company_id == company_id).order_by(Contract.active.desc(), LegalEntity.name, Contract.number)
    )
    return [ContractRow(*row) for row in rows]


def addresses(work: Work, *, company_id: UUID) -> list[Address]:
    """Where a company's goods can go to."""
    return list(
        work.session.scalars(select(Address).where(Address.company_id == company_id, Address.active.is_(True)).order_by(Address.label))
    )


class Choice(NamedTuple):
    """A company and contract that a person could work for."""

    company_id: UUID
    company: str
    contract_id: UUID | None
    number: str
    legal_entity: str
    current: bool

    @property
    def id(self) -> UUID:
        """What this choice is called in forms: its contract, or the company that has none yet."""
        return self.contract_id or self.company_id


def choices(work: Work) -> list[Choice]:
    """The actor's companies with their active contracts, the current one marked and there although it may be closed.

    Reads beyond the current company: unscoped work only.
    """
    usable = or_(Contract.active.is_(True), Contract.id == work.actor.contract_id)
    statement = (
        select(Company.id, Company.name, Contract.id, Contract.number, LegalEntity.name)
        .select_from(Company)
        .outerjoin(Contract, (Contract.company_id == Company.id) & usable)
        .outerjoin(LegalEntity, LegalEntity.id == Contract.legal_entity_id)
        .where(_works_for(work), Company.suspended.is_(False))
        .order_by(Company.name, LegalEntity.name, Contract.number)
    )
    current, left = (work.actor.company_id, work.actor.contract_id), work.actor.limit("contract")
    return [
        Choice(row[0], row[1], row[2], row[3] or "", row[4] or "", (row[0], row[2]) == current)
        for row in work.session.execute(statement)
        if left is None or row[0] != work.actor.company_id or str(row[2]) in left
    ]


def _works_for(work: Work) -> ColumnElement[bool]:
    """The companies that somebody works for; of staff who act for a client that one alone."""
    if work.actor.on_behalf is not None:
        return Company.id == work.actor.company_id
    return Company.id.in_(select(Membership.company_id).where(Membership.user_id == work.actor.user_id, Membership.dismissed_at.is_(None)))


def switch(work: Work, *, choice_id: UUID) -> None:
    """Works under another contract (or for a company that has none yet) from now on, in this session.

    `choice_id` is the id of one of `choices`; NotFound for what is not the actor's. Unscoped work only.
    """
    if work.actor.on_behalf is not None:
        return behalf.choose_contract(work, choice_id)
    chosen = next((choice for choice in choices(work) if choice.id == choice_id), None)
    session = work.session.get(UserSession, work.actor.session_id) if work.actor.session_id else None
    if chosen is None or session is None:
        raise NotFound("contract")
    session.company_id, session.contract_id = chosen.company_id, chosen.contract_id
    work.session.flush()
    work.signal("cart", session.id, users=(session.user_id,))
    return None


def manager_of(work: Work, *, company_id: UUID) -> User | None:
    """The personal manager of a company."""
    statement = select(User).join(Company, Company.manager_id == User.id).where(Company.id == company_id)
    return work.session.scalars(statement).one_or_none()


def suspend(work: Work, *, company_id: UUID, suspended: bool) -> None:
    """Closes or reopens a company's access; open sessions of its people end with their next request."""
    work.require("accounts.suspend")
    company = work.session.get(Company, company_id)
    if company is None:
        raise NotFound("company")
    if company.suspended == suspended:
        return
    company.suspended = suspended
    work.publish(CompanySuspended(company_id, suspended), key=f"company:{company_id}")
    work.session.flush()
    work.signal("session", company_id, companies=(company_id,), staff=True)
    record(
        work,
        action="accounts.suspended" if suspended else "accounts.reopened",
        entity="company",
        entity_id=company_id,
        company_id=company_id,
    )
