"""Pages of ordering: cart, checkout, orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from b2bkit.core.erp.service.contact import erp_view
from b2bkit.core.errors import Conflict, Refused
from b2bkit.core.i18n import _
from b2bkit.core.ordering import forms
from b2bkit.core.ordering.forms import AcceptForm, VersionForm
from b2bkit.core.ordering.remaining import anchor, remaining
from b2bkit.core.ordering.service import again, cart, filling, moving
from b2bkit.core.ordering.service.cart import CartView
from b2bkit.core.ordering.service.marks import cart_mark
from b2bkit.core.ordering.service.news import beside
from b2bkit.core.web.handling import Request, Response, fragment, is_htmx, read_form, read_query, redirect, render, reply, work_of
from b2bkit.core.work import Work

Change = Callable[[Work], CartView]
Page = VersionForm | AcceptForm


# the cart


def _show_cart(
    req: Request,
    resp: Response,
    *,
    shown: CartView | None = None,
    refused: Refused | None = None,
    line_id: UUID | None = None,
    typed: str = "",
    toast: str | None = None,
    repeated: UUID | None = None,
    stayed: int = 0,
) -> None:
    """The cart as it is now; after a refusal with what was typed in its line, after repeating an order with what of it is not sold."""
    work = work_of(req)
    shown = cart.view(work) if shown is None else shown
    values = {
        **_values(req, shown, refused, line_id, typed),
        "erp": erp_view(work),
        "others": moving.other_carts(work),
        "left_out": again.left_out(work, repeated, shown) if repeated else (),
        "stayed": stayed,
    }
    render(req, resp, "ordering/cart.html", block="cart", status=refused.status if refused else 200, toast=toast, **values)


def _values(req: Request, shown: CartView, refused: Refused | None, line_id: UUID | None, typed: str) -> dict[str, Any]:
    return {
        "cart": shown,
        "left": remaining(shown),
        "problems": refused.problems if refused else (),
        "stale": isinstance(refused, Conflict),
        "line_id": line_id,
        "typed": typed,
        "may_place": work_of(req).may("ordering.place"),
        "plain": not is_htmx(req),
    }


def _change(req: Request, resp: Response, change: Change, *, page: Page, line_id: UUID | None = None, done: str = "") -> None:
    """Makes one change; refused, nothing of it stays and the page shows why. A page of a browser gets what is new of one line alone."""
    work = work_of(req)
    typed = page.quantity if isinstance(page, forms.LineForm) else ""
    shown, refused = None, None
    try:
        with work.session.begin_nested():
            shown = change(work)
    except Refused as error:
        refused = error
    if refused is None and not is_htmx(req):
        return redirect(req, resp, "ordering.cart")
    shown = cart.view(work) if shown is None else shown
    if not is_htmx(req) or line_id is None or isinstance(refused, Conflict) or not _knows_the_rest(page, shown, line_id):
        return _show_cart(req, resp, shown=shown, refused=refused, line_id=line_id, typed=typed, toast=done or None)
    resp.set_header("HX-Retarget", anchor(line_id))
    resp.set_header("HX-Reswap", "outerHTML")
    line = next((one for one in shown.lines if one.line_id == line_id), None)
    values = _values(req, shown, refused, line_id, typed)
    fragment(req, resp, "ordering/_changed.html", status=refused.status if refused else 200, toast=done or None, line=line, **values)


def _knows_the_rest(page: Page, shown: CartView, line_id: UUID) -> bool:
    """Whether the page shows all other lines as they are now: it says what differed when it was made, and what of that was this line's."""
    line = next((one for one in shown.lines if one.line_id == line_id), None)
    if page.version is None or not shown.lines or (line is None and isinstance(page, forms.LineForm)):
        return False  # a line that took another unit may have met the line that had it
    return beside(page.news or "", page.own) == beside(shown.news, line.sign if line is not None else "")


class CartPage:
    def on_get(self, req: Request, resp: Response) -> None:
        asked = read_query(req, forms.CartQuery)
        _show_cart(req, resp, repeated=asked.repeated, stayed=asked.stayed)


class CartAdd:
    """The button beside a product, wherever it stands."""

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.AddForm), work_of(req)
        quantity = forms.typed_quantity(form.quantity)
        shown = filling.add_line(work, product_id=form.product_id, unit=form.unit, quantity=quantity)
        if not is_htmx(req):
            return redirect(req, resp, "ordering.cart")
        line = next(line for line in shown.lines if (line.product_id, line.unit) == (form.product_id, form.unit))
        return fragment(req, resp, "ordering/_added.html", line=line, cart=shown)


class CartLine:
    def on_post(self, req: Request, resp: Response, line_id: UUID) -> None:
        form = read_form(req, forms.LineForm)

        def change(work: Work) -> CartView:
            quantity = forms.typed_quantity(form.quantity)
            return filling.change_line(work, line_id=line_id, quantity=quantity, unit=form.unit, version=form.version)

        _change(req, resp, change, page=form, line_id=line_id)


class CartLineRemove:
    def on_post(self, req: Request, resp: Response, line_id: UUID) -> None:
        form = read_form(req, forms.VersionForm)

        def change(work: Work) -> CartView:
            return filling.remove_line(work, line_id=line_id, version=form.version)

        _change(req, resp, change, page=form, line_id=line_id, done=_("The line was removed"))


class CartAccept:
    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.AcceptForm)

        def change(work: Work) -> CartView:
            return filling.accept(work, version=form.version, seen_total=form.seen_total, news=form.news, line_id=form.line_id)

        _change(req, resp, change, page=form, line_id=form.line_id, done=_("Changes accepted"))


class CartClear:
    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.VersionForm)
        _change(req, resp, lambda work: filling.clear(work, version=form.version), page=form, done=_("The cart is empty"))


class OrderRepeat:
    """The goods of an order, once more into the cart."""

    def on_post(self, req: Request, resp: Response, order_id: UUID) -> None:
        read_form(req, forms.RepeatForm)
        try:
            left = again.repeat(work_of(req), order_id)
        except Refused as refused:
            return _show_cart(req, resp, refused=refused)
        return redirect(req, resp, "ordering.cart", repeated=order_id if left else None)


class CartMark:
    """The cart's link in the top bar, fetched again when the cart changed."""

    def on_get(self, req: Request, resp: Response) -> None:
        fragment(req, resp, "ordering/_cart_mark.html", mark=cart_mark(work_of(req)))


class CartNews:
    """Whether the cart, or what differs in it, is another than the page shows: said, and never put over what is being typed."""

    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, forms.NewsQuery), work_of(req)
        shown = cart.view(work)
        if shown.version == query.version and query.news == shown.news:
            return reply(req, resp, None)
        return fragment(req, resp, "ordering/_cart_news.html", elsewhere=shown.version != query.version)
