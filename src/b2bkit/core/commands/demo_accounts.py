"""Accounts of `demo.toml`, made once the ERP in the box has sent its clients."""

from __future__ import annotations

from collections.abc import Sequence

import click
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from b2bkit.core.accounts.commands import make_staff
from b2bkit.core.accounts.models import Company, LegalEntity, Membership, User
from b2bkit.core.accounts.passwords import hash_password
from b2bkit.core.config import did_you_mean
from b2bkit.core.db.types import new_id
from b2bkit.core.work import Work


class Account(BaseModel):
    """Somebody to sign in as: `company` is a client's tax id, or `staff` a staff role.

    profile   the company's kind of account; "" leaves it as it is
    dealers   tax ids of the companies whose distributor it is
    """

    model_config = ConfigDict(extra="forbid")

    email: str
    name: str
    password: str
    role: str = ""
    company: str = ""
    staff: str = ""
    profile: str = ""
    dealers: list[str] = []
    says: str = ""


def company_of(work: Work, tax_id: str) -> Company | None:
    """The client with this tax id."""
    statement = select(Company).join(LegalEntity, LegalEntity.company_id == Company.id).where(LegalEntity.tax_id == tax_id)
    return work.session.scalars(statement.limit(1)).one_or_none()


def make_accounts(work: Work, accounts: Sequence[Account]) -> None:
    """Those that are not there yet; raises ClickException for an unknown role, kind of account or client."""
    for account in accounts:
        known = work.session.scalars(select(User).where(User.email == account.email)).one_or_none()
        if account.staff:
            if known is None or known.password_hash is None:
                make_staff(work, email=account.email, name=account.name, role=account.staff, password=account.password)
        elif known is None:
            _make_client(work, account)


def _make_client(work: Work, account: Account) -> None:
    if account.role not in work.kit.roles:
        raise _wrong(account, f"unknown role {account.role!r}: {did_you_mean(account.role, work.kit.roles)}")
    if account.profile and account.profile not in work.kit.profiles:
        raise _wrong(account, f"unknown kind of account {account.profile!r}: {did_you_mean(account.profile, work.kit.profiles)}")
    company = _known(work, account, account.company)
    company.profile = account.profile or company.profile
    for tax_id in account.dealers:
        _known(work, account, tax_id).dealer_of = company.id
    user = User(id=new_id(), email=account.email, name=account.name, password_hash=hash_password(account.password), created_at=work.now)
    work.session.add(user)
    work.session.flush()
    work.session.add(Membership(company_id=company.id, user_id=user.id, role=account.role, since=work.now))
    work.session.flush()


def _known(work: Work, account: Account, tax_id: str) -> Company:
    company = company_of(work, tax_id)
    if company is None:
        raise _wrong(account, f"no client has the tax id {tax_id}")
    return company


def _wrong(account: Account, what: str) -> click.ClickException:
    return click.ClickException(f"demo.toml: {account.email}: {what}")
