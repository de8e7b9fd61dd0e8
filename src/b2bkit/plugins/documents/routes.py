"""Addresses of the plugin: a table of contents beside plugin.py."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit import Route
from b2bkit.core.settlements.scopes import PAPERS
from b2bkit.core.settlements.service.prints import CAPABILITY
from b2bkit.plugins.documents import admin, api, pages
from b2bkit.plugins.documents.scopes import ANSWER, ASK

_PAPER = "/papers/{paper_id:uuid}"
_VIEW = f"{_PAPER}/views/{{document_view_id:uuid}}"
_REQUEST = "/originals/{originals_request_id:uuid}"


def routes() -> Iterable[Route]:
    """Pages of clients, of staff, and JSON."""
    for name, path, resource in (
        ("open", f"{_PAPER}/views", pages.Open("view")),
        ("take", f"{_PAPER}/downloads", pages.Open("download")),
        ("view", _VIEW, pages.View()),
        ("page", f"{_VIEW}/pages/{{page}}", pages.Page()),
        ("file", f"{_VIEW}/file", pages.File()),
    ):
        yield Route(name=f"documents.{name}", path=path, resource=resource, permission=PAPERS, needs=CAPABILITY)
    yield Route(name="documents.originals", path="/originals", resource=pages.Originals(), permission=PAPERS)
    yield Route(name="documents.new", path="/originals/new", resource=pages.New(), permission=ASK)
    yield Route(name="documents.withdraw", path=f"{_REQUEST}/withdraw", resource=pages.Withdraw(), permission=ASK)
    yield Route(name="documents.received", path=f"{_REQUEST}/received", resource=pages.Received(), permission=ASK)
    yield Route(name="documents.desk", path="/admin/originals", resource=admin.Desk(), permission=ANSWER, area="admin")
    yield Route(name="documents.move", path=f"/admin{_REQUEST}/state", resource=admin.Move(), permission=ANSWER, area="admin")
    yield from _api()


def _api() -> Iterable[Route]:
    start = "/api/v1"
    for name, path, resource, operations, permission, needs in (
        ("api_views", f"{_PAPER}/views", api.Views(), api.VIEWS, PAPERS, CAPABILITY),
        ("api_view", _VIEW, api.OneView(), api.VIEW, PAPERS, CAPABILITY),
        ("api_page", f"{_VIEW}/pages/{{page}}", pages.Page(), api.PAGE, PAPERS, CAPABILITY),
        ("api_file", f"{_VIEW}/file", pages.File(), api.FILE, PAPERS, CAPABILITY),
        ("api_sums", "/paper-sums", api.Sums(), api.SUMS, PAPERS, ""),
        ("api_withdraw", f"{_REQUEST}/withdraw", api.Withdraw(), api.WITHDRAW, ASK, ""),
        ("api_received", f"{_REQUEST}/received", api.Received(), api.RECEIVED, ASK, ""),
    ):
        yield Route(
            name=f"documents.{name}", path=f"{start}{path}", resource=resource, permission=permission, area="api", operations=operations,
            needs=needs,
        )  # fmt: skip
    yield Route(
        name="documents.api_originals", path=f"{start}/originals", resource=api.Originals(), permission=PAPERS, write_permission=ASK,
        area="api", operations=api.ORIGINALS,
    )  # fmt: skip
