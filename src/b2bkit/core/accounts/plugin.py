"""Accounts: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.accounts import company_routes, events, jobs, models, notices, pages, requests, scopes, security, sign_in
from b2bkit.core.accounts.commands import commands
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import (
    PUBLIC,
    SIGNED_IN,
    Command,
    Job,
    Level,
    NavItem,
    NotificationKind,
    Permission,
    Route,
    Scope,
    Subscriber,
    Widget,
)
from b2bkit.core.i18n import N_


class AccountsPlugin(Plugin):
    """Companies, people, roles, sign-in."""

    name = "accounts"
    label = N_("Accounts")
    version = "0.1.0"
    events = (*events.PEOPLE, *security.EVENTS, *requests.EVENTS)

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        company, everyone = Level.COMPANY, dict.fromkeys(("owner", "buyer", "accountant", "viewer"), Level.COMPANY)
        staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
        yield Permission(name="accounts.company", label=N_("See the company, its contracts and people"), roles={**everyone, **staff})
        yield Permission(
            name="accounts.people", label=N_("Invite, change and dismiss people"), roles={"owner": company, **staff}, on_behalf=False
        )
        yield Permission(name="accounts.clients", label=N_("See clients"), roles=staff, limits=("region",))
        yield Permission(name="accounts.suspend", label=N_("Suspend a client's access"), roles={"admin": Level.ALL})
        yield from requests.permissions()

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        company_owned = (models.Address, models.Membership, models.Invitation)
        yield Scope(name="accounts.company", entity=models.Company, criterion=scopes.clients_scope(models.Company))
        yield Scope(name="accounts.legal_entity", entity=models.LegalEntity, criterion=scopes.clients_scope(models.LegalEntity))
        for terms in (models.Contract, models.ContractCategory):
            yield Scope(name=f"accounts.{terms.__tablename__.removeprefix('core_')}", entity=terms, criterion=scopes.contract_scope(terms))
        yield Scope(name="accounts.user", entity=models.User, criterion=scopes.user_scope)
        yield Scope(name="accounts.session", entity=models.UserSession, criterion=scopes.session_scope)
        for entity in company_owned:
            yield Scope(name=f"accounts.{entity.__tablename__.removeprefix('core_')}", entity=entity, criterion=scopes.criterion_of(entity))
        yield from security.scopes()
        yield from requests.scopes()

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="accounts.sign_in", path="/sign-in", resource=pages.SignIn(), permission=PUBLIC, replay=False, unscoped=True)
        yield Route(
            name="accounts.sign_out", path="/sign-out", resource=pages.SignOut(), permission=SIGNED_IN, replay=False, on_behalf=True
        )
        yield Route(
            name="accounts.invitation", path="/invitations/{token}", resource=pages.Invited(), permission=PUBLIC, replay=False,
            unscoped=True,
        )  # fmt: skip
        yield Route(name="accounts.switch", path="/switch", resource=pages.Switch(), permission=SIGNED_IN, unscoped=True, on_behalf=True)
        yield Route(name="accounts.preferences", path="/preferences", resource=pages.Preferences(), permission=PUBLIC, replay=False)
        yield Route(name="accounts.profile", path="/profile", resource=pages.Profile(), permission=SIGNED_IN)
        yield from company_routes.routes()
        yield from security.routes()
        yield from requests.routes()

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield from company_routes.nav()
        yield from requests.nav()

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        template, load = "accounts/widget_manager.html", pages.personal_manager
        yield Widget(
            name="accounts.manager",
            label=N_("Your manager"),
            slot="dashboard",
            order=60,
            template=template,
            load=load,
            permission="accounts.company",
            side=True,
        )

    @hookimpl
    def register_subscribers(self) -> Iterable[Subscriber]:
        return requests.subscribers()

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="accounts.forget_old", run=sign_in.forget_old, every=3600)
        yield Job(name="accounts.send_invitation", run=jobs.send_invitation, opens_work=True)
        yield from security.jobs()
        yield from requests.jobs()

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        yield from notices.notices()
        yield from security.notices()
        yield from requests.notices()

    @hookimpl
    def register_commands(self) -> Iterable[Command]:
        return commands()
