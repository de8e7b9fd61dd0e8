"""Boxes on a product's page: variants, analogues; where staff put analogues and files beside a product; the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, Field

from b2bkit.core.catalog import beside
from b2bkit.core.catalog.beside import Beside
from b2bkit.core.catalog.pages import CART, can_order
from b2bkit.core.catalog.view import shown
from b2bkit.core.errors import Refused
from b2bkit.core.extend.things import Level, Operation, Permission, Route, Widget
from b2bkit.core.files import papers, service
from b2bkit.core.i18n import N_
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import read_form, redirect, render, reply, work_of
from b2bkit.core.web.state import Upload
from b2bkit.core.work import Work

EDIT: Final = "catalog.edit"
PERMISSION: Final = Permission(
    name=EDIT, label=N_("Edit files and analogues of products"), roles=dict.fromkeys(("manager", "admin"), Level.ALL)
)
Kind = Literal["certificate", "data_sheet", "safety", "manual", "other"]


def _id_of(subject: object) -> UUID | None:
    """The product of the slot `product`: its page, or its id when a browser fetches the box alone."""
    found = subject if isinstance(subject, UUID) else getattr(subject, "id", None)
    return found if isinstance(found, UUID) else None


def _box(work: Work, product_id: UUID, found: Beside | None) -> Mapping[str, object] | None:
    if found is None:
        return None
    rows = [shown(good) for good in found.goods]
    rows = [row._replace(properties=found.differences.get(row.id, row.properties)) for row in rows]
    return {"rows": rows, "current": product_id, "orders": can_order(work), "cart": CART, "terms": work.actor.contract_id is not None}


def variants_box(work: Work, subject: object) -> Mapping[str, object] | None:
    """The variants of a product, with what they differ in."""
    product_id = _id_of(subject)
    return _box(work, product_id, beside.variants_of(work, product_id)) if product_id else None


def analogues_box(work: Work, subject: object) -> Mapping[str, object] | None:
    """What may be taken in place of a product."""
    product_id = _id_of(subject)
    return _box(work, product_id, beside.analogues_of(work, product_id)) if product_id else None


class FileForm(BaseModel):
    kind: Kind = "certificate"
    title: str = Field("", max_length=250)
    file: Upload | None = None


class AnalogueForm(BaseModel):
    article: str = Field("", max_length=100)


class LeaveForm(BaseModel):
    other: UUID


class Nothing(BaseModel):
    pass


class Edit:
    """Files and analogues of a product, for staff."""

    def on_get(self, req: Request, resp: Response, product_id: UUID) -> None:
        _show(req, resp, product_id)


def _show(req: Request, resp: Response, product_id: UUID, refused: Refused | None = None, typed: Mapping[str, str] | None = None) -> None:
    work = work_of(req)
    name, article = beside.require_product(work, product_id)
    analogues = beside.analogues_of(work, product_id)
    render(
        req, resp, "catalog/edit.html", status=refused.status if refused else 200, product_id=product_id, name=name, article=article,
        files=papers.files_of(work, product_id), analogues=analogues.goods if analogues else (), kinds=papers.kinds(),
        accept=",".join(f".{ending}" for ending in papers.ENDINGS), problems=refused.problems if refused else (),
        form={"kind": "certificate", "title": "", "article": "", **(typed or {})},
    )  # fmt: skip


class AddFile:
    def on_post(self, req: Request, resp: Response, product_id: UUID) -> None:
        work, form = work_of(req), read_form(req, FileForm)
        file = form.file or Upload("", "", b"")
        try:
            with work.session.begin_nested():
                papers.add(work, product_id=product_id, kind=form.kind, title=form.title.strip(), filename=file.filename, data=file.data)
        except Refused as refused:
            return _show(req, resp, product_id, refused, {"kind": form.kind, "title": form.title})
        return redirect(req, resp, "catalog.edit", product_id=product_id)


class RemoveFile:
    def on_post(self, req: Request, resp: Response, product_id: UUID, product_file_id: UUID) -> None:
        read_form(req, Nothing)
        papers.remove(work_of(req), product_id=product_id, file_id=product_file_id)
        redirect(req, resp, "catalog.edit", product_id=product_id)


class AddAnalogue:
    def on_post(self, req: Request, resp: Response, product_id: UUID) -> None:
        work, form = work_of(req), read_form(req, AnalogueForm)
        try:
            with work.session.begin_nested():
                beside.link(work, product_id=product_id, article=form.article)
        except Refused as refused:
            return _show(req, resp, product_id, refused, {"article": form.article})
        return redirect(req, resp, "catalog.edit", product_id=product_id)


class RemoveAnalogue:
    def on_post(self, req: Request, resp: Response, product_id: UUID) -> None:
        form = read_form(req, LeaveForm)
        beside.unlink(work_of(req), product_id=product_id, other_id=form.other)
        redirect(req, resp, "catalog.edit", product_id=product_id)


# JSON


class BesideOut(BaseModel):
    """A product beside another; `differs` says in what, for variants."""

    id: UUID
    article: str
    name: str
    differs: list[str]


class FileOut(BaseModel):
    """A file of a product; `size` in bytes. It is fetched from `/api/v1/products/{product_id}/files/{id}`."""

    id: UUID
    kind: str
    name: str
    type: str
    size: int


class PictureOut(BaseModel):
    """A picture of a product, in pixels. It is fetched from `/api/v1/products/{product_id}/pictures/{id}` as WebP."""

    id: UUID
    description: str
    width: int
    height: int


class AroundOut(BaseModel):
    """What stands beside a product: only what this contract's catalogue shows. Pictures are in their order, the main one first."""

    variants: list[BesideOut]
    analogues: list[BesideOut]
    files: list[FileOut]
    pictures: list[PictureOut]


