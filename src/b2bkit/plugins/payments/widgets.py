"""The calendar on other pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from b2bkit import Widget, Work
from b2bkit.core.settlements.service.overview import SEE
from b2bkit.plugins.payments.service.calendar import month
from b2bkit.plugins.payments.words import month_words


def this_month(work: Work, _subject: object) -> Mapping[str, object] | None:
    """On the first page of a client: the month with its days; nothing where nothing is to be paid."""
    if work.actor.company_id is None:
        return None
    seen = month(work)
    return {"seen": seen, **month_words(seen.first)} if seen.dues or seen.late else None


WIDGETS: Final = (
    Widget(
        name="payments.month", slot="dashboard", order=55, template="payments/widget_month.html", load=this_month, permission=SEE,
        side=True, needs="settlements.in",
    ),
)  # fmt: skip
