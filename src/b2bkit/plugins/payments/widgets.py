"""The calendar on other pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from b2bkit import Widget, Work
from b2bkit.core.ordering.scopes import VIEW
from b2bkit.core.settlements.service.overview import SEE
from b2bkit.plugins.payments.service import ways
from b2bkit.plugins.payments.service.calendar import month
from b2bkit.plugins.payments.words import month_words


def this_month(work: Work, _subject: object) -> Mapping[str, object] | None:
    """On the first page of a client: the month with its days; nothing where nothing is to be paid."""
    if work.actor.company_id is None:
        return None
    seen = month(work)
    return {"seen": seen, **month_words(seen.first)} if seen.dues or seen.late else None


def of_order(work: Work, subject: object) -> Mapping[str, object] | None:
    """On the page of an order: how it is paid, as the buyer chose. One statement."""
    order_id = getattr(subject, "id", None)
    parts = ways.parts_of(work, order_id) if isinstance(order_id, UUID) else []
    return {"parts": parts} if parts else None


def of_client(work: Work, subject: object) -> Mapping[str, object] | None:
    """On a client's card: its status, and what that lets it choose. One statement."""
    company_id, settings = getattr(subject, "id", None), ways.settings_of(work)
    if not isinstance(company_id, UUID):
        return None
    own = ways.status_of(work, company_id)
    choices = [(key, ways.said(one.label)) for key, one in settings.statuses.items()]
    offered = [ways.said(settings.ways[key].label) for key in settings.statuses[own].ways]
    return {"company_id": company_id, "status": own, "choices": choices, "offered": offered}


WIDGETS: Final = (
    Widget(
        name="payments.month", slot="dashboard", order=55, template="payments/widget_month.html", load=this_month, permission=SEE,
        side=True, needs="settlements.in",
    ),
)  # fmt: skip
OF_WAYS: Final = (
    Widget(
        name="payments.order", slot="order", order=150, template="payments/widget_order.html", load=of_order, permission=VIEW, side=True,
    ),
    Widget(
        name="payments.client", slot="admin.client", order=120, template="payments/widget_client.html", load=of_client,
        permission=ways.SET, side=True,
    ),
)  # fmt: skip
