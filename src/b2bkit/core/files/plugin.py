"""Files: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import Facet, Job, NotificationKind, Route, Scope, Widget
from b2bkit.core.files import events, pages, papers, prepared, prepared_pages, service
from b2bkit.core.i18n import N_

VIEW = "catalog.view"


class FilesPlugin(Plugin):
    """Pictures and files of products."""

    name = "files"
    label = N_("Files")
    version = "0.1.0"
    events = (events.FilePrepared,)

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield prepared.SCOPE

    @hookimpl
    def register_facets(self) -> Iterable[Facet]:
        yield papers.DOCUMENTS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name=prepared.FORGET, run=prepared.forget, every=3600)

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        yield prepared.KIND

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(
            name="files.picture", path="/pictures/{product_picture_id:uuid}", resource=pages.Picture(service.LARGE), permission=VIEW
        )
        yield from prepared_pages.routes(VIEW)
        small = pages.Picture(service.SMALL)
        yield Route(name="files.product_file", path="/files/{product_file_id:uuid}", resource=pages.ProductFile(), permission=VIEW)
        yield Route(name="files.picture_small", path="/pictures/{product_picture_id:uuid}/small", resource=small, permission=VIEW)

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        yield Widget(
            name="files.pictures",
            slot="product",
            order=10,
            template="files/_pictures.html",
            load=pages.product_pictures,
            lazy=True,  # the page itself promises four statements
            permission=VIEW,
        )
        yield Widget(
            name="files.product_files", slot="product", order=20, template="files/_papers.html", load=pages.product_files, lazy=True,
            permission=VIEW,
        )  # fmt: skip
