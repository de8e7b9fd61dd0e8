"""The page of the checkout."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from b2bkit.core.accounts.companies import addresses
from b2bkit.core.erp.service.contact import erp_view
from b2bkit.core.errors import Refused
from b2bkit.core.ordering import forms
from b2bkit.core.ordering.service import cart, filling
from b2bkit.core.ordering.service.asking import ask_live
from b2bkit.core.ordering.service.lines import problems_of_change
from b2bkit.core.ordering.service.place import Placed, place_order
from b2bkit.core.web.handling import OpenAs, Request, Response, actor_of, read_form, redirect, render, work_of
from b2bkit.core.work import Work


class Checkout:
    """Placing the cart. 1C is asked before the transaction is opened; what it says otherwise comes back to be accepted."""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp, forms.CheckoutForm())

    def before_post(self, req: Request, open_work: OpenAs) -> None:
        ask_live(partial(open_work, actor_of(req), write=False), open_work)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.CheckoutForm), work_of(req)
        try:
            with work.session.begin_nested():
                placed = _place(work, form)
        except Refused as refused:
            return self._show(req, resp, form, refused)
        return redirect(req, resp, "ordering.order", order_id=placed.id)

    def _show(self, req: Request, resp: Response, form: forms.CheckoutForm, refused: Refused | None = None) -> None:
        work = work_of(req)
        shown = cart.view(work)
        if shown.terms is None or (refused is None and not shown.lines):
            return redirect(req, resp, "ordering.cart")
        choices = addresses(work, company_id=shown.terms.company_id)
        if refused is None and choices:
            form = form.model_copy(update={"address_id": str(choices[0].id)})
        said = {problem for line in shown.changed for problem in problems_of_change(line)}
        values: dict[str, Any] = {
            "cart": shown,
            "form": form,
            "places": forms.places_of(choices),
            "problems": [problem for problem in (refused.problems if refused else ()) if problem not in said],
            "erp": erp_view(work),
            "today": work.now.astimezone(work.config.portal.zone).date(),
        }
        return render(req, resp, "ordering/checkout.html", status=refused.status if refused else 200, **values)


def _place(work: Work, form: forms.CheckoutForm) -> Placed:
    """Places the order; with `accept`, what differed is accepted first as it was shown, or else nothing is."""
    draft = forms.draft_of(form)
    if form.accept and draft.cart_version is not None and draft.seen_total is not None:
        seen = filling.accept(work, version=draft.cart_version, seen_total=draft.seen_total, news=form.news)
        draft = replace(draft, cart_version=seen.version, seen_total=seen.sums.total)
    return place_order(work, draft)
