"""Pages of notifications: the inbox, the bell, and what goes where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from b2bkit.core.i18n import _
from b2bkit.core.notify import service
from b2bkit.core.web.handling import Request, Response, fragment, read_form, read_query, redirect, redirect_local, render, work_of
from b2bkit.core.work import Work

PAGE = 30


class InboxQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    before: UUID | None = None


class ReadForm(BaseModel):
    """Which were read; none named: all of them."""

    model_config = ConfigDict(extra="forbid")
    id: list[UUID] = []


class OpenForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: UUID


Pair = Annotated[str, StringConstraints(max_length=200, pattern=r"^[a-z0-9_.]+ [a-z0-9_.]+$")]


class ChoicesForm(BaseModel):
    """Every `kind channel` that is on."""

    model_config = ConfigDict(extra="forbid")
    wanted: list[Pair] = []


class SettingsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    saved: bool = False


def newest(work: Work, _subject: object) -> Mapping[str, object] | None:
    """Data of the dashboard's box."""
    rows = service.inbox(work, limit=4)
    return {"rows": rows} if rows else None


class Inbox:
    def on_get(self, req: Request, resp: Response) -> None:
        asked, work = read_query(req, InboxQuery), work_of(req)
        rows = service.inbox(work, before=asked.before, limit=PAGE + 1)
        following = rows[PAGE - 1].id if len(rows) > PAGE else None
        render(req, resp, "notify/inbox.html", rows=rows[:PAGE], following=following, unread=service.unread(work))


class Read:
    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, ReadForm)
        service.mark_read(work_of(req), form.id or None)
        redirect(req, resp, "notify.inbox")


class Bell:
    """The bell of the top bar, fetched again when a live event says so."""

    def on_get(self, req: Request, resp: Response) -> None:
        fragment(req, resp, "notify/_bell.html", unread=service.unread(work_of(req)))


class Open:
    """A notification leads to what it is about, and is read from then on."""

    def on_post(self, req: Request, resp: Response) -> None:
        path = service.open_one(work_of(req), read_form(req, OpenForm).id)
        redirect_local(req, resp, path, "notify.inbox")


class Settings:
    def on_get(self, req: Request, resp: Response) -> None:
        asked, work = read_query(req, SettingsQuery), work_of(req)
        kinds = service.choices(work)
        channels = [(channel.name, _(channel.label)) for channel in work.kit.channels.values()]
        render(req, resp, "notify/settings.html", kinds=kinds, channels=channels, saved=asked.saved)

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, ChoicesForm)
        service.choose_all(work_of(req), [(kind, channel) for kind, _space, channel in (pair.partition(" ") for pair in form.wanted)])
        redirect(req, resp, "notify.settings", saved="true")
