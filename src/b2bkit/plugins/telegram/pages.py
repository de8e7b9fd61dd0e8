"""The box in the settings of notifications, and the door that Telegram calls."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict

from b2bkit import SYSTEM, Work
from b2bkit.core.web.handling import read_body, read_form, read_query, redirect, render, work_of
from b2bkit.plugins.telegram import service, updates
from b2bkit.plugins.telegram.settings import TelegramSettings

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (a header's name)


class NoFields(BaseModel):
    model_config = ConfigDict(extra="forbid")


def box(work: Work, _subject: object) -> Mapping[str, object] | None:
    """Data of the box: the chat that is connected, if one is."""
    return {"chat": service.chat_of(work, work.actor.user_id)} if work.actor.user_id is not None else None


class Connect:
    """Makes a link and shows it: it is on this page alone, and in no address of the portal."""

    def __init__(self, settings: TelegramSettings) -> None:
        self.settings = settings

    def on_get(self, req: Request, resp: Response) -> None:
        read_query(req, NoFields)
        redirect(req, resp, "notify.settings")

    def on_post(self, req: Request, resp: Response) -> None:
        read_form(req, NoFields)
        work, bot, minutes = work_of(req), self.settings.bot, self.settings.link_minutes
        token = service.begin(work, minutes=minutes)
        if self.settings.receive == "poll":
            work.enqueue(updates.POLL_JOB, unique="scheduled")  # somebody is about to write: listen now
        link, command = f"https://t.me/{bot}?start={token}", f"/start {token}"
        render(req, resp, "telegram/connect.html", link=link, command=command, bot=bot, minutes=minutes)


class Disconnect:
    def on_post(self, req: Request, resp: Response) -> None:
        read_form(req, NoFields)
        service.disconnect(work_of(req))
        redirect(req, resp, "notify.settings", saved="true")


class Webhook:
    """POST by Telegram. It proves itself by the secret that it was told when the webhook was set."""

    def __init__(self, settings: TelegramSettings) -> None:
        self.settings = settings

    def on_post(self, req: Request, resp: Response) -> None:
        resp.content_type = "text/plain; charset=utf-8"
        own, given = self.settings.secret.get_secret_value(), req.get_header(SECRET_HEADER) or ""
        if not own or not secrets.compare_digest(own.encode(), given.encode()):
            resp.status, resp.data = 401, b"unauthorized\n"
            return
        try:
            update = json.loads(read_body(req))
        except (ValueError, RecursionError):
            update = None
        if isinstance(update, Mapping):
            with req.context.open_work(SYSTEM) as work:
                updates.hear(work, self.settings.bot, update)
        resp.data = b"ok\n"  # also for what is not understood: Telegram would send it again and again
