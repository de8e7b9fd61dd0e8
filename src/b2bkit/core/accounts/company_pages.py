"""Pages of a company's own data: legal entities, contact persons, addresses, and what was asked to be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from b2bkit.core.accounts import changes, companies, own_addresses
from b2bkit.core.accounts import registration_forms as forms
from b2bkit.core.accounts.models import Address, LegalEntity
from b2bkit.core.errors import NotFound, Refused
from b2bkit.core.i18n import _
from b2bkit.core.settlements.models import ContactPerson
from b2bkit.core.web.forms import Nothing
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of
from b2bkit.core.work import Work

DETAILS: Final = "accounts.details"


class Field(NamedTuple):
    """A field of an editing page."""

    name: str
    label: str
    value: str
    hint: str = ""
    optional: bool = True
    long: bool = False
    kind: str = "text"


def company_of(work: Work) -> UUID:
    """The company that the actor works for; NotFound for staff."""
    if work.actor.company_id is None:
        raise NotFound("company")
    return work.actor.company_id


class Details:
    """What the ERP knows of the company, and the addresses that it adds itself."""

    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        company_id = company_of(work)
        asked = changes.asked(work, company_id=company_id)
        render(
            req,
            resp,
            "accounts/details.html",
            entities=changes.entities(work, company_id=company_id),
            contacts=changes.contacts(work, company_id=company_id),
            addresses=companies.addresses(work, company_id=company_id),
            manager=companies.manager_of(work, company_id=company_id),
            asked=asked,
            waiting={one.request.entity_id for one in asked if one.request.state == "waiting"},
            done=read_query(req, forms.DoneQuery).done,
        )


def _edit(
    req: Request, resp: Response, title: str, sub: str, fields: Sequence[Field], save: str, remove: str = "", refused: Refused | None = None
) -> None:
    """`save`: the button's words; `remove`: those of the second form, whose action is `archive` or `leave`; empty: there is none."""
    problems, status = (refused.problems, refused.status) if refused else ((), 200)
    text = {"title": title, "sub": sub, "save": save, "remove": remove, "path": req.path}
    render(req, resp, "accounts/edit.html", status=status, fields=fields, problems=problems, text=text)


class EditEntity:
    """Other data of a legal entity: a wish that the ERP or a manager confirms."""

    def on_get(self, req: Request, resp: Response, legal_entity_id: UUID) -> None:
        entity = self._entity(req, legal_entity_id)
        values = {field: getattr(entity, field) for field in changes.OF_ENTITY}
        self._show(req, resp, entity, forms.ChangeForm(**values))

    def on_post(self, req: Request, resp: Response, legal_entity_id: UUID) -> None:
        form, entity = read_form(req, forms.ChangeForm), self._entity(req, legal_entity_id)
        try:
            changes.ask_entity(work_of(req), entity_id=entity.id, values=told(form), note=form.note)
        except Refused as refused:
            return self._show(req, resp, entity, form, refused)
        return redirect(req, resp, DETAILS, done="asked")

    def _entity(self, req: Request, entity_id: UUID) -> LegalEntity:
        entity = work_of(req).session.get(LegalEntity, entity_id)
        if entity is None:
            raise NotFound("legal_entity")
        return entity

    def _show(self, req: Request, resp: Response, entity: LegalEntity, form: forms.ChangeForm, refused: Refused | None = None) -> None:
        sub = _("The supplier checks the change and enters it in 1C. Until then the present data hold.")
        _edit(req, resp, entity.name, sub, entity_fields(work_of(req), form), _("Ask for the change"), refused=refused)


def entity_fields(work: Work, form: forms.ChangeForm) -> list[Field]:
    """The fields of a legal entity that the actor's kind of account has, as typed."""
    fields = [
        Field("name", _("Short name"), form.name, optional=False),
        Field("full_name", _("Full name"), form.full_name, _("As in the company's papers.")),
        Field("tax_id", _("Tax number"), form.tax_id),
        Field("tax_code", _("KPP"), form.tax_code),
        Field("address", _("Registered address"), form.address, long=True),
        Field("note", _("Why, and since when"), form.note, _("For the manager who checks it."), long=True),
    ]
    there = {*changes.entity_fields(work), "note"}
    return [field for field in fields if field.name in there]


def told(form: forms.ChangeForm) -> dict[str, str]:
    """The fields that were sent: one that the kind of account has not is noticed."""
    told: dict[str, str] = form.model_dump(include=form.model_fields_set - {"note"})
    return told


