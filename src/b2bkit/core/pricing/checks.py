"""The order check of prices: what has no price cannot be ordered."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol, cast
from uuid import UUID

from b2bkit.core.errors import Problem
from b2bkit.core.extend.things import OrderDraft
from b2bkit.core.i18n import _
from b2bkit.core.work import Work


class PricedLine(Protocol):
    """What this check reads of a draft's line."""

    @property
    def product_id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def visible(self) -> bool: ...
    @property
    def price(self) -> Decimal | None: ...


def priced(work: Work, draft: OrderDraft) -> Iterable[Problem]:
    """The check `pricing.priced`: one problem for each line without a price, at the field `lines.<number>`."""
    for number, line in enumerate(draft.lines):
        found = cast(PricedLine, line)
        if found.price is None and found.visible:  # what cannot be seen is refused elsewhere, without its name
            message = _("“%(name)s”: the price is on request. Ask your manager, or take the line out.") % {"name": found.name}
            yield Problem("pricing.no_price", message, f"lines.{number}")
