"""Prices: the pipeline for lines, the table of volume prices for display, sums. Nothing here takes a price from outside."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.catalog.models import Product
from b2bkit.core.db.plan import DIALECTS, one_of
from b2bkit.core.errors import B2bkitError
from b2bkit.core.extend.things import PriceStep, Quote, QuoteLine
from b2bkit.core.i18n import _
from b2bkit.core.pricing.steps import LIVE, PRICE_TYPE, ROUNDING, VOLUME, explained
from b2bkit.core.pricing.sums import LineSums, line_sums, total_sums
from b2bkit.core.pricing.terms import Ladders, LivePrice, LoadedQuote, PriceRow, Terms, by_product, ladders_of, terms_of
from b2bkit.core.work import Work

__all__ = [
    "LineSums", "PriceRow", "Terms", "VolumeStep", "VolumeTable", "by_product", "line_sums", "price_lines", "price_of_unit", "run_pipeline",
    "straight_table", "tables_of", "terms_of", "total_sums", "volume_table",
]  # fmt: skip

log = logging.getLogger("b2bkit.pricing")
_NOTHING_SAID: Mapping[UUID, LivePrice] = MappingProxyType({})
_CORE_STEPS = (PRICE_TYPE, VOLUME, LIVE, ROUNDING)
_RATES = {dialect: select(Product.id, Product.vat_rate).where(one_of(Product.id, "product_ids", dialect)) for dialect in DIALECTS}


def price_lines(
    work: Work, contract_id: UUID, lines: Sequence[tuple[UUID, Decimal]], live: Mapping[UUID, LivePrice] = _NOTHING_SAID, *,
    of_cart: bool = False,
) -> list[QuoteLine]:  # fmt: skip
    """The price of every (product, quantity in base units) under a contract, in the order given, with its explanation.

    live      product -> what the ERP said of it a moment ago
    of_cart   whether the lines stand in the actor's cart under this contract: then steps that price carts alone run too

    A line without a price has None. Says nothing about whether the actor may see the product. Raises NotFound for a contract that is not
    the actor's.
    """
    terms = terms_of(work, contract_id)
    rates: dict[UUID, Decimal | None] = {}
    if lines:
        product_ids = list(dict.fromkeys(product_id for product_id, _quantity in lines))
        rates = {row[0]: row[1] for row in work.session.rows(_RATES[work.session.dialect], {"product_ids": product_ids})}
    asked = [QuoteLine(product_id, quantity, currency=terms.currency, vat_rate=rates.get(product_id)) for product_id, quantity in lines]
    return run_pipeline(work, terms, asked, live=live, of_cart=of_cart)


def run_pipeline(
    work: Work,
    terms: Terms,
    lines: Sequence[QuoteLine],
    ladders: Ladders | None = None,
    live: Mapping[UUID, LivePrice] = _NOTHING_SAID,
    *,
    of_cart: bool = False,
) -> list[QuoteLine]:
    """All price steps of the kit over lines without prices; `ladders` are the price type's, when they are already read."""
    known = {"terms": terms, "ladders": ladders, "live": live}
    quote: Quote = LoadedQuote(terms.contract_id, terms.price_type_id, terms.currency, tuple(lines), **known)  # type: ignore[arg-type]
    for step in work.kit.price_steps:
        quote = quote if step.carts_only and not of_cart else _run(work, step, quote)
    return list(quote.lines)


def _run(work: Work, step: PriceStep, quote: Quote) -> Quote:
    """One step. One that fails, or gives back other lines than it got, takes the prices away and says why."""
    if step.name in _CORE_STEPS:
        return step.apply(work, quote)
    try:
        with work.session.begin_nested():  # a failed statement must not spoil the transaction around it
            changed = step.apply(work, quote)
        _check(quote, changed)
    except B2bkitError:
        raise
    except Exception:
        log.exception("price step failed", extra={"step": step.name, "request_id": work.request_id})
        why = _("The step “%(step)s” failed, so there is no price.") % {"step": _(step.label)}
        return replace(quote, lines=tuple(explained(line, step.name, why, None) for line in quote.lines))
    return changed


