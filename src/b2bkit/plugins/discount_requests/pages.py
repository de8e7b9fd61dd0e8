"""A client's wishes for a discount: the page, the box beside the cart, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast
from uuid import UUID

from b2bkit import Operation, Refused, Route, Widget, Work
from b2bkit.core.ordering.service import cart as carts
from b2bkit.core.ordering.service.cart import CartView
from b2bkit.core.web.handling import Request, Response, read_form, read_json, read_query, redirect, render, reply, work_of
from b2bkit.plugins.discount_requests import forms
from b2bkit.plugins.discount_requests.models import OPEN
from b2bkit.plugins.discount_requests.service import asking
from b2bkit.plugins.discount_requests.service.asking import ASK, Wish
from b2bkit.plugins.discount_requests.step import holds


class Own:
    """Asking for the cart as it is now, and what the company asked for before."""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp, forms.AskForm(), done=read_query(req, forms.DoneQuery).done)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.AskForm), work_of(req)
        try:
            with work.session.begin_nested():
                asking.ask(work, reason=form.reason, percent=form.wished(), prices=form.prices(), needed_by=form.needed_by)
        except Refused as refused:
            return self._show(req, resp, form, refused)
        return redirect(req, resp, "discount_requests.own", done="asked")

    def _show(self, req: Request, resp: Response, form: forms.AskForm, refused: Refused | None = None, done: str = "") -> None:
        work = work_of(req)
        view, now = carts.view(work), asking.current(work)
        lines = [line for line in view.lines if line.counts and line.price is not None]
        can_ask = bool(lines) and (now is None or now.request.state not in OPEN)
        render(
            req, resp, "discount_requests/own.html", status=refused.status if refused else 200, form=form, done=done,
            problems=refused.problems if refused else (), lines=lines, currency=view.currency, can_ask=can_ask, now=now,
            typed=form.typed(), problem_of=forms.problem_of, rows=asking.own(work),
        )  # fmt: skip


class Accept:
    def on_post(self, req: Request, resp: Response, discount_request_id: UUID) -> None:
        read_form(req, forms.Nothing)
        asking.accept(work_of(req), discount_request_id)
        redirect(req, resp, "ordering.cart")


class GiveUp:
    def on_post(self, req: Request, resp: Response, discount_request_id: UUID) -> None:
        read_form(req, forms.Nothing)
        asking.give_up(work_of(req), discount_request_id)
        redirect(req, resp, "ordering.cart")


def box(work: Work, subject: object) -> Mapping[str, object] | None:
    """Beside the cart: asking, the answer, and for each line whether what was granted holds for it now. Two statements."""
    view = cast(CartView, subject)
    if work.actor.kind != "client" or not view.lines:
        return None
    now = asking.current(work)
    amounts = [(line.product_id, line.base_quantity) for line in view.lines]
    kept = []
    for line in now.lines if now is not None and now.request.state == "granted" else ():
        there = [amount for product_id, amount in amounts if product_id == line.product_id]
        state = "gone" if not there else "holds" if any(holds(work, line.base_quantity, one) for one in there) else "amount"
        kept.append((line, state))
    return {"now": now, "kept": kept, "currency": view.currency, "over": now is not None and now.request.state not in OPEN}


# JSON


def _out(wish: Wish) -> forms.RequestOut:
    request = wish.request
    names = ("id", "state", "reason", "answer", "until", "order_id")
    lines = [forms.LineOut.model_validate({name: getattr(line, name) for name in forms.LineOut.model_fields}) for line in wish.lines]
    return forms.RequestOut.model_validate({**{name: getattr(request, name) for name in names}, "lines": lines})


class ApiRequests:
    """`/api/v1/discount-requests`."""

    def on_get(self, req: Request, resp: Response) -> None:
        read_query(req, forms.Nothing)
        reply(req, resp, forms.RequestsOut(items=[_out(one) for one in asking.own(work_of(req))]))

    def on_post(self, req: Request, resp: Response) -> None:
        given = read_json(req, forms.AskIn)
        prices = {one.line_id: one.price for one in given.prices}
        made = asking.ask(work_of(req), reason=given.reason, percent=given.percent, prices=prices, needed_by=given.needed_by)
        reply(req, resp, forms.Made(id=made), status=201)


class ApiRequest:
    """`/api/v1/discount-requests/{id}`."""

    def on_delete(self, req: Request, resp: Response, discount_request_id: UUID) -> None:
        asking.give_up(work_of(req), discount_request_id)
        reply(req, resp, None)


class ApiAccept:
    """`/api/v1/discount-requests/{id}/accept`."""

    def on_post(self, req: Request, resp: Response, discount_request_id: UUID) -> None:
        read_json(req, forms.Nothing)
        asking.accept(work_of(req), discount_request_id)
        reply(req, resp, None)


def routes() -> Iterable[Route]:
    """Pages and operations of clients."""
    one, api = "/discount-requests/{discount_request_id:uuid}", "/api/v1/discount-requests"
    single = api + "/{discount_request_id:uuid}"
    every = {
        "GET": Operation(summary="List wishes for discounts", answer=forms.RequestsOut),
        "POST": Operation(summary="Ask for a discount on the cart", body=forms.AskIn, answer=forms.Made, status=201),
    }
    drop = {"DELETE": Operation(summary="Give a wish up, decline an offer, or do without what was granted", status=204)}
    take = {"POST": Operation(summary="Take the prices that are offered instead", body=forms.Nothing, status=204)}
    yield Route(name="discount_requests.own", path="/discount-requests", resource=Own(), permission=ASK)
    yield Route(name="discount_requests.accept", path=f"{one}/accept", resource=Accept(), permission=ASK)
    yield Route(name="discount_requests.give_up", path=f"{one}/give-up", resource=GiveUp(), permission=ASK)
    yield Route(name="discount_requests.api", path=api, resource=ApiRequests(), permission=ASK, area="api", operations=every)
    yield Route(name="discount_requests.api_one", path=single, resource=ApiRequest(), permission=ASK, area="api", operations=drop)
    path = single + "/accept"
    yield Route(name="discount_requests.api_accept", path=path, resource=ApiAccept(), permission=ASK, area="api", operations=take)


def widgets() -> Iterable[Widget]:
    """The box beside the cart."""
    yield Widget(name="discount_requests.box", slot="cart", order=50, template="discount_requests/box.html", load=box, permission=ASK)
