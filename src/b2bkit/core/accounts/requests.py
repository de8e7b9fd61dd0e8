"""What registrations, changes of data and personal data give to the portal: a table of contents beside plugin.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true

from b2bkit.core.accounts import (
    address_api,
    changes,
    company_pages,
    events,
    kinds,
    own_addresses,
    personal,
    registration,
    registration_letters,
    registration_list,
    registration_pages,
    requests_list,
    requests_pages,
)
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.accounts.models_requests import ChangeRequest, ErasureRequest, Registration
from b2bkit.core.accounts.scopes import company_scope, criterion_of
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.extend.things import PUBLIC, SIGNED_IN, Fact, Job, Level, NavItem, NotificationKind, Permission, Route, Scope, Subscriber
from b2bkit.core.i18n import N_, _
from b2bkit.core.web.urls import Urls
from b2bkit.core.work import Actor, Work

EVENTS: Final[tuple[type[Fact], ...]] = (
    events.RegistrationWaits,
    events.RegistrationDecided,
    events.CompanyRegistered,
    events.ChangeAsked,
    events.ChangeDecided,
)
DECIDE: Final = "accounts.registrations"
_membership = Membership.__table__


def permissions() -> Iterable[Permission]:
    yield Permission(name=DECIDE, label=N_("Decide who gets access for a company"), roles={"manager": Level.ASSIGNED, "admin": Level.ALL})
    owner, staff = {"owner": Level.COMPANY}, {"manager": Level.ASSIGNED, "admin": Level.ALL}
    yield Permission(name=changes.EDIT, label=N_("Ask for changes of the company's data"), roles=owner)
    yield Permission(name=own_addresses.EDIT, label=N_("Keep the company's delivery addresses"), roles={**owner, "buyer": Level.COMPANY})
    yield Permission(name=kinds.EDIT, label=N_("Set region, kind of account and distributor of clients"), roles=staff)
    yield Permission(name=changes.CONFIRM, label=N_("Confirm changes of clients' data"), roles=staff)
    yield Permission(name=personal.DECIDE, label=N_("Erase personal data on request"), roles={"admin": Level.ALL})


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
    yield from _company_routes()
    yield _desk("requests", "/admin/requests", requests_pages.Requests())
    yield _desk("decide_change", "/admin/requests/{change_request_id:uuid}", requests_pages.DecideChange())
    erasure = requests_pages.DecideErasure()
    yield Route(name="accounts.erasure", path="/admin/erasures", resource=erasure, permission=personal.DECIDE, area="admin", unscoped=True)
    data, packed = requests_pages.PersonalData(), requests_pages.PersonalZip()
    yield Route(name="accounts.personal", path="/profile/data", resource=data, permission=SIGNED_IN)
    yield Route(name="accounts.personal_zip", path="/profile/data.zip", resource=packed, permission=SIGNED_IN, unscoped=True)


def _company_routes() -> Iterable[Route]:
    edit, addresses = changes.EDIT, own_addresses.EDIT
    yield _company_route("details", "", company_pages.Details(), "accounts.company")
    yield _company_route("edit_entity", "/entities/{legal_entity_id:uuid}", company_pages.EditEntity(), edit)
    yield _company_route("new_contact", "/contacts", company_pages.EditContact(), edit)
    yield _company_route("edit_contact", "/contacts/{contact_person_id:uuid}", company_pages.EditContact(), edit)
    yield _company_route("new_address", "/addresses", company_pages.EditAddress(), addresses, "company.addresses")
    yield _company_route("edit_address", "/addresses/{address_id:uuid}", company_pages.EditAddress(), addresses, "company.addresses")
    every, one, path, field = address_api.Addresses(), address_api.OneAddress(), "/api/v1/addresses", "company.addresses"
    yield Route(
        name="accounts.api_addresses", path=path, resource=every, permission="accounts.company", write_permission=addresses, area="api",
        operations=address_api.EVERY, field=field,
    )  # fmt: skip
    path += "/{address_id:uuid}"
    yield Route(
        name="accounts.api_address", path=path, resource=one, permission=addresses, area="api", operations=address_api.ONE, field=field
    )
    yield _company_route("withdraw", "/requests/{change_request_id:uuid}", company_pages.Withdraw(), edit)


def _company_route(name: str, path: str, resource: object, permission: str, field: str = "") -> Route:
    return Route(name=f"accounts.{name}", path=f"/company/details{path}", resource=resource, permission=permission, field=field)


def _desk(name: str, path: str, resource: object) -> Route:
    return Route(name=f"accounts.{name}", path=path, resource=resource, permission=changes.CONFIRM, area="admin")


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
    yield NavItem(
        name="accounts.requests_nav",
        area="admin",
        label=N_("Requests of clients"),
        route="accounts.requests",
        icon="edit",
        order=26,
        permission=changes.CONFIRM,
        badge=requests_list.badge,
    )


def jobs() -> Iterable[Job]:
    yield Job(name="accounts.send_registration", run=registration_letters.send_registration, opens_work=True)
    yield Job(name="accounts.send_decision", run=registration_letters.send_decision, opens_work=True)
    yield Job(name="accounts.match_registrations", run=registration.match_waiting, every=600)
    yield Job(name="accounts.forget_registrations", run=registration.forget_old, every=24 * 3600)
    yield Job(name="accounts.confirm_changes", run=changes.confirm_by_erp, every=120)


def subscribers() -> Iterable[Subscriber]:
    yield Subscriber(name="accounts.change_answered", event=TaskAnswered, handle=changes.answered)


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
    yield NotificationKind(
        name="accounts.change_asked",
        label=N_("A client asks for other data"),
        event=events.ChangeAsked,
        recipients=_manager,
        context=_label,
        title=N_("Other data are asked for: {label}"),
        text=N_("Enter the change in 1C: then it is confirmed by itself. Or confirm or decline it here."),
        route=_requests,
        audience="staff",
    )
    yield NotificationKind(
        name="accounts.change_decided",
        label=N_("A change of your data was decided"),
        event=events.ChangeDecided,
        recipients=_asker,
        context=_decided,
        title=N_("{label}: {state}"),
        text=N_("You asked to change the data of {label}. {state}."),
        route=_details,
        audience="client",
    )


def _manager(work: Work, event: events.ChangeAsked) -> list[UUID]:
    company = work.session.get(Company, event.company_id)
    return [company.manager_id] if company is not None and company.manager_id is not None else []


def _label(_work: Work, event: events.ChangeAsked) -> Mapping[str, str]:
    return {"label": event.label}


def _asker(_work: Work, event: events.ChangeDecided) -> list[UUID]:
    return [event.asked_by] if event.asked_by is not None else []


def _decided(_work: Work, event: events.ChangeDecided) -> Mapping[str, str]:
    return {"label": event.label, "state": _("The change is confirmed") if event.state == "confirmed" else _("The change is declined")}


def _requests(work: Work, _event: events.ChangeAsked) -> str:
    return Urls([work.kit.routes["accounts.requests"]]).path("accounts.requests")


def _details(work: Work, _event: events.ChangeDecided) -> str:
    return Urls([work.kit.routes["accounts.details"]]).path("accounts.details")


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
