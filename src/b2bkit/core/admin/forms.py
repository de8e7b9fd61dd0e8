"""Forms and queries of the workspace: closed models of what a browser may send."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Place = Annotated[str, StringConstraints(max_length=1000)]
Status = Literal["", "placed", "confirmed", "ready", "shipped", "closed", "cancelled"]
ErpState = Literal["", "none", "waiting", "offered", "taken", "posted", "refused"]


class Closed(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class ClientsQuery(Closed):
    q: Text = ""
    mine: bool = False
    after: Place | None = None


class OrdersQuery(Closed):
    number: Text = ""
    status: Status = ""
    erp: ErpState = ""
    client: UUID | None = None
    after: Place | None = None


class DoneQuery(Closed):
    """`done`: what was just done, to be confirmed in words."""

    done: Literal[
        "invited",
        "role",
        "dismissed",
        "revoked",
        "suspended",
        "reopened",
        "resent",
        "retried",
        "account",
        "entity",
        "entity_task",
        "clients_joined",
        "",
    ] = ""


class AccessForm(Closed):
    suspended: bool


class AccountForm(Closed):
    """What kind of client it is. `dealer_of` is the distributor, none where it deals for itself; `seen` is what the form showed."""

    region: Text = ""
    profile: Annotated[str, StringConstraints(max_length=30)] = ""
    dealer_of: UUID | None = None
    seen: Annotated[str, StringConstraints(max_length=400)] = ""


class JoinForm(Closed):
    """`other` goes into the client of the page; `name` is the other one's, typed as a confirmation."""

    other: UUID | None = None
    name: Annotated[str, StringConstraints(max_length=250)] = ""


class TaskForm(Closed):
    task_id: int = Field(ge=1, le=2**62)


class ResendForm(Closed):
    """Where to go afterwards: the page on which the button was."""

    back: Literal["order", "exchange"] = "order"
