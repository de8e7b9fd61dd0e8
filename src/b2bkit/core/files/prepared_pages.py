"""The files that a person asked for, and each of them to be fetched; the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, Field

from b2bkit.core.extend.things import Operation, Route
from b2bkit.core.files import prepared
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import render, reply, work_of


class PreparedFiles:
    """What waits and what can be fetched."""

    def on_get(self, req: Request, resp: Response) -> None:
        render(req, resp, "files/prepared.html", rows=prepared.asked_for(work_of(req)))


class PreparedFile:
    """One file, while it lives."""

    def on_get(self, req: Request, resp: Response, prepared_file_id: UUID) -> None:
        name, kind, path = prepared.file_of(work_of(req), prepared_file_id)
        send_file(resp, path.read_bytes(), name=name, kind=kind)


# JSON


class PreparedOut(BaseModel):
    """A file that was asked for. While it is `waiting`, read it again every few seconds; `ready`, fetch it from `{its address}/content`."""

    id: UUID
    label: str
    state: Literal["waiting", "ready"]
    size: int = Field(description="Bytes; 0 while it waits.")
    asked_at: datetime
    until: datetime = Field(description="Until then it can be fetched; while it waits, until then it is tried.")


class PreparedListOut(BaseModel):
    items: list[PreparedOut]


LIST: Final = {"GET": Operation(summary="List the files that you asked for, the newest first", answer=PreparedListOut)}
ONE: Final = {"GET": Operation(summary="Read whether a file that you asked for is ready", answer=PreparedOut)}
CONTENT: Final = {"GET": Operation(summary="Fetch a file that you asked for", media="application/octet-stream")}


def told(one: prepared.Prepared) -> PreparedOut:
    """A file as programs read it."""
    state: Literal["waiting", "ready"] = "ready" if one.ready else "waiting"
    return PreparedOut(id=one.id, label=one.label, state=state, size=one.size, asked_at=one.asked_at, until=one.until)


class ApiFiles:
    def on_get(self, req: Request, resp: Response) -> None:
        reply(req, resp, PreparedListOut(items=[told(one) for one in prepared.asked_for(work_of(req))]))


class ApiFile:
    def on_get(self, req: Request, resp: Response, prepared_file_id: UUID) -> None:
        reply(req, resp, told(prepared.one_asked_for(work_of(req), prepared_file_id)))


def routes(permission: str) -> Iterable[Route]:
    """All for who sees the catalogue; each sees his own only."""
    yield Route(name="files.prepared", path="/prepared", resource=PreparedFiles(), permission=permission)
    yield Route(name="files.prepared_file", path="/prepared/{prepared_file_id:uuid}", resource=PreparedFile(), permission=permission)
    start = "/api/v1/prepared-files"
    yield Route(name="files.api_prepared", path=start, resource=ApiFiles(), permission=permission, area="api", operations=LIST)
    start += "/{prepared_file_id:uuid}"
    yield Route(name="files.api_prepared_file", path=start, resource=ApiFile(), permission=permission, area="api", operations=ONE)
    yield Route(
        name="files.api_prepared_content", path=f"{start}/content", resource=PreparedFile(), permission=permission, area="api",
        operations=CONTENT,
    )  # fmt: skip
