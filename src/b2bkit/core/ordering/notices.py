"""What people are told about orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.models import Company, Membership
from b2bkit.core.extend.things import NotificationKind
from b2bkit.core.i18n import N_, _
from b2bkit.core.ordering.events import OrderCancelAsked, OrderRefused, OrderStatusChanged, OrderTaken
from b2bkit.core.ordering.models import Order
from b2bkit.core.ordering.service.life import STATUS_LABELS
from b2bkit.core.web.urls import Urls
from b2bkit.core.work import Work

OrderFact = OrderTaken | OrderRefused | OrderCancelAsked | OrderStatusChanged


def buyers(work: Work, event: OrderFact) -> Iterable[UUID]:
    """Who placed the order, while he works for that company; for an order of nobody the company's owners."""
    placed_by = work.session.scalar(select(Order.placed_by).where(Order.id == event.order_id))
    members = select(Membership.user_id).where(Membership.company_id == event.company_id, Membership.dismissed_at.is_(None))
    if placed_by is not None:
        return list(work.session.scalars(members.where(Membership.user_id == placed_by)))
    return list(work.session.scalars(members.where(Membership.role == "owner")))


def manager(work: Work, event: OrderRefused | OrderCancelAsked) -> Iterable[UUID]:
    """The client's manager, who decides."""
    found = work.session.scalar(select(Company.manager_id).where(Company.id == event.company_id))
    return [found] if found else []


def _route(work: Work, event: OrderFact) -> str:
    return Urls([work.kit.routes["ordering.order"]]).path("ordering.order", order_id=event.order_id)


def _workspace(work: Work, event: OrderFact) -> str:
    return Urls([work.kit.routes["admin.order"]]).path("admin.order", order_id=event.order_id)


def _taken(work: Work, event: OrderTaken) -> Mapping[str, str]:
    return {"number": event.number, "erp_number": event.erp_number}


def _status(work: Work, event: OrderStatusChanged) -> Mapping[str, str]:
    return {"number": event.number, "status": _(STATUS_LABELS[event.status])}


def _refused(work: Work, event: OrderRefused) -> Mapping[str, str]:
    return {"number": event.number}


def _decide(work: Work, event: OrderRefused) -> Mapping[str, str]:
    company = work.session.get_one(Company, event.company_id).name
    return {"number": event.number, "company": company, "reason": event.reason or _("No reason was given.")}


def _cancel_asked(work: Work, event: OrderCancelAsked) -> Mapping[str, str]:
    company = work.session.get_one(Company, event.company_id).name
    return {"number": event.number, "company": company, "reason": event.reason or _("No reason was given.")}


KINDS = (
    NotificationKind(
        name="ordering.taken",
        label=N_("1C took the order"),
        event=OrderTaken,
        recipients=buyers,
        context=_taken,
        title=N_("Order {number} is in 1C"),
        text=N_("Next it is posted and the goods are reserved. {erp_number}"),
        route=_route,
        audience="client",
        samples={"number": "П-000123", "erp_number": "УТ-000457"},
    ),
    NotificationKind(
        name="ordering.status",
        label=N_("The order's status changed"),
        event=OrderStatusChanged,
        recipients=buyers,
        context=_status,
        title=N_("Order {number}: {status}"),
        text=N_("The status of order {number} is “{status}” now."),
        route=_route,
        audience="client",
        samples={"number": "П-000123", "status": N_("Shipped")},
    ),
    NotificationKind(
        name="ordering.refused",
        label=N_("1C refused the order"),
        event=OrderRefused,
        recipients=buyers,
        context=_refused,
        title=N_("1C refused order {number}"),
        text=N_("The manager decides what to do with order {number}. It is kept, nothing is lost."),
        route=_route,
        audience="client",
        samples={"number": "П-000123"},
    ),
    NotificationKind(
        name="ordering.cancel_asked",
        label=N_("A client asks to cancel an order that 1C has"),
        event=OrderCancelAsked,
        recipients=manager,
        context=_cancel_asked,
        title=N_("Cancel order {number}?"),
        text=N_("{company} wants it no more. {reason} Cancel it in 1C, or tell the client why not."),
        route=_workspace,
        audience="staff",
    ),
    NotificationKind(
        name="ordering.refused_to_manager",
        label=N_("1C refused a client's order"),
        event=OrderRefused,
        recipients=manager,
        context=_decide,
        title=N_("1C refused order {number}: decide"),
        text=N_("{company}. {reason} Correct it in 1C, then send the order again."),
        route=_workspace,
        audience="staff",
        urgent=True,
        samples={"number": "П-000123", "company": "ООО «Экопакет»", "reason": N_("No reason was given.")},
    ),
)
