"""What an order must meet. Each check sees the whole draft; all run, all problems are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from b2bkit.core.errors import Problem
from b2bkit.core.extend.things import OrderCheck, OrderDraft
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service.drafts import Draft
from b2bkit.core.work import Work


def not_empty(work: Work, draft: OrderDraft) -> Iterable[Problem]:
    """An order has lines."""
    if not draft.lines:
        yield Problem("ordering.empty", _("There is nothing to order yet. Put products into the cart first."), "lines")


def quantities(work: Work, draft: OrderDraft) -> Iterable[Problem]:
    """Every line is in a unit and an amount that can be ordered."""
    for line in cast(Draft, draft).lines:
        if line.problem is not None:
            said = _("%(name)s: %(problem)s") % {"name": line.name, "problem": line.problem.message}
            yield Problem(line.problem.code, said, line.problem.field, line.problem.cures)


def visible(work: Work, draft: OrderDraft) -> Iterable[Problem]:
    """Every product is in this contract's catalogue. One that never was is not named: foreign is the same as absent."""
    terms = cast(Draft, draft).terms
    if terms is None or not terms.open:
        return  # a closed contract opens nothing: one problem says it all
    for line in cast(Draft, draft).lines:
        if not line.visible:
            name = line.name if line.line_id is not None and line.name else _("Line %(number)d") % {"number": line.position}
            said = _("%(name)s is not available under this contract. Remove it from the order.") % {"name": name}
            yield Problem("ordering.not_available", said, f"lines.{line.position - 1}.product_id")


def contract_active(work: Work, draft: OrderDraft) -> Iterable[Problem]:
    """Contract, legal entity and company may order."""
    terms = cast(Draft, draft).terms
    if terms is None:
        yield Problem(
            "ordering.no_contract", _("Your company has no active contract. Ask your manager: without one nothing can be ordered.")
        )
    elif terms.suspended:
        yield Problem("ordering.suspended", _("Orders for %(name)s are closed for now. Ask your manager.") % {"name": terms.legal_entity})
    elif not terms.contract_active or not terms.entity_active:
        said = _("Contract %(number)s is closed. Choose another one or ask your manager to extend it.") % {"number": terms.number}
        yield Problem("ordering.contract_closed", said, "contract_id")


CHECKS = (
    OrderCheck(name="ordering.not_empty", order=100, check=not_empty),
    OrderCheck(name="ordering.contract_active", order=110, check=contract_active),
    OrderCheck(name="ordering.visible", order=120, check=visible),
    OrderCheck(name="ordering.quantities", order=130, check=quantities),
)
