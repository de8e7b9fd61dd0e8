"""Web push: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import cast

from sqlalchemy import ColumnElement, true

from b2bkit import SIGNED_IN, Actor, Channel, Command, Plugin, Route, Scope, Widget, hookimpl
from b2bkit.core.i18n import N_
from b2bkit.plugins.webpush import commands, pages, service
from b2bkit.plugins.webpush.channel import PushChannel, Pusher
from b2bkit.plugins.webpush.models import PushDevice
from b2bkit.plugins.webpush.settings import WebPushSettings


class WebPushPlugin(Plugin):
    """Notifications in browsers that people turn them on in."""

    name = "webpush"
    label = N_("Web push")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = WebPushSettings

    @property
    def own(self) -> WebPushSettings:
        """The settings with their type."""
        return cast(WebPushSettings, self.settings)

    @cached_property
    def pusher(self) -> Pusher:
        """The line to push services, shared by everything in this process."""
        return Pusher(self.own)

    def close(self) -> None:
        """Closes the line."""
        if "pusher" in self.__dict__:
            self.pusher.close()

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(name="webpush.push_device", entity=PushDevice, criterion=_mine)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        # unscoped: the browser may have been another person's until now, whose row ends
        devices = pages.Devices(self.own)
        yield Route(name="webpush.devices", path="/webpush/devices", resource=devices, permission=SIGNED_IN, unscoped=True)
        path = "/webpush/devices/{push_device_id:uuid}/remove"
        yield Route(name="webpush.remove", path=path, resource=pages.Remove(), permission=SIGNED_IN)

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        load = pages.Box(lambda: self.pusher).load
        yield Widget(name="webpush.box", slot="notify.settings", order=200, template="webpush/box.html", load=load, permission=SIGNED_IN)

    @hookimpl
    def register_channels(self) -> Iterable[Channel]:
        send = PushChannel(lambda: self.pusher).send
        yield Channel(name=service.CHANNEL, label=N_("In the browser"), send=send, address=service.address, opt_out=True)

    @hookimpl
    def register_commands(self) -> Iterable[Command]:
        return commands.commands()


def _mine(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.kind == "system" else PushDevice.user_id == actor.user_id
