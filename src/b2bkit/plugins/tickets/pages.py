"""Tickets in the cabinet: the list, a new one, one with all that was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from falcon import Request, Response

from b2bkit import NotFound, Refused
from b2bkit.core.i18n import _
from b2bkit.core.settlements.models import Paper
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import fragment, read_form, read_query, redirect, render, work_of
from b2bkit.plugins.tickets import forms
from b2bkit.plugins.tickets.kinds import Category, book_of, open_to
from b2bkit.plugins.tickets.service import find, write


class Tickets:
    """One's own tickets and those of the company, what changed last first."""

    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, forms.ListQuery), work_of(req)
        wanted = find.Wanted(text=query.q, state=query.state, category=query.category)
        found = find.tickets(work, wanted, at=query.at)
        book = book_of(work)
        looks = {state: (find.state_words(state, staff=False), *find.TONES[state]) for state in find.STATES}
        kinds = [(key, one.label) for key, one in book.categories.items()]
        labels = {row.category: book.label(row.category) for row in found.items}
        render(
            req, resp, "tickets/list.html", block="list", page_of=found, query=query, asked=wanted.asked, kinds=kinds, labels=labels,
            looks=looks, states=state_chips(staff=False),
        )  # fmt: skip


class Choose:
    """What a new ticket is about: the categories."""

    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, forms.AboutQuery), work_of(req)
        _require_client(req)
        kinds = [one for one in book_of(work).categories.values() if open_to(work, one)]
        render(req, resp, "tickets/choose.html", kinds=kinds, about=query)


class New:
    """A new ticket of a category."""

    def on_get(self, req: Request, resp: Response, category: str) -> None:
        query = read_query(req, forms.AboutQuery)
        chosen = _category(req, category)
        _show_new(req, resp, chosen, forms.about(chosen, query), {"text": "", "paper": query.paper, "files": 0})

    def on_post(self, req: Request, resp: Response, category: str) -> None:
        chosen, work = _category(req, category), work_of(req)
        form: Any = read_form(req, forms.form_of(chosen))
        typed, files = forms.typed_of(form), forms.attached(form.files)
        try:
            with work.session.begin_nested():
                made = write.open_ticket(
                    work, category=category, text=form.text, typed=typed, files=files, paper_id=_paper(req, form.paper)
                )
        except Refused as refused:
            kept = {"text": form.text, "paper": form.paper, "files": len(files)}
            return _show_new(req, resp, chosen, typed, kept, refused)
        return redirect(req, resp, "tickets.ticket", ticket_id=made, done="opened")


def _require_client(req: Request) -> None:
    if work_of(req).actor.company_id is None:
        raise NotFound("tickets")


def _category(req: Request, key: str) -> Category:
    work = work_of(req)
    _require_client(req)
    chosen = book_of(work).category(key)
    if not open_to(work, chosen):
        raise NotFound("category")
    return chosen


def _paper(req: Request, paper_id: UUID | None) -> UUID | None:
    """A paper that somebody asks about, where he sees it."""
    work = work_of(req)
    found = work.session.get(Paper, paper_id) if paper_id is not None and work.may("settlements.papers") else None
    return found.id if found is not None and found.company_id == work.actor.company_id else None


def _show_new(
    req: Request, resp: Response, category: Category, typed: Mapping[str, Sequence[str]], kept: Mapping[str, object],
    refused: Refused | None = None,
) -> None:  # fmt: skip
    work = work_of(req)
    book = book_of(work)
    due = book.hours(work.config.portal.zone).due(work.now, category.settings.deadline)
    problems, status = (refused.problems, refused.status) if refused else ((), 200)
    proof = next((one for one in category.settings.fields.values() if one.type == "files"), None)
    render(
        req, resp, "tickets/new.html", status=status, category=category, fields=forms.asked(work, category, typed), kept=kept,
        problems=problems, due=due, accept=forms.ACCEPT, most=book.settings.files, proof=proof,
    )  # fmt: skip


class TicketPage:
    """One ticket."""

    def on_get(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        show(req, resp, ticket_id, done=read_query(req, forms.OneQuery).done)


def show(req: Request, resp: Response, ticket_id: UUID, refused: Refused | None = None, *, text: str = "", done: str = "") -> None:
    """The page of a ticket, with what was typed where that was refused."""
    work = work_of(req)
    seen = find.one(work, ticket_id)
    problems, status = (refused.problems, refused.status) if refused else ((), 200)
    look = (find.state_words(seen.ticket.state, staff=False), *find.TONES[seen.ticket.state])
    unseen = not seen.ticket.answer_seen and seen.ticket.opened_by == work.actor.user_id and work.actor.on_behalf is None
    render(
        req, resp, "tickets/ticket.html", block="talk", status=status, seen=seen, ticket=seen.ticket, look=look, problems=problems,
        text=text, done=done, unseen=unseen, accept=forms.ACCEPT, days=book_of(work).settings.reopen_within,
    )  # fmt: skip


class Reply:
    def on_post(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        form, work = read_form(req, forms.MessageForm), work_of(req)
        try:
            with work.session.begin_nested():
                write.reply(work, ticket_id=ticket_id, text=form.text, files=forms.attached(form.files))
        except Refused as refused:
            return show(req, resp, ticket_id, refused, text=form.text)
        return redirect(req, resp, "tickets.ticket", ticket_id=ticket_id, done="sent")


class Close:
    def on_post(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        read_form(req, forms.NoFields)
        write.close(work_of(req), ticket_id=ticket_id)
        redirect(req, resp, "tickets.ticket", ticket_id=ticket_id, done="closed")


class Seen:
    """The page tells that its answer was read: reading alone changes nothing."""

    def on_post(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        read_form(req, forms.NoFields)
        write.seen(work_of(req), ticket_id=ticket_id)
        fragment(req, resp, "tickets/_seen.html")


class TicketFile:
    """A file of a ticket, as it came."""

    def on_get(self, req: Request, resp: Response, ticket_id: UUID, ticket_file_id: UUID) -> None:
        name, kind, path = find.file_of(work_of(req), ticket_id=ticket_id, file_id=ticket_file_id)
        send_file(resp, path.read_bytes(), name=name, kind=kind)


def state_chips(*, staff: bool) -> list[tuple[str, str]]:
    """(state, words) to filter by."""
    return [("active", _("Not settled")), *((state, find.state_words(state, staff=staff)) for state in find.STATES)]
