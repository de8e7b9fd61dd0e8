"""What a person watches: the list, the box on a product's page, and the same as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from b2bkit.core.extend.things import Operation
from b2bkit.core.watching import service
from b2bkit.core.watching.service import Kind
from b2bkit.core.web.handling import fragment, is_htmx, read_form, read_json, redirect, render, reply, work_of
from b2bkit.core.work import Work


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WatchIn(_Closed):
    """A product and what of it: stock (until it is back) or price (each change)."""

    product_id: UUID
    kind: Kind


class WatchOut(_Closed):
    id: UUID
    product_id: UUID
    kind: Kind
    name: str
    article: str
    since: datetime


class WatchesOut(_Closed):
    items: list[WatchOut]


class MadeOut(_Closed):
    id: UUID


ALL = {
    "GET": Operation(summary="List what you watch under the session's contract, newest first", answer=WatchesOut),
    "POST": Operation(summary="Watch a product's stock or price", body=WatchIn, answer=MadeOut, status=201),
}
ONE = {"DELETE": Operation(summary="Stop watching", status=204)}


class RemoveForm(_Closed):
    """`product`: the box of this product's page is drawn anew."""

    product: UUID | None = Field(None)


class Watches:
    """`/watches`."""

    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        render(req, resp, "watching/list.html", rows=service.watched(work), contract=work.actor.contract_id)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, WatchIn), work_of(req)
        service.watch(work, product_id=form.product_id, kind=form.kind)
        _box(req, resp, work, form.product_id)


class Remove:
    """`/watches/{id}/remove`."""

    def on_post(self, req: Request, resp: Response, watch_id: UUID) -> None:
        form, work = read_form(req, RemoveForm), work_of(req)
        service.unwatch(work, watch_id)
        _box(req, resp, work, form.product)


def _box(req: Request, resp: Response, work: Work, product_id: UUID | None) -> None:
    if product_id is None:
        return redirect(req, resp, "watching.list")
    if not is_htmx(req):
        return redirect(req, resp, "catalog.product", product_id=product_id)
    mine, gone = service.watches_of(work, product_id), service.waits_for_stock(work, product_id)
    return fragment(req, resp, "watching/_buttons.html", product_id=product_id, mine=mine, gone=gone)


def box(work: Work, subject: object) -> Mapping[str, object] | None:
    """The box of the slot `product`; for clients who work under a contract."""
    product_id = subject if isinstance(subject, UUID) else getattr(subject, "id", None)
    if not isinstance(product_id, UUID) or work.actor.contract_id is None or work.actor.user_id is None:
        return None
    mine, gone = service.watches_of(work, product_id), service.waits_for_stock(work, product_id)
    return {"product_id": product_id, "mine": mine, "gone": gone}


class ApiWatches:
    """`/api/v1/watches`."""

    def on_get(self, req: Request, resp: Response) -> None:
        reply(req, resp, {"items": [one._asdict() for one in service.watched(work_of(req))]})

    def on_post(self, req: Request, resp: Response) -> None:
        asked = read_json(req, WatchIn)
        reply(req, resp, {"id": service.watch(work_of(req), product_id=asked.product_id, kind=asked.kind)}, status=201)


class ApiWatch:
    """`/api/v1/watches/{id}`."""

    def on_delete(self, req: Request, resp: Response, watch_id: UUID) -> None:
        service.unwatch(work_of(req), watch_id)
        reply(req, resp, None)
