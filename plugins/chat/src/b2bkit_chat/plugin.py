"""The chat: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from b2bkit import Job, NavItem, NotificationKind, Permission, Plugin, PluginSettings, Route, Scope, Subscriber, Widget, hookimpl
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.i18n import N_
from b2bkit_chat import events, jobs, notices, routes, scopes, widgets
from b2bkit_chat.service import erp, talks
from b2bkit_chat.settings import ChatSettings


class ChatPlugin(Plugin):
    """Clients' people and their personal managers write to each other, live; what waits is a task in 1C, and its result an answer."""

    name = "chat"
    label = N_("Chat")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = ChatSettings
    events = (events.MessageSent, events.ClientLeftUnread, events.StaffLeftUnread)

    def __init__(self, settings: PluginSettings) -> None:
        super().__init__(settings)
        self.own = cast(ChatSettings, settings)

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        return scopes.permissions()

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        return scopes.SCOPES

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        return routes.routes()

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="chat.nav", area="portal", label=N_("Chat"), route="chat.page", icon="message", order=78, permission=scopes.WRITE,
            badge=talks.badge,
        )  # fmt: skip
        yield NavItem(
            name="chat.desk_nav", area="admin", label=N_("Chat"), route="chat.desk", icon="message", order=23, permission=scopes.ANSWER,
            badge=talks.staff_badge,
        )  # fmt: skip

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return widgets.WIDGETS

    @hookimpl
    def register_subscribers(self) -> Iterable[Subscriber]:
        yield Subscriber(name="chat.answered_in_erp", event=TaskAnswered, handle=erp.answered)

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="chat.tell_unread", run=jobs.tell_unread, every=60)
