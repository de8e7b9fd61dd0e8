"""Pictures as browsers fetch them, and the box on a product's page."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from falcon import Request, Response

from b2bkit.core.files import papers, service
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import work_of
from b2bkit.core.work import Work


class Picture:
    """A picture in one size. Kept by the browser that fetched it, and asked for again by its tag: who may see it can change."""

    def __init__(self, size: str) -> None:
        self.size = size

    def on_get(self, req: Request, resp: Response, product_picture_id: UUID) -> None:
        name, path = service.picture_file(work_of(req), picture_id=product_picture_id, size=self.size)
        etag = f'"{name}"'
        resp.set_headers([("ETag", etag), ("Cache-Control", "private, no-cache"), ("Content-Disposition", "inline")])
        if etag in [tag.strip().removeprefix("W/") for tag in (req.get_header("If-None-Match") or "").split(",")]:
            resp.status = 304
            return
        resp.content_type = "image/webp"
        resp.data = path.read_bytes()


class ProductFile:
    """A file of a product, as it came."""

    def on_get(self, req: Request, resp: Response, product_file_id: UUID) -> None:
        name, kind, path = papers.file_of(work_of(req), file_id=product_file_id)
        send_file(resp, path.read_bytes(), name=name, kind=kind)


def product_files(work: Work, subject: object) -> Mapping[str, object] | None:
    """The box of files of the slot `product`."""
    product_id = subject if isinstance(subject, UUID) else getattr(subject, "id", None)
    files = papers.files_of(work, product_id) if isinstance(product_id, UUID) else ()
    return {"files": files} if files else None


def product_pictures(work: Work, subject: object) -> Mapping[str, object] | None:
    """The box of the slot `product`: its subject is the product's page, or its id when a browser fetches the box alone."""
    product_id = subject if isinstance(subject, UUID) else getattr(subject, "id", None)
    pictures = service.pictures_of(work, product_id) if isinstance(product_id, UUID) else []
    return {"pictures": pictures} if pictures else None
