"""Pages of notifications: the inbox, the bell, and what goes where."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from b2bkit.core.i18n import _
from b2bkit.core.notify import service
from b2bkit.core.web.handling import Request, Response, fragment, read_form, read_query, redirect, render, work_of
from b2bkit.core.work import Work

PAGE = 30


class InboxQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    before: UUID | None = None


class ReadForm(BaseModel):
    """Which were read; none named: all of them."""

    model_config = ConfigDict(extra="forbid")
    id: list[UUID] = []


class ChoiceForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: str
    channel: str
    wanted: bool = False


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


class Settings:
    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        kinds = [(kind.name, _(kind.label), set(service.channels_for(work, kind, work.actor.user_id))) for kind in work.kit.notifications.values()]
        channels = [(channel.name, _(channel.label)) for channel in work.kit.channels.values()]
        render(req, resp, "notify/settings.html", kinds=kinds, channels=channels)

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, ChoiceForm)
        service.choose(work_of(req), kind=form.kind, channel=form.channel, wanted=form.wanted)
        redirect(req, resp, "notify.settings")
