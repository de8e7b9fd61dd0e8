"""The core's own steps of the price pipeline. Each is pure but for reading, and says what it did to every line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from b2bkit.core.extend.things import Explanation, Quote, QuoteLine
from b2bkit.core.i18n import _, language
from b2bkit.core.pricing.terms import Ladder, Ladders, LivePrice, LoadedQuote, Terms, ladders_of, step_at, terms_of
from b2bkit.core.web.formatting import num
from b2bkit.core.work import Work

PRICE_TYPE, VOLUME, LIVE, ROUNDING = "pricing.price_type", "pricing.volume", "pricing.live", "pricing.rounding"
_FOUR_PLACES = Decimal("0.0001")


def explained(line: QuoteLine, step: str, text: str, price: Decimal | None) -> QuoteLine:
    """The line with a new price and the reason for it."""
    return replace(line, price=price, explanation=(*line.explanation, Explanation(step, text, line.price, price)))


def _each(quote: Quote, change: Callable[[QuoteLine], QuoteLine]) -> Quote:
    return replace(quote, lines=tuple(change(line) for line in quote.lines))


def _known(work: Work, quote: Quote) -> tuple[Terms, Ladders]:
    """What an earlier step read, else read now: a plugin's step may have returned a plain quote."""
    terms = quote.terms if isinstance(quote, LoadedQuote) else None
    terms = terms or terms_of(work, quote.contract_id)
    ladders = quote.ladders if isinstance(quote, LoadedQuote) else None
    if ladders is None:
        ladders = ladders_of(work, terms.price_type_id, [line.product_id for line in quote.lines])
    return terms, ladders


def contract_price(work: Work, quote: Quote) -> Quote:
    """Step 100: the price in the contract's price type, for the smallest quantity; reads all lines at once."""
    terms, ladders = _known(work, quote)
    usable = terms.price_type_id is not None and terms.price_currency == quote.currency

    def begin(line: QuoteLine) -> QuoteLine:
        ladder = ladders.get(line.product_id, ()) if usable else ()
        price = ladder[0].value if ladder else None
        return explained(replace(line, vat_included=bool(terms.vat_included)), PRICE_TYPE, _why(terms, quote.currency, price), price)

    loaded = LoadedQuote(
        quote.contract_id, terms.price_type_id, quote.currency, quote.lines, terms=terms, ladders=ladders if usable else {},
        live=quote.live if usable and isinstance(quote, LoadedQuote) else {},
    )  # fmt: skip
    return _each(loaded, begin)


def _why(terms: Terms, currency: str, price: Decimal | None) -> str:
    if terms.price_type_id is None:
        return _("Contract %(number)s names no price type that is in force.") % {"number": terms.number}
    names = {"number": terms.number, "type": terms.price_type, "theirs": terms.price_currency, "ours": currency}
    if terms.price_currency != currency:
        return _("Price type “%(type)s” is in %(theirs)s, contract %(number)s in %(ours)s: no price.") % names
    if price is None:
        return _("Price type “%(type)s” of contract %(number)s has no price for this product.") % names
    return _("Price type “%(type)s” of contract %(number)s.") % names


def volume_price(work: Work, quote: Quote) -> Quote:
    """Step 200: of the price type's steps the one with the highest quantity that the line reaches; below the lowest there is no price."""
    _terms, ladders = _known(work, quote)

    def choose(line: QuoteLine) -> QuoteLine:
        ladder = ladders.get(line.product_id, ())
        return line if not ladder else explained(line, VOLUME, *_chosen(ladder, line.quantity))

    return _each(quote, choose)


def _chosen(ladder: Ladder, quantity: Decimal) -> tuple[str, Decimal | None]:
    step = step_at(ladder, quantity)
    if step is None:
        return _("Prices begin at %(quantity)s.") % {"quantity": num(ladder[0].min_quantity, lang=language())}, None
    if step.min_quantity == 0:
        return _("For any quantity."), step.value
    return _("From %(quantity)s on.") % {"quantity": num(step.min_quantity, lang=language())}, step.value


def live_price(work: Work, quote: Quote) -> Quote:
    """Step 300: what the ERP said a moment ago, where it was asked; it holds over what was told before."""
    live = quote.live if isinstance(quote, LoadedQuote) else {}
    if not live:
        return quote
    _terms, ladders = _known(work, quote)

    def newest(line: QuoteLine) -> QuoteLine:
        told = live.get(line.product_id)
        return line if told is None else _told(line, told, ladders.get(line.product_id, ()))

    return _each(quote, newest)


def _told(line: QuoteLine, told: LivePrice, ladder: Ladder) -> QuoteLine:
    if told.withdrawn:
        return explained(line, LIVE, _("1C has no price for it now."), None)
    if told.price is None:
        return line
    if not told.plain:
        return _as_told(line, told.price) if told.quantity == line.quantity or len(ladder) <= 1 else line
    if ladder and ladder[0].value == told.price:
        return line  # the plain price is as it was, so are the steps above it
    step = step_at(ladder, line.quantity)
    if not ladder or step is ladder[0]:
        return _as_told(line, told.price)
    return explained(line, LIVE, _("1C has another plain price now; the one of this quantity is confirmed later."), line.price)


def _as_told(line: QuoteLine, price: Decimal) -> QuoteLine:
    return line if line.price == price else explained(line, LIVE, _("1C said so just now."), price)


def rounded_price(work: Work, quote: Quote) -> Quote:
    """Step 900: four decimal places, half away from zero, as 1C keeps the price of a base unit."""

    def keep(line: QuoteLine) -> QuoteLine:
        if line.price is None:
            return line
        return explained(line, ROUNDING, _("Four decimal places are kept."), line.price.quantize(_FOUR_PLACES, ROUND_HALF_UP))

    return _each(quote, keep)
