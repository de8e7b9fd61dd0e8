"""What registrations give to the portal: a table of contents beside plugin.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true

from b2bkit.core.accounts import events, registration, registration_letters, registration_list, registration_pages
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.accounts.models_requests import ChangeRequest, ErasureRequest, Registration
from b2bkit.core.accounts.scopes import company_scope, criterion_of
from b2bkit.core.extend.things import PUBLIC, Fact, Job, Level, NavItem, NotificationKind, Permission, Route, Scope
from b2bkit.core.i18n import N_
from b2bkit.core.web.urls import Urls
from b2bkit.core.work import Actor, Work

EVENTS: Final[tuple[type[Fact], ...]] = (events.RegistrationWaits, events.RegistrationDecided, events.CompanyRegistered)
DECIDE: Final = "accounts.registrations"
_membership = Membership.__table__


def permissions() -> Iterable[Permission]:
    yield Permission(name=DECIDE, label=N_("Decide who gets access for a company"), roles={"manager": Level.ASSIGNED, "admin": Level.ALL})


def scopes() -> Iterable[Scope]:
    yield Scope(name="accounts.registration", entity=Registration, criterion=registration.visible)
    yield Scope(name="accounts.change_request", entity=ChangeRequest, criterion=criterion_of(ChangeRequest))
    yield Scope(name="accounts.erasure_request", entity=ErasureRequest, criterion=_erasures)


def _erasures(actor: Actor) -> ColumnElement[bool]:
    """One's own; staff: of the people that they see."""
    own = ErasureRequest.user_id == actor.user_id
    if actor.kind != "staff":
        return true() if actor.kind == "system" else own
    people = select(_membership.c.user_id).where(company_scope(actor, _membership.c.company_id))
    return or_(own, ErasureRequest.user_id.in_(people))


def routes() -> Iterable[Route]:
    """Who decides works unscoped: the wish makes a client, or a person of one, that he could not see before."""
    yield _door("register", "/register", registration_pages.Register())
    yield _door("register_confirm", "/register/{token}", registration_pages.Confirm())
    listed, one = registration_pages.Registrations(), registration_pages.Decide()
    yield Route(name=DECIDE, path="/admin/registrations", resource=listed, permission=DECIDE, area="admin")
    path = "/admin/registrations/{registration_id:uuid}"
    yield Route(name="accounts.registration", path=path, resource=one, permission=DECIDE, area="admin", unscoped=True)


def _door(name: str, path: str, resource: object) -> Route:
    return Route(name=f"accounts.{name}", path=path, resource=resource, permission=PUBLIC, unscoped=True)


def nav() -> Iterable[NavItem]:
    yield NavItem(
        name="accounts.registrations_nav",
        area="admin",
        label=N_("Registrations"),
        route=DECIDE,
        icon="user-plus",
        order=25,
        permission=DECIDE,
        badge=registration_list.badge,
    )


def jobs() -> Iterable[Job]:
    yield Job(name="accounts.send_registration", run=registration_letters.send_registration, opens_work=True)
    yield Job(name="accounts.send_decision", run=registration_letters.send_decision, opens_work=True)
    yield Job(name="accounts.match_registrations", run=registration.match_waiting, every=600)
    yield Job(name="accounts.forget_registrations", run=registration.forget_old, every=24 * 3600)


def notices() -> Iterable[NotificationKind]:
    yield NotificationKind(
        name="accounts.registration_waits",
        label=N_("A company asks for access"),
        event=events.RegistrationWaits,
        recipients=_deciders,
        context=_company,
        title=N_("{company} asks for access"),
        text=N_("The address is confirmed. Check the company and open access, or decline with a reason."),
        route=_registration,
        audience="staff",
    )


def _deciders(work: Work, event: events.RegistrationWaits) -> list[UUID]:
    """The manager of the client that the ERP knows; otherwise everybody who may decide."""
    client = work.session.get(Company, event.client_id) if event.client_id else None
    if client is not None and client.manager_id is not None:
        return [client.manager_id]
    roles = [code for code, role in work.kit.roles.items() if DECIDE in role.levels and role.side == "staff"]
    return list(work.session.scalars(select(User.id).where(User.staff_role.in_(roles), User.blocked.is_(False)).order_by(User.id)))


def _company(_work: Work, event: events.RegistrationWaits) -> Mapping[str, str]:
    return {"company": event.company}


def _registration(work: Work, event: events.RegistrationWaits) -> str:
    route = work.kit.routes["accounts.registration"]
    return Urls([route]).path("accounts.registration", registration_id=event.registration_id)
