"""How an order may be paid: by the client's status and the contract; in parts that add up to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from b2bkit import NotFound, Problem, Refused, Work
from b2bkit.core.accounts.models import Company, Contract
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import round_money
from b2bkit.core.i18n import _, language
from b2bkit.core.ordering.models import Order
from b2bkit.core.settlements.models import Due, Terms
from b2bkit.core.settlements.service.overview import SEE
from b2bkit.plugins.payments.models import PaymentsPart, PaymentsStatus
from b2bkit.plugins.payments.settings import PaymentsSettings, WaySettings, Words

SET: Final = "payments.terms"
HUNDRED: Final = Decimal(100)


class Part(NamedTuple):
    """A part of a sum and its day."""

    due_on: date
    amount: Decimal


class Way(NamedTuple):
    """A way to pay in the language of the work; `parts` of the sum that is asked about."""

    key: str
    label: str
    hint: str
    parts: Sequence[Part]


class Held(NamedTuple):
    """What the contract says of paying: days of deferral, and the percent that is due before shipment."""

    delay_days: int
    prepayment: Decimal


def said(words: Words) -> str:
    """A text of the settings in the current language, else in the first that it has."""
    return words if isinstance(words, str) else words.get(language()) or next(iter(words.values()), "")


def settings_of(work: Work) -> PaymentsSettings:
    """The plugin's settings."""
    found = work.kit.plugins["payments"].settings
    assert isinstance(found, PaymentsSettings)
    return found


def split(total: Decimal, percents: Sequence[Decimal]) -> list[Decimal]:
    """The sum in parts of these percents, which make 100: each rounded to the cent, together exactly the sum, none below zero."""
    reached, share, amounts = Decimal(0), Decimal(0), []
    for percent in percents:
        share += percent
        until = round_money(total * share / HUNDRED)
        amounts.append(until - reached)
        reached = until
    return amounts


def status_of(work: Work, company_id: UUID) -> str:
    """The client's status: what staff gave it, or the usual one. One statement."""
    settings = settings_of(work)
    found = work.session.scalar(select(PaymentsStatus.status).where(PaymentsStatus.company_id == company_id))
    return found if found in settings.statuses else settings.usual


def ways_for(work: Work, company_id: UUID, contract_id: UUID, total: Decimal) -> list[Way]:
    """The ways that status and contract leave, in the status's order. Two statements, none without ways in the settings."""
    settings = settings_of(work)
    if not settings.ways:
        return []
    held, today = _held(work, contract_id), work.now.astimezone(work.config.portal.zone).date()
    keys = settings.statuses[status_of(work, company_id)].ways
    return [_way(key, settings.ways[key], held, total, today) for key in keys if _fits(settings.ways[key], held)]


def _held(work: Work, contract_id: UUID) -> Held:
    statement = select(Contract.payment_delay_days, Terms.prepayment).outerjoin(Terms, Terms.contract_id == Contract.id)
    row = work.session.execute(statement.where(Contract.id == contract_id)).one_or_none()
    if row is None:
        raise NotFound("contract")
    seen = work.actor.limit("contract", SEE)
    hidden = seen is not None and str(contract_id) not in seen  # terms that the actor may not see hold for him all the same
    return Held(row[0], HUNDRED if hidden else row[1] or Decimal(0))


def _fits(way: WaySettings, held: Held) -> bool:
    """A contract that wants something before shipment leaves no way that pays less at once; one without deferral none that defers by it."""
    if any(part.days == "contract" for part in way.parts) and held.delay_days <= 0:
        return False
    return sum((part.percent for part in way.parts if part.days == 0), Decimal(0)) >= held.prepayment


def _way(key: str, way: WaySettings, held: Held, total: Decimal, today: date) -> Way:
    days = [held.delay_days if part.days == "contract" else part.days for part in way.parts]
    amounts = split(total, [part.percent for part in way.parts])
    parts = sorted(Part(today + timedelta(days=int(after)), amount) for after, amount in zip(days, amounts, strict=True) if amount > 0)
    return Way(key, said(way.label), said(way.hint), parts)


def choose(ways: Sequence[Way], key: str) -> Way:
    """The way that was chosen; the first one where nothing was. Raises Refused for one that is not there for this order."""
    found = next((way for way in ways if way.key == key), ways[0] if ways and not key else None)
    if found is None:
        raise Refused(Problem("payments.way", _("This way to pay is not there for this order. Choose another one."), "payment_way"))
    return found


def keep(work: Work, order_id: UUID, key: str) -> None:
    """Writes the parts of an order that was just placed."""
    columns = (Order.company_id, Order.contract_id, Order.total, Order.currency)
    company_id, contract_id, total, currency = work.session.execute(select(*columns).where(Order.id == order_id)).one()
    if contract_id is None:
        raise NotFound("contract")
    way = choose(ways_for(work, company_id, contract_id, total), key)
    rows: list[Mapping[str, object]] = [
        {
            "company_id": company_id, "order_id": order_id, "number": number, "way": way.key, "label": way.label, "due_on": part.due_on,
            "amount": part.amount, "currency": currency,
        }
        for number, part in enumerate(way.parts, start=1)
    ]  # fmt: skip
    work.session.insert_rows(PaymentsPart, rows)


def parts_of(work: Work, order_id: UUID) -> list[PaymentsPart]:
    """The parts of an order, the earliest first; none for an order that nobody chose a way for, or that is not there for the actor."""
    return list(work.session.scalars(select(PaymentsPart).where(PaymentsPart.order_id == order_id).order_by(PaymentsPart.number)))


def not_told() -> tuple[ColumnElement[bool], ...]:
    """Criteria of parts that stand in the calendar: of orders that go on and are not paid, until the ERP tells payments of its own for
    them. `Order` has to be joined.
    """
    told = exists().where(Due.order_id == PaymentsPart.order_id)
    return Order.status != "cancelled", Order.paid.is_(False), ~told


def give_status(work: Work, *, company_id: UUID, status: str) -> None:
    """Staff give a client a status; "" takes it back. NotFound for a client that they do not see, Refused for an unknown status."""
    work.require(SET)
    if work.session.scalar(select(Company.id).where(Company.id == company_id)) is None:
        raise NotFound("company")
    if status and status not in settings_of(work).statuses:
        raise Refused(Problem("payments.status", _("There is no such status."), "status"))
    found = work.session.scalars(select(PaymentsStatus).where(PaymentsStatus.company_id == company_id)).one_or_none()
    before = found.status if found is not None else ""
    if before == status:
        return
    if found is not None and status:
        found.status = status
    elif found is not None:
        work.session.delete(found)
    else:
        work.session.insert_rows(PaymentsStatus, [{"company_id": company_id, "status": status}])
    details = {"before": before, "after": status}
    record(work, action="payments.status_given", entity="company", entity_id=company_id, company_id=company_id, details=details)
