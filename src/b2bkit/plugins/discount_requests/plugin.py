"""Discounts on request: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit import Job, Level, NavItem, NotificationKind, Permission, Plugin, PriceStep, Route, Scope, Subscriber, Widget, hookimpl
from b2bkit.core.accounts.scopes import company_scope
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.i18n import N_
from b2bkit.core.ordering.events import OrderPlaced
from b2bkit.plugins.discount_requests import admin, notices, pages, step
from b2bkit.plugins.discount_requests.events import DiscountAnswered, DiscountAsked
from b2bkit.plugins.discount_requests.models import DiscountLine, DiscountRequest
from b2bkit.plugins.discount_requests.service import answering
from b2bkit.plugins.discount_requests.service.answering import DECIDE
from b2bkit.plugins.discount_requests.service.asking import ASK
from b2bkit.plugins.discount_requests.settings import DiscountRequestsSettings


class DiscountRequestsPlugin(Plugin):
    """A buyer asks for a discount on his cart; staff or the ERP grant it, offer other prices, or refuse."""

    name = "discount_requests"
    label = N_("Discounts")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = DiscountRequestsSettings
    events = (DiscountAsked, DiscountAnswered)

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        buyers = dict.fromkeys(("owner", "buyer"), Level.COMPANY)
        yield Permission(name=ASK, label=N_("Ask for a discount"), roles=buyers)
        staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
        yield Permission(name=DECIDE, label=N_("Grant discounts"), roles=staff)

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(
            name="discount_requests.requests", entity=DiscountRequest,
            criterion=lambda actor: company_scope(actor, DiscountRequest.company_id, DECIDE if actor.kind == "staff" else ASK),
        )  # fmt: skip
        yield Scope(
            name="discount_requests.lines", entity=DiscountLine,
            criterion=lambda actor: company_scope(actor, DiscountLine.company_id, DECIDE if actor.kind == "staff" else ASK),
        )  # fmt: skip

    @hookimpl
    def register_price_steps(self) -> Iterable[PriceStep]:
        yield step.STEP

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield from pages.routes()
        yield from admin.routes()

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="discount_requests.nav", area="portal", label=N_("Discounts"), route="discount_requests.own", icon="discount",
            order=31, permission=ASK, under="ordering.cart_nav",
        )  # fmt: skip
        yield from admin.nav()

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return pages.widgets()

    @hookimpl
    def register_subscribers(self) -> Iterable[Subscriber]:
        yield Subscriber(name="discount_requests.use", event=OrderPlaced, handle=answering.use, atomic=True)
        yield Subscriber(name="discount_requests.from_erp", event=TaskAnswered, handle=answering.from_erp)

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="discount_requests.lapse", run=answering.lapse, every=900)
