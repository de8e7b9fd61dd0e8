"""Telegram: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import cast

from sqlalchemy import ColumnElement, true

from b2bkit import (
    PUBLIC,
    SIGNED_IN,
    Actor,
    Channel,
    Command,
    HealthCheck,
    Job,
    NotificationKind,
    Plugin,
    Route,
    Scope,
    Widget,
    hookimpl,
)
from b2bkit.core.i18n import N_
from b2bkit.plugins.telegram import commands, health, notices, pages, service, updates
from b2bkit.plugins.telegram.api import BotApi
from b2bkit.plugins.telegram.channel import TelegramChannel
from b2bkit.plugins.telegram.events import ChatLost
from b2bkit.plugins.telegram.models import Chat, ConnectLink
from b2bkit.plugins.telegram.settings import TelegramSettings


class TelegramPlugin(Plugin):
    """Notifications by a bot of Telegram that people connect themselves."""

    name = "telegram"
    label = N_("Telegram")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = TelegramSettings
    events = (ChatLost,)

    @property
    def own(self) -> TelegramSettings:
        """The settings with their type."""
        return cast(TelegramSettings, self.settings)

    @cached_property
    def api(self) -> BotApi:
        """The line to Telegram, shared by everything in this process."""
        return BotApi(self.own)

    def close(self) -> None:
        """Closes the line to Telegram."""
        if "api" in self.__dict__:
            self.api.close()

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        for entity in (Chat, ConnectLink):
            yield Scope(name=entity.__tablename__.replace("_", ".", 1), entity=entity, criterion=_mine(entity))

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        connect, drop = pages.Connect(self.own), pages.Disconnect()
        yield Route(name="telegram.connect", path="/telegram/connect", resource=connect, permission=SIGNED_IN, replay=False)
        yield Route(name="telegram.disconnect", path="/telegram/disconnect", resource=drop, permission=SIGNED_IN)
        if self.own.receive == "webhook":
            door = pages.Webhook(self.own)
            yield Route(
                name="telegram.updates", path=commands.WEBHOOK_PATH, resource=door, permission=PUBLIC, machine=True, max_body=100_000
            )

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        yield Widget(
            name="telegram.box", slot="notify.settings", order=100, template="telegram/box.html", load=pages.box, permission=SIGNED_IN
        )

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS

    @hookimpl
    def register_channels(self) -> Iterable[Channel]:
        send = TelegramChannel(self.api).send
        yield Channel(name=service.CHANNEL, label=N_("Telegram"), send=send, address=service.address, opt_out=True)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        ear = updates.Ear(self.api, self.own.bot, self.own.poll_seconds)
        every = self.own.poll_seconds + 5 if self.own.receive == "poll" else None
        yield Job(name=updates.POLL_JOB, run=ear.poll, opens_work=True, every=every, time_limit=90)
        yield Job(name=updates.REPLY_JOB, run=ear.reply, opens_work=True)
        yield Job(name="telegram.forget", run=service.forget, every=3600)

    @hookimpl
    def register_health_checks(self) -> Iterable[HealthCheck]:
        yield HealthCheck(name="telegram.bot", label=N_("Bot of Telegram"), check=health.BotAnswers(self.api).check, ready=False)

    @hookimpl
    def register_commands(self) -> Iterable[Command]:
        return commands.commands()


def _mine(entity: type[Chat] | type[ConnectLink]) -> Callable[[Actor], ColumnElement[bool]]:
    return lambda actor: true() if actor.kind == "system" else entity.user_id == actor.user_id
