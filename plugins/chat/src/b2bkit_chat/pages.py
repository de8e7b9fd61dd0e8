"""The chat in the cabinet: one's own talk with the manager."""

from __future__ import annotations

from uuid import UUID

from falcon import Request, Response

from b2bkit import NotFound, Refused
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import OpenAs, is_htmx, read_form, read_query, redirect, render, work_of
from b2bkit_chat import doors, forms
from b2bkit_chat.service import people, read, talks, write


class Chat:
    """The talk, the manager, and whether somebody is there now."""

    def on_get(self, req: Request, resp: Response) -> None:
        show(req, resp, read_query(req, forms.TalkQuery))


def show(req: Request, resp: Response, query: forms.TalkQuery, refused: Refused | None = None, *, text: str = "") -> None:
    """The page of one's own talk, with what was typed where that was refused."""
    work = work_of(req)
    if work.actor.company_id is None:
        raise NotFound("talk")
    seen = read.own(work)
    window = read.window(work, seen.talk, before=query.before, around=query.at) if seen is not None else read.Window((), False, False)
    problems, status = doors.problems_of(refused)
    hours = people.hours_of(work)
    found = talks.found(work, query.q, talk_id=seen.talk.id) if seen is not None and query.q.strip() else ()
    render(
        req, resp, "chat/page.html", block="found", status=status, seen=seen, shown=window, query=query, found=found, problems=problems,
        text=text, state=doors.state_of(work, seen), manager=people.who_answers(work, work.actor.company_id), accept=forms.ACCEPT,
        open=hours.works_at(work.now), opens=hours.opens_at(work.now), hours=people.settings_of(work).hours,
        reply=doors.quoted(work, seen, query.reply), staff=False,
    )  # fmt: skip


class Messages:
    """Pieces of one's own talk, and what is said in it."""

    def before_post(self, req: Request, open_work: OpenAs) -> None:
        doors.draw(req, open_work, forms.chosen(read_form(req, forms.MessageForm).files))

    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, forms.PieceQuery)
        doors.piece(req, resp, read.own(work_of(req)), query)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.MessageForm), work_of(req)
        try:
            doors.send(req, lambda files: write.say(work, text=form.text, files=files, answers=form.answers), whole=is_htmx(req))
        except Refused as refused:
            if is_htmx(req):
                raise
            return show(req, resp, forms.TalkQuery(reply=form.answers), refused, text=form.text)
        if not is_htmx(req):
            return redirect(req, resp, "chat.page")
        return doors.piece(req, resp, read.own(work), forms.PieceQuery(after=form.after))


class Here:
    """The page is open; the person may be typing."""

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.HereForm), work_of(req)
        people.here(work)
        seen = read.own(work) if form.typing else None
        if seen is not None:
            write.typing(work, talk_id=seen.talk.id)
        resp.status = 204


class Read:
    """The page tells what is before the person's eyes: reading alone changes nothing."""

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.ReadForm), work_of(req)
        seen = read.own(work)
        if seen is None:
            raise NotFound("talk")
        write.read(work, talk_id=seen.talk.id, upto=form.upto)
        resp.status = 204


class File:
    """A file of a talk, as it came."""

    def on_get(self, req: Request, resp: Response, chat_file_id: UUID) -> None:
        name, kind, path = read.file_of(work_of(req), chat_file_id)
        send_file(resp, path.read_bytes(), name=name, kind=kind)


class Picture:
    """A picture of a talk as the page shows it."""

    def on_get(self, req: Request, resp: Response, chat_file_id: UUID) -> None:
        path = read.picture_of(work_of(req), chat_file_id)
        send_file(resp, path.read_bytes(), name="picture.webp", kind="image/webp")
