"""Originals in the manager's workspace: who waits for which, and how far each is."""

from __future__ import annotations

from uuid import UUID

from falcon import Request, Response

from b2bkit import Refused
from b2bkit.core.accounts.models import Company
from b2bkit.core.i18n import _
from b2bkit.core.web.handling import read_form, read_query, redirect, render, work_of
from b2bkit.plugins.documents import inputs
from b2bkit.plugins.documents.pages import looks
from b2bkit.plugins.documents.service import find, originals


class Desk:
    """Requests of all clients that the staff member sees."""

    def on_get(self, req: Request, resp: Response) -> None:
        _show(req, resp, read_query(req, inputs.DeskQuery))


def _show(
    req: Request, resp: Response, query: inputs.DeskQuery, refused: Refused | None = None, *, at: UUID | None = None, typed: str = ""
) -> None:
    work = work_of(req)
    found = find.requests(work, state=query.state, company_id=query.client, at=query.at)
    client = work.session.get(Company, query.client) if query.client is not None else None
    problems, status = (refused.problems, refused.status) if refused else ((), 200)
    render(
        req, resp, "documents/desk.html", status=status, page_of=found, query=query, client=client, problems=problems, wrong=at,
        typed=typed, looks=looks(), ways={way: _(said) for way, said in originals.WAYS.items()},
    )  # fmt: skip


class Move:
    """A step of a request."""

    def on_post(self, req: Request, resp: Response, originals_request_id: UUID) -> None:
        form, work = read_form(req, inputs.MoveForm), work_of(req)
        try:
            with work.session.begin_nested():
                originals.move(work, request_id=originals_request_id, to=form.to, answer=form.answer)
        except Refused as refused:
            return _show(req, resp, inputs.DeskQuery(), refused, at=originals_request_id, typed=form.answer)
        return redirect(req, resp, "documents.desk", done="moved")
