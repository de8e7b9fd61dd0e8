"""Saved filters: the row above the list, the page of all, one to be renamed; and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, false

from b2bkit.core.accounts.scopes import company_scope
from b2bkit.core.catalog.cursor import Sort
from b2bkit.core.catalog.facets.api import NarrowQuery, chosen_by
from b2bkit.core.catalog.facets.panel import Narrowed
from b2bkit.core.catalog.facets.ranges import fold
from b2bkit.core.catalog.saved import service
from b2bkit.core.catalog.saved.models import SavedFilter
from b2bkit.core.catalog.saved.service import SHARE, SavedRow, View
from b2bkit.core.errors import Refused
from b2bkit.core.extend.things import Level, Operation, Permission, Route, Scope
from b2bkit.core.i18n import N_
from b2bkit.core.web.handling import fragment, read_form, read_json, read_query, redirect, render, reply, work_of
from b2bkit.core.work import Actor

PERMISSION: Final = Permission(
    name=SHARE, label=N_("Share filters of the catalogue with colleagues"), roles=dict.fromkeys(("owner", "buyer"), Level.COMPANY)
)


def seen(actor: Actor) -> ColumnElement[bool]:
    """One's own and those that colleagues share; staff see none."""
    if actor.kind == "client" and actor.user_id is not None:
        return (SavedFilter.company_id == actor.company_id) & (SavedFilter.shared.is_(True) | (SavedFilter.user_id == actor.user_id))
    return company_scope(actor, SavedFilter.company_id) if actor.kind == "system" else false()


SCOPE: Final = Scope(name="catalog.saved_filters", entity=SavedFilter, criterion=seen)


class StripQuery(Narrowed):
    """The list beside which the filters stand."""

    view: View | None = None


class SaveForm(Narrowed):
    """The list that is saved, and how it is called."""

    view: View | None = None
    name: str = Field("", max_length=400)
    shared: bool = False

    @property
    def narrowed(self) -> Narrowed:
        """The list alone."""
        return Narrowed.model_validate(self.model_dump(include=set(Narrowed.model_fields)))


class ChangeForm(BaseModel):
    name: str = Field("", max_length=400)
    shared: bool = False


class Nothing(BaseModel):
    pass


class Strip:
    """The filters above the list; the one that is open is marked."""

    def on_get(self, req: Request, resp: Response) -> None:
        work, form = work_of(req), read_query(req, StripQuery, fold)
        rows = service.list_saved(work)
        here = form.address()
        fragment(
            req, resp, "catalog/_saved_strip.html", rows=rows, here=here, form=form, may_share=work.may(SHARE),
            opened=next((row.id for row in rows if row.form.address() == here), None),
        )  # fmt: skip


class SavedFilters:
    """All of them; posting keeps the list that the form holds."""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, SaveForm), work_of(req)
        try:
            with work.session.begin_nested():
                saved = service.save(work, name=form.name, shared=form.shared, form=form.narrowed, view=form.view)
        except Refused as refused:
            return self._show(req, resp, form, refused)
        return redirect(req, resp, "catalog.list", saved=saved)

    def _show(self, req: Request, resp: Response, form: SaveForm | None = None, refused: Refused | None = None) -> None:
        work = work_of(req)
        rows, problems, status = service.list_saved(work), refused.problems if refused else (), refused.status if refused else 200
        render(req, resp, "catalog/saved.html", status=status, rows=rows, form=form, problems=problems, may_share=work.may(SHARE))


class SavedFilterPage:
    """One of them: its name, who sees it."""

    def on_get(self, req: Request, resp: Response, saved_filter_id: UUID) -> None:
        self._show(req, resp, saved_filter_id)

    def on_post(self, req: Request, resp: Response, saved_filter_id: UUID) -> None:
        form, work = read_form(req, ChangeForm), work_of(req)
        try:
            with work.session.begin_nested():
                service.change(work, saved_filter_id, name=form.name, shared=form.shared)
        except Refused as refused:
            return self._show(req, resp, saved_filter_id, form, refused)
        return redirect(req, resp, "catalog.saved_filters")

    def _show(
        self, req: Request, resp: Response, saved_filter_id: UUID, form: ChangeForm | None = None, refused: Refused | None = None
    ) -> None:
        work = work_of(req)
        row = service.find(work, saved_filter_id)
        typed = form or ChangeForm(name=row.name, shared=row.shared)
        problems = refused.problems if refused else ()
        status = refused.status if refused else 200
        render(req, resp, "catalog/saved_one.html", status=status, row=row, form=typed, problems=problems, may_share=work.may(SHARE))


