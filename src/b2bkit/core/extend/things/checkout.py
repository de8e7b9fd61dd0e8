"""What a checkout is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from pydantic import BaseModel

    from b2bkit.core.ordering.service.drafts import Draft
    from b2bkit.core.work import Work


def _nothing(work: Work, draft: Draft) -> Mapping[str, object]:
    return {}


def _always(work: Work, draft: Draft) -> bool:
    return True


def _as_it_is(work: Work, draft: Draft, values: Any) -> Draft:
    return draft


@dataclass(frozen=True, kw_only=True)
class CheckoutStep:
    """A part of the checkout: a section of its page, its fields, and what they add to the order.

    order     place on the page; the core's own: 100 whose order, 200 delivery, 300 day and comment, 900 contents
    label     heading (msgid)
    template  the section: a card around it is there already. Values: `step`, `form` (fields as typed or as last chosen), `problems`,
              `cart`, `erp`, and what `load` gives
    form      closed model of the section's fields, named as no other step names its own; each comes as text from the page and as JSON
              from machines. None: nothing is entered here
    applies   (work, draft) -> whether there is anything to ask of this order; else the section is not shown and its fields are left alone
    load      (work, draft) -> values for the template
    complete  (work, draft, values) -> the draft with what was chosen; raises Refused with the field for what will not do
    placed    (work, order_id, values): writes what the step keeps by itself, in the transaction that places the order
    """

    name: str
    order: int
    label: str
    template: str
    form: type[BaseModel] | None = None
    applies: Callable[[Work, Draft], bool] = _always
    load: Callable[[Work, Draft], Mapping[str, object]] = _nothing
    complete: Callable[[Work, Draft, Any], Draft] = _as_it_is
    placed: Callable[[Work, UUID, Any], None] | None = None
