"""What the ERP says of orders: states of those placed here, and orders that it knows and the portal does not (history)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.models import LegalEntity
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.service.handover import known_in_erp
from b2bkit.core.erp.service.refs import id_of, ids_for, remember
from b2bkit.core.errors import Conflict
from b2bkit.core.ordering.models import Order, OrderEvent, OrderLine
from b2bkit.core.ordering.service.life import STATUS_GRAPH, change_erp_state, change_status, note_event
from b2bkit.core.work import Work

SHIPPED = ("shipped", "closed")


class NewsLine(NamedTuple):
    """A line of an order as the ERP has it; sums of the whole line."""

    product_ref: str | None
    name: str
    unit: str
    quantity: Decimal
    price: Decimal
    net: Decimal
    vat: Decimal
    total: Decimal
    article: str = ""
    factor: Decimal = Decimal(1)
    vat_rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNews:
    """What the ERP says of one order.

    system      name of the gateway, whose references these are
    ref         the ERP's reference of the document (1C: Ссылка), or another text that stays the same for it
    number      the portal's number; empty for an order that was not placed here
    at, version when the ERP said it; versions of one order compare as texts, an older one than known is ignored
    placed_at   when the document is of; `placed_on_day` says that only its day is known
    shipped_on, paid_on  the days of which the ERP tells without a time
    status      one of the portal's statuses where the ERP says so itself, else it follows from the flags; flags are None when not told
    party_ref, tax_id   whose order it is, to find the counterparty of an unknown one
    """

    system: str
    ref: str
    number: str = ""
    erp_number: str = ""
    at: datetime
    version: str = ""
    status: str | None = None
    posted: bool | None = None
    paid: bool | None = None
    shipped: bool | None = None
    cancelled: bool | None = None
    placed_at: datetime | None = None
    placed_on_day: bool = False
    shipped_on: date | None = None
    paid_on: date | None = None
    party_ref: str = ""
    tax_id: str = ""
    contract_ref: str = ""
    currency: str = ""
    address: str = ""
    comment: str = ""
    lines: Sequence[NewsLine] = ()


class Applied(NamedTuple):
    """What became of it. `older`: ignored; `unknown`: no such order and no such counterparty; `kept`: an impossible step, see `reason`."""

    outcome: Literal["changed", "unchanged", "older", "history", "unknown", "kept"]
    order_id: UUID | None = None
    reason: str = ""


def apply_order_status(work: Work, news: OrderNews) -> Applied:
    """Applies what the ERP says of one order. Saying it twice, or in the wrong order, changes nothing more."""
    order = _find(work, news)
    if order is None:
        return _history(work, news)
    if news.version and order.erp_version and news.version < order.erp_version:
        return Applied("older", order.id)
    if order.source == "portal":
        remember(work, system=news.system, entity="order", pairs={news.ref: order.id} if news.ref else {})
    changed = _note_erp(work, order, news)
    changed |= _note_paid(work, order, news)
    target = _status_of(news, order.status)
    try:
        with work.session.begin_nested():
            changed |= target is not None and _move(work, order, news, target)
    except Conflict as conflict:
        return Applied("kept", order.id, conflict.problems[0].message)
    return Applied("changed" if changed else "unchanged", order.id)


def _move(work: Work, order: Order, news: OrderNews, to: str) -> bool:
    """Shipment is of the day that the ERP names; of other steps it names none, they are of the moment in which they were told."""
    on = news.shipped_on if to in SHIPPED else None
    at = news.at if on is None else _on_day(work, on, order.placed_at)
    return change_status(work, order_id=order.id, to=to, at=at, exact=on is None, actor="1C")


def _on_day(work: Work, day: date, placed_at: datetime) -> datetime:
    """An instant of this day in the business zone, on the day of the order itself not before it."""
    zone = work.config.portal.zone
    return placed_at if placed_at.astimezone(zone).date() == day else datetime.combine(day, time(), zone).astimezone(UTC)


def _find(work: Work, news: OrderNews) -> Order | None:
    own = select(Order).where(Order.source == "portal", Order.number == news.number)
    statement = own if news.number else None
    found = work.session.scalars(statement.with_for_update()).one_or_none() if statement is not None else None
    if found is None and news.ref:
        known = id_of(work, system=news.system, entity="order", ref=news.ref)
        found = work.session.scalars(select(Order).where(Order.id == known).with_for_update()).one_or_none() if known else None
    return found


def _note_erp(work: Work, order: Order, news: OrderNews) -> bool:
    changed = bool(news.erp_number) and order.erp_number != news.erp_number
    order.erp_number = news.erp_number or order.erp_number
    order.erp_version, order.erp_as_of = news.version or order.erp_version, news.at
    work.session.flush()
    if order.source != "portal":
        return changed
    known_in_erp(work, order.id, news.erp_number)
    state = {True: "posted", False: "taken", None: "taken"}[news.posted]
    if news.posted is None and order.erp_state == "posted":
        state = "posted"  # not told is not unposted
    before = work.session.scalar(select(Order.erp_state).where(Order.id == order.id))
    if before != state:
        changed |= change_erp_state(work, order_id=order.id, to=state, at=news.at, erp_number=news.erp_number)
    return changed


def _note_paid(work: Work, order: Order, news: OrderNews) -> bool:
    if news.paid is None or news.paid == order.paid:
        return False
    order.paid = news.paid
    work.session.flush()
    if news.paid:
        on = news.paid_on
        at = news.at if on is None else _on_day(work, on, order.placed_at)
        note_event(work, order, kind="paid", at=at, exact=on is None, actor="1C")
    return True


def _status_of(news: OrderNews, now: str) -> str | None:
    """The status that the flags mean; None when they say nothing that would change it."""
    if news.status in STATUS_GRAPH:
        return news.status
    if news.cancelled:
        return "cancelled"
    if news.shipped:
        return "closed" if news.paid else "shipped"
    taken_back = now == "cancelled" and news.cancelled is False
    if news.posted and (now == "placed" or taken_back or (now == "shipped" and news.shipped is False)):
        return "confirmed"
    if news.posted is False and (now in ("confirmed", "ready") or taken_back):
        return "placed"
    return None


def _history(work: Work, news: OrderNews) -> Applied:
    entity = _party(work, news)
    if entity is None or not news.ref:
        return Applied("unknown", None, f"no order {news.number or news.ref} and no counterparty {news.tax_id or news.party_ref}")
    contract_id = id_of(work, system=news.system, entity="contract", ref=news.contract_ref) if news.contract_ref else None
    order_id, placed_at = new_id(), news.placed_at or news.at
    status = _status_of(news, "placed") or "placed"
    row = {
        "id": order_id,
        "company_id": entity.company_id,
        "source": "erp",
        "number": (news.erp_number or news.number or news.ref)[:40],
        "legal_entity_id": entity.id,
        "contract_id": contract_id,
        "placed_by": None,
        "placed_at": placed_at,
        "status": status,
        "address": news.address[:1000],
        "comment": news.comment[:3000],
        "wanted_on": None,
        "currency": news.currency or work.config.portal.currency,
        "net": sum((line.net for line in news.lines), Decimal(0)),
        "vat": sum((line.vat for line in news.lines), Decimal(0)),
        "total": sum((line.total for line in news.lines), Decimal(0)),
        "paid": bool(news.paid),
        "erp_state": "none",
        "erp_number": news.erp_number[:40],
        "erp_version": news.version,
        "erp_as_of": news.at,
    }
    work.session.insert_rows(Order, [row])
    _history_lines(work, news, order_id, entity.company_id)
    common = {"company_id": entity.company_id, "order_id": order_id, "actor": "1C", "note": ""}
    work.session.insert_rows(OrderEvent, [{**common, **event} for event in _history_events(work, news, status, placed_at)])
    remember(work, system=news.system, entity="order", pairs={news.ref: order_id})
    work.signal("order", order_id, companies=(entity.company_id,), staff=True)
    return Applied("history", order_id)


def _history_events(work: Work, news: OrderNews, status: str, placed_at: datetime) -> list[dict[str, object]]:
    """Steps of which the document names the day. The others were long ago: when is not known, and not when they were told."""
    days = {"paid": news.paid_on if news.paid else None, status: news.shipped_on if status in SHIPPED else None}
    told = [{"kind": kind, "at": _on_day(work, on, placed_at), "exact": False} for kind, on in days.items() if on is not None]
    return [{"kind": "placed", "at": placed_at, "exact": not news.placed_on_day}, *told]


def _party(work: Work, news: OrderNews) -> LegalEntity | None:
    entity_id = id_of(work, system=news.system, entity="legal_entity", ref=news.party_ref) if news.party_ref else None
    if entity_id is not None:
        return work.session.get(LegalEntity, entity_id)
    if not news.tax_id:
        return None
    found = list(work.session.scalars(select(LegalEntity).where(LegalEntity.tax_id == news.tax_id).limit(2)))
    return found[0] if len(found) == 1 else None  # two with one tax id: guessing would show one's order to the other


def _history_lines(work: Work, news: OrderNews, order_id: UUID, company_id: UUID) -> None:
    products = ids_for(work, system=news.system, entity="product", refs=[line.product_ref for line in news.lines if line.product_ref])
    rows = []
    for position, line in enumerate(news.lines, 1):
        known = products.get(line.product_ref) if line.product_ref else None
        rows.append(
            {
                "company_id": company_id,
                "order_id": order_id,
                "position": position,
                "product_id": known,
                "article": line.article[:100],
                "name": line.name[:250],
                "unit": line.unit[:50],
                "factor": line.factor,
                "quantity": line.quantity,
                "base_unit": line.unit[:50],
                "base_quantity": line.quantity,
                "price": line.price,
                "vat_included": False,
                "vat_rate": line.vat_rate,
                "net": line.net,
                "vat": line.vat,
                "total": line.total,
                "explanation": [],
            }
        )
    work.session.insert_rows(OrderLine, rows)
