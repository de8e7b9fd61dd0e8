"""The price step: what was granted for the actor's cart holds there, for the amounts it was granted for, until its day."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, select

from b2bkit import PriceStep, Quote, QuoteLine, Work
from b2bkit.core.i18n import N_, _, language
from b2bkit.core.pricing.steps import explained
from b2bkit.core.web.formatting import num
from b2bkit.plugins.discount_requests.models import DiscountLine, DiscountRequest
from b2bkit.plugins.discount_requests.settings import DiscountRequestsSettings

NAME: Final = "discount_requests.granted"


class Granted(NamedTuple):
    """A price per base unit for an amount in base units."""

    product_id: UUID
    quantity: Decimal
    price: Decimal


_GRANTED: Final = (
    select(DiscountLine.product_id, DiscountLine.base_quantity, DiscountLine.granted)
    .join(DiscountRequest, DiscountRequest.id == DiscountLine.request_id)
    .where(
        DiscountRequest.user_id == bindparam("user_id", type_=Uuid()),
        DiscountRequest.contract_id == bindparam("contract_id", type_=Uuid()),
        DiscountRequest.state == "granted",
        DiscountRequest.until >= bindparam("today", type_=Date()),
        DiscountLine.granted.is_not(None),
    )
)


def settings_of(work: Work) -> DiscountRequestsSettings:
    """What the deployment says."""
    return cast(DiscountRequestsSettings, work.kit.plugins["discount_requests"].settings)


def holds(work: Work, granted: Decimal, quantity: Decimal) -> bool:
    """Whether an amount is near enough to the one that the price was granted for."""
    settings = settings_of(work)
    return granted * (100 - settings.under) <= quantity * 100 <= granted * (100 + settings.over)


def apply(work: Work, quote: Quote) -> Quote:
    """One statement for a client's cart, none for others."""
    actor = work.actor
    if actor.kind != "client" or actor.user_id is None:
        return quote
    today = work.now.astimezone(work.config.portal.zone).date()
    rows = work.session.rows(_GRANTED, {"user_id": actor.user_id, "contract_id": quote.contract_id, "today": today})
    known: dict[UUID, list[Granted]] = {}
    for row in rows:
        known.setdefault(row[0], []).append(Granted(*row))
    return replace(quote, lines=tuple(_line(work, line, known.get(line.product_id, [])) for line in quote.lines)) if known else quote


def _line(work: Work, line: QuoteLine, granted: list[Granted]) -> QuoteLine:
    if line.price is None or not granted:
        return line
    best = min((one for one in granted if holds(work, one.quantity, line.quantity)), key=lambda one: one.price, default=None)
    if best is None:
        said = _("A discount was granted for %(quantity)s; for this amount the usual price holds.")
        return explained(line, NAME, said % {"quantity": num(granted[0].quantity, lang=language())}, line.price)
    if best.price >= line.price:
        return explained(line, NAME, _("The usual price is not above the granted one."), line.price)
    percent = num(((line.price - best.price) * 100 / line.price).quantize(Decimal("0.1")), lang=language())
    return explained(line, NAME, _("Discount of %(percent)s %% granted on request.") % {"percent": percent}, best.price)


STEP: Final = PriceStep(name=NAME, order=600, label=N_("Discount on request"), apply=apply, carts_only=True)
