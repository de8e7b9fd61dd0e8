"""Documents in the cabinet: a paper's pages, its file, originals."""

from __future__ import annotations

from uuid import UUID

from falcon import Request, Response

from b2bkit import NotFound, PaperUse, Refused
from b2bkit.core.i18n import _
from b2bkit.core.settlements.service.find import KINDS
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import read_form, read_query, redirect, render, work_of
from b2bkit.plugins.documents import inputs
from b2bkit.plugins.documents.service import find, forms, originals, views


class Open:
    """Opens a paper: to look at it, or to take its file."""

    def __init__(self, use: PaperUse) -> None:
        self.use = use

    def on_post(self, req: Request, resp: Response, paper_id: UUID) -> None:
        read_form(req, inputs.NoFields)
        made = views.open_paper(work_of(req), paper_id=paper_id, use=self.use)
        redirect(req, resp, "documents.view", paper_id=paper_id, document_view_id=made)


class View:
    """What was opened: its pages, or its file, or that it is on its way from the ERP."""

    def on_get(self, req: Request, resp: Response, paper_id: UUID, document_view_id: UUID) -> None:
        seen = views.opened(work_of(req), paper_id=paper_id, view_id=document_view_id)
        named = f"{_(KINDS[seen.paper.kind])} {seen.paper.number}"
        why = forms.why_said(seen.form)
        render(req, resp, "documents/view.html", block="form", seen=seen, paper=seen.paper, form=seen.form, named=named, why=why)


class Page:
    """A page as a picture with the viewer's mark; kept by nobody."""

    def on_get(self, req: Request, resp: Response, paper_id: UUID, document_view_id: UUID, page: str) -> None:
        resp.data = views.page(work_of(req), paper_id=paper_id, view_id=document_view_id, number=page)
        resp.content_type = "image/png"
        resp.set_headers([("Cache-Control", "no-store"), ("Content-Disposition", "inline"), ("X-Content-Type-Options", "nosniff")])


class File:
    """The file, where the policy lets it out."""

    def on_get(self, req: Request, resp: Response, paper_id: UUID, document_view_id: UUID) -> None:
        name, path = views.file_of(work_of(req), paper_id=paper_id, view_id=document_view_id)
        send_file(resp, path.read_bytes(), name=name, kind="application/pdf")


class Originals:
    """What was asked for and how far it has come."""

    def on_get(self, req: Request, resp: Response) -> None:
        show_originals(req, resp)


def show_originals(req: Request, resp: Response, refused: Refused | None = None) -> None:
    """The list of a client's requests."""
    query, work = read_query(req, inputs.ListQuery), work_of(req)
    found = find.requests(work, state=query.state, company_id=work.actor.company_id, at=query.at)
    problems, status = (refused.problems, refused.status) if refused else ((), 200)
    render(
        req, resp, "documents/originals.html", block="list", status=status, page_of=found, query=query, problems=problems,
        looks=looks(), ways={way: _(said) for way, said in originals.WAYS.items()},
    )  # fmt: skip


def looks() -> dict[str, tuple[str, str, str]]:
    """state -> (words, tone, icon)."""
    return {state: (find.state_words(state), *originals.TONES[state]) for state in originals.STATES}


class New:
    """A request for originals: of an order's papers, of one, or of what is chosen among the newest."""

    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, inputs.NewQuery)
        _show_new(req, resp, inputs.NewForm(order=query.order, paper=query.paper))

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, inputs.NewForm), work_of(req)
        try:
            with work.session.begin_nested():
                originals.ask(work, papers=form.papers, way=form.way, note=form.note)
        except Refused as refused:
            return _show_new(req, resp, form, refused)
        return redirect(req, resp, "documents.originals", done="asked")


def _show_new(req: Request, resp: Response, form: inputs.NewForm, refused: Refused | None = None) -> None:
    work = work_of(req)
    if work.actor.company_id is None:
        raise NotFound("originals")
    rows = find.on_offer(work, order_id=form.order, paper_id=form.paper)
    chosen = set(form.papers) if refused else {row.id for row in rows if form.order or row.id == form.paper}
    problems, status = (refused.problems, refused.status) if refused else ((), 200)
    render(
        req, resp, "documents/new.html", status=status, rows=rows, chosen=chosen, form=form, problems=problems,
        kinds={kind: _(label) for kind, label in KINDS.items()}, ways=[(way, _(said)) for way, said in originals.WAYS.items()],
    )  # fmt: skip


class Withdraw:
    def on_post(self, req: Request, resp: Response, originals_request_id: UUID) -> None:
        read_form(req, inputs.NoFields)
        originals.withdraw(work_of(req), request_id=originals_request_id)
        redirect(req, resp, "documents.originals", done="moved")


class Received:
    def on_post(self, req: Request, resp: Response, originals_request_id: UUID) -> None:
        read_form(req, inputs.NoFields)
        originals.received(work_of(req), request_id=originals_request_id)
        redirect(req, resp, "documents.originals", done="moved")
