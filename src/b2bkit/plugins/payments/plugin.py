"""Payments: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import cast

from b2bkit import Job, NavItem, NotificationKind, Plugin, PluginSettings, Route, Scope, Widget, hookimpl
from b2bkit.core.i18n import N_
from b2bkit.core.settlements.service.overview import SEE
from b2bkit.plugins.payments import notices, pages, scopes, widgets
from b2bkit.plugins.payments.events import PaymentsComing, PaymentsLate
from b2bkit.plugins.payments.models import PaymentsFeed, PaymentsReminder
from b2bkit.plugins.payments.service.remind import remind
from b2bkit.plugins.payments.settings import PaymentsSettings


class PaymentsPlugin(Plugin):
    """A calendar of what is to be paid and when, its feed for a calendar program, reminders."""

    name = "payments"
    label = N_("Payments")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = PaymentsSettings
    events = (PaymentsComing, PaymentsLate)

    def __init__(self, settings: PluginSettings) -> None:
        super().__init__(settings)
        self.own = cast(PaymentsSettings, settings)

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(name="payments.feeds", entity=PaymentsFeed, criterion=scopes.feeds)
        yield Scope(name="payments.reminders", entity=PaymentsReminder, criterion=scopes.reminders)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        return pages.routes()

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="payments.nav", area="portal", label=N_("Payment calendar"), route="payments.calendar", icon="calendar-due", order=62,
            permission=SEE, needs="settlements.in",
        )  # fmt: skip

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return widgets.WIDGETS

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="payments.remind", run=partial(remind, settings=self.own), every=900)