class SavedFilterDelete:
    """Posting deletes it."""

    def on_post(self, req: Request, resp: Response, saved_filter_id: UUID) -> None:
        read_form(req, Nothing)
        service.remove(work_of(req), saved_filter_id)
        redirect(req, resp, "catalog.saved_filters")


# JSON


class NarrowingOut(NarrowQuery):
    """What it narrows the list to: the parameters of `/api/v1/products`, with the order that a page shows."""

    model_config = ConfigDict(extra="forbid")
    sort: Sort = "best"


class SavedFilterOut(BaseModel):
    """A saved filter. `mine`: made by the holder of this token; `missing`: conditions of it that the catalogue has no more."""

    model_config = ConfigDict(extra="forbid")
    id: UUID
    name: str
    shared: bool
    person: str
    mine: bool
    updated_at: datetime
    view: View | None
    narrowing: NarrowingOut
    missing: int = 0


class SavedFiltersOut(BaseModel):
    """One's own and those that colleagues share, by name."""

    items: list[SavedFilterOut]


class SavedFilterIn(BaseModel):
    """A filter to keep."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=service.NAME)]
    shared: bool = False
    view: View | None = None
    narrowing: NarrowingOut


class SavedFilterChange(BaseModel):
    """Its new name, and whether colleagues see it."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=service.NAME)]
    shared: bool


class Made(BaseModel):
    """The id of what was made."""

    id: UUID


def _out(row: SavedRow, form: Narrowed | None = None, missing: int = 0) -> SavedFilterOut:
    narrowing = NarrowingOut.model_validate((form or row.form).model_dump(include=set(NarrowingOut.model_fields)))
    return SavedFilterOut(
        id=row.id, name=row.name, shared=row.shared, person=row.person, mine=row.mine, updated_at=row.updated_at, view=row.view,
        narrowing=narrowing, missing=missing,
    )  # fmt: skip


class ApiSavedFilters:
    """`/api/v1/saved-filters`."""

    def on_get(self, req: Request, resp: Response) -> None:
        reply(req, resp, SavedFiltersOut(items=[_out(row) for row in service.list_saved(work_of(req))]))

    def on_post(self, req: Request, resp: Response) -> None:
        given, work = read_json(req, SavedFilterIn), work_of(req)
        chosen_by(work, given.narrowing)
        form = Narrowed.model_validate(given.narrowing.model_dump())
        reply(req, resp, Made(id=service.save(work, name=given.name, shared=given.shared, form=form, view=given.view)), status=201)


class ApiSavedFilter:
    """`/api/v1/saved-filters/{id}`."""

    def on_get(self, req: Request, resp: Response, saved_filter_id: UUID) -> None:
        opened = service.open_filter(work_of(req), saved_filter_id)
        reply(req, resp, _out(opened.row, opened.form, opened.missing))

    def on_put(self, req: Request, resp: Response, saved_filter_id: UUID) -> None:
        given, work = read_json(req, SavedFilterChange), work_of(req)
        service.change(work, saved_filter_id, name=given.name, shared=given.shared)
        reply(req, resp, _out(service.find(work, saved_filter_id)))

    def on_delete(self, req: Request, resp: Response, saved_filter_id: UUID) -> None:
        service.remove(work_of(req), saved_filter_id)
        reply(req, resp, None)


def routes(view: str) -> Iterable[Route]:
    """All for who sees the catalogue; what is shared is asked for within."""
    one, api = "/catalog/filters/{saved_filter_id:uuid}", "/api/v1/saved-filters"
    yield Route(name="catalog.saved_strip", path="/catalog/filters/strip", resource=Strip(), permission=view)
    yield Route(name="catalog.saved_filters", path="/catalog/filters", resource=SavedFilters(), permission=view)
    yield Route(name="catalog.saved_filter", path=one, resource=SavedFilterPage(), permission=view)
    yield Route(name="catalog.saved_filter_delete", path=f"{one}/delete", resource=SavedFilterDelete(), permission=view)
    every = {
        "GET": Operation(summary="List saved filters, one's own and those that colleagues share", answer=SavedFiltersOut),
        "POST": Operation(summary="Keep a filter", body=SavedFilterIn, answer=Made, status=201),
    }
    yield Route(name="catalog.api_saved_filters", path=api, resource=ApiSavedFilters(), permission=view, area="api", operations=every)
    single = {
        "GET": Operation(summary="Read a saved filter without what the catalogue has no more", answer=SavedFilterOut),
        "PUT": Operation(summary="Rename a saved filter, share it or not", body=SavedFilterChange, answer=SavedFilterOut),
        "DELETE": Operation(summary="Delete a saved filter", status=204),
    }
    path = api + "/{saved_filter_id:uuid}"
    yield Route(name="catalog.api_saved_filter", path=path, resource=ApiSavedFilter(), permission=view, area="api", operations=single)
