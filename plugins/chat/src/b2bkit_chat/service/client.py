"""What staff see of a client beside its talk: the money as the ERP told it, the orders on their way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from b2bkit import Work
from b2bkit.core.ordering.service.finding import Wanted
from b2bkit.core.ordering.service.journey import Look, look
from b2bkit.core.ordering.service.orders import OrderRow, list_orders
from b2bkit.core.settlements.service.overview import SEE, Overview, overview

ORDERS: Final = "ordering.view"
SHOWN: Final = 3


class Beside(NamedTuple):
    """money: None where the ERP told nothing, or for those who may not see it."""

    money: Overview | None
    orders: Sequence[tuple[OrderRow, Look]]


def beside(work: Work, company_id: UUID) -> Beside:
    """Money and open orders of a client, as far as the actor may see them. At most four statements."""
    money = overview(work, company_id=company_id) if work.may(SEE) else None
    rows = list_orders(work, Wanted(group="open", company=company_id), size=SHOWN).items if work.may(ORDERS) else ()
    return Beside(money if money is not None and not money.empty else None, [(row, look(row)) for row in rows])
