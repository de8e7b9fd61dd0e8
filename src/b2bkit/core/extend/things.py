"""What hooks return: plain, frozen, typed objects. Growing a hook is adding a field with a default here.

Every `name` is `<plugin>.<something>` in lower case; the loader refuses duplicates, foreign prefixes and unknown references.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, Protocol, runtime_checkable
from uuid import UUID

from b2bkit.core.errors import Problem

if TYPE_CHECKING:
    import click
    from pydantic import BaseModel
    from sqlalchemy import ColumnElement

    from b2bkit.core.work import Actor, Work

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
Area = Literal["portal", "admin", "api"]


class Level(Enum):
    """How far a permission reaches: rows that I made, my company's, my assigned clients', all."""

    OWN = "own"
    COMPANY = "company"
    ASSIGNED = "assigned"
    ALL = "all"


class _Marker(str):
    """A route's permission that is not one: kept apart from names so that no plugin can register it."""


PUBLIC: Final = _Marker("PUBLIC")  # nobody has to be signed in
SIGNED_IN: Final = _Marker("SIGNED_IN")  # any person with a valid session, whatever the role


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one verb of a JSON route takes and gives: the source of OpenAPI and of the checks on input.

    summary   one sentence, verb first
    body      closed model of the request's JSON, or None
    query     closed model of the query string, or None
    answer    model of the answer's JSON, or None for an empty answer
    status    status of success
    errors    further statuses that this operation answers with a problem, besides 400 401 403 404 409 413 422 429 503
    """

    summary: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    errors: tuple[int, ...] = ()


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
    max_body          largest accepted body in bytes
    needs             a capability of the ERP's gateway, e.g. `papers.print`: without it the route is not there
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
    max_body: int = 1_000_000
    needs: str = ""

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


class WidgetLoad(Protocol):
    """Reads what a widget's template needs; returns None when there is nothing to show."""

    def __call__(self, work: Work, subject: object, /) -> Mapping[str, object] | None: ...


@dataclass(frozen=True, kw_only=True)
class Widget:
    """A section of a page: rendered into `slot` in the order of `order`. One that fails becomes a small box.

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


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Something that a role may do. `roles` says who has it by default and how far it reaches; a deployment may change that."""

    name: str
    label: str
    roles: Mapping[str, Level]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which rows of `entity` an actor may see: an SQL criterion, added to every statement of the scoped session.

    entity      mapped class
    criterion   (actor) -> criterion over the entity's own columns; return `sqlalchemy.false()` for nobody
    """

    name: str
    entity: type
    criterion: Callable[[Actor], ColumnElement[bool]]


@dataclass(frozen=True, kw_only=True)
class CatalogFilter:
    """What a buyer may see of the catalogue: a criterion over `catalog.models.Product`; all filters apply together."""

    name: str
    order: int
    criterion: Callable[[Work], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a price is what it is: which step, its sentence, the unit price before and after."""

    step: str
    text: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A product in a base-unit quantity, and its price per base unit so far (None: no price known)."""

    product_id: UUID
    quantity: Decimal
    price: Decimal | None = None
    currency: str = ""
    vat_rate: Decimal | None = None
    vat_included: bool = False
    explanation: tuple[Explanation, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What the price pipeline works on: a contract's lines."""

    contract_id: UUID
    price_type_id: UUID | None
    currency: str
    lines: tuple[QuoteLine, ...]


@dataclass(frozen=True, kw_only=True)
class PriceStep:
    """A step of the price pipeline: (work, quote) -> quote. Changes nothing else, reads in batches, explains itself."""

    name: str
    order: int
    label: str
    apply: Callable[[Work, Quote], Quote]


class OrderDraft(Protocol):
    """What an order check sees: the contract, delivery and lines of an order about to be placed (ordering.service.Draft)."""

    contract_id: UUID
    lines: Sequence[object]


@dataclass(frozen=True, kw_only=True)
class OrderCheck:
    """A rule an order must meet: (work, draft) -> problems. All checks run, all problems are shown."""

    name: str
    order: int
    check: Callable[[Work, OrderDraft], Iterable[Problem]]


class Fact:
    """Base of facts: frozen dataclasses in the past tense, with ids and plain values only (str, int, bool, Decimal, UUID,
    datetime, date).
    """

    __slots__ = ()


