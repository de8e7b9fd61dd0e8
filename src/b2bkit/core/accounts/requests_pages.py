"""Pages of requests: staff decide them; a person takes his data away or asks that they are erased."""

from __future__ import annotations

from uuid import UUID

from b2bkit.core.accounts import changes, personal, profile, requests_list
from b2bkit.core.accounts import registration_forms as forms
from b2bkit.core.errors import Refused
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of
from b2bkit.core.web.state import state_of

ZIP = "application/zip"


class Requests:
    """Staff: changes of clients' data, and wishes for erasure, that wait."""

    def on_get(self, req: Request, resp: Response) -> None:
        show(req, resp, done=read_query(req, forms.DoneQuery).done)


def show(req: Request, resp: Response, refused: Refused | None = None, *, done: str = "") -> None:
    work = work_of(req)
    problems, status = (refused.problems, refused.status) if refused else ((), 200)
    rows, erasures = requests_list.waiting(work), personal.waiting(work) if work.may(personal.DECIDE) else []
    kept = personal.kept_by_law()
    render(req, resp, "accounts/requests.html", status=status, rows=rows, erasures=erasures, kept=kept, problems=problems, done=done)


class DecideChange:
    def on_post(self, req: Request, resp: Response, change_request_id: UUID) -> None:
        form = read_form(req, forms.DecideChangeForm)
        try:
            changes.decide(work_of(req), request_id=change_request_id, action=form.action, reason=form.reason)
        except Refused as refused:
            return show(req, resp, refused)
        return redirect(req, resp, "accounts.requests", done="confirmed" if form.action == "confirm" else "declined")


class DecideErasure:
    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.DecideErasureForm)
        try:
            personal.decide(work_of(req), erasure_id=form.erasure, action=form.action, answer=form.answer)
        except Refused as refused:
            return show(req, resp, refused)
        return redirect(req, resp, "accounts.requests", done="erased" if form.action == "erase" else "declined")


class PersonalData:
    """One's own data: to take away, to have erased."""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.ErasureForm), work_of(req)
        try:
            if form.action == "ask":
                personal.ask_erasure(work, reason=form.reason)
            else:
                personal.withdraw_erasure(work)
        except Refused as refused:
            return self._show(req, resp, refused)
        return redirect(req, resp, "accounts.personal")

    def _show(self, req: Request, resp: Response, refused: Refused | None = None) -> None:
        work = work_of(req)
        problems, status = (refused.problems, refused.status) if refused else ((), 200)
        asked, kept, user = personal.mine(work), personal.kept_by_law(), profile.myself(work)
        render(req, resp, "accounts/personal.html", status=status, asked=asked, kept=kept, user=user, problems=problems)


class PersonalZip:
    def on_get(self, req: Request, resp: Response) -> None:
        parts = personal.collected(work_of(req))
        page = state_of(req).site.renderer.text("accounts/personal_data.html", {"parts": parts})
        resp.data, resp.content_type = personal.packed(parts, page), ZIP
        resp.set_header("Content-Disposition", 'attachment; filename="personal-data.zip"')
