"""Asking the ERP about what is about to be ordered: once, before the order's transaction is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from uuid import UUID

from b2bkit.core.erp.service.answers import ask, can_ask
from b2bkit.core.extend.things import OpenWork
from b2bkit.core.ordering.service import cart as carts
from b2bkit.core.ordering.service.contract import own_terms
from b2bkit.core.ordering.service.lines import Line, Wanted, appraise
from b2bkit.core.work import Work

Open = Callable[[], AbstractContextManager[Work]]


def ask_live(open_mine: Open, open_work: OpenWork, *, wanted: Sequence[Wanted] | None = None) -> bool:
    """Asks for prices and stock of the actor's cart, or of `wanted`, and keeps what is said; True when something was.

    open_mine   opens a short reading work as the one who orders
    open_work   opens short works as the system

    Nothing is asked where the ERP does not answer while somebody waits, nor about lines that cannot be ordered as they are. Whatever the
    ERP does, nothing is raised for it.
    """
    with open_mine() as work:
        terms = own_terms(work) if can_ask(work) else None
        if terms is None or not terms.open:
            return False
        lines = carts.view_under(work, terms).lines if wanted is None else appraise(work, terms.contract_id, wanted, stock=False)
    return ask(open_work, contract_id=terms.contract_id, quantities=_quantities(lines))


def _quantities(lines: Sequence[Line]) -> dict[UUID, Decimal]:
    """Base units of each product; of lines of one product in several units the largest, as prices go by line."""
    found: dict[UUID, Decimal] = {}
    for line in lines:
        if line.name and line.problem is None and line.base_quantity > 0:
            found[line.product_id] = max(found.get(line.product_id, Decimal(0)), line.base_quantity)
    return found
