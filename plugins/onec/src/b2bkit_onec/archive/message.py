"""A message as it is given to the archive: by CommerceML's door, and by the line to OData and to the HTTP service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from b2bkit.core.db.types import new_id

Direction = Literal["in", "out"]
Outcome = Literal["ok", "refused", "failed", "silent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One way of one exchange. Whoever makes it need not take out secrets: the archive does, before anything is stored.

    at            when it was sent or arrived
    direction     in: from 1C to the portal; out: from the portal to 1C. A question to OData is `out`, its answer is `in`
    way           site, odata, service
    name          what it is, in a few words: `GET Catalog_Партнеры`, `query`, a file's name
    address       the whole address of a request, without the host; "" for an answer
    flow          name of the flow (flows/kinds.py); "" when it belongs to none (a ping, `checkauth`)
    run_id        the run in which it was exchanged; None outside a run
    pair          the same for a request and its answer
    status        as the protocol says it: `200`, `success`; "" for a request
    outcome       ok; refused: understood and not accepted; failed: an answer that is none; silent: no answer came
    subject       (entity, id) that the message is about, as in core's external references: ("order", id); None when it is about many
    number        the subject's number as people know it
    body          as on the wire, uncompressed; may be empty
    file          path below the portal's data folder where the body lies already: then `body` is empty
    size          bytes of the body; -1: as long as `body`
    id            under which it is kept, for whoever has to know it before; None: a new one. Ids sort by time
    """

    at: datetime
    direction: Direction
    way: Literal["site", "odata", "service"]
    name: str
    address: str = ""
    flow: str = ""
    run_id: UUID | None = None
    pair: UUID = field(default_factory=new_id)
    status: str = ""
    outcome: Outcome = "ok"
    subject: tuple[str, UUID] | None = None
    number: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = ""
    body: bytes = b""
    file: str = ""
    size: int = -1
    id: UUID | None = None


Keep = Callable[[Message], None]  # never raises and never waits: what an exchange is given to keep its messages
