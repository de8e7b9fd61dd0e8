"""The supplier's side: wishes that wait, granting, offering other prices, refusing; the ERP's answer; using and lapsing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from b2bkit import Badge, Problem, Refused, Work
from b2bkit.core.accounts.models import Company, Contract, User
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.i18n import _, language, ngettext
from b2bkit.core.ordering.events import OrderPlaced
from b2bkit.core.ordering.models import Order, OrderLine
from b2bkit.core.web.formatting import money
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit.plugins.discount_requests.events import DiscountAnswered
from b2bkit.plugins.discount_requests.models import DiscountRequest
from b2bkit.plugins.discount_requests.service.asking import KIND, PLACES, Wish, find, forget, lines_of, note, today, told
from b2bkit.plugins.discount_requests.step import NAME, settings_of

DECIDE: Final = "discount_requests.decide"
KEY: Final = (UUID,)
SIZE: Final = 40
_PERCENT: Final = re.compile(r"\s*([0-9]{1,2}(?:[.,][0-9]{1,2})?)\s*%")


class Row(NamedTuple):
    """A wish in the list of staff."""

    request: DiscountRequest
    company: str
    person: str


class Seen(NamedTuple):
    """A wish as staff answer it."""

    wish: Wish
    company: str
    contract: str
    currency: str
    decided_by: str

    @property
    def request(self) -> DiscountRequest:
        """The wish itself."""
        return self.wish.request


def page(work: Work, *, state: str, after: str | None = None) -> Slice[Row]:
    """Wishes in a state, the oldest first while they wait, else the newest. One statement."""
    work.require(DECIDE)
    at = Cursor.decode(after, KEY)
    statement = select(DiscountRequest, Company.name, func.coalesce(User.name, "")).join(Company, Company.id == DiscountRequest.company_id)
    statement = statement.outerjoin(User, User.id == DiscountRequest.user_id).where(DiscountRequest.state == state)
    ascending = (state == "waiting") != (at is not None and at.backwards)
    if at is not None:
        mark = at.values[0]
        statement = statement.where(DiscountRequest.id > mark if ascending else DiscountRequest.id < mark)
    order = DiscountRequest.id if ascending else DiscountRequest.id.desc()
    found = slice_of(work.session.execute(statement.order_by(order).limit(SIZE + 1)).all(), SIZE, at, lambda row: (row[0].id,))
    return Slice(tuple(Row(row[0], row[1], row[2]) for row in found.items), found.previous, found.next)


def badge(work: Work) -> Badge | None:
    """How many wait."""
    count = work.session.scalar(select(func.count(DiscountRequest.id)).where(DiscountRequest.state == "waiting")) or 0
    return Badge(count, "new", ngettext("wish for a discount waits", "wishes for a discount wait", count)) if count else None


def one(work: Work, request_id: UUID) -> Seen:
    """One wish. NotFound as `asking.find`."""
    work.require(DECIDE)
    request = find(work, request_id)
    people = select(User.id, User.name).where(User.id.in_([id_ for id_ in (request.user_id, request.decided_by) if id_]))
    names = {row[0]: row[1] for row in work.session.execute(people)}
    company = work.session.scalar(select(Company.name).where(Company.id == request.company_id)) or ""
    contract = work.session.execute(select(Contract.number, Contract.currency).where(Contract.id == request.contract_id)).one()
    person = names.get(request.user_id, "") if request.user_id else ""
    decided = names.get(request.decided_by, "") if request.decided_by else ""
    return Seen(Wish(request, lines_of(work, request_id), person), company, contract[0], contract[1], decided)


def grant(
    work: Work, request_id: UUID, *, prices: Mapping[UUID, Decimal | None] | None = None, until: date | None = None, answer: str = ""
) -> str:
    """Answers with prices per base unit by line, None for a line without a discount; without `prices` as asked for.

    Granted at once where no line gets less than was wished, else offered: the client decides. Gives which of the two. Raises Refused
    with every mistake, and for a wish that is answered.
    """
    work.require(DECIDE)
    request = _waiting(work, request_id)
    last, lines = until or today(work) + timedelta(days=settings_of(work).days), lines_of(work, request_id)
    problems = []
    if not today(work) <= last <= today(work) + timedelta(days=366):
        problems.append(Problem("discount_requests.until", _("Choose a day within a year, from today on."), "until"))
    for line in lines:
        line.granted = line.wished if prices is None else prices.get(line.id)
        if line.granted is not None and (not 0 < line.granted <= line.price or line.granted != line.granted.quantize(PLACES)):
            said = _("%(name)s: enter a price of at most %(price)s, or leave it empty.")
            told_ = said % {"name": line.name, "price": money(line.price, lang=language())}
            problems.append(Problem("discount_requests.price", told_, f"price-{line.id}"))
    if not problems and all(line.granted is None or line.granted == line.price for line in lines):
        problems.append(Problem("discount_requests.nothing", _("No line gets a lower price. Refuse instead, and say why."), "answer"))
    if problems:
        raise Refused(problems)
    whole = all(line.granted is not None and line.granted <= line.wished for line in lines)
    request.until = last
    _answer(work, request, "granted" if whole else "offered", answer)
    return request.state


def refuse(work: Work, request_id: UUID, *, answer: str) -> None:
    """Refuses. Raises Refused without a reason: the client reads it."""
    work.require(DECIDE)
    request = _waiting(work, request_id)
    if not answer.strip():
        raise Refused(Problem("discount_requests.why", _("Say why: the client reads it."), "answer"))
    _answer(work, request, "refused", answer)


def _waiting(work: Work, request_id: UUID) -> DiscountRequest:
    request = find(work, request_id, lock=True)
    if request.state != "waiting":
        raise Refused(Problem("discount_requests.answered", _("It is answered already, or taken back.")))
    return request


def _answer(work: Work, request: DiscountRequest, state: str, answer: str, *, by_erp: bool = False) -> None:
    request.state, request.answer, request.decided_by, request.decided_at = state, answer.strip()[:1000], work.actor.user_id, work.now
    work.session.flush()
    if not by_erp:
        forget(work, request)
    granted = {str(line.product_id): str(line.granted) for line in lines_of(work, request.id) if line.granted is not None}
    note(work, request, f"discount_requests.{state}", answer=request.answer, prices=granted, erp=by_erp)
    work.publish(DiscountAnswered(request.id, request.company_id, request.user_id, state, request.answer), key=f"discount:{request.id}")
    told(work, request)


# what the ERP says, and what follows by itself


def from_erp(work: Work, event: TaskAnswered) -> None:
    """Subscriber: the manager's task is answered in the ERP. Done grants what was asked for; an answer that begins with a per cent
    offers that instead. An answer that comes after one given here changes nothing.
    """
    if event.kind != KIND:
        return
    request = find(work, event.about, lock=True)
    if request.state != "waiting":
        return
    answer = f"{event.author}: {event.text}" if event.author and event.text else event.text
    if event.state != "done":
        return _answer(work, request, "refused", answer or _("Refused in 1C."), by_erp=True)
    said, lines = _PERCENT.match(event.text), lines_of(work, request.id)
    for line in lines:
        percent = Decimal(said[1].replace(",", ".")) if said else None
        line.granted = line.wished if not percent else (line.price * (100 - percent) / 100).quantize(PLACES, ROUND_HALF_UP)
    request.until = today(work) + timedelta(days=settings_of(work).days)
    whole = all(line.granted is not None and line.granted <= line.wished for line in lines)
    return _answer(work, request, "granted" if whole else "offered", answer, by_erp=True)


def use(work: Work, event: OrderPlaced) -> None:
    """Atomic subscriber: an order that was made at granted prices uses the discount up."""
    order = work.session.execute(select(Order.placed_by, Order.contract_id).where(Order.id == event.order_id)).one()
    explanations = work.session.scalars(select(OrderLine.explanation).where(OrderLine.order_id == event.order_id))
    if not any(step["step"] == NAME and step["before"] != step["after"] for steps in explanations for step in steps):
        return
    mine = (DiscountRequest.user_id == order[0], DiscountRequest.contract_id == order[1], DiscountRequest.state == "granted")
    request = work.session.scalars(select(DiscountRequest).where(*mine).with_for_update()).one_or_none()
    if request is None:
        raise Refused(Problem("discount_requests.gone", _("The discount holds no more: check the cart and place the order again.")))
    request.state, request.order_id = "used", event.order_id
    work.session.flush()
    note(work, request, "discount_requests.used", order=event.number)


def lapse(work: Work) -> None:
    """Job: closes what is over and tells who asked. A price ends by its day whether this runs or not."""
    over = select(DiscountRequest).where(DiscountRequest.state.in_(("offered", "granted")), DiscountRequest.until < today(work))
    for request in work.session.scalars(over.with_for_update()).all():
        request.state = "lapsed"
        work.session.flush()
        note(work, request, "discount_requests.lapsed")
        fact = DiscountAnswered(request.id, request.company_id, request.user_id, "lapsed", "")
        work.publish(fact, key=f"discount:{request.id}")
        told(work, request)
