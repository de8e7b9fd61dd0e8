"""Placing an order: checked, priced, numbered and owed to the ERP in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from b2bkit.core.accounts.models import Address, LegalEntity
from b2bkit.core.accounts.own_addresses import whole
from b2bkit.core.audit.service import record
from b2bkit.core.catalog.quantities import BASE_PLACES
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import Conflict, NotFound, Problem, Refused
from b2bkit.core.extend.things import OrderDraft
from b2bkit.core.i18n import _, language
from b2bkit.core.ordering.events import OrderPlaced
from b2bkit.core.ordering.models import Cart, CartLine, Order, OrderEvent, OrderLine, OrderNumber
from b2bkit.core.ordering.service import cart as carts
from b2bkit.core.ordering.service.contract import Terms, terms_of
from b2bkit.core.ordering.service.drafts import Draft
from b2bkit.core.ordering.service.lines import Line, Wanted, appraise, problems_of_answer, problems_of_change, sums_of
from b2bkit.core.ordering.service.orders import BEHALF
from b2bkit.core.web.formatting import money
from b2bkit.core.work import Work

log = logging.getLogger("b2bkit.ordering")
PLACE = "ordering.place"
FIRST_NUMBER = 10_000
FURTHEST = timedelta(days=366)
_SAID_TOO = ("ordering.dearer", "ordering.cheaper", "ordering.priced", "ordering.less")  # what else differs follows from the problems


class Placed(NamedTuple):
    """The new order."""

    id: UUID
    number: str


def place_order(work: Work, draft: Draft) -> Placed:
    """Places an order from the actor's cart, or from the draft's own lines.

    Raises Refused with the problems of all order checks, Conflict when cart, prices or contract are not what the buyer saw (nothing is
    placed, the cart stays), NotFound for a contract or address of somebody else.
    """
    work.require(PLACE)
    terms = _terms(work, draft)
    address = _address(work, terms, draft.address_id)
    _check_consignee(work, terms, draft.consignee_id)
    cart_id, wanted = _wanted(work, terms, draft)
    draft = replace(draft, terms=terms, lines=appraise(work, terms.contract_id, wanted, stock=cart_id is not None))
    _refuse(work, draft, cart_id)
    placed = _write(work, draft, terms, address)
    for choice in draft.choices:
        if choice.placed is not None:
            choice.placed(work, placed.id, choice.values)
    if cart_id is not None:
        _empty(work, cart_id)
    return placed


def _terms(work: Work, draft: Draft) -> Terms:
    terms = terms_of(work, draft.contract_id)
    if terms is None or terms.company_id != work.actor.company_id:
        raise NotFound("contract")
    if terms.contract_id != work.actor.contract_id:
        now = terms_of(work, work.actor.contract_id)
        said = _("You work under contract %(now)s now, this order was prepared under %(then)s. Check cart and prices.")
        raise Conflict(
            Problem("ordering.contract_switched", said % {"now": now.number if now else "", "then": terms.number}, "contract_id")
        )
    return terms


def _address(work: Work, terms: Terms, address_id: UUID | None) -> str:
    if address_id is None:
        return ""
    statement = select(Address).where(Address.id == address_id, Address.company_id == terms.company_id, Address.active.is_(True))
    found = work.session.scalars(statement).one_or_none()
    if found is None or not work.actor.shows("company.addresses"):
        raise NotFound("address")
    return whole(found)


def _check_consignee(work: Work, terms: Terms, entity_id: UUID | None) -> None:
    if entity_id is None:
        return
    mine = (LegalEntity.id == entity_id, LegalEntity.company_id == terms.company_id, LegalEntity.active.is_(True))
    if work.session.scalar(select(LegalEntity.id).where(*mine)) is None:
        raise NotFound("legal entity")


def _wanted(work: Work, terms: Terms, draft: Draft) -> tuple[UUID | None, Sequence[Wanted]]:
    if draft.wanted is not None:
        _refuse_twice(draft.wanted)
        return None, draft.wanted
    cart = carts.find(work, terms)
    if cart is None:
        return None, ()
    carts.take(work, cart.id, draft.cart_version)  # first the row, then its lines: a second tab waits here and finds another version
    return cart.id, carts.wanted_in(work, cart.id)


def _refuse_twice(wanted: Sequence[Wanted]) -> None:
    if len(wanted) > carts.MAX_LINES:
        raise Refused(Problem("ordering.too_many_lines", _("An order holds %(most)d lines.") % {"most": carts.MAX_LINES}, "lines"))
    seen: set[tuple[UUID, str]] = set()
    problems = []
    for number, item in enumerate(wanted):
        if (item.product_id, item.unit) in seen:
            said = _("This product stands in an earlier line in the same unit. Add the quantities up.")
            problems.append(Problem("ordering.duplicate_line", said, f"lines.{number}.product_id"))
        seen.add((item.product_id, item.unit))
    if problems:
        raise Refused(problems)


def _refuse(work: Work, draft: Draft, cart_id: UUID | None) -> None:
    problems = [*_wanted_on(work, draft), *_checked(work, draft)]
    changes = _changes(draft)
    if problems:
        raise Refused([*problems, *(change for change in changes if change.code in _SAID_TOO)])
    if changes:
        raise Conflict(changes)


def _checked(work: Work, draft: Draft) -> list[Problem]:
    problems: list[Problem] = []
    for check in work.kit.order_checks:
        try:
            problems += check.check(work, cast(OrderDraft, draft))
        except Exception:
            log.exception("order check failed", extra={"check": check.name, "request_id": work.request_id})
            said = _("The order could not be checked (%(check)s). Nothing was placed; try again or tell your manager.") % {
                "check": check.name
            }
            problems.append(Problem("ordering.check_failed", said))
    unmeasured = {f"lines.{line.position - 1}" for line in draft.lines if not line.visible or line.factor is None}
    return [problem for problem in problems if problem.field not in unmeasured]  # what is not to be had needs no price


def _wanted_on(work: Work, draft: Draft) -> list[Problem]:
    today = work.now.astimezone(work.config.portal.zone).date()
    if draft.wanted_on is None or today <= draft.wanted_on <= today + FURTHEST:
        return []
    said = _("This day has passed. Choose today or later.") if draft.wanted_on < today else _("Choose a day within a year.")
    return [Problem("ordering.wanted_on", said, "wanted_on")]


def _changes(draft: Draft) -> list[Problem]:
    found = [problem for line in draft.lines for problem in problems_of_change(line)]
    if draft.seen_total is not None and draft.seen_total != draft.total:
        old, new = (money(value, draft.terms.currency if draft.terms else "", lang=language()) for value in (draft.seen_total, draft.total))
        said = _("The sum is %(new)s now, you saw %(old)s. Check it and place the order again.") % {"new": new, "old": old}
        found.append(Problem("ordering.total_changed", said, "seen_total"))
        found += [problem for line in draft.lines for problem in problems_of_answer(line)]
    return found


# writing


def _write(work: Work, draft: Draft, terms: Terms, address: str) -> Placed:
    placed = Placed(new_id(), _next_number(work))
    sums = sums_of(draft.lines)
    order = {
        "id": placed.id,
        "company_id": terms.company_id,
        "source": "portal",
        "number": placed.number,
        "legal_entity_id": terms.legal_entity_id,
        "contract_id": terms.contract_id,
        "placed_by": work.actor.user_id,
        "placed_at": work.now,
        "status": "placed",
        "address": address,
        "consignee_id": draft.consignee_id if draft.consignee_id != terms.legal_entity_id else None,
        "comment": draft.comment,
        "wanted_on": draft.wanted_on,
        "currency": terms.currency,
        "net": sums.net,
        "vat": sums.vat,
        "total": sums.total,
        "paid": False,
        "erp_state": "waiting" if work.kit.erp_gateway is not None else "none",
        "erp_number": "",
        "erp_version": "",
        "erp_as_of": None,
        "checked_at": _checked_at(draft.lines),
    }
    work.session.insert_rows(Order, [order])
    work.session.insert_rows(OrderLine, [_row(placed.id, terms.company_id, line) for line in draft.lines])
    event = {"company_id": terms.company_id, "order_id": placed.id, "kind": "placed", "at": work.now, "actor": work.actor.name}
    event["note"] = BEHALF if work.actor.on_behalf is not None else ""
    work.session.insert_rows(OrderEvent, [event])
    record(
        work, action="ordering.placed", entity="order", entity_id=placed.id, company_id=terms.company_id, details={"total": str(sums.total)}
    )
    work.publish(OrderPlaced(order_id=placed.id, company_id=terms.company_id, number=placed.number), key=f"order:{placed.id}")
    work.signal("order", placed.id, companies=(terms.company_id,), staff=True)
    return placed


def _checked_at(lines: Sequence[Line]) -> datetime | None:
    """When the ERP said the oldest of the lines; None when it said nothing of one."""
    told = [line.told_at for line in lines if line.told_at is not None]
    return min(told) if told and len(told) == len(lines) else None


def _row(order_id: UUID, company_id: UUID, line: Line) -> dict[str, object]:
    return {
        "company_id": company_id,
        "order_id": order_id,
        "position": line.position,
        "product_id": line.product_id,
        "article": line.article,
        "name": line.name,
        "unit": line.unit,
        "factor": line.factor or Decimal(1),
        "quantity": line.quantity,
        "base_unit": line.rules.unit,
        "base_unit_code": line.rules.code,
        "base_quantity": line.base_quantity.quantize(BASE_PLACES),
        "price": line.price,
        "vat_included": line.vat_included,
        "vat_rate": line.vat_rate,
        "net": line.net,
        "vat": line.vat,
        "total": line.total,
        "explanation": [
            {"step": step.step, "text": step.text, "before": _plain(step.before), "after": _plain(step.after)} for step in line.explanation
        ],
    }


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _next_number(work: Work) -> str:
    """`П-10001`: at most 11 characters, which is what 1C keeps of a site's number."""
    serial = work.session.execute(insert(OrderNumber).returning(OrderNumber.id)).scalar_one()
    number = f"{work.config.portal.order_prefix}{FIRST_NUMBER + serial}"
    if len(number) > 11:
        raise RuntimeError(f"order number {number} is longer than the 11 characters that 1C keeps: shorten portal.order_prefix")
    return number


def _empty(work: Work, cart_id: UUID) -> None:
    work.session.execute(delete(CartLine).where(CartLine.cart_id == cart_id))
    work.session.execute(update(Cart).where(Cart.id == cart_id).values(total=None), execution_options={"synchronize_session": False})
    if work.actor.user_id is not None:
        work.signal("cart", cart_id, users=(work.actor.user_id,))
