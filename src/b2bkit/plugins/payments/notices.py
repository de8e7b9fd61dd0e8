"""What people are told of payments: everybody of the company who may see its money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import NotificationKind, Work
from b2bkit.core.access.acting import actor_of_person
from b2bkit.core.accounts.models import Membership
from b2bkit.core.i18n import N_, language, ngettext
from b2bkit.core.settlements.service.overview import SEE
from b2bkit.core.web.formatting import day, money
from b2bkit.core.web.urls import Urls
from b2bkit.plugins.payments.events import PaymentsComing, PaymentsLate

Event = PaymentsComing | PaymentsLate


def _payers(work: Work, event: Event) -> Iterable[UUID]:
    members = select(Membership.user_id).where(Membership.company_id == event.company_id, Membership.dismissed_at.is_(None))
    for user_id in work.session.scalars(members.order_by(Membership.user_id)).all():
        person = actor_of_person(work, user_id=user_id, company_id=event.company_id, contract_id=None)
        if person is not None and person.may(SEE):
            yield user_id


def _context(work: Work, event: Event) -> Mapping[str, str]:
    on = event.due_on if isinstance(event, PaymentsComing) else event.since
    return {
        "count": ngettext("%(num)s payment", "%(num)s payments", event.count) % {"num": event.count},
        "sum": " + ".join(money(Decimal(amount), currency, lang=language()) for amount, currency in event.sums),
        "day": day(on, "full", lang=language(), zone=work.config.portal.zone),
    }


def _where(work: Work, event: Event) -> str:
    month = event.due_on.strftime("%Y-%m") if isinstance(event, PaymentsComing) else None
    return Urls([work.kit.routes["payments.calendar"]]).path("payments.calendar", month=month)


SAMPLES: Final = {"count": "2 платежа", "sum": "12 480,00 BYN", "day": "25 ноября 2026"}
KINDS: Final = (
    NotificationKind(
        name="payments.coming",
        label=N_("A payment is due soon"),
        event=PaymentsComing,
        recipients=_payers,
        context=_context,
        title=N_("Pay {sum} by {day}"),
        text=N_("{count}. Papers and terms are beside each of them in the calendar."),
        route=_where,
        audience="client",
        samples=SAMPLES,
    ),
    NotificationKind(
        name="payments.late",
        label=N_("A payment is overdue"),
        event=PaymentsLate,
        recipients=_payers,
        context=_context,
        title=N_("Overdue: {sum}"),
        text=N_("{count}, the earliest since {day}. New orders and shipments may stop until they are paid."),
        route=_where,
        audience="client",
        samples=SAMPLES,
    ),
)
