"""Where staff join a client with its duplicate."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from b2bkit.core.admin import duplicates
from b2bkit.core.admin.forms import JoinForm
from b2bkit.core.errors import Refused
from b2bkit.core.extend.things import Route
from b2bkit.core.web.handling import Request, Response, read_form, redirect, render, work_of


def _show(req: Request, resp: Response, company_id: UUID, form: JoinForm, refused: Refused | None = None) -> None:
    work = work_of(req)
    company = duplicates.require_seen(work, company_id)
    problems, status = (refused.problems, refused.status) if refused else ((), 200)
    found = duplicates.twins(work, company_id)
    render(req, resp, "admin/duplicates.html", status=status, company=company, twins=found, form=form, problems=problems)


class Duplicates:
    """Clients with a tax number of this one."""

    def on_get(self, req: Request, resp: Response, company_id: UUID) -> None:
        _show(req, resp, company_id, JoinForm())


class Join:
    """One of them goes into this one."""

    def on_post(self, req: Request, resp: Response, company_id: UUID) -> None:
        form, work = read_form(req, JoinForm), work_of(req)
        try:
            duplicates.join(work, company_id=company_id, other_id=form.other, typed=form.name)
        except Refused as refused:
            return _show(req, resp, company_id, form, refused)
        return redirect(req, resp, "admin.client", company_id=company_id, done="clients_joined")


def routes() -> Iterable[Route]:
    """Joining works unscoped: it moves rows of two clients at once."""
    path = "/admin/clients/{company_id:uuid}"
    yield Route(name="admin.duplicates", path=f"{path}/duplicates", resource=Duplicates(), permission=duplicates.JOIN, area="admin")
    yield Route(name="admin.join", path=f"{path}/join", resource=Join(), permission=duplicates.JOIN, area="admin", unscoped=True)
