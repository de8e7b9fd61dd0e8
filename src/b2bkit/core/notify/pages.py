"""Pages of notifications: the inbox, the bell, and what goes where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from b2bkit.core.errors import NotFound, Refused
from b2bkit.core.i18n import _
from b2bkit.core.notify import choices, hours, service, unsubscribe
from b2bkit.core.web.handling import Request, Response, fragment, read_form, read_query, redirect, redirect_local, render, work_of
from b2bkit.core.work import SYSTEM, Work

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


Pair = Annotated[str, StringConstraints(max_length=200, pattern=r"^([a-z0-9_.]+ [a-z0-9_.]+)?$")]
Clock = Annotated[str, StringConstraints(max_length=5, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class ChoicesForm(BaseModel):
    """Every `kind channel` that is on; an empty one is a choice of none."""

    model_config = ConfigDict(extra="forbid")
    wanted: list[Pair] = []


class HoursForm(BaseModel):
    """Clock times of the person's zone; no quiet hours: both empty."""

    model_config = ConfigDict(extra="forbid")
    quiet_from: Clock | None = None
    quiet_to: Clock | None = None
    digest_at: Clock = "09:00"
    zone: Annotated[str, StringConstraints(max_length=60)] = ""


class SettingsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    saved: bool = False


class LeftQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    done: bool = False


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
        self._show(req, resp, _typed(hours.hours_of(work, work.actor.user_id)) if work.actor.user_id else HoursForm(), saved=asked.saved)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, ChoicesForm), work_of(req)
        chosen = [(kind, channel) for kind, _space, channel in (pair.partition(" ") for pair in form.wanted) if kind]
        choices.choose_all(work, chosen)
        redirect(req, resp, "notify.settings", saved="true")

    def _show(self, req: Request, resp: Response, form: HoursForm, refused: Refused | None = None, *, saved: bool = False) -> None:
        work = work_of(req)
        render(
            req,
            resp,
            "notify/settings.html",
            status=422 if refused else 200,
            kinds=choices.choices(work),
            channels=[(channel.name, _(channel.label)) for channel in work.kit.channels.values()],
            mail=choices.EMAIL,
            mail_on=bool(work.config.tables.mail.host),
            digest=choices.DIGEST,
            form=form,
            zones=ZONES,
            portal_zone=work.config.portal.time_zone,
            problems=refused.problems if refused else (),
            saved=saved,
        )


class HoursPage(Settings):
    """Quiet hours and the hour of the digest: shown on the page of choices."""

    def on_get(self, req: Request, resp: Response) -> None:
        redirect(req, resp, "notify.settings")

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, HoursForm)
        try:
            hours.keep(
                work_of(req),
                quiet_from=_minute(form.quiet_from),
                quiet_to=_minute(form.quiet_to),
                digest_at=_minute(form.digest_at) or 0,
                zone=form.zone,
            )
        except Refused as refused:
            return self._show(req, resp, form, refused)
        return redirect(req, resp, "notify.settings", saved="true")


ZONES = (
    "Europe/Kaliningrad", "Europe/Minsk", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk",
    "Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka", "Asia/Almaty",
    "Asia/Aqtau", "Asia/Tashkent", "Asia/Bishkek", "Asia/Tbilisi", "Asia/Yerevan", "Asia/Baku", "Europe/Warsaw", "Europe/Berlin",
    "Europe/Vilnius", "Europe/Istanbul", "Asia/Dubai", "Asia/Shanghai", "UTC",
)  # fmt: skip


def _minute(clock: str | None) -> int | None:
    return None if clock is None else int(clock[:2]) * 60 + int(clock[3:])


def _clock(minute: int | None) -> str | None:
    return None if minute is None else f"{minute // 60:02}:{minute % 60:02}"


def _typed(known: hours.Hours) -> HoursForm:
    digest_at = _clock(known.digest_at) or "09:00"
    return HoursForm(quiet_from=_clock(known.quiet_from), quiet_to=_clock(known.quiet_to), digest_at=digest_at, zone=known.own_zone)


class Unsubscribe:
    """The page behind a mail's link: asks first, since programs that look at links must not switch anything off."""

    def on_get(self, req: Request, resp: Response, token: str) -> None:
        done = read_query(req, LeftQuery).done
        render(req, resp, "notify/unsubscribe.html", leaving=unsubscribe.read(work_of(req), token), token=token, done=done)

    def on_post(self, req: Request, resp: Response, token: str) -> None:
        unsubscribe.leave(work_of(req), token)
        redirect(req, resp, "notify.unsubscribe", token=token, done="true")


class Leave:
    """Where mail programs post one click (RFC 8058), without a session. A person who follows the link is asked on a page."""

    def on_get(self, req: Request, resp: Response, token: str) -> None:
        redirect(req, resp, "notify.unsubscribe", token=token)

    def on_post(self, req: Request, resp: Response, token: str) -> None:
        resp.content_type = "text/plain; charset=utf-8"
        try:
            with req.context.open_work(SYSTEM) as work:
                unsubscribe.leave(work, token)
        except NotFound:
            resp.status, resp.data = 404, b"unknown\n"
        else:
            resp.data = b"ok\n"
