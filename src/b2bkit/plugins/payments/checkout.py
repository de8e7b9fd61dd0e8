"""How the order is paid: a step of the checkout, and the ways that it offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field

from b2bkit import CheckoutStep, Work
from b2bkit.core.i18n import N_, _, language
from b2bkit.core.languages import facts
from b2bkit.core.ordering.service.drafts import Draft
from b2bkit.core.web.formatting import money
from b2bkit.plugins.payments.service import ways

LONGEST: Final = 3000  # what an order keeps of its comment


class WayForm(BaseModel):
    payment_way: str = Field("", max_length=40)


def _ways(work: Work, draft: Draft) -> list[ways.Way]:
    if draft.terms is None:
        return []
    return ways.ways_for(work, draft.terms.company_id, draft.contract_id, draft.total)


def applies(work: Work, draft: Draft) -> bool:
    """Whether contract and status leave a way; else the contract's own terms hold and nothing is asked."""
    return bool(_ways(work, draft))


def load(work: Work, draft: Draft) -> Mapping[str, object]:
    found = _ways(work, draft)
    return {"plans": found, "currency": draft.terms.currency if draft.terms else ""}


def complete(work: Work, draft: Draft, values: WayForm) -> Draft:
    """The way stands in the order's comment too, so that whoever opens the order in the ERP reads it."""
    way = ways.choose(_ways(work, draft), values.payment_way)
    told, currency = facts(language()).in_figures, draft.terms.currency if draft.terms else ""
    parts = ", ".join(f"{money(part.amount, currency, lang=language())} — {told(part.due_on)}" for part in way.parts)
    line = _("Payment: %(way)s (%(parts)s)") % {"way": way.label, "parts": parts}
    return replace(draft, comment=f"{draft.comment[: LONGEST - len(line) - 1]}\n{line}".strip())


def placed(work: Work, order_id: UUID, values: WayForm) -> None:
    ways.keep(work, order_id, values.payment_way)


STEP: Final = CheckoutStep(
    name="payments.way", order=310, label=N_("How to pay"), template="payments/step_way.html", form=WayForm, applies=applies, load=load,
    complete=complete, placed=placed,
)  # fmt: skip
