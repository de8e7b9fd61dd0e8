"""JSON of tickets: categories with their fields, the list, one, what is written in it. Files travel as base64."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from b2bkit import NotFound, Operation, Problem, Refused, Work
from b2bkit.core.i18n import _
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import read_json, read_query, reply, work_of
from b2bkit.plugins.tickets import forms
from b2bkit.plugins.tickets.kinds import book_of, open_to
from b2bkit.plugins.tickets.service import fields, find, write

Text = Annotated[str, Field(max_length=write.LONGEST)]
Entered = str | list[str] | dict[Literal["from", "to"], str]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OptionOut(Closed):
    value: str
    label: str


class FieldOut(Closed):
    """A field of a category; `options` where one of them is to be chosen."""

    key: str
    type: str
    label: str
    required: bool
    several: bool
    options: list[OptionOut]


class CategoryOut(Closed):
    """A category; `deadline` in working hours or days, `4h` or `2d`."""

    key: str
    label: str
    hint: str
    deadline: str
    fields: list[FieldOut]


class CategoriesOut(Closed):
    items: list[CategoryOut]


class TicketOut(Closed):
    """A ticket in a list. `due_at`: when an answer is due; null while nobody waits for one."""

    id: UUID
    number: str
    category: str
    subject: str
    state: str
    opened_by: str
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None


class TicketsOut(Closed):
    items: list[TicketOut]
    next: str | None = Field(description="Cursor of the next page; null: this is the last one.")


class FileOut(Closed):
    id: UUID
    filename: str
    type: str
    size: int


class MessageOut(Closed):
    """Something that was said or done; `side`: client, staff, erp or portal; `act`: said, waits, closed or reopened."""

    id: UUID
    at: datetime
    side: str
    act: str
    author: str
    text: str
    files: list[FileOut]


class FilledOut(Closed):
    key: str
    label: str
    said: str


class WholeOut(TicketOut):
    fields: list[FilledOut]
    messages: list[MessageOut]


class FileIn(Closed):
    """A file; `content` is base64."""

    filename: str = Field(min_length=1, max_length=250)
    content: str


class MessageIn(Closed):
    text: Text = ""
    files: list[FileIn] = Field([], max_length=50)


class TicketIn(MessageIn):
    """A new ticket. `fields`: key -> a value, a list where several may be chosen, `{"from", "to"}` for a period."""

    category: str = Field(max_length=40)
    fields: dict[str, Entered] = Field(default_factory=dict)


class MadeOut(Closed):
    id: UUID


class TicketsQuery(Closed):
    q: str = Field("", max_length=100)
    state: forms.State = ""
    category: str = Field("", max_length=40)
    after: str | None = Field(None, max_length=1000)


class Categories:
    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        found = [one for one in book_of(work).categories.values() if open_to(work, one)] if work.actor.company_id else []
        items = []
        for one in found:
            asked = forms.asked(work, one, {})
            items.append(
                CategoryOut(key=one.key, label=one.label, hint=one.hint, deadline=one.settings.deadline, fields=list(map(_field, asked)))
            )
        reply(req, resp, CategoriesOut(items=items))


def _field(one: forms.Asked) -> FieldOut:
    options = [OptionOut(value=value, label=label) for value, label in one.options]
    return FieldOut(key=one.key, type=one.type, label=one.label, required=one.required, several=one.several, options=options)


class Tickets:
    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, TicketsQuery)
        wanted = find.Wanted(text=query.q, state=query.state, category=query.category)
        found = find.tickets(work_of(req), wanted, at=query.after)
        reply(req, resp, TicketsOut(items=[TicketOut(**_of_row(row)) for row in found.items], next=found.next))

    def on_post(self, req: Request, resp: Response) -> None:
        given, work = read_json(req, TicketIn), work_of(req)
        book = book_of(work)
        if given.category not in book.categories:
            raise Refused(Problem("unknown_category", _("There is no such category. /api/v1/ticket-categories names them."), "category"))
        typed, files = _typed(work, given), _files(given.files)
        made = write.open_ticket(work, category=given.category, text=given.text, typed=typed, files=files)
        reply(req, resp, MadeOut(id=made), status=201)


def _of_row(row: find.Row) -> dict[str, Any]:
    return {
        "id": row.id, "number": row.number, "category": row.category, "subject": row.subject, "state": row.state, "opened_by": row.who,
        "opened_at": row.opened_at, "changed_at": row.changed_at, "due_at": row.due_at,
    }  # fmt: skip


def _typed(work: Work, given: TicketIn) -> Mapping[str, Sequence[str]]:
    known = fields.shown(work, book_of(work).category(given.category))
    wrong = [key for key in given.fields if key not in known]
    if wrong:
        told = _("The category has no field “{field}”.")
        raise Refused([Problem("unknown_field", told.format(field=key), f"fields.{key}") for key in wrong[:20]])
    found: dict[str, Sequence[str]] = {}
    for key, value in given.fields.items():
        if isinstance(value, dict):
            found |= {f"{key}_{end}": [text] for end, text in value.items()}
        else:
            found[key] = [value] if isinstance(value, str) else value
    return found


def _files(given: Sequence[FileIn]) -> list[write.Attached]:
    found = []
    for number, one in enumerate(given):
        try:
            found.append(write.Attached(one.filename, base64.b64decode(one.content, validate=True)))
        except (binascii.Error, ValueError):
            raise Refused(Problem("bad_base64", _("The content of a file is base64."), f"files.{number}.content")) from None
    return found


class OneTicket:
    def on_get(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        seen = find.one(work_of(req), ticket_id)
        ticket = seen.ticket
        messages = [
            MessageOut(
                id=one.id, at=one.at, side=one.side, act=one.act, author=one.author, text=one.text,
                files=[FileOut(**file._asdict()) for file in one.files],
            )
            for one in seen.said
        ]  # fmt: skip
        filled = [FilledOut(key=one["key"], label=one["label"], said=one["said"]) for one in seen.fields]
        whole = WholeOut(
            id=ticket.id, number=ticket.number, category=ticket.category, subject=ticket.subject, state=ticket.state,
            opened_by=seen.opened_by, opened_at=ticket.opened_at, changed_at=ticket.changed_at, due_at=ticket.due_at, fields=filled,
            messages=messages,
        )  # fmt: skip
        reply(req, resp, whole)


class Messages:
    def on_post(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        given = read_json(req, MessageIn)
        made = write.reply(work_of(req), ticket_id=ticket_id, text=given.text, files=_files(given.files))
        reply(req, resp, MadeOut(id=made), status=201)


class CloseTicket:
    def on_post(self, req: Request, resp: Response, ticket_id: UUID) -> None:
        if work_of(req).actor.company_id is None:
            raise NotFound("ticket")
        write.close(work_of(req), ticket_id=ticket_id)
        reply(req, resp, None)


class OneFile:
    def on_get(self, req: Request, resp: Response, ticket_id: UUID, ticket_file_id: UUID) -> None:
        name, kind, path = find.file_of(work_of(req), ticket_id=ticket_id, file_id=ticket_file_id)
        send_file(resp, path.read_bytes(), name=name, kind=kind)


CATEGORIES: Final = {"GET": Operation(summary="List the categories of tickets with their fields.", answer=CategoriesOut)}
TICKETS: Final = {
    "GET": Operation(summary="List tickets, what changed last first.", query=TicketsQuery, answer=TicketsOut),
    "POST": Operation(summary="Open a ticket.", body=TicketIn, answer=MadeOut, status=201),
}
TICKET: Final = {"GET": Operation(summary="Read a ticket with its messages.", answer=WholeOut)}
MESSAGES: Final = {"POST": Operation(summary="Write in a ticket.", body=MessageIn, answer=MadeOut, status=201)}
CLOSE: Final = {"POST": Operation(summary="Close a ticket that is settled.", status=204)}
FILE: Final = {"GET": Operation(summary="Fetch a file of a ticket.", media="application/octet-stream")}
