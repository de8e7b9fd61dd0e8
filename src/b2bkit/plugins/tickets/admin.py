"""Tickets of clients in the manager's workspace: what waits, answers, who answers, how quickly."""

from __future__ import annotations

from uuid import UUID

from falcon import Request, Response

from b2bkit import Refused
from b2bkit.core.accounts.models import Company
from b2bkit.core.web.handling import read_form, read_query, redirect, render, work_of
from b2bkit.plugins.tickets import forms
from b2bkit.plugins.tickets.kinds import book_of
from b2bkit.plugins.tickets.pages import state_chips
from b2bkit.plugins.tickets.service import find, write
from b2bkit.plugins.tickets.service.figures import figures


class Desk:
    """Tickets of all clients that the staff member sees."""

    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, forms.DeskQuery), work_of(req)
        wanted = find.Wanted(text=query.q, state=query.state, category=query.category, whose=query.whose, company_id=query.client)
        found = find.tickets(work, wanted, at=query.at)
        book = book_of(work)
        client = work.session.get(Company, query.client) if query.client is not None else None
        render(
            req, resp, "tickets/desk.html", page_of=found, query=query, asked=wanted.asked, counted=figures(work), client=client,
            kinds=[(key, one.label) for key, one in book.categories.items()], states=state_chips(staff=True),
            labels={row.category: book.label(row.category) for row in found.items}, now=work.now,
            looks={state: (find.state_words(state, staff=True), *find.TONES[state]) for state in find.STATES},
        )  # fmt: skip


class DeskTicket:
    """One ticket, for those who answer it."""

    def on_get(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        _show(req, resp, ticket_id, done=read_query(req, forms.OneQuery).done)


def _show(req: Request, resp: Response, ticket_id: UUID, refused: Refused | None = None, *, text: str = "", done: str = "") -> None:
    work = work_of(req)
    seen = find.one(work, ticket_id)
    problems, status = (refused.problems, refused.status) if refused else ((), 200)
    render(
        req, resp, "tickets/desk_ticket.html", block="talk", status=status, seen=seen, ticket=seen.ticket, problems=problems, text=text,
        done=done, look=(find.state_words(seen.ticket.state, staff=True), *find.TONES[seen.ticket.state]), accept=forms.ACCEPT,
        able=[(str(one.id), one.name) for one in write.able(work, seen.ticket.company_id)], owed=seen.ticket.state in write.OWED,
    )  # fmt: skip


class Answer:
    def on_post(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        form, work = read_form(req, forms.AnswerForm), work_of(req)
        try:
            with work.session.begin_nested():
                write.answer(work, ticket_id=ticket_id, text=form.text, files=forms.attached(form.files), then=form.then)
        except Refused as refused:
            return _show(req, resp, ticket_id, refused, text=form.text)
        return redirect(req, resp, "tickets.desk_ticket", ticket_id=ticket_id, done="answered")


class DeskClose:
    def on_post(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        read_form(req, forms.NoFields)
        write.close(work_of(req), ticket_id=ticket_id)
        redirect(req, resp, "tickets.desk_ticket", ticket_id=ticket_id, done="closed")


class Reopen:
    def on_post(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        read_form(req, forms.NoFields)
        work = work_of(req)
        try:
            with work.session.begin_nested():
                write.reopen(work, ticket_id=ticket_id)
        except Refused as refused:
            return _show(req, resp, ticket_id, refused)
        return redirect(req, resp, "tickets.desk_ticket", ticket_id=ticket_id, done="reopened")


class Assign:
    def on_post(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        form, work = read_form(req, forms.AssignForm), work_of(req)
        try:
            with work.session.begin_nested():
                write.assign(work, ticket_id=ticket_id, user_id=form.user_id)
        except Refused as refused:
            return _show(req, resp, ticket_id, refused)
        return redirect(req, resp, "tickets.desk_ticket", ticket_id=ticket_id, done="assigned")
