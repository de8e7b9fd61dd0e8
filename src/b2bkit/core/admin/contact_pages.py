"""Staff keep a client's contact persons: as a task for 1C, or at once where no ERP takes it (1C: КонтактныеЛицаПартнеров)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from b2bkit.core.accounts import changes, company_pages
from b2bkit.core.accounts import registration_forms as forms
from b2bkit.core.accounts.models import Company
from b2bkit.core.admin import clients
from b2bkit.core.erp.service import tasks
from b2bkit.core.errors import NotFound, Refused
from b2bkit.core.extend.things import Route, Widget
from b2bkit.core.settlements.models import ContactPerson
from b2bkit.core.web.handling import Request, Response, read_form, redirect, render, work_of
from b2bkit.core.work import Work

SHOWN: Final = 20


class Contact:
    """A contact person of a client: new (no id), changed, or gone."""

    def on_get(self, req: Request, resp: Response, company_id: UUID, contact_person_id: UUID | None = None) -> None:
        company, person = self._whose(req, company_id, contact_person_id)
        values = {field: getattr(person, field) for field in changes.OF_CONTACT} if person is not None else {}
        self._show(req, resp, company, person, forms.ContactForm(**values))

    def on_post(self, req: Request, resp: Response, company_id: UUID, contact_person_id: UUID | None = None) -> None:
        form, work = read_form(req, forms.ContactForm), work_of(req)
        company, person = self._whose(req, company_id, contact_person_id)
        values, leaves = form.model_dump(include=set(changes.OF_CONTACT)), form.action == "leave" and person is not None
        try:
            changes.ask_contact(work, company_id=company_id, contact_id=contact_person_id, values=values, leaves=leaves)
        except Refused as refused:
            return self._show(req, resp, company, person, form, refused)
        return redirect(req, resp, "admin.client", company_id=company_id, done="entity_task" if tasks.taken(work) else "entity")

    def _whose(self, req: Request, company_id: UUID, person_id: UUID | None) -> tuple[Company, ContactPerson | None]:
        work = work_of(req)
        company = clients.seen(work, company_id)
        person = work.session.get(ContactPerson, person_id) if person_id is not None else None
        if person_id is not None and (person is None or not person.active or person.company_id != company.id):
            raise NotFound("contact_person")
        return company, person

    def _show(
        self, req: Request, resp: Response, company: Company, person: ContactPerson | None, form: forms.ContactForm,
        refused: Refused | None = None,
    ) -> None:  # fmt: skip
        problems, status = (refused.problems, refused.status) if refused else ((), 200)
        values: dict[str, Any] = {"company": company, "person": person, "by_task": tasks.taken(work_of(req)), "problems": problems}
        render(req, resp, "admin/contact.html", status=status, fields=company_pages.contact_fields(form), **values)


def contacts_of(work: Work, subject: object) -> Mapping[str, object] | None:
    """The box on a client's card: contact persons, and which of them have a change that waits. Two statements."""
    if not isinstance(subject, Company):
        return None
    people = changes.contacts(work, company_id=subject.id)
    return {"company": subject, "contacts": people[:SHOWN], "all_of_them": len(people), "waiting": changes.waiting_for(work, subject.id)}


def routes() -> Iterable[Route]:
    path, page = "/admin/clients/{company_id:uuid}/contacts", Contact()
    for name, address in (("new_contact", path), ("contact", path + "/{contact_person_id:uuid}")):
        yield Route(name=f"admin.{name}", path=address, resource=page, permission=changes.CONFIRM, area="admin")


CONTACTS: Final = Widget(
    name="admin.contacts",
    slot="admin.client",
    order=50,
    template="admin/widget_contacts.html",
    load=contacts_of,
    permission="accounts.clients",
    side=True,
)
