"""Payments: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import cast

from b2bkit import (
    CheckoutStep,
    Job,
    NavItem,
    NotificationKind,
    Permission,
    Plugin,
    PluginSettings,
    Route,
    Scope,
    Widget,
    hookimpl,
)
from b2bkit.core.i18n import N_
from b2bkit.core.settlements.service.overview import SEE
from b2bkit.plugins.payments import checkout, notices, pages, scopes, status_pages, widgets
from b2bkit.plugins.payments.events import PaymentsComing, PaymentsLate
from b2bkit.plugins.payments.service.remind import remind
from b2bkit.plugins.payments.settings import PaymentsSettings


class PaymentsPlugin(Plugin):
    """A calendar of what is to be paid and when, its feed for a calendar program, reminders; ways to pay by contract and status."""

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
    def register_permissions(self) -> Iterable[Permission]:
        return scopes.permissions()

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        return scopes.SCOPES

    @hookimpl
    def register_checkout_steps(self) -> Iterable[CheckoutStep]:
        if self.own.ways:
            yield checkout.STEP

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield from pages.routes()
        if self.own.ways:
            yield from status_pages.routes()

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="payments.nav", area="portal", label=N_("Payment calendar"), route="payments.calendar", icon="calendar-due", order=62,
            permission=SEE, needs="settlements.in",
        )  # fmt: skip

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        yield from widgets.WIDGETS
        if self.own.ways:
            yield from widgets.OF_WAYS

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="payments.remind", run=partial(remind, settings=self.own), every=900)
