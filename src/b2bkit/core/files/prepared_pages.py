"""The files that a person asked for, and each of them to be fetched."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from falcon import Request, Response

from b2bkit.core.extend.things import Route
from b2bkit.core.files import prepared
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import render, work_of


class PreparedFiles:
    """What waits and what can be fetched."""

    def on_get(self, req: Request, resp: Response) -> None:
        render(req, resp, "files/prepared.html", rows=prepared.asked_for(work_of(req)))


class PreparedFile:
    """One file, while it lives."""

    def on_get(self, req: Request, resp: Response, prepared_file_id: UUID) -> None:
        name, kind, path = prepared.file_of(work_of(req), prepared_file_id)
        send_file(resp, path.read_bytes(), name=name, kind=kind)


def routes(permission: str) -> Iterable[Route]:
    """Both for who sees the catalogue; each sees his own only."""
    yield Route(name="files.prepared", path="/prepared", resource=PreparedFiles(), permission=permission)
    yield Route(name="files.prepared_file", path="/prepared/{prepared_file_id:uuid}", resource=PreparedFile(), permission=permission)
