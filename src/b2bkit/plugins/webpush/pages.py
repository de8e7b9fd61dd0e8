"""The box in the settings of notifications: this browser, and the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from b2bkit import Work
from b2bkit.core.web.handling import read_form, redirect, work_of
from b2bkit.plugins.webpush import service
from b2bkit.plugins.webpush.channel import Pusher
from b2bkit.plugins.webpush.settings import WebPushSettings

TAIL = 16  # characters by which a page knows its own browser again


class DeviceForm(BaseModel):
    """A subscription as the browser gives it (PushSubscription.toJSON)."""

    model_config = ConfigDict(extra="forbid")
    endpoint: Annotated[str, StringConstraints(min_length=10, max_length=1000)]
    p256dh: Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Za-z0-9_-]+=*$")]
    auth: Annotated[str, StringConstraints(max_length=30, pattern=r"^[A-Za-z0-9_-]+=*$")]


class NoFields(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Box:
    """Data of the box."""

    def __init__(self, pusher: Callable[[], Pusher]) -> None:
        self._pusher = pusher

    def load(self, work: Work, _subject: object) -> Mapping[str, object] | None:
        """The actor's browsers and the portal's public key."""
        if work.actor.user_id is None:
            return None
        rows = [(device, device.endpoint[-TAIL:]) for device in service.devices(work, work.actor.user_id)]
        return {"rows": rows, "key": self._pusher().vapid.public_key}


class Devices:
    """POST: this browser takes messages from now on."""

    def __init__(self, settings: WebPushSettings) -> None:
        self.settings = settings

    def on_post(self, req: Request, resp: Response) -> None:
        form, agent = read_form(req, DeviceForm), req.get_header("User-Agent") or ""
        service.turn_on(work_of(req), self.settings, endpoint=form.endpoint, p256dh=form.p256dh, auth=form.auth, agent=agent)
        redirect(req, resp, "notify.settings", saved="true")


class Remove:
    def on_post(self, req: Request, resp: Response, push_device_id: UUID) -> None:
        read_form(req, NoFields)
        service.turn_off(work_of(req), push_device_id)
        redirect(req, resp, "notify.settings", saved="true")