AROUND: Final = {"GET": Operation(summary="Read the variants, analogues, files and pictures of a product", answer=AroundOut)}
FETCH_PICTURE: Final = {"GET": Operation(summary="Fetch a picture of a product", media="image/webp")}
FETCH: Final = {"GET": Operation(summary="Fetch a file of a product as it came", media="application/octet-stream")}


def _out(found: Beside | None, without: UUID) -> list[BesideOut]:
    goods = [good for good in found.goods if good.id != without] if found else []
    known = found.differences if found else {}
    return [BesideOut(id=one.id, article=one.row.article, name=one.row.name, differs=list(known.get(one.id, ()))) for one in goods]


class Around:
    """Variants, analogues, files and pictures of a product."""

    def on_get(self, req: Request, resp: Response, product_id: UUID) -> None:
        work = work_of(req)
        beside.require_product(work, product_id)
        files = [
            FileOut(id=one.id, kind=one.kind, name=one.label, type=one.type, size=one.size) for one in papers.files_of(work, product_id)
        ]
        pictures = [PictureOut(**one._asdict()) for one in service.pictures_of(work, product_id)]
        variants, analogues = beside.variants_of(work, product_id), beside.analogues_of(work, product_id)
        out = AroundOut(variants=_out(variants, product_id), analogues=_out(analogues, product_id), files=files, pictures=pictures)
        reply(req, resp, out)


class FileOfProduct:
    """A file of a product, as it came."""

    def on_get(self, req: Request, resp: Response, product_id: UUID, product_file_id: UUID) -> None:
        name, kind, path = papers.file_of(work_of(req), file_id=product_file_id, product_id=product_id)
        send_file(resp, path.read_bytes(), name=name, kind=kind)


class PictureOfProduct:
    """A picture of a product, in the large size."""

    def on_get(self, req: Request, resp: Response, product_id: UUID, product_picture_id: UUID) -> None:
        name, path = service.picture_file(work_of(req), picture_id=product_picture_id, size=service.LARGE, product_id=product_id)
        send_file(resp, path.read_bytes(), name=f"{name}.webp", kind="image/webp")


def widgets(view: str) -> Iterable[Widget]:
    """The boxes; each fetches itself, since the page of a product promises four statements."""
    for name, order, template, load in (
        ("variants", 5, "catalog/_variants.html", variants_box),
        ("analogues", 30, "catalog/_analogues.html", analogues_box),
    ):
        yield Widget(name=f"catalog.{name}", slot="product", order=order, template=template, load=load, lazy=True, permission=view)


def routes(view: str) -> Iterable[Route]:
    """What staff edit, and the JSON."""
    start = "/admin/catalog/{product_id:uuid}"
    yield Route(name="catalog.edit", path=start, resource=Edit(), permission=EDIT, area="admin")
    yield Route(
        name="catalog.add_file", path=f"{start}/files", resource=AddFile(), permission=EDIT, area="admin",
        max_body=papers.LARGEST + 200_000,
    )  # fmt: skip
    yield Route(
        name="catalog.remove_file", path=start + "/files/{product_file_id:uuid}/remove", resource=RemoveFile(), permission=EDIT,
        area="admin",
    )  # fmt: skip
    yield Route(name="catalog.add_analogue", path=f"{start}/analogues", resource=AddAnalogue(), permission=EDIT, area="admin")
    yield Route(
        name="catalog.remove_analogue", path=f"{start}/analogues/remove", resource=RemoveAnalogue(), permission=EDIT,
        area="admin",
    )  # fmt: skip
    yield Route(
        name="catalog.api_around", path="/api/v1/products/{product_id:uuid}/around", resource=Around(), permission=view, area="api",
        operations=AROUND,
    )  # fmt: skip
    yield Route(
        name="catalog.api_file", path="/api/v1/products/{product_id:uuid}/files/{product_file_id:uuid}", resource=FileOfProduct(),
        permission=view, area="api", operations=FETCH,
    )  # fmt: skip
    yield Route(
        name="catalog.api_picture", path="/api/v1/products/{product_id:uuid}/pictures/{product_picture_id:uuid}",
        resource=PictureOfProduct(), permission=view, area="api", operations=FETCH_PICTURE,
    )  # fmt: skip
