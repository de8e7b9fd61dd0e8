"""What people send."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

State = Literal["", "open", "asked", "on_way", "handed", "declined", "withdrawn"]
Words = Annotated[str, Field(max_length=4000)]


class NoFields(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ListQuery(BaseModel):
    """Requests as an address. `done`: what has just been done, to be said once."""

    state: State = ""
    at: str | None = Field(None, max_length=1000)
    done: Literal["", "asked", "moved"] = ""


class DeskQuery(ListQuery):
    client: UUID | None = None


class NewQuery(BaseModel):
    """What originals are asked of, where somebody came from an order or a paper."""

    order: UUID | None = None
    paper: UUID | None = None


class NewForm(NewQuery):
    papers: list[UUID] = Field([], max_length=200)
    way: str = Field("", max_length=20)
    note: Words = ""


class MoveForm(BaseModel):
    to: Literal["on_way", "handed", "declined"]
    answer: Words = ""
