"""What is owed to 1C: orders on their way, oldest first, and those that it refused."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import case, select

from b2bkit import Conflict, Work
from b2bkit.core.accounts.models import Company
from b2bkit.core.erp import service as erp
from b2bkit.core.erp.models import Handover
from b2bkit.core.ordering.models import Order
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of
from b2bkit_onec.pages import forms
from b2bkit_onec.pages.line import line

SHOWN: Final = 200


class Debt(NamedTuple):
    """An order that 1C does not have yet. `changed_at`: of the last step."""

    order_id: UUID
    number: str
    company: str
    total: Decimal
    currency: str
    state: str
    attempts: int
    since: datetime
    offered_at: datetime | None
    changed_at: datetime
    reason: str


_OWED = (
    select(
        Handover.order_id, Order.number, Company.name, Order.total, Order.currency, Handover.state, Handover.attempts, Handover.created_at,
        Handover.offered_at, Handover.changed_at, Handover.reason,
    )
    .join(Order, Order.id == Handover.order_id)
    .join(Company, Company.id == Handover.company_id)
    .where(Handover.state != "taken")
    .order_by(case({"refused": 0}, value=Handover.state, else_=1), Handover.created_at, Handover.id)
)  # fmt: skip


def owed(work: Work, limit: int = SHOWN) -> list[Debt]:
    """Refused ones first, for a person has to decide; then in the order in which they go out."""
    return [Debt(*row) for row in work.session.execute(_OWED.limit(limit))]


class Owed:
    """/admin/exchange/owed"""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp, done=read_query(req, forms.DoneQuery).done)

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.ResendForm)
        try:
            erp.resend(work_of(req), form.order_id)
        except Conflict as conflict:
            return self._show(req, resp, conflict=conflict)
        return redirect(req, resp, "onec.owed", done="resent")

    def _show(self, req: Request, resp: Response, *, done: str = "", conflict: Conflict | None = None) -> None:
        work = work_of(req)
        problems = conflict.problems if conflict else ()
        values: dict[str, Any] = {"line": line(work), "owed": owed(work), "shown": SHOWN, "done": done, "problems": problems}
        render(req, resp, "onec/owed.html", block="live", status=409 if conflict else 200, **values)