def _check(before: Quote, after: Quote) -> None:
    if [(line.product_id, line.quantity) for line in before.lines] != [(line.product_id, line.quantity) for line in after.lines]:
        raise ValueError("a price step changes prices only: products, quantities and their order stay")
    for line in after.lines:
        price: object = line.price  # of a plugin: what it says is not what it is typed as
        if price is not None and not (isinstance(price, Decimal) and price.is_finite() and price >= 0):
            raise ValueError(f"a price is a Decimal from 0 on, not {price!r}")


class VolumeStep(NamedTuple):
    """From this quantity in base units on, this price per base unit."""

    min_quantity: Decimal
    price: Decimal


class VolumeTable(NamedTuple):
    """Prices of a product by quantity, for display. Without steps: price on request."""

    steps: tuple[VolumeStep, ...] = ()
    currency: str = ""
    vat_included: bool = False

    def at(self, quantity: Decimal) -> VolumeStep | None:
        """The step that applies at a quantity."""
        return next((step for step in reversed(self.steps) if step.min_quantity <= quantity), None)

    def missing(self, quantity: Decimal) -> tuple[Decimal, VolumeStep] | None:
        """How many base units are missing to the next step, and that step; None above the last."""
        following = next((step for step in self.steps if step.min_quantity > quantity), None)
        return None if following is None else (following.min_quantity - quantity, following)


def volume_table(work: Work, contract_id: UUID, product_ids: Collection[UUID]) -> dict[UUID, VolumeTable]:
    """The volume prices of these products under a contract, as the pipeline gives them at each step's quantity."""
    terms = terms_of(work, contract_id)
    return tables_of(work, terms, ladders_of(work, terms.price_type_id, product_ids), product_ids)


def tables_of(work: Work, terms: Terms, ladders: Ladders, product_ids: Collection[UUID]) -> dict[UUID, VolumeTable]:
    """The same from terms and ladders that are already read."""
    straight = straight_table(work, terms)
    if straight is not None:
        return {id_: straight([(row.min_quantity, row.value) for row in ladders.get(id_, ())]) for id_ in product_ids}
    usable = ladders if terms.price_currency == terms.currency else {}
    steps = _through_pipeline(work, terms, usable, product_ids)
    included = bool(terms.vat_included)
    return {id_: VolumeTable(steps.get(id_, ()), terms.currency, included) for id_ in product_ids}


def straight_table(work: Work, terms: Terms) -> Callable[[Sequence[tuple[Decimal, Decimal]]], VolumeTable] | None:
    """How prices of one product, (least quantity, price) in order, become its table where the core's steps are all there are: they give
    exactly these, and lists are shown often. None where lines have to go through the pipeline.
    """
    if any(step.name not in _CORE_STEPS and not step.carts_only for step in work.kit.price_steps):
        return None
    usable, currency, included = terms.price_currency == terms.currency, terms.currency, bool(terms.vat_included)
    nothing = VolumeTable((), currency, included)

    def table(prices: Sequence[tuple[Decimal, Decimal]]) -> VolumeTable:
        return VolumeTable(tuple(map(VolumeStep._make, prices)), currency, included) if usable and prices else nothing

    return table


def _through_pipeline(work: Work, terms: Terms, ladders: Ladders, product_ids: Collection[UUID]) -> dict[UUID, tuple[VolumeStep, ...]]:
    asked: list[QuoteLine] = []
    for id_ in product_ids:
        quantities = [row.min_quantity for row in ladders.get(id_, ())] or [Decimal(0)]
        asked += [QuoteLine(id_, quantity, currency=terms.currency) for quantity in quantities]
    found: dict[UUID, tuple[VolumeStep, ...]] = {}
    for line in run_pipeline(work, terms, asked, ladders):
        if line.price is not None:
            found[line.product_id] = (*found.get(line.product_id, ()), VolumeStep(line.quantity, line.price))
    return found


def price_of_unit(price: Decimal, factor: Decimal) -> Decimal:
    """The price of one unit of `factor` base units, exact: for display only, sums come from the price of the base unit."""
    return price * factor
