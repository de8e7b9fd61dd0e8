"""Facts about companies and people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from b2bkit.core.extend.things import Fact


@dataclass(frozen=True)
class EmployeeInvited(Fact):
    """Somebody was invited into a company; the mail with the link follows."""

    invitation_id: UUID
    company_id: UUID


@dataclass(frozen=True)
class EmployeeJoined(Fact):
    """An invitation was accepted."""

    company_id: UUID
    user_id: UUID
    name: str
    invited_by: UUID | None


@dataclass(frozen=True)
class EmployeeDismissed(Fact):
    """A person left a company; open sessions ended with it."""

    company_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class CompanySuspended(Fact):
    """Staff closed or reopened a company's access."""

    company_id: UUID
    suspended: bool


@dataclass(frozen=True)
class SignInChanged(Fact):
    """How a person signs in was changed, or a recovery code was used: he is told, in case it was not him.

    what   password, factor_on, factor_off, codes, recovery_used, passkey_added, passkey_removed
    """

    user_id: UUID
    what: str


@dataclass(frozen=True)
class RegistrationWaits(Fact):
    """Somebody asks for access for a company and has proven his address; or the ERP told of that company since.

    client_id   the client that the ERP knows by its tax number; None: nobody knows it yet
    """

    registration_id: UUID
    client_id: UUID | None
    company: str


@dataclass(frozen=True)
class RegistrationDecided(Fact):
    """A wish for access was decided: state is accepted or declined; the letter follows."""

    registration_id: UUID
    state: str


@dataclass(frozen=True)
class CompanyRegistered(Fact):
    """A new client was made of a registration; the ERP does not know it yet."""

    company_id: UUID
    name: str


@dataclass(frozen=True)
class ChangeAsked(Fact):
    """A client's people ask for other data of the company than the ERP has; `label` is what the data are of."""

    request_id: UUID
    company_id: UUID
    label: str


@dataclass(frozen=True)
class ChangeDecided(Fact):
    """Such a wish was decided: state is confirmed or declined."""

    request_id: UUID
    company_id: UUID
    label: str
    state: str
    asked_by: UUID | None


PEOPLE: Final[tuple[type[Fact], ...]] = (EmployeeInvited, EmployeeJoined, EmployeeDismissed, CompanySuspended)
