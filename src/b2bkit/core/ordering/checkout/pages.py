"""The page of the checkout, and the way of a cart under another contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, create_model

from b2bkit.core.accounts.companies import addresses
from b2bkit.core.erp.service.contact import erp_view
from b2bkit.core.errors import Refused
from b2bkit.core.extend.kit import Kit
from b2bkit.core.ordering.checkout import steps
from b2bkit.core.ordering.forms import Version
from b2bkit.core.ordering.service import cart, filling
from b2bkit.core.ordering.service.asking import ask_live
from b2bkit.core.ordering.service.cart import CartView
from b2bkit.core.ordering.service.drafts import Draft
from b2bkit.core.ordering.service.lines import problems_of_change
from b2bkit.core.ordering.service.moving import move
from b2bkit.core.ordering.service.place import Placed, place_order
from b2bkit.core.web.forms import FormDecimal, validated
from b2bkit.core.web.handling import OpenAs, Request, Response, actor_of, read_form, read_query, redirect, render, work_of
from b2bkit.core.work import Work

Typed = Mapping[str, str]


class _Control(BaseModel):
    """What the checkout itself sends: the cart as it was shown. `accept`: what differs is taken so, which `news` tells."""

    contract_id: UUID
    version: Version
    seen_total: FormDecimal
    accept: bool = False
    news: str = Field("", max_length=16)


class CheckoutQuery(BaseModel):
    left: int = Field(0, ge=0, le=1000)  # goods that the contract does not sell, which stayed in the other cart


class ContractForm(BaseModel):
    contract: UUID


@cache
def _form_of(fields: tuple[str, ...]) -> type[BaseModel]:
    """All fields as typed, so that nothing is lost by a mistake in one of them."""
    typed = Annotated[str, Field(max_length=20_000)]
    return create_model("CheckoutForm", **dict.fromkeys(fields, (typed, "")))  # type: ignore[call-overload,no-any-return]


def _fields(kit: Kit) -> tuple[str, ...]:
    return (*_Control.model_fields, *(name for step in kit.checkout_steps for name in steps.fields_of(step)))


class Checkout:
    """Placing the cart. 1C is asked before the transaction is opened; what it says otherwise comes back to be accepted."""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp, None, left=read_query(req, CheckoutQuery).left)

    def before_post(self, req: Request, open_work: OpenAs) -> None:
        ask_live(partial(open_work, actor_of(req), write=False), open_work)

    def on_post(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        typed = read_form(req, _form_of(_fields(work.kit))).model_dump()
        try:
            with work.session.begin_nested():
                placed = _place(work, typed)
        except Refused as refused:
            return self._show(req, resp, typed, refused)
        return redirect(req, resp, "ordering.order", order_id=placed.id)

    def _show(self, req: Request, resp: Response, typed: Typed | None, refused: Refused | None = None, left: int = 0) -> None:
        work = work_of(req)
        shown = cart.view(work)
        if shown.terms is None or (refused is None and not shown.lines):
            return redirect(req, resp, "ordering.cart", stayed=left or None)
        said = {problem for line in shown.changed for problem in problems_of_change(line)}
        asked = steps.shown(work, _draft(shown, shown.terms.contract_id))
        values: dict[str, Any] = {
            "cart": shown,
            "form": _usual(work, shown) if typed is None else typed,
            "steps": asked,
            "fields": {name for one in asked for name in steps.fields_of(one.step)},
            "problems": [problem for problem in (refused.problems if refused else ()) if problem not in said],
            "erp": erp_view(work),
            "left": left,
        }
        return render(req, resp, "ordering/checkout.html", status=refused.status if refused else 200, **values)


def _usual(work: Work, shown: CartView) -> Typed:
    """What is chosen at first: the first address."""
    found = addresses(work, company_id=shown.terms.company_id) if shown.terms else []
    return {"address_id": str(found[0].id)} if found else {}


def _draft(shown: CartView, contract_id: UUID) -> Draft:
    return Draft(contract_id=contract_id, terms=shown.terms, lines=shown.lines)


def _place(work: Work, typed: Typed) -> Placed:
    """Places the order; with `accept`, what differed is accepted first as it was shown, or else nothing is."""
    said = {name: value for name, value in typed.items() if name in _Control.model_fields and value != ""}
    control = validated(_Control, said)
    version, total = control.version, control.seen_total
    if control.accept:
        seen = filling.accept(work, version=version, seen_total=total, news=control.news)
        version, total = seen.version, seen.sums.total
    draft = steps.completed(work, _draft(cart.view(work), control.contract_id), typed)
    return place_order(work, replace(draft, cart_version=version, seen_total=total))


class CartContract:
    """The cart under another contract of the company: what it sells goes along, and the session works under it from now on."""

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, ContractForm)
        left = move(work_of(req), contract_id=form.contract)
        return redirect(req, resp, "ordering.checkout", left=left or None)
