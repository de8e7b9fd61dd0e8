"""What goes over the HTTP service, as models; `openapi.py` makes the contract's file of them, `module.bsl` serves them in 1C.

Numbers are decimal strings (`"1250.50"`), days `2026-11-22`, moments with their zone; references are 1C's GUIDs. Names of requests are
closed: an unknown field is refused. Answers may grow: a field that this version does not know is passed over.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator

VERSION: Final = 1
ROOT: Final = "/hs/b2bkit"
MOST_LINES: Final = 500

Number = Annotated[
    Decimal,
    Field(max_digits=19, decimal_places=6, allow_inf_nan=False),
    PlainSerializer(lambda value: f"{value:f}", return_type=str, when_used="json"),
]
Words = Annotated[str, Field(max_length=3000)]
Name = Annotated[str, Field(max_length=250)]


class Asked(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Pong(Told):
    """Who answers. `clock` is the server's time with its zone; signatures that are five minutes off are refused."""

    service: Literal["b2bkit"]
    version: int = Field(ge=1)
    configuration: Name = ""
    release: Name = ""
    clock: datetime
    can: tuple[str, ...] = Field(default=(), description="Of: lines, forms, reconciliations, tasks.")


class LineAsked(Asked):
    """A line of a cart: Номенклатура, Характеристика when there is one, and how many base units."""

    product: UUID
    variant: UUID | None = None
    quantity: Number = Field(gt=0)


class LinesAsked(Asked):
    """Prices and free stock under a contract or an agreement (1C: ДоговорКонтрагента, СоглашениеСКлиентом)."""

    contract: UUID
    lines: tuple[LineAsked, ...] = Field(min_length=1, max_length=MOST_LINES)


class LineTold(Told):
    """What 1C says now, per base unit. `price` None: 1C has none; `free` None: it does not say; `on` is when more comes."""

    product: UUID
    variant: UUID | None = None
    price: Number | None = None
    currency: str = Field("", max_length=3)
    vat_included: bool = False
    free: Number | None = None
    on: date | None = None


class LinesTold(Told):
    """The lines that 1C knows, in any order; one that it does not know is absent."""

    as_of: datetime
    lines: tuple[LineTold, ...]


class ReconciliationAsked(Asked):
    """An act of reconciliation for a period, both days included (1C: СверкаВзаиморасчетов)."""

    party: UUID
    contract: UUID | None = None
    currency: str = Field(min_length=3, max_length=3)
    start: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> ReconciliationAsked:
        if self.end < self.start:
            raise ValueError("end is before start")
        return self


class ReconciliationTold(Told):
    """How far it is. `ready`: the sums are there and its printed form can be fetched; `refused`: `words` say why."""

    id: UUID
    hash: str = Field(description="SHA-256 of the body that asked for it, in hex: what was understood.")
    state: Literal["accepted", "ready", "refused"]
    ref: UUID | None = None
    number: Name = ""
    on: date | None = None
    opening: Number | None = Field(None, description="What the client owed on the first day; negative: the supplier owed.")
    closing: Number | None = None
    words: Words = ""


class TaskAsked(Asked):
    """Work for a manager (1C: ЗадачаИсполнителя). `about` is an object of 1C, `number` the portal's number of what it is about."""

    kind: str = Field(min_length=1, max_length=50, pattern=r"^[a-z][a-z0-9_.]*$")
    title: Name = Field(min_length=1)
    text: Words = ""
    party: UUID | None = None
    about: UUID | None = None
    number: Name = ""
    performer: Name = Field("", description="E-mail of the manager; empty: 1C decides.")
    author: Name = ""
    due: datetime | None = None
    important: bool = False


class TaskTold(Told):
    """The task as 1C has it."""

    id: UUID
    hash: str
    state: Literal["open", "done", "refused"]
    number: Name = ""
    words: Words = ""


class AnswerTold(Told):
    """What somebody said or decided in 1C about a task of the portal."""

    task: UUID
    at: datetime
    state: Literal["open", "done", "refused"]
    author: Name = ""
    text: Words = ""


class AnswersTold(Told):
    """Answers in their order since a cursor; `more`: ask again with the new cursor at once."""

    cursor: str = Field(max_length=200)
    more: bool = False
    answers: tuple[AnswerTold, ...] = ()


class Problem(Told):
    """Why 1C's side did not do it: a code for machines, words for people."""

    code: str = Field(max_length=50)
    words: Words
