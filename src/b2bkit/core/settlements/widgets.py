"""Money and papers on other pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from b2bkit.core.accounts.models import Company
from b2bkit.core.extend.things import Widget
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service.orders import OrderView
from b2bkit.core.settlements.service import find
from b2bkit.core.settlements.service.overview import overview
from b2bkit.core.settlements.service.read import papers
from b2bkit.core.work import Work

SHOWN = 5


def money(work: Work, subject: object) -> Mapping[str, object] | None:
    """On the first page of a client: what is owed and what is next; nothing where the ERP told nothing."""
    if work.actor.company_id is None:
        return None
    seen = overview(work)
    return None if seen.empty else {"seen": seen, "dues": [one for one in seen.dues if not one.overdue][:3]}


def of_client(work: Work, subject: object) -> Mapping[str, object] | None:
    """On a client's card: the same for staff."""
    seen = overview(work, company_id=cast(Company, subject).id)
    return None if seen.empty else {"seen": seen, "dues": seen.dues[:SHOWN]}


def papers_of_client(work: Work, subject: object) -> Mapping[str, object] | None:
    """On a client's card: the newest papers."""
    found = find.find_papers(work, find.Wanted(company_id=cast(Company, subject).id), size=SHOWN).items
    return {"rows": found, "kinds": _kinds()} if found else None


def papers_of_order(work: Work, subject: object) -> Mapping[str, object] | None:
    """On the page of an order: its papers."""
    found = papers(work, order_id=cast(OrderView, subject).id)
    return {"rows": found, "kinds": _kinds()} if found else None


def _kinds() -> Mapping[str, str]:
    return {kind: _(label) for kind, label in find.KINDS.items()}


WIDGETS = (
    Widget(
        name="settlements.money", slot="dashboard", order=50, template="settlements/widget_money.html", load=money,
        permission="settlements.view", side=True, needs="settlements.in",
    ),
    Widget(
        name="settlements.client", slot="admin.client", order=100, template="settlements/widget_client.html", load=of_client,
        permission="settlements.view", needs="settlements.in",
    ),
    Widget(
        name="settlements.client_papers", slot="admin.client", order=110, template="settlements/widget_papers.html", load=papers_of_client,
        permission="settlements.papers", needs="papers.in",
    ),
    Widget(
        name="settlements.order_papers", slot="order", order=100, template="settlements/widget_papers.html", load=papers_of_order,
        permission="settlements.papers", needs="papers.in",
    ),
)  # fmt: skip
