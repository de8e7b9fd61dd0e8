"""Counts beside the menu's entries: how many wait for this person."""

from __future__ import annotations

from sqlalchemy import func, select

from b2bkit.core.admin.tasks import count_parked
from b2bkit.core.erp.models import Handover
from b2bkit.core.extend.things import Badge
from b2bkit.core.i18n import ngettext
from b2bkit.core.ordering.service.orders import count_open
from b2bkit.core.work import Work

_REFUSED = select(func.count(Handover.id)).where(Handover.state == "refused")


def orders(work: Work) -> Badge | None:
    """Orders on their way."""
    count = count_open(work) if work.may("ordering.view") else 0
    return Badge(count, "", ngettext("open order", "open orders", count)) if count else None


def exchange(work: Work) -> Badge | None:
    """What a person must decide: orders that 1C refused, tasks that were parked."""
    count = (work.session.scalar(_REFUSED) or 0) + count_parked(work)
    return Badge(count, "diff", ngettext("waits for a decision", "wait for a decision", count)) if count else None
