"""JSON of the chat: talks, their messages, what is written and read. Files travel as base64."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from b2bkit import Operation, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import OpenAs, read_json, read_query, reply, work_of
from b2bkit_chat import doors
from b2bkit_chat.forms import Seq
from b2bkit_chat.service import read, talks, write

Text = Annotated[str, Field(max_length=write.LONGEST)]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TalkOut(Closed):
    """A talk in a list; `last_side`: client, staff or erp; "" before the first message. `unread`: by the side that asks."""

    id: UUID
    company_id: UUID
    company: str
    person: str
    last_at: datetime
    last_side: str
    last_text: str
    unread: int


class TalksOut(Closed):
    items: list[TalkOut]
    next: str | None = Field(description="Cursor of the next page; null: this is the last one.")


class FileOut(Closed):
    id: UUID
    filename: str
    type: str
    size: int


class MessageOut(Closed):
    """A message. `number`: counts from 1 in its talk; `answers`: the number of the one that it replies to; `side`: client, staff, erp."""

    id: UUID
    number: int
    at: datetime
    side: str
    author: str
    text: str
    answers: int | None
    read_at: datetime | None
    files: list[FileOut]


class MessagesOut(Closed):
    """Some messages in their order. `earlier`, `later`: there are more before, after. `unread`: by the side that asks."""

    items: list[MessageOut]
    earlier: bool
    later: bool
    newest: int
    unread: int


class FileIn(Closed):
    """A file; `content` is base64."""

    filename: str = Field(min_length=1, max_length=250)
    content: str


class MessageIn(Closed):
    """A message; `answers`: number of the one that it replies to."""

    text: Text = ""
    answers: Seq | None = None
    files: list[FileIn] = Field([], max_length=50)


class ReadIn(Closed):
    """Everything up to this number is read."""

    upto: Seq


class MadeOut(Closed):
    id: UUID


class TalksQuery(Closed):
    q: str = Field("", max_length=100)
    which: Literal["all", "waits", "mine"] = "all"
    after: str | None = Field(None, max_length=1000)


class MessagesQuery(Closed):
    """Before or after a number; neither: the newest ones."""

    after: Seq | None = None
    before: Seq | None = None


def _files(given: Sequence[FileIn]) -> list[write.Attached]:
    found = []
    for number, one in enumerate(given):
        try:
            found.append(write.Attached(one.filename, base64.b64decode(one.content, validate=True)))
        except (binascii.Error, ValueError):
            raise Refused(Problem("bad_base64", _("The content of a file is base64."), f"files.{number}.content")) from None
    return found


class Talks:
    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, TalksQuery)
        found = talks.talks(work_of(req), talks.Wanted(text=query.q, which=query.which), at=query.after)
        reply(req, resp, TalksOut(items=[TalkOut(**row._asdict()) for row in found.items], next=found.next))


class Say:
    """One's own talk."""

    def before_post(self, req: Request, open_work: OpenAs) -> None:
        doors.draw(req, open_work, _files(read_json(req, MessageIn).files))

    def on_post(self, req: Request, resp: Response) -> None:
        given, work = read_json(req, MessageIn), work_of(req)
        made = doors.send(req, lambda files: write.say(work, text=given.text, files=files, answers=given.answers), whole=True)
        reply(req, resp, MadeOut(id=made), status=201)


class Messages:
    def before_post(self, req: Request, open_work: OpenAs, talk_id: UUID) -> None:
        doors.draw(req, open_work, _files(read_json(req, MessageIn).files))

    def on_get(self, req: Request, resp: Response, talk_id: UUID) -> None:
        query, work = read_query(req, MessagesQuery), work_of(req)
        seen = read.one(work, talk_id)
        shown = read.window(work, seen.talk, before=query.before, after=query.after)
        items = [_message(one) for one in shown.said]
        reply(req, resp, MessagesOut(items=items, earlier=shown.earlier, later=shown.later, newest=seen.talk.newest, unread=seen.unread))

    def on_post(self, req: Request, resp: Response, talk_id: UUID) -> None:
        given, work = read_json(req, MessageIn), work_of(req)
        made = doors.send(
            req, lambda files: write.answer(work, talk_id=talk_id, text=given.text, files=files, answers=given.answers), whole=True
        )
        reply(req, resp, MadeOut(id=made), status=201)


def _message(one: read.Said) -> MessageOut:
    files = [FileOut(id=file.id, filename=file.filename, type=file.type, size=file.size) for file in one.files]
    return MessageOut(
        id=one.id, number=one.seq, at=one.at, side=one.side, author=one.author, text=one.text, read_at=one.read_at, files=files,
        answers=one.quote.seq if one.quote is not None else None,
    )  # fmt: skip


class Read:
    def on_post(self, req: Request, resp: Response, talk_id: UUID) -> None:
        write.read(work_of(req), talk_id=talk_id, upto=read_json(req, ReadIn).upto)
        reply(req, resp, None)


class File:
    def on_get(self, req: Request, resp: Response, chat_file_id: UUID) -> None:
        name, kind, path = read.file_of(work_of(req), chat_file_id)
        send_file(resp, path.read_bytes(), name=name, kind=kind)


TALKS: Final = {"GET": Operation(summary="List talks, the newest message first.", query=TalksQuery, answer=TalksOut)}
SAY: Final = {"POST": Operation(summary="Write to the manager.", body=MessageIn, answer=MadeOut, status=201)}
MESSAGES: Final = {
    "GET": Operation(summary="Read messages of a talk in their order.", query=MessagesQuery, answer=MessagesOut),
    "POST": Operation(summary="Answer a client, as staff.", body=MessageIn, answer=MadeOut, status=201),
}
READ: Final = {"POST": Operation(summary="Say up to where a talk is read.", body=ReadIn, status=204)}
FILE: Final = {"GET": Operation(summary="Fetch a file of a talk.", media="application/octet-stream")}
