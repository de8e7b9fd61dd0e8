"""The workspace: wishes that wait, one to be decided, groups that may be asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from b2bkit import NavItem, Refused, Route, Work
from b2bkit.core.i18n import N_
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of
from b2bkit.plugins.catalog_requests import forms
from b2bkit.plugins.catalog_requests.opened import today
from b2bkit.plugins.catalog_requests.service import deciding
from b2bkit.plugins.catalog_requests.service.asking import DECIDE

OFFER = "catalog_requests.offer"


class Requests:
    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, forms.ListQuery), work_of(req)
        page = deciding.page(work, state=query.state, after=query.after)
        render(req, resp, "catalog_requests/requests.html", page_of=page, state=query.state, done=query.done)


class Decide:
    """A wish, and what is decided about it."""

    def on_get(self, req: Request, resp: Response, catalog_request_id: UUID) -> None:
        read_query(req, forms.Nothing)
        self._show(req, resp, catalog_request_id)

    def on_post(self, req: Request, resp: Response, catalog_request_id: UUID) -> None:
        form, work = read_form(req, forms.DecideForm), work_of(req)
        try:
            with work.session.begin_nested():
                self._do(work, catalog_request_id, form)
        except Refused as refused:
            return self._show(req, resp, catalog_request_id, form, refused)
        done = {"grant": "granted", "refuse": "refused", "end": "ended"}[form.do]
        return redirect(req, resp, "catalog_requests.staff", done=done)

    def _do(self, work: Work, request_id: UUID, form: forms.DecideForm) -> None:
        if form.do == "refuse":
            deciding.refuse(work, request_id, answer=form.answer)
        elif form.do == "end":
            deciding.end(work, request_id, why=form.answer)
        else:
            deciding.grant(
                work, request_id, groups=form.groups, products=form.products, articles=form.articles, valid_from=form.valid_from,
                valid_until=form.valid_until, answer=form.answer,
            )  # fmt: skip

    def _show(
        self, req: Request, resp: Response, request_id: UUID, form: forms.DecideForm | None = None, refused: Refused | None = None
    ) -> None:
        work = work_of(req)
        seen = deciding.one(work, request_id)
        if form is None:
            found = [id_ for one in seen.articles for id_, _name in one.products]
            start = today(work)
            until = start + timedelta(days=deciding.settings_of(work).days)
            chosen = [id_ for id_, _name in seen.groups]
            form = forms.DecideForm(do="grant", groups=chosen, products=found, valid_from=start, valid_until=until)
        problems, status = (refused.problems, refused.status) if refused else ((), 200)
        every = deciding.groups(work) if seen.request.state == "waiting" else []
        render(req, resp, "catalog_requests/decide.html", status=status, seen=seen, form=form, problems=problems, every=every)


class Groups:
    """Which groups clients may ask for although they do not see them."""

    def on_get(self, req: Request, resp: Response) -> None:
        done = read_query(req, forms.DoneQuery).done
        render(req, resp, "catalog_requests/groups.html", rows=deciding.groups(work_of(req)), done=done)

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.GroupsForm)
        deciding.set_askable(work_of(req), form.groups)
        redirect(req, resp, "catalog_requests.groups", done="saved")


def routes() -> Iterable[Route]:
    """Pages of staff."""
    base = "/admin/catalog-requests"
    yield Route(name="catalog_requests.staff", path=base, resource=Requests(), permission=DECIDE, area="admin")
    yield Route(
        name="catalog_requests.decide", path=base + "/{catalog_request_id:uuid}", resource=Decide(), permission=DECIDE, area="admin"
    )
    yield Route(name="catalog_requests.groups", path=base + "/groups", resource=Groups(), permission=OFFER, area="admin")


def nav() -> Iterable[NavItem]:
    """The entry of the workspace, with how many wait."""
    yield NavItem(
        name="catalog_requests.staff_nav", area="admin", label=N_("Wishes for the catalogue"), route="catalog_requests.staff",
        icon="layout-grid-add", order=45, permission=DECIDE, badge=deciding.badge,
    )  # fmt: skip
