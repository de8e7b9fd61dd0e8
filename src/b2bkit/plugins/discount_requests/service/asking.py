"""The client's side: asking for a discount on the cart, taking an offer, giving it up; one's own wishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from b2bkit import NotFound, Problem, Refused, Work
from b2bkit.core.accounts.models import Company, Contract, User
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.service import tasks
from b2bkit.core.i18n import _, language, speaking
from b2bkit.core.ordering.service import cart as carts
from b2bkit.core.ordering.service.lines import Line
from b2bkit.core.web.formatting import money
from b2bkit.plugins.discount_requests.events import DiscountAsked
from b2bkit.plugins.discount_requests.models import OPEN, DiscountLine, DiscountRequest

ASK: Final = "discount_requests.ask"
KIND: Final = "discount_requests.ask"  # of the manager's task in the ERP
PLACES: Final = Decimal("0.0001")


class Wish(NamedTuple):
    """A wish with its lines, and who asked."""

    request: DiscountRequest
    lines: tuple[DiscountLine, ...]
    person: str = ""


def today(work: Work) -> date:
    """The day in the portal's business zone."""
    return work.now.astimezone(work.config.portal.zone).date()


def ask(
    work: Work, *, reason: str, percent: Decimal | None = None, prices: Mapping[UUID, Decimal] | None = None, needed_by: date | None = None
) -> UUID:
    """Asks for a discount on the actor's cart: in per cent on each line, or with a price per base unit by line of the cart.

    Raises Refused with every mistake; for an empty cart, and while another wish for this cart is open.
    """
    work.require(ASK)
    view = carts.view(work)
    lines = [line for line in view.lines if line.counts and line.price is not None]
    open_one = current(work)
    if view.terms is None or not lines:
        raise Refused(Problem("discount_requests.empty", _("There is nothing with a price in the cart yet.")))
    if open_one is not None and open_one.request.state in OPEN:
        said = _("You have asked for this cart already. Give that wish up first.")
        raise Refused(Problem("discount_requests.open", said))
    wished, problems = _wished(lines, percent, prices or {})
    if not reason.strip():
        problems.append(Problem("discount_requests.reason", _("Say what the discount is for: your manager decides by it."), "reason"))
    if needed_by is not None and not today(work) <= needed_by <= today(work) + timedelta(days=366):
        problems.append(Problem("discount_requests.needed_by", _("Choose a day within a year, from today on."), "needed_by"))
    if problems:
        raise Refused(problems)
    request = DiscountRequest(
        id=new_id(), company_id=view.terms.company_id, contract_id=view.terms.contract_id, user_id=work.actor.user_id, state="waiting",
        reason=reason.strip()[:1000], needed_by=needed_by, created_at=work.now,
    )  # fmt: skip
    work.session.add(request)
    work.session.flush()
    rows = [_row(request, number, line, wished[line.product_id, line.unit]) for number, line in enumerate(lines, 1)
            if (line.product_id, line.unit) in wished]  # fmt: skip
    work.session.insert_rows(DiscountLine, rows)
    note(work, request, "discount_requests.asked")
    _owe(work, request, view.terms.legal_entity_id, view.currency)
    work.publish(DiscountAsked(request.id, request.company_id), key=f"discount:{request.id}")
    told(work, request)
    return request.id


def _wished(
    lines: Sequence[Line], percent: Decimal | None, prices: Mapping[UUID, Decimal]
) -> tuple[dict[tuple[UUID, str], Decimal], list[Problem]]:
    """(product, unit) -> price that is wished for, and what is wrong."""
    if percent is not None and not 0 < percent < 100:
        return {}, [Problem("discount_requests.percent", _("Enter per cent between 0 and 100."), "percent")]
    found, problems = dict[tuple[UUID, str], Decimal](), list[Problem]()
    for line in lines:
        price = line.price or Decimal(0)
        wish = prices.get(line.line_id) if line.line_id is not None else None
        if wish is None and percent is not None:
            wish = (price * (100 - percent) / 100).quantize(PLACES, ROUND_HALF_UP)
        if wish is None:
            continue
        if not 0 < wish < price or wish != wish.quantize(PLACES):
            said = _("%(name)s: enter a price below %(price)s.") % {
                "name": line.name,
                "price": money(price, line.currency, lang=language()),
            }
            problems.append(Problem("discount_requests.price", said, f"price-{line.line_id}"))
        found[line.product_id, line.unit] = wish
    if not found and not problems:
        problems.append(Problem("discount_requests.nothing", _("Say what you wish: per cent, or a price by line."), "percent"))
    return found, problems


def _row(request: DiscountRequest, number: int, line: Line, wish: Decimal) -> dict[str, object]:
    return {
        "company_id": request.company_id, "request_id": request.id, "product_id": line.product_id, "position": number, "name": line.name,
        "said": line.said[:120], "base_unit": line.base_unit[:50], "base_quantity": line.base_quantity, "price": line.price,
        "wished": wish, "granted": None,
    }  # fmt: skip


