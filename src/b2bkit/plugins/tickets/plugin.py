"""Tickets: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import cast

from b2bkit import Figure, Job, NavItem, NotificationKind, Permission, Plugin, PluginSettings, Route, Scope, Subscriber, Widget, hookimpl
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.i18n import N_
from b2bkit.plugins.tickets import events, jobs, notices, routes, scopes, widgets
from b2bkit.plugins.tickets.kinds import Book
from b2bkit.plugins.tickets.service import erp, find
from b2bkit.plugins.tickets.service.figures import FIGURES
from b2bkit.plugins.tickets.settings import TicketsSettings


class TicketsPlugin(Plugin):
    """Requests of clients by category, each a task in the ERP; answers from there or from the workspace."""

    name = "tickets"
    label = N_("Tickets")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = TicketsSettings
    events = (
        events.TicketOpened,
        events.TicketAnswered,
        events.TicketContinued,
        events.TicketClosed,
        events.TicketAssigned,
        events.TicketOverdue,
    )

    def __init__(self, settings: PluginSettings) -> None:
        super().__init__(settings)
        self.own = cast(TicketsSettings, settings)

    @cached_property
    def book(self) -> Book:
        """The categories."""
        return Book(self.own)

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
            name="tickets.nav", area="portal", label=N_("Tickets"), route="tickets.list", icon="message-question", order=80,
            permission=scopes.VIEW, badge=find.badge,
        )  # fmt: skip
        yield NavItem(
            name="tickets.desk_nav", area="admin", label=N_("Tickets"), route="tickets.desk", icon="message-question", order=24,
            permission=scopes.ANSWER, badge=find.staff_badge,
        )  # fmt: skip

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return widgets.WIDGETS

    @hookimpl
    def register_subscribers(self) -> Iterable[Subscriber]:
        yield Subscriber(name="tickets.answered_in_erp", event=TaskAnswered, handle=erp.answered)

    @hookimpl
    def register_figures(self) -> Iterable[Figure]:
        return FIGURES

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="tickets.tell_overdue", run=jobs.tell_overdue, every=300)
        yield Job(name="tickets.close_answered", run=jobs.close_answered, every=3600)
