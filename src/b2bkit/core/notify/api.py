"""JSON: a person's notifications."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2bkit.core.extend.things import SIGNED_IN, Operation, Route
from b2bkit.core.notify import service
from b2bkit.core.web.handling import Request, Response, read_json, read_query, reply, work_of


class NotificationOut(BaseModel):
    """Something the person was told. `link` leads to what it is about."""

    id: UUID
    kind: str
    title: str
    text: str
    link: str
    created_at: datetime
    unread: bool


class NotificationsOut(BaseModel):
    """Newest first; `next` is the `before` of the following page, null at the end."""

    items: list[NotificationOut]
    unread: int
    next: UUID | None


class NotificationsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    before: UUID | None = None
    limit: int = Field(30, ge=1, le=100)


class ReadIn(BaseModel):
    """Which were read; none named: all of them."""

    model_config = ConfigDict(extra="forbid")
    ids: list[UUID] = Field(default_factory=list, max_length=200)


class Notifications:
    def on_get(self, req: Request, resp: Response) -> None:
        asked, work = read_query(req, NotificationsQuery), work_of(req)
        rows = service.inbox(work, before=asked.before, limit=asked.limit + 1)
        shown = rows[: asked.limit]
        following = shown[-1].id if len(rows) > asked.limit else None
        items = [NotificationOut(**row._asdict()) for row in shown]
        reply(req, resp, NotificationsOut(items=items, unread=service.unread(work), next=following))


class NotificationsRead:
    def on_post(self, req: Request, resp: Response) -> None:
        asked = read_json(req, ReadIn)
        service.mark_read(work_of(req), asked.ids or None)
        reply(req, resp, None)


ROUTES = (
    Route(
        name="notify.api_list",
        path="/api/v1/notifications",
        resource=Notifications(),
        permission=SIGNED_IN,
        area="api",
        operations={"GET": Operation(summary="List your notifications, newest first", query=NotificationsQuery, answer=NotificationsOut)},
    ),
    Route(
        name="notify.api_read",
        path="/api/v1/notifications/read",
        resource=NotificationsRead(),
        permission=SIGNED_IN,
        area="api",
        operations={"POST": Operation(summary="Mark notifications as read", body=ReadIn, status=204)},
    ),
)
