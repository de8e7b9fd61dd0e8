"""What makes pages and the JSON interface: routes, menu entries, sections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from b2bkit.core.extend.things.names import Area, Level

if TYPE_CHECKING:
    from pydantic import BaseModel

    from b2bkit.core.work import Work


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one verb of a JSON route takes and gives: the source of OpenAPI and of the checks on input.

    summary   one sentence, verb first
    body      closed model of the request's JSON, or None
    query     closed model of the query string, or None
    answer    model of the answer's JSON, or None for an empty answer
    media     media type of an answer that is a file and no JSON, e.g. `application/octet-stream` for one of any type
    status    status of success
    errors    further statuses that this operation answers with a problem, besides 400 401 403 404 409 413 422 429 503
    """

    summary: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    errors: tuple[int, ...] = ()
    media: str = ""


@dataclass(frozen=True, kw_only=True)
class Route:
    """A path and the Falcon resource that answers it, with its guard.

    path              Falcon template; object ids are `{name:uuid}` (one canonical spelling), never numbers
    resource          object with synchronous `on_get`, `on_post` ... methods: (self, req, resp, **path parameters)
    permission        name of a permission, `SIGNED_IN` or `PUBLIC`; there is no default
    write_permission  permission for POST, PUT, PATCH, DELETE where it differs
    area              portal and admin: HTML with session and CSRF; api: JSON under /api/v1
    operations        for `api`: verb in capitals -> Operation; every verb the resource has must be named
    replay            False only where an answer must not be stored for its idempotency key (sign-in)
    machine           True for an endpoint that another system calls with its own authentication and without cookies (an ERP exchange):
                      no CSRF, no idempotency key; then `permission` must be PUBLIC and the resource authenticates by itself
    unscoped          True only for the doors of the portal itself (sign-in, invitation, choice of company): the work's session is the
                      unscoped
                      class although the actor is the person; a checked list in tests names them
    on_behalf         True for a write with SIGNED_IN that staff who act for a client may do: others are a person's own matters
    max_body          largest accepted body in bytes
    needs             a capability of the ERP's gateway, e.g. `papers.print`: without it the route is not there
    least             how far `permission` must reach at least: for those whose right is narrower the route is not there
    field             a field of `[profiles]` that the route is about, e.g. `company.addresses`: without it the route is not there
    """

    name: str
    path: str
    resource: object
    permission: str
    write_permission: str | None = None
    area: Area = "portal"
    operations: Mapping[str, Operation] = field(default_factory=dict)
    replay: bool = True
    machine: bool = False
    unscoped: bool = False
    on_behalf: bool = False
    max_body: int = 1_000_000
    needs: str = ""
    least: Level | None = None
    field: str = ""

    def permission_for(self, method: str) -> str:
        """The permission that `method` needs."""
        reading = method in ("GET", "HEAD", "OPTIONS")
        return self.permission if reading or self.write_permission is None else self.write_permission


@dataclass(frozen=True, slots=True)
class Badge:
    """A count beside a menu entry: tone `new` (filled), `diff` (amber ring) or `` (grey); `words` for screen readers."""

    count: int
    tone: Literal["new", "diff", ""] = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """An entry of the menu. `group` is a heading's msgid or ``; `bar` puts it into the phone's bottom bar.

    needs   a capability of the ERP's gateway; without it, and without its route, the entry is not there
    under   name of an entry that leads to this page too: where that one is open, this one is not in the menu, and its count stands there
    """

    name: str
    area: Literal["portal", "admin"]
    label: str
    route: str
    icon: str
    order: int
    permission: str
    group: str = ""
    bar: bool = False
    badge: Callable[[Work], Badge | None] | None = None
    needs: str = ""
    under: str = ""


class WidgetLoad(Protocol):
    """Reads what a widget's template needs; returns None when there is nothing to show."""

    def __call__(self, work: Work, subject: object, /) -> Mapping[str, object] | None: ...


@dataclass(frozen=True, kw_only=True)
class Widget:
    """A section of a page: rendered into `slot` in the order of `order`. One that fails becomes a small box.

    label  what people call it where they arrange their page; sections of `dashboard` have one
    lazy   fetched by the browser after the page, for what is slow
    side   True puts it into the narrow column where the slot has one
    needs  a capability of the ERP's gateway; without it the section is not there
    """

    name: str
    slot: str
    order: int
    template: str
    load: WidgetLoad
    permission: str
    lazy: bool = False
    side: bool = False
    needs: str = ""
    label: str = ""
