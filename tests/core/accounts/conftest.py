"""People to sign in, with a password that is computed once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

import pytest

from b2bkit.core.accounts import passwords, sign_in
from b2bkit.core.accounts.models import Company, User
from b2bkit.core.work import Actor, Work
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal

PASSWORD = "три мешка полиэтилена"


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hash_password(PASSWORD)


class Firm:
    """A company with an owner, a buyer and a contract; everybody's password is PASSWORD."""

    def __init__(self, portal: Portal, password_hash: str) -> None:
        with portal.work() as work:
            self.company: Company = make.company(work, name="ООО «Плёнка-Сервис»", manager=make.staff(work))
            self.contract_id: UUID = make.contract(work, company=self.company).id
            self.owner: User = make.member(work, company=self.company, role="owner", name="Владелец", password_hash=password_hash)
            self.buyer: User = make.member(work, company=self.company, role="buyer", name="Закупщик", password_hash=password_hash)


@pytest.fixture
def firm(portal: Portal, password_hash: str) -> Firm:
    return Firm(portal, password_hash)


@pytest.fixture
def actor_of(portal: Portal) -> Callable[[User], Actor]:
    """The actor of a person who has just signed in, as the guard reads it from the session."""

    def actor_of(user: User) -> Actor:
        with portal.work() as work:
            token = sign_in.open_session(work, user_id=user.id)
            signed = portal.app.sessions.read(work.session, token, work.now)
        assert signed is not None
        return signed.actor

    return actor_of


@pytest.fixture
def as_user(portal: Portal, actor_of: Callable[[User], Actor]) -> Callable[[User], AbstractContextManager[Work]]:
    """A unit of work in a person's name, scoped as in a request."""
    return lambda user: portal.app.work(actor_of(user))
