"""Tickets on other pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from b2bkit import Widget, Work
from b2bkit.core.i18n import N_
from b2bkit.plugins.tickets.kinds import book_of
from b2bkit.plugins.tickets.scopes import ANSWER, OPEN, VIEW
from b2bkit.plugins.tickets.service import find
from b2bkit.plugins.tickets.service.figures import figures

SHOWN: Final = 5


def _shown(work: Work, wanted: find.Wanted) -> Mapping[str, object]:
    rows = find.tickets(work, wanted, size=SHOWN).items
    staff = work.actor.kind == "staff"
    return {
        "rows": rows, "labels": {row.category: book_of(work).label(row.category) for row in rows}, "staff": staff,
        "looks": {state: (find.state_words(state, staff=staff), *find.TONES[state]) for state in find.STATES},
    }  # fmt: skip


def answers(work: Work, _subject: object) -> Mapping[str, object] | None:
    """On a client's first page: answers to the person, and what waits for him."""
    if work.actor.company_id is None:
        return None
    rows, count = find.for_me(work, limit=SHOWN)
    return {"rows": rows, "count": count, "labels": {row.category: book_of(work).label(row.category) for row in rows}}


def desk(work: Work, _subject: object) -> Mapping[str, object]:
    """On the staff's first page: what waits for the staff member, and how quickly clients are answered."""
    return {**_shown(work, find.Wanted(whose="mine", state="owed")), "counted": figures(work)}


def of_client(work: Work, subject: object) -> Mapping[str, object]:
    """On a client's card: its newest tickets."""
    company_id = getattr(subject, "id", None)
    return {**_shown(work, find.Wanted(company_id=company_id)), "company_id": company_id}


def of_order(work: Work, subject: object) -> Mapping[str, object] | None:
    """On the page of an order: tickets about it, and a way to ask."""
    order_id = getattr(subject, "id", None)
    if not isinstance(order_id, UUID):
        return None
    return _asking(work, _shown(work, find.Wanted(order_id=order_id)), order=order_id)


def of_paper(work: Work, subject: object) -> Mapping[str, object] | None:
    """On the page of a paper: the same."""
    paper_id = getattr(getattr(subject, "paper", None), "id", None)
    if not isinstance(paper_id, UUID):
        return None
    return _asking(work, _shown(work, find.Wanted(paper_id=paper_id)), paper=paper_id)


def of_money(work: Work, _subject: object) -> Mapping[str, object] | None:
    """On the page of money: a way to ask."""
    return _asking(work, {"rows": ()})


def _asking(work: Work, shown: Mapping[str, object], **about: UUID) -> Mapping[str, object] | None:
    asks = work.may(OPEN) and work.actor.company_id is not None
    return {**shown, "about": {"order": None, "paper": None, **about}, "asks": asks} if asks or shown["rows"] else None


WIDGETS: Final = (
    Widget(
        name="tickets.answers", label=N_("Answers to you"), slot="dashboard", order=60, template="tickets/widget_answers.html",
        load=answers, permission=VIEW, side=True,
    ),
    Widget(
        name="tickets.desk", label=N_("Tickets that wait"), slot="admin.dashboard", order=250, template="tickets/widget_desk.html",
        load=desk, permission=ANSWER,
    ),
    Widget(
        name="tickets.client", slot="admin.client", order=130, template="tickets/widget_client.html", load=of_client, permission=ANSWER,
        side=True,
    ),
    Widget(
        name="tickets.order", slot="order", order=200, template="tickets/widget_ask.html", load=of_order, permission=VIEW, side=True,
    ),
    Widget(name="tickets.paper", slot="paper", order=200, template="tickets/widget_ask.html", load=of_paper, permission=VIEW),
    Widget(name="tickets.money", slot="money", order=200, template="tickets/widget_ask.html", load=of_money, permission=VIEW),
)  # fmt: skip
