"""What a browser may send to the pages of the exchange."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Code = Annotated[str, StringConstraints(max_length=30, pattern=r"^[a-z_]*$")]
Place = Annotated[str, StringConstraints(max_length=1000)]
Day = Annotated[date | None, BeforeValidator(lambda value: value or None)]
Done = Literal["paused", "resumed", "started", "applied", "resent", ""]


class Closed(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class DoneQuery(Closed):
    """`done`: what was just done, to be confirmed in words."""

    done: Done = ""


class ActForm(Closed):
    """What a flow is told to do; `back`: the page on which the button was."""

    action: Literal["pause", "resume", "run"]
    back: Literal["flows", "flow"] = "flow"


class MessagesQuery(Closed):
    q: Text = ""
    flow: Code = ""
    outcome: Literal["", "ok", "refused", "failed", "silent"] = ""
    direction: Literal["", "in", "out"] = ""
    since: Day = None
    until: Day = None
    run: UUID | None = None
    after: Place | None = None


class ResendForm(Closed):
    order_id: UUID
