"""Staff change a client's legal entity: as a task for 1C, or at once where no ERP takes it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from b2bkit.core.accounts import changes, company_pages
from b2bkit.core.accounts import registration_forms as forms
from b2bkit.core.accounts.models import LegalEntity
from b2bkit.core.admin import clients
from b2bkit.core.erp.service import tasks
from b2bkit.core.errors import NotFound, Refused
from b2bkit.core.web.handling import Request, Response, read_form, redirect, render, work_of


class Entity:
    def on_get(self, req: Request, resp: Response, company_id: UUID, legal_entity_id: UUID) -> None:
        entity = self._entity(req, company_id, legal_entity_id)
        self._show(req, resp, entity, forms.ChangeForm(**{field: getattr(entity, field) for field in changes.OF_ENTITY}))

    def on_post(self, req: Request, resp: Response, company_id: UUID, legal_entity_id: UUID) -> None:
        form, entity, work = read_form(req, forms.ChangeForm), self._entity(req, company_id, legal_entity_id), work_of(req)
        try:
            changes.ask_entity(work, entity_id=entity.id, values=company_pages.told(form), note=form.note)
        except Refused as refused:
            return self._show(req, resp, entity, form, refused)
        return redirect(req, resp, "admin.client", company_id=company_id, done="entity_task" if tasks.taken(work) else "entity")

    def _entity(self, req: Request, company_id: UUID, entity_id: UUID) -> LegalEntity:
        work = work_of(req)
        company, entity = clients.seen(work, company_id), work.session.get(LegalEntity, entity_id)
        if entity is None or entity.company_id != company.id:
            raise NotFound("legal_entity")
        return entity

    def _show(self, req: Request, resp: Response, entity: LegalEntity, form: forms.ChangeForm, refused: Refused | None = None) -> None:
        work, (problems, status) = work_of(req), ((refused.problems, refused.status) if refused else ((), 200))
        company, by_task = clients.seen(work, entity.company_id), tasks.taken(work)
        fields = company_pages.entity_fields(work, form)
        values: dict[str, Any] = {"company": company, "entity": entity, "fields": fields, "by_task": by_task, "problems": problems}
        render(req, resp, "admin/entity.html", status=status, **values)
