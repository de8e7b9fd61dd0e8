"""Filling the cart. Every change takes the cart's row first, so that two tabs cannot pass each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from b2bkit.core.catalog.quantities import BASE_PLACES, MAX_QUANTITY, base_quantity, check_quantity
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import Conflict, NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.ordering.models import Cart, CartLine
from b2bkit.core.ordering.service.cart import MAX_LINES, USE, CartRow, CartView, find, require_terms, take, view_under, wanted_in
from b2bkit.core.ordering.service.contract import Terms
from b2bkit.core.ordering.service.goods import look_up
from b2bkit.core.ordering.service.lines import Wanted, appraise, problems_of_change
from b2bkit.core.work import Work

_UNSYNCED = {"synchronize_session": False}


def add_line(work: Work, *, product_id: UUID, unit: str, quantity: Decimal) -> CartView:
    """Puts an amount of a product into the cart, on top of what is there in the same unit; in place of it, where nobody can order that.

    A quantity that breaks a rule is kept and shown as such. NotFound for a product outside this contract's catalogue.
    """
    work.require(USE)
    terms = require_terms(work)
    goods = look_up(work, [product_id], stock=False).get(product_id)
    if goods is None or not goods.visible:
        raise NotFound("product")
    storable(quantity)
    cart = _take(work, terms)
    lines = wanted_in(work, cart.id)
    same = next((line for line in lines if (line.product_id, line.unit) == (product_id, unit)), None)
    if same is not None:
        wrong = check_quantity(goods.rules, unit, same.quantity) is not None
        _set(work, terms, same, quantity if wrong else quantity + same.quantity, renew=True)
        return _changed(work, terms, cart)
    if len(lines) >= MAX_LINES:
        raise Refused(Problem("ordering.too_many_lines", _("A cart holds %(most)d lines. Place this order first.") % {"most": MAX_LINES}))
    [line] = appraise(work, terms.contract_id, [Wanted(product_id, unit, quantity)])
    if line.factor is None and line.problem is not None:
        raise Refused(replace(line.problem, field="unit"))
    row = {
        "id": new_id(),
        "company_id": terms.company_id,
        "user_id": work.actor.user_id,
        "cart_id": cart.id,
        "product_id": product_id,
        "unit": unit,
        "quantity": quantity,
        "base_quantity": stored_base(quantity, line.factor),
        "seen_price": line.price,
        "seen_free": line.free,
        "position": _next_position(work, cart.id),
    }
    work.session.insert_rows(CartLine, [row])
    return _changed(work, terms, cart)


class Asked(NamedTuple):
    """An amount of a product to be put into the cart, with what it is in base units: that holds where the unit is not sold any more."""

    product_id: UUID
    unit: str
    quantity: Decimal
    base_quantity: Decimal


def add_lines(work: Work, asked: Sequence[Asked]) -> tuple[CartView, list[Asked]]:
    """Puts many amounts into the cart at once, on top of what is there; gives the cart and what this contract's catalogue has not.

    Quantities that break a rule are kept and shown as such. Raises Refused when the cart would hold too many lines; then nothing is added.
    """
    work.require(USE)
    terms = require_terms(work)
    goods = look_up(work, [one.product_id for one in asked], stock=False)
    sold = [one for one in asked if one.product_id in goods and goods[one.product_id].visible]
    if not sold:
        return view_under(work, terms), list(asked)
    cart = _take(work, terms)
    there = {(line.product_id, line.unit): line for line in wanted_in(work, cart.id)}
    wanted: dict[tuple[UUID, str], Wanted] = {}
    for one in sold:
        rules = goods[one.product_id].rules
        unit, quantity = (one.unit, one.quantity) if rules.factor(one.unit) is not None else (rules.unit, one.base_quantity)
        storable(quantity)
        place = (one.product_id, unit)
        held = wanted.get(place) or there.get(place) or Wanted(one.product_id, unit, Decimal(0))
        wanted[place] = held._replace(quantity=held.quantity + quantity)
    if len(there.keys() | wanted.keys()) > MAX_LINES:
        raise Refused(Problem("ordering.too_many_lines", _("A cart holds %(most)d lines. Place this order first.") % {"most": MAX_LINES}))
    _write_lines(work, terms, cart, list(wanted.values()))
    return _changed(work, terms, cart), [one for one in asked if one not in sold]


def _write_lines(work: Work, terms: Terms, cart: CartRow, wanted: Sequence[Wanted]) -> None:
    """Lines that are new, and new amounts of lines that are there; the prices of now are seen ones."""
    position, rows = _next_position(work, cart.id), list[dict[str, object]]()
    for line in appraise(work, terms.contract_id, wanted):
        values = {
            "quantity": line.quantity, "base_quantity": stored_base(line.quantity, line.factor), "seen_price": line.price,
            "seen_free": line.free,
        }  # fmt: skip
        if line.line_id is not None:
            work.session.execute(update(CartLine).where(CartLine.id == line.line_id).values(**values), execution_options=_UNSYNCED)
            continue
        whose = {"id": new_id(), "company_id": terms.company_id, "user_id": work.actor.user_id, "cart_id": cart.id}
        rows.append({**whose, "product_id": line.product_id, "unit": line.unit, "position": position + len(rows), **values})
    work.session.insert_rows(CartLine, rows)


def change_line(work: Work, *, line_id: UUID, quantity: Decimal, unit: str | None = None, version: int | None = None) -> CartView:
    """Sets a line's quantity, and its unit where given; merged with the line that has this unit already.

    Conflict when the cart was changed elsewhere since `version` was shown.
    """
    terms, cart, line = _line_to_change(work, line_id, version)
    storable(quantity)
    if unit is None or unit == line.unit:
        _set(work, terms, line, quantity)
        return _changed(work, terms, cart)
    goods = look_up(work, [line.product_id], stock=False).get(line.product_id)
    if goods is None or goods.rules.factor(unit) is None:
        raise Refused(Problem("quantity.unknown_unit", _("This product is not sold in “%(unit)s”.") % {"unit": unit[:50]}, "unit"))
    other = next((found for found in wanted_in(work, cart.id) if (found.product_id, found.unit) == (line.product_id, unit)), None)
    if other is not None:
        work.session.execute(delete(CartLine).where(CartLine.id == line_id))
        _set(work, terms, other, other.quantity + quantity, renew=True)
    else:
        _set(work, terms, line._replace(unit=unit), quantity, renew=True)
    return _changed(work, terms, cart)


def remove_line(work: Work, *, line_id: UUID, version: int | None = None) -> CartView:
    """Takes a line out. Conflict when the cart was changed elsewhere."""
    terms, cart, _line = _line_to_change(work, line_id, version)
    work.session.execute(delete(CartLine).where(CartLine.id == line_id))
    return _changed(work, terms, cart)


def clear(work: Work, *, version: int | None = None) -> CartView:
    """Takes everything out."""
    work.require(USE)
    terms = require_terms(work)
    if find(work, terms) is None:
        return view_under(work, terms)
    cart = _take(work, terms, version)
    work.session.execute(delete(CartLine).where(CartLine.cart_id == cart.id))
    return _changed(work, terms, cart)


def accept(work: Work, *, version: int, seen_total: Decimal, news: str | None = None, line_id: UUID | None = None) -> CartView:
    """Accepts what changed, in one line or in all: new prices and stock are now seen ones, lines that are gone leave the cart.

    Conflict when the cart, its sum or its differences (`CartView.news`, where it is said) are not what the buyer was shown. Wrong
    quantities stay as they are.
    """
    work.require(USE)
    terms = require_terms(work)
    if find(work, terms) is None:
        raise NotFound("cart line")
    cart = _take(work, terms, version)
    shown = view_under(work, terms)
    if shown.sums.total != seen_total or news not in (None, shown.news):
        raise Conflict(
            [
                Problem("ordering.changed_again", _("Prices or stock changed once more while you looked. Check them and accept again.")),
                *_changes(shown),
            ]
        )
    lines = [line for line in shown.changed if line_id in (None, line.line_id)]
    if line_id is not None and not lines:
        raise NotFound("cart line")
    for line in lines:
        if line.change == "gone":
            work.session.execute(delete(CartLine).where(CartLine.id == line.line_id))
        else:
            seen = update(CartLine).where(CartLine.id == line.line_id).values(seen_price=line.price, seen_free=line.free)
            work.session.execute(seen, execution_options=_UNSYNCED)
    return _changed(work, terms, cart)


def _changes(shown: CartView) -> list[Problem]:
    return [problem for line in shown.changed for problem in problems_of_change(line)]


def _take(work: Work, terms: Terms, version: int | None = None) -> CartRow:
    cart = find(work, terms) or _open(work, terms)
    return cart._replace(version=take(work, cart.id, version))


def _open(work: Work, terms: Terms) -> CartRow:
    row = {
        "id": new_id(), "company_id": terms.company_id, "user_id": work.actor.user_id, "contract_id": terms.contract_id,
        "version": 0, "total": None, "updated_at": work.now,
    }  # fmt: skip
    try:
        with work.session.begin_nested():
            work.session.insert_rows(Cart, [row])
    except IntegrityError:  # another tab was first
        cart = find(work, terms)
        if cart is None:
            raise
        return cart
    return CartRow(row["id"], 0, terms.contract_id)  # type: ignore[arg-type]


def _line_to_change(work: Work, line_id: UUID, version: int | None) -> tuple[Terms, CartRow, Wanted]:
    work.require(USE)
    terms = require_terms(work)
    cart = find(work, terms)
    if cart is None or not any(line.line_id == line_id for line in wanted_in(work, cart.id)):
        if cart is not None and version is not None and version != cart.version:
            take(work, cart.id, version)  # another tab removed it: say that rather than "absent"
        raise NotFound("cart line")
    cart = _take(work, terms, version)
    line = next((found for found in wanted_in(work, cart.id) if found.line_id == line_id), None)
    if line is None:
        raise NotFound("cart line")
    return terms, cart, line


def storable(quantity: Decimal) -> None:
    """What can be kept at all: positive, three places, not beyond any order. Everything else about it is shown in the cart."""
    if not quantity.is_finite() or quantity <= 0:
        raise Refused(Problem("quantity.not_positive", _("Enter a quantity above zero, or remove the line."), "quantity"))
    if quantity > MAX_QUANTITY:
        raise Refused(Problem("quantity.too_large", _("That is more than one order can hold. Enter a smaller quantity."), "quantity"))
    if quantity != quantity.quantize(BASE_PLACES):
        raise Refused(Problem("quantity.too_precise", _("Enter at most three decimal places."), "quantity"))


def stored_base(quantity: Decimal, factor: Decimal | None) -> Decimal:
    return max(base_quantity(quantity, factor or Decimal(1)), BASE_PLACES)


def _set(work: Work, terms: Terms, line: Wanted, quantity: Decimal, *, renew: bool = False) -> None:
    """Writes a line's quantity. A price that the buyer knew follows the volume step; a change not accepted stays one, unless `renew`."""
    storable(quantity)
    before, after = appraise(work, terms.contract_id, (line, line._replace(quantity=quantity)))
    seen = after.price if renew or before.price == line.seen_price else line.seen_price
    values = {
        "unit": line.unit,
        "quantity": quantity,
        "base_quantity": stored_base(quantity, after.factor),
        "seen_price": seen,
        "seen_free": after.free,
    }
    work.session.execute(update(CartLine).where(CartLine.id == line.line_id).values(**values), execution_options=_UNSYNCED)


def _next_position(work: Work, cart_id: UUID) -> int:
    return int(work.session.scalar(select(func.max(CartLine.position)).where(CartLine.cart_id == cart_id)) or 0) + 1


def _changed(work: Work, terms: Terms, cart: CartRow) -> CartView:
    shown = view_under(work, terms)
    total = shown.sums.total if shown.sums.lines == shown.sums.of else None
    work.session.execute(update(Cart).where(Cart.id == cart.id).values(total=total), execution_options=_UNSYNCED)
    if work.actor.user_id is not None:
        work.signal("cart", cart.id, users=(work.actor.user_id,))
    return replace(shown, seen_total=total)
