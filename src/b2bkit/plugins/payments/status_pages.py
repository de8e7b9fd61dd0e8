"""Staff give a client its status."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from b2bkit import Route
from b2bkit.core.web.handling import read_form, redirect, work_of
from b2bkit.plugins.payments.service import ways


class StatusForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: str = Field("", max_length=40)


class GiveStatus:
    def on_post(self, req: Request, resp: Response, company_id: UUID) -> None:
        form = read_form(req, StatusForm)
        ways.give_status(work_of(req), company_id=company_id, status=form.status)
        redirect(req, resp, "admin.client", company_id=company_id)


def routes() -> Iterable[Route]:
    """The one address."""
    path = "/admin/clients/{company_id:uuid}/payment-status"
    yield Route(name="payments.status", path=path, resource=GiveStatus(), permission=ways.SET, area="admin")
