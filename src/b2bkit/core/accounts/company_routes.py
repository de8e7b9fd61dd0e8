"""Addresses of the company's own page, its people, and of who one is: a table of contents beside plugin.py."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.accounts import api, pages
from b2bkit.core.extend.things import SIGNED_IN, NavItem, Route
from b2bkit.core.i18n import N_


def routes() -> Iterable[Route]:
    yield Route(name="accounts.company", path="/company", resource=pages.CompanyPage(), permission="accounts.company")
    yield Route(name="accounts.invite", path="/company/people", resource=pages.Invite(), permission="accounts.people")
    yield Route(
        name="accounts.person", path="/company/people/{membership_id:uuid}", resource=pages.PersonForm(), permission="accounts.people"
    )
    yield Route(
        name="accounts.revoke", path="/company/invitations/{invitation_id:uuid}", resource=pages.Revoke(), permission="accounts.people"
    )
    yield Route(name="accounts.api_me", path="/api/v1/me", resource=api.Me(), permission=SIGNED_IN, area="api", operations=api.ME)
    yield Route(
        name="accounts.api_contracts", path="/api/v1/contracts", resource=api.Contracts(), permission="accounts.company", area="api",
        operations=api.CONTRACTS, field="company.contracts",
    )  # fmt: skip


def nav() -> Iterable[NavItem]:
    yield NavItem(
        name="accounts.company_nav",
        area="portal",
        label=N_("Company"),
        route="accounts.company",
        icon="building",
        order=80,
        permission="accounts.company",
    )
