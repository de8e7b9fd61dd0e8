"""Documents on other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, cast

from sqlalchemy import select

from b2bkit import Widget, Work
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service.orders import OrderView
from b2bkit.core.settlements.models import Paper
from b2bkit.core.settlements.scopes import PAPERS
from b2bkit.core.settlements.service import find as settled
from b2bkit.core.settlements.service.read import papers
from b2bkit.plugins.documents.pages import looks
from b2bkit.plugins.documents.scopes import ANSWER, ASK
from b2bkit.plugins.documents.service import find, originals, policy

SHOWN: Final = 5
LATE: Final = timedelta(days=60)  # an older order without any paper is of a time of which the ERP tells none
SHIPPED: Final = ("shipped", "closed")


def of_rows(work: Work, subjects: object) -> Mapping[Any, Mapping[str, object]]:
    """Beside each paper of a list: how it can be opened, and how far its original is. Two statements for all."""
    rows = cast("Sequence[settled.PaperFound]", subjects)
    states = originals.states_of(work, [row.id for row in rows])
    found_for = work.session.execute(select(Paper.id, Paper.company_id).where(Paper.id.in_([row.id for row in rows])))
    owners = {row[0]: row[1] for row in found_for}
    seen = looks()
    found = {}
    for row in rows:
        access = policy.access(work, row.kind, owners[row.id]) if row.id in owners else "none"
        state = states.get(row.id)
        if access != "none" or state:
            found[row.id] = {"access": access, "look": seen[state] if state else None, "row": row, "kind": _(settled.KINDS[row.kind])}
    return found


def of_paper(work: Work, subject: object) -> Mapping[str, object] | None:
    """On a paper's own page: open it, take it, ask for its original, or why not."""
    seen = cast(settled.PaperView, subject)
    company_id = work.session.scalar(select(Paper.company_id).where(Paper.id == seen.paper.id))
    if company_id is None:
        return None
    access = policy.access(work, seen.paper.kind, company_id)
    requests = find.requests(work, paper_id=seen.paper.id, size=1).items
    state = requests[0].state if requests else ""
    asks = work.may(ASK) and work.actor.company_id == company_id and policy.originals(work, seen.paper.kind) and state not in originals.OPEN
    if access == "none" and not asks and not requests:
        return None
    return {"access": access, "asks": asks, "request": requests[0] if requests else None, "paper": seen.paper, "looks": looks()}


def of_order(work: Work, subject: object) -> Mapping[str, object] | None:
    """On an order's page: whether its set of papers is whole, how much of it they cover, and a way to ask for originals."""
    order = cast(OrderView, subject).order
    rows = papers(work, order_id=order.id)
    kinds = {row.kind for row in rows}
    shipped = sum((row.total for row in rows if row.kind == "shipment" and row.currency == order.currency), 0 * order.total)
    due = order.status in SHIPPED or "shipment" in kinds
    if not rows and work.now - order.placed_at > LATE:
        return None
    missing = [_(settled.KINDS[kind]) for kind in policy.settings_of(work).complete if kind not in kinds] if due else []
    asks = work.may(ASK) and work.actor.company_id == order.company_id and any(policy.originals(work, row.kind) for row in rows)
    if not due and not asks:
        return None
    return {"order": order, "count": len(rows), "missing": missing, "shipped": shipped, "asks": asks, "due": due}


def of_list(work: Work, subject: object) -> Mapping[str, object] | None:
    """Above the list of papers: the money of what is searched for, ready periods, and where originals are."""
    wanted = cast(settled.Wanted, subject)
    sums = find.sums(work, wanted)
    if not sums and not wanted.asked:
        return None
    waiting = find.requests(work, state="open", size=1).items if work.actor.company_id is not None else ()
    return {
        "sums": sums, "kinds": {kind: _(label) for kind, label in settled.KINDS.items()},
        "periods": find.periods(work), "wanted": wanted, "waiting": bool(waiting),
    }  # fmt: skip


def desk(work: Work, _subject: object) -> Mapping[str, object] | None:
    """On the staff's first page: requests that nobody has dealt with."""
    rows = find.requests(work, state="asked", size=SHOWN).items
    return {"rows": rows, "ways": {way: _(said) for way, said in originals.WAYS.items()}} if rows else None


WIDGETS: Final = (
    Widget(name="documents.rows", slot="papers.rows", order=100, template="documents/widget_row.html", load=of_rows, permission=PAPERS),
    Widget(name="documents.paper", slot="paper", order=100, template="documents/widget_paper.html", load=of_paper, permission=PAPERS),
    Widget(name="documents.order", slot="order", order=110, template="documents/widget_order.html", load=of_order, permission=PAPERS),
    Widget(name="documents.money", slot="papers", order=100, template="documents/widget_money.html", load=of_list, permission=PAPERS),
    Widget(
        name="documents.waiting", slot="admin.dashboard", order=260, template="documents/widget_desk.html", load=desk, permission=ANSWER,
    ),
)  # fmt: skip