class Handle(Protocol):
    """Reacts to a fact within `work`; may be called more than once for the same fact."""

    def __call__(self, work: Work, event: Fact, /) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A reaction to a fact. Atomic ones run inside the publisher's transaction and may refuse; others are delivered at least once
    after it.
    """

    name: str
    event: type[Fact]
    handle: Callable[..., None]
    atomic: bool = False


class OpenWork(Protocol):
    """Opens short units of work as the system, for code that talks to the outside between them: no network inside a transaction."""

    def __call__(self, *, write: bool = True) -> AbstractContextManager[Work]: ...


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work outside a request: run(work, **arguments), arguments being plain JSON values. What it did and that it is done are one
    transaction.

    opens_work   True for a job that talks to the outside: run(open_work, **arguments), which opens short works of its own; it may run again
                 after a crash, so what it does outside carries a key
    every        seconds between runs of a scheduled job; None: runs only when asked for
    time_limit   seconds; a job that takes longer is counted as failed
    """

    name: str
    run: Callable[..., None]
    opens_work: bool = False
    every: int | None = None
    queue: str = "default"
    time_limit: int = 60


@dataclass(frozen=True, kw_only=True)
class Command:
    """A click command mounted as `b2bkit <plugin> <command>`; gets no app unless it opens one."""

    name: str
    command: click.Command


@dataclass(frozen=True, slots=True)
class Message:
    """A notification for one person in one language, as a channel sends it. `link` is an absolute URL."""

    id: UUID
    kind: str
    title: str
    text: str
    html: str
    link: str
    lang: str


@dataclass(frozen=True, kw_only=True)
class NotificationKind:
    """A reason to tell people something.

    event        the fact behind it
    label        what people see in their preferences
    recipients   (work, event) -> ids of users
    context      (work, event) -> values for the templates; JSON-plain
    title        msgid with {placeholders} from context
    text         msgid with {placeholders} from context
    route        (work, event) -> path in the portal that the message leads to
    channels     names of channels that it goes to unless the person chose otherwise
    audience     who is ever told: the supplier's staff, clients' people, or both; others are not asked where it should go
    """

    name: str
    label: str
    event: type[Fact]
    recipients: Callable[..., Iterable[UUID]]
    context: Callable[..., Mapping[str, str]]
    title: str
    text: str
    route: Callable[..., str]
    channels: tuple[str, ...] = ("notify.inbox", "notify.email")
    audience: Literal["both", "staff", "client"] = "both"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A way to reach a person. send(open_work, message, address) raises when it did not work; it is tried again, so it may arrive twice.

    send      opens short works where it needs the database, and none while it talks to the outside
    address   (work, user_id) -> where to send, or None when this person cannot be reached so
    """

    name: str
    label: str
    send: Callable[[OpenWork, Message, str], None]
    address: Callable[[Work, UUID], str | None]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the ERP side said to a hand-over.

    state   queued: kept for the ERP to fetch; taken: it has it (`ref` is its own reference); refused: a person must decide (`reason`)
    """

    state: Literal["queued", "taken", "refused"]
    ref: str = ""
    number: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ErpState:
    """Whether the ERP answers. `since` is when this state began; `last_contact` the last good exchange."""

    state: Literal["up", "slow", "down", "unknown"]
    since: datetime | None = None
    last_contact: datetime | None = None
    words: str = ""


class ErpGateway(Protocol):
    """The line to the ERP. Called by workers; `send_order` outside any transaction."""

    name: str

    def capabilities(self) -> frozenset[str]:
        """Kinds of data that flow, e.g. `catalog.in prices.in stock.in orders.out order_status.in`; menus follow them."""
        ...

    def send_order(self, open_work: OpenWork, order_id: UUID, idempotency_key: str) -> Receipt:
        """Hands an order over; the same key always means the same document in the ERP. Raises to be tried again later."""
        ...

    def state(self, work: Work) -> ErpState:
        """Whether the ERP is there, from what was last heard; asks nobody."""
        ...


@dataclass(frozen=True, slots=True)
class LineQuestion:
    """A line that is asked about. `product_ref` is the ERP's own reference; `quantity` is in base units."""

    product_ref: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What the ERP says of a line now. None: it did not say, which will be confirmed later.

    price   per base unit, under the price type that was asked for
    free    base units that may be promised
    """

    price: Decimal | None = None
    free: Decimal | None = None


@runtime_checkable
class AsksLines(Protocol):
    """A gateway with the capability `lines.live`: it asks the ERP for prices and free stock while a person waits."""

    def ask_lines(
        self, open_work: OpenWork, lines: Sequence[LineQuestion], *, contract_ref: str, price_type_ref: str, seconds: float
    ) -> Mapping[str, LineAnswer] | None:
        """Product's reference -> answer; None when nothing came in time. Never raises for what the ERP does, never takes longer.

        Called outside any transaction. A product that is absent from the answer is unknown to the ERP.
        """
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """Result of a health check: ok or not, one sentence, and for `not ok` what to do."""

    ok: bool
    text: str
    cure: str = ""


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """Part of `b2bkit check` and `/readyz`: check(work) -> Health. `ready=False` only informs and does not make the portal unready."""

    name: str
    label: str
    check: Callable[[Work], Health]
    ready: bool = True
