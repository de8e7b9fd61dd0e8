"""The workspace: wishes for a discount, and one to be answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from b2bkit import NavItem, Refused, Route, Work
from b2bkit.core.catalog.view import form_number
from b2bkit.core.i18n import N_
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of
from b2bkit.plugins.discount_requests import forms
from b2bkit.plugins.discount_requests.service import answering
from b2bkit.plugins.discount_requests.service.answering import DECIDE
from b2bkit.plugins.discount_requests.service.asking import today
from b2bkit.plugins.discount_requests.step import settings_of


class Requests:
    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, forms.ListQuery), work_of(req)
        page = answering.page(work, state=query.state, after=query.after)
        render(req, resp, "discount_requests/requests.html", page_of=page, state=query.state, done=query.done)


class Decide:
    """A wish, with the prices that would be granted."""

    def on_get(self, req: Request, resp: Response, discount_request_id: UUID) -> None:
        read_query(req, forms.Nothing)
        self._show(req, resp, discount_request_id)

    def on_post(self, req: Request, resp: Response, discount_request_id: UUID) -> None:
        form, work = read_form(req, forms.DecideForm), work_of(req)
        try:
            with work.session.begin_nested():
                done = self._do(work, discount_request_id, form)
        except Refused as refused:
            return self._show(req, resp, discount_request_id, form, refused)
        return redirect(req, resp, "discount_requests.staff", done=done)

    def _do(self, work: Work, request_id: UUID, form: forms.DecideForm) -> str:
        if form.do == "refuse":
            answering.refuse(work, request_id, answer=form.answer)
            return "refused"
        prices = form.prices()
        return answering.grant(
            work, request_id, prices={line: prices.get(line) for line in form.line}, until=form.until, answer=form.answer
        )

    def _show(
        self, req: Request, resp: Response, request_id: UUID, form: forms.DecideForm | None = None, refused: Refused | None = None
    ) -> None:
        work = work_of(req)
        seen = answering.one(work, request_id)
        if form is None:
            lines = [line.id for line in seen.wish.lines]
            wished = [form_number(line.wished) for line in seen.wish.lines]
            until = today(work) + timedelta(days=settings_of(work).days)
            form = forms.DecideForm(do="grant", line=lines, price=wished, until=until)
        problems, status = (refused.problems, refused.status) if refused else ((), 200)
        render(
            req, resp, "discount_requests/decide.html", status=status, seen=seen, form=form, typed=form.typed(), problems=problems,
            problem_of=forms.problem_of,
        )  # fmt: skip


def routes() -> Iterable[Route]:
    """Pages of staff."""
    base = "/admin/discount-requests"
    yield Route(name="discount_requests.staff", path=base, resource=Requests(), permission=DECIDE, area="admin")
    one = base + "/{discount_request_id:uuid}"
    yield Route(name="discount_requests.decide", path=one, resource=Decide(), permission=DECIDE, area="admin")


def nav() -> Iterable[NavItem]:
    """The entry of the workspace, with how many wait."""
    yield NavItem(
        name="discount_requests.staff_nav", area="admin", label=N_("Discounts"), route="discount_requests.staff", icon="discount",
        order=46, permission=DECIDE, badge=answering.badge,
    )  # fmt: skip