class EditContact:
    """A contact person: new (no id), changed, or gone."""

    def on_get(self, req: Request, resp: Response, contact_person_id: UUID | None = None) -> None:
        person = self._person(req, contact_person_id)
        values = {field: getattr(person, field) for field in changes.OF_CONTACT} if person is not None else {}
        self._show(req, resp, person, forms.ContactForm(**values))

    def on_post(self, req: Request, resp: Response, contact_person_id: UUID | None = None) -> None:
        form, person, work = read_form(req, forms.ContactForm), self._person(req, contact_person_id), work_of(req)
        values = form.model_dump(include=set(changes.OF_CONTACT))
        try:
            leaves, company_id = form.action == "leave" and person is not None, company_of(work)
            changes.ask_contact(work, company_id=company_id, contact_id=contact_person_id, values=values, leaves=leaves)
        except Refused as refused:
            return self._show(req, resp, person, form, refused)
        return redirect(req, resp, DETAILS, done="asked")

    def _person(self, req: Request, person_id: UUID | None) -> ContactPerson | None:
        person = work_of(req).session.get(ContactPerson, person_id) if person_id is not None else None
        if person_id is not None and (person is None or not person.active):
            raise NotFound("contact_person")
        return person

    def _show(
        self, req: Request, resp: Response, person: ContactPerson | None, form: forms.ContactForm, refused: Refused | None = None
    ) -> None:
        sub = _("The supplier calls contact persons about orders and payments. They get no access to the portal by this.")
        title, remove = (person.name, _("Does not work here any more")) if person is not None else (_("New contact person"), "")
        _edit(req, resp, title, sub, contact_fields(form), _("Ask for the change"), remove, refused)


def contact_fields(form: forms.ContactForm) -> list[Field]:
    """The fields of a contact person, as typed."""
    return [
        Field("name", _("Name"), form.name, optional=False),
        Field("position", _("Position"), form.position),
        Field("phone", _("Phone"), form.phone, kind="tel"),
        Field("email", _("E-mail"), form.email, kind="email"),
    ]


class EditAddress:
    """A delivery address of one's own: new (no id), changed, put away."""

    def on_get(self, req: Request, resp: Response, address_id: UUID | None = None) -> None:
        found = self._address(req, address_id)
        names = ("label", "text", "consignee", "contact", "phone")
        values = {name: getattr(found, name) for name in names} if found is not None else {}
        self._show(req, resp, found, forms.AddressForm(**values))

    def on_post(self, req: Request, resp: Response, address_id: UUID | None = None) -> None:
        form, found, work = read_form(req, forms.AddressForm), self._address(req, address_id), work_of(req)
        try:
            if form.action == "archive" and address_id is not None:
                own_addresses.archive(work, company_id=company_of(work), address_id=address_id)
            else:
                told = form.model_dump(include={"label", "text", "consignee", "contact", "phone"})
                own_addresses.save(work, company_id=company_of(work), address_id=address_id, wanted=own_addresses.Wanted(**told))
        except Refused as refused:
            return self._show(req, resp, found, form, refused)
        return redirect(req, resp, DETAILS, done="archived" if form.action == "archive" else "saved")

    def _address(self, req: Request, address_id: UUID | None) -> Address | None:
        found = work_of(req).session.get(Address, address_id) if address_id is not None else None
        if address_id is not None and (found is None or not found.active):
            raise NotFound("address")
        return found

    def _show(self, req: Request, resp: Response, found: Address | None, form: forms.AddressForm, refused: Refused | None = None) -> None:
        fields = [
            Field("label", _("What you call it"), form.label, _("A site, a shop, a town."), optional=False),
            Field("text", _("Address"), form.text, _("Town, street, house, gate."), optional=False, long=True),
            Field("consignee", _("Consignee"), form.consignee, _("Only where somebody else takes the goods.")),
            Field("contact", _("Whom to call"), form.contact),
            Field("phone", _("Phone"), form.phone, kind="tel"),
        ]
        title, remove = (found.label, _("Put the address away")) if found is not None else (_("New address"), "")
        _edit(req, resp, title, _("Placed orders keep the address with which they were placed."), fields, _("Save"), remove, refused)


class Withdraw:
    """A client takes a request back."""

    def on_post(self, req: Request, resp: Response, change_request_id: UUID) -> None:
        read_form(req, Nothing)
        changes.decide(work_of(req), request_id=change_request_id, action="withdraw")
        redirect(req, resp, DETAILS, done="withdrawn")
