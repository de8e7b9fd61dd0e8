"""Pricing: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import Level, OrderCheck, Permission, PriceStep, Route
from b2bkit.core.i18n import N_
from b2bkit.core.pricing import checks, pages, steps

_CLIENTS = dict.fromkeys(("owner", "buyer", "accountant", "viewer"), Level.COMPANY)
_STAFF = {"manager": Level.ALL, "admin": Level.ALL}


class PricingPlugin(Plugin):
    """Price types, prices, the price pipeline and its explanation."""

    name = "pricing"
    label = N_("Pricing")
    version = "0.1.0"

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        yield Permission(name="pricing.view", label=N_("See prices"), roles={**_CLIENTS, **_STAFF})
        yield Permission(name="pricing.explain", label=N_("See how a price came about"), roles=_STAFF)

    @hookimpl
    def register_price_steps(self) -> Iterable[PriceStep]:
        yield PriceStep(name=steps.PRICE_TYPE, order=100, label=N_("Contract's price type"), apply=steps.contract_price)
        yield PriceStep(name=steps.VOLUME, order=200, label=N_("Volume price"), apply=steps.volume_price)
        yield PriceStep(name=steps.LIVE, order=300, label=N_("Price that 1C just said"), apply=steps.live_price)
        yield PriceStep(name=steps.ROUNDING, order=900, label=N_("Rounding"), apply=steps.rounded_price)

    @hookimpl
    def register_order_checks(self) -> Iterable[OrderCheck]:
        yield OrderCheck(name="pricing.priced", order=100, check=checks.priced)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(
            name="pricing.explanation",
            path="/catalog/{product_id:uuid}/price",
            resource=pages.PriceExplanation(),
            permission="pricing.explain",
        )
