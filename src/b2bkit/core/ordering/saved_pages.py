"""Drafts and templates: pages, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from b2bkit.core.errors import Refused
from b2bkit.core.extend.things import Operation, Route
from b2bkit.core.i18n import _
from b2bkit.core.ordering.forms import Version, typed_quantity
from b2bkit.core.ordering.service import saved
from b2bkit.core.ordering.service.cart import MAX_LINES
from b2bkit.core.web.handling import Request, Response, read_form, read_json, redirect, render, reply, work_of

Typed = Annotated[str, Field(max_length=60)]


class SaveForm(BaseModel):
    name: str = Field("", max_length=400)
    kind: Literal["draft", "template"] = "template"
    shared: bool = False


class ChangeForm(BaseModel):
    name: str = Field("", max_length=400)
    shared: bool = False
    version: Version | None = None
    line: list[UUID] = Field([], max_length=MAX_LINES)
    quantity: list[Typed] = Field([], max_length=MAX_LINES)


class Nothing(BaseModel):
    pass


class Saved:
    """What was put aside; posting puts the cart aside."""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp)

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, SaveForm)
        try:
            saved.save(work_of(req), name=form.name, kind=form.kind, shared=form.shared)
        except Refused as refused:
            return self._show(req, resp, refused)
        return redirect(req, resp, "ordering.saved")

    def _show(self, req: Request, resp: Response, refused: Refused | None = None) -> None:
        problems = refused.problems if refused else ()
        rows = saved.list_saved(work_of(req))
        render(req, resp, "ordering/saved.html", rows=rows, problems=problems, status=refused.status if refused else 200)


class SavedCartPage:
    def on_get(self, req: Request, resp: Response, saved_cart_id: UUID) -> None:
        self._show(req, resp, saved_cart_id)

    def on_post(self, req: Request, resp: Response, saved_cart_id: UUID) -> None:
        form, work = read_form(req, ChangeForm), work_of(req)
        quantities, wrong = _read(form)
        try:
            with work.session.begin_nested():
                saved.change(work, saved_cart_id, name=form.name, shared=form.shared, quantities=quantities, version=form.version)
        except Refused as refused:
            return self._show(req, resp, saved_cart_id, form, refused, wrong)
        if wrong:
            return self._show(req, resp, saved_cart_id, form, None, wrong)
        return redirect(req, resp, "ordering.saved_cart", saved_cart_id=saved_cart_id)

    def _show(
        self,
        req: Request,
        resp: Response,
        saved_cart_id: UUID,
        form: ChangeForm | None = None,
        refused: Refused | None = None,
        wrong: Mapping[UUID, str] | None = None,
    ) -> None:
        view = saved.show(work_of(req), saved_cart_id)
        values: dict[str, Any] = {
            "view": view,
            "name": form.name if form is not None else view.saved.name,
            "quantities": dict(zip(form.line, form.quantity, strict=False)) if form is not None else {},
            "wrong": wrong or {},
            "problems": refused.problems if refused else (),
        }
        render(req, resp, "ordering/saved_cart.html", status=refused.status if refused else 422 if wrong else 200, **values)


def _read(form: ChangeForm) -> tuple[dict[UUID, Decimal | None], dict[UUID, str]]:
    """Quantities by line, None where one was emptied, and what cannot be read."""
    quantities, wrong = dict[UUID, Decimal | None](), dict[UUID, str]()
    for line, typed in zip(form.line, form.quantity, strict=False):
        try:
            quantities[line] = typed_quantity(typed) if typed.strip() else None
            if quantities[line] == 0:
                quantities[line] = None
        except Refused as refused:
            wrong[line] = refused.problems[0].message
    for line, quantity in quantities.items():
        if quantity is not None and quantity < 0:
            wrong[line] = _("Enter a quantity above zero, or remove the line.")
    return {} if wrong else quantities, wrong


class SavedOrder:
    """Its goods into the cart."""

    def on_post(self, req: Request, resp: Response, saved_cart_id: UUID) -> None:
        read_form(req, Nothing)
        work = work_of(req)
        try:
            with work.session.begin_nested():
                left = saved.put_in(work, saved_cart_id)
        except Refused as refused:
            rows = saved.list_saved(work)
            return render(req, resp, "ordering/saved.html", rows=rows, problems=refused.problems, status=refused.status)
        return redirect(req, resp, "ordering.saved_cart" if left else "ordering.cart", **({"saved_cart_id": saved_cart_id} if left else {}))


class SavedDelete:
    def on_post(self, req: Request, resp: Response, saved_cart_id: UUID) -> None:
        read_form(req, Nothing)
        saved.remove(work_of(req), saved_cart_id)
        redirect(req, resp, "ordering.saved")


# JSON


class SavedOut(BaseModel):
    """A saved cart. `mine`: made by the holder of this token."""

    id: UUID
    kind: str
    name: str
    shared: bool
    updated_at: datetime
    person: str
    lines: int
    mine: bool


class SavedListOut(BaseModel):
    items: list[SavedOut]


class LeftOut(BaseModel):
    """How many of its lines were not put into the cart, because their goods are not sold under this contract."""

    left_out: int


class EmptyIn(BaseModel):
    model_config = {"extra": "forbid"}


class ApiSaved:
    def on_get(self, req: Request, resp: Response) -> None:
        rows = saved.list_saved(work_of(req))
        reply(req, resp, SavedListOut(items=[SavedOut.model_validate(row._asdict()) for row in rows]))


class ApiSavedOrder:
    def on_post(self, req: Request, resp: Response, saved_cart_id: UUID) -> None:
        read_json(req, EmptyIn)
        reply(req, resp, LeftOut(left_out=saved.put_in(work_of(req), saved_cart_id)))


def routes(permission: str) -> Iterable[Route]:
    """All for who may fill a cart."""
    one, api = "/cart/saved/{saved_cart_id:uuid}", "/api/v1/saved-carts"
    yield Route(name="ordering.saved", path="/cart/saved", resource=Saved(), permission=permission)
    yield Route(name="ordering.saved_cart", path=one, resource=SavedCartPage(), permission=permission)
    yield Route(name="ordering.saved_order", path=f"{one}/order", resource=SavedOrder(), permission=permission)
    yield Route(name="ordering.saved_delete", path=f"{one}/delete", resource=SavedDelete(), permission=permission)
    listed = {"GET": Operation(summary="List saved carts, one's own and those that colleagues share", answer=SavedListOut)}
    yield Route(name="ordering.api_saved", path=api, resource=ApiSaved(), permission=permission, area="api", operations=listed)
    ordered = {"POST": Operation(summary="Put a saved cart's goods into the cart", body=EmptyIn, answer=LeftOut)}
    path = api + "/{saved_cart_id:uuid}/order"
    yield Route(name="ordering.api_saved_order", path=path, resource=ApiSavedOrder(), permission=permission, area="api", operations=ordered)
