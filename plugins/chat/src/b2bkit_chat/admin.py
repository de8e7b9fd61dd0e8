"""The chat in the manager's workspace: talks of all clients that the staff member sees."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from falcon import Request, Response

from b2bkit import Refused, Work
from b2bkit.core.accounts.models import Company
from b2bkit.core.web.handling import OpenAs, fragment, is_htmx, read_form, read_query, redirect, render, work_of
from b2bkit_chat import doors, forms
from b2bkit_chat.service import client, erp, people, read, talks, write


def _listed(work: Work, query: forms.DeskQuery) -> dict[str, Any]:
    """What the list beside a talk shows."""
    wanted = talks.Wanted(text=query.q, which=query.which, company_id=query.client)
    whose = work.session.get(Company, query.client) if query.client is not None else None
    found = talks.found(work, query.q) if query.q.strip() else ()
    return {"page_of": talks.talks(work, wanted, at=query.at), "query": query, "found": found, "client": whose}


class Desk:
    """The list alone."""

    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, forms.DeskQuery)
        listed = _listed(work_of(req), query)
        if is_htmx(req):  # without the frame: a busy manager's page asks for its list all the time
            return fragment(req, resp, "chat/_list.html", open=query.open, **listed)
        return render(req, resp, "chat/desk.html", seen=None, open=query.open, **listed)


class DeskTalk:
    """One talk beside the list."""

    def on_get(self, req: Request, resp: Response, talk_id: UUID) -> None:
        show(req, resp, talk_id, read_query(req, forms.TalkQuery))


def show(req: Request, resp: Response, talk_id: UUID, query: forms.TalkQuery, refused: Refused | None = None, *, text: str = "") -> None:
    """The page of a talk, with what was typed where that was refused."""
    work = work_of(req)
    seen = read.one(work, talk_id)
    window = read.window(work, seen.talk, before=query.before, around=query.at)
    problems, status = doors.problems_of(refused)
    render(
        req, resp, "chat/desk.html", status=status, seen=seen, shown=window, problems=problems, text=text, open=talk_id,
        state=doors.state_of(work, seen), accept=forms.ACCEPT, reply=doors.quoted(work, seen, query.reply), staff=True,
        answers=people.who_answers(work, seen.talk.company_id), task=erp.state(work, seen.talk),
        beside=client.beside(work, seen.talk.company_id), **_listed(work, forms.DeskQuery(open=talk_id)),
    )  # fmt: skip


class DeskMessages:
    """Pieces of a talk, and what staff say in it."""

    def before_post(self, req: Request, open_work: OpenAs, talk_id: UUID) -> None:
        doors.draw(req, open_work, forms.chosen(read_form(req, forms.MessageForm).files))

    def on_get(self, req: Request, resp: Response, talk_id: UUID) -> None:
        query = read_query(req, forms.PieceQuery)
        doors.piece(req, resp, read.one(work_of(req), talk_id), query)

    def on_post(self, req: Request, resp: Response, talk_id: UUID) -> None:
        form, work = read_form(req, forms.MessageForm), work_of(req)
        try:
            doors.send(
                req,
                lambda files: write.answer(work, talk_id=talk_id, text=form.text, files=files, answers=form.answers),
                whole=is_htmx(req),
            )
        except Refused as refused:
            if is_htmx(req):
                raise
            return show(req, resp, talk_id, forms.TalkQuery(reply=form.answers), refused, text=form.text)
        if not is_htmx(req):
            return redirect(req, resp, "chat.desk_talk", talk_id=talk_id)
        return doors.piece(req, resp, read.one(work, talk_id), forms.PieceQuery(after=form.after))


class DeskHere:
    """The page is open; the staff member may be typing."""

    def on_post(self, req: Request, resp: Response, talk_id: UUID) -> None:
        form, work = read_form(req, forms.HereForm), work_of(req)
        people.here(work)
        if form.typing:
            write.typing(work, talk_id=talk_id)
        else:
            read.one(work, talk_id)
        resp.status = 204


class DeskRead:
    """What is before the staff member's eyes."""

    def on_post(self, req: Request, resp: Response, talk_id: UUID) -> None:
        write.read(work_of(req), talk_id=talk_id, upto=read_form(req, forms.ReadForm).upto)
        resp.status = 204


class Begin:
    """Opens the talk with a client's person."""

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.BeginForm)
        talk_id = write.begin(work_of(req), company_id=form.company_id, user_id=form.user_id)
        redirect(req, resp, "chat.desk_talk", talk_id=talk_id)