def _owe(work: Work, request: DiscountRequest, party_id: UUID, currency: str) -> None:
    """A task for the manager in the ERP, in the language of the portal; nothing where the ERP takes no tasks."""
    lang = work.config.portal.languages[0]
    company = work.session.scalar(select(Company.name).where(Company.id == request.company_id)) or ""
    with speaking(lang, work.translations(lang)):
        title = _("{company} asks for a discount").format(company=company)
        parts = [_line_said(one, currency) for one in lines_of(work, request.id)]
        hint = _("Done means granted as asked; begin the answer with a per cent, for example 3 %, to offer that instead.")
    text = "\n".join([request.reason, *parts, hint])
    tasks.give(
        work, kind=KIND, about=request.id, company_id=request.company_id, title=title, text=text, party_id=party_id, author=work.actor.name
    )


def _line_said(line: DiscountLine, currency: str) -> str:
    before, after = (money(price, currency, lang=language()) for price in (line.price, line.wished))
    return f"{line.name}, {line.said}: {before} → {after}"


def lines_of(work: Work, request_id: UUID) -> tuple[DiscountLine, ...]:
    """The lines of a wish in their order."""
    found = select(DiscountLine).where(DiscountLine.request_id == request_id).order_by(DiscountLine.position)
    return tuple(work.session.scalars(found))


def current(work: Work) -> Wish | None:
    """The latest wish for the actor's cart that is open, or was refused or lapsed since two weeks: two statements."""
    if work.actor.user_id is None or work.actor.contract_id is None:
        return None
    mine = (DiscountRequest.user_id == work.actor.user_id, DiscountRequest.contract_id == work.actor.contract_id)
    found = select(DiscountRequest).where(*mine).order_by(DiscountRequest.id.desc()).limit(1)
    request = work.session.scalars(found).one_or_none()
    fresh = request is not None and (request.decided_at or request.created_at) > work.now - timedelta(days=14)
    if request is None or (request.state not in OPEN and not (fresh and request.state in ("refused", "lapsed"))):
        return None
    return Wish(request, lines_of(work, request.id))


def own(work: Work) -> list[Wish]:
    """The company's wishes, the latest fifty: two statements."""
    work.require(ASK)
    statement = select(DiscountRequest, func.coalesce(User.name, "")).join(Contract, Contract.id == DiscountRequest.contract_id)
    statement = statement.outerjoin(User, User.id == DiscountRequest.user_id).order_by(DiscountRequest.id.desc()).limit(50)
    rows = work.session.execute(statement).all()
    found: dict[UUID, list[DiscountLine]] = {}
    ids = [row[0].id for row in rows]
    for line in work.session.scalars(select(DiscountLine).where(DiscountLine.request_id.in_(ids)).order_by(DiscountLine.position)):
        found.setdefault(line.request_id, []).append(line)
    return [Wish(row[0], tuple(found.get(row[0].id, ())), row[1]) for row in rows]


def accept(work: Work, request_id: UUID) -> None:
    """Takes what staff offered instead. NotFound for a wish of somebody else, Refused where nothing is offered any more."""
    request = _mine(work, request_id)
    if request.state != "offered" or request.until is None or request.until < today(work):
        raise Refused(Problem("discount_requests.not_offered", _("Nothing is offered here any more.")))
    request.state = "granted"
    work.session.flush()
    note(work, request, "discount_requests.accepted")
    told(work, request)


def give_up(work: Work, request_id: UUID) -> None:
    """Takes a wish back, declines an offer, or does without what was granted. NotFound as `accept`, Refused for one that is closed."""
    request = _mine(work, request_id)
    if request.state not in OPEN:
        raise Refused(Problem("discount_requests.closed", _("This wish is closed already.")))
    waited, request.state = request.state == "waiting", "withdrawn"
    work.session.flush()
    if waited:
        forget(work, request)
    note(work, request, "discount_requests.withdrawn")
    told(work, request)


def forget(work: Work, request: DiscountRequest) -> None:
    """The manager in the ERP has nothing to do any more."""
    lang = work.config.portal.languages[0]
    with speaking(lang, work.translations(lang)):
        tasks.void(work, kind=KIND, about=request.id)


def _mine(work: Work, request_id: UUID) -> DiscountRequest:
    work.require(ASK)
    request = find(work, request_id, lock=True)
    if request.user_id != work.actor.user_id:
        raise NotFound("discount request")
    return request


def find(work: Work, request_id: UUID, *, lock: bool = False) -> DiscountRequest:
    """A wish. NotFound for an absent one, and one of a client that the actor does not see."""
    found = select(DiscountRequest).where(DiscountRequest.id == request_id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    request = work.session.scalars(found).one_or_none()
    if request is None:
        raise NotFound("discount request")
    return request


def note(work: Work, request: DiscountRequest, action: str, **details: object) -> None:
    """Into the trail of changes."""
    record(work, action=action, entity="discount_request", entity_id=request.id, company_id=request.company_id, details=details)


def told(work: Work, request: DiscountRequest) -> None:
    """Open pages look again: the cart of who asked, the lists of staff."""
    work.signal("discounts", request.id, staff=True)
    if request.user_id is not None:
        work.signal("cart", request.id, users=(request.user_id,))
