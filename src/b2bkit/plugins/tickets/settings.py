"""Settings: the table `[plugins.tickets]`, its categories and their fields."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from b2bkit.core.working_hours import HoursSettings

T = TypeVar("T")
Words = str | dict[str, str]
FieldType = Literal["text", "long", "number", "date", "period", "choice", "order", "paper", "contract", "entity", "files"]
READY: Final = ("reconciliation", "details", "originals", "other")
KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WORDS = "One text, or a table of languages."


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class FieldSettings(_Table):
    """What a category asks for beside the message."""

    label: Words = Field(description=f"What people read above it. {_WORDS}")
    type: FieldType = Field("text", description="What may be entered; `files` asks for attachments.")
    required: bool = Field(False, description="It must be filled in.")
    hint: Words = Field("", description=f"A line under it. {_WORDS}")
    choices: dict[str, Words] = Field(default_factory=dict, description="For `choice`: value = what people read.")
    papers: tuple[str, ...] = Field((), description="For `paper`: kinds of papers that may be chosen; empty: all.")
    several: bool = Field(False, description="For `paper` and `choice`: more than one may be chosen.")
    minimum: Decimal | None = Field(None, description="For `number`: the least.")
    maximum: Decimal | None = Field(None, description="For `number`: the most.")

    @model_validator(mode="after")
    def _whole(self) -> FieldSettings:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("a field of type choice has a table `choices`, and no other has one")
        return self


class CategorySettings(_Table):
    """A category of tickets: what it is called, what it asks, when an answer is due, which task it becomes in the ERP."""

    label: Words = Field(description=f"Its name. {_WORDS}")
    hint: Words = Field("", description=f"When to choose it. {_WORDS}")
    icon: str = Field("message", description="Name of an icon that the portal draws already.", pattern=r"^[a-z0-9-]+$")
    deadline: str = Field("1d", description="Time for an answer: `4h` working hours, `2d` working days.", pattern=r"^[1-9][0-9]{0,2}[hd]$")
    task: str = Field("", description="Kind of the task in the ERP; empty: `tickets.<category>`.", max_length=50)
    fields: dict[str, FieldSettings] = Field(default_factory=dict, description="Its own fields, in this order.")

    @field_validator("fields")
    @classmethod
    def _keys(cls, fields: dict[str, FieldSettings]) -> dict[str, FieldSettings]:
        return _checked(fields)


def _checked(table: dict[str, T]) -> dict[str, T]:
    wrong = [key for key in table if not KEY.fullmatch(key)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no key: small Latin letters, digits and _, beginning with a letter")
    return table


class TicketsSettings(HoursSettings):
    """How tickets are numbered, answered and handed to the ERP."""

    prefix: str = Field("T-", description="What numbers of tickets begin with.", max_length=8)
    ready: tuple[Literal["reconciliation", "details", "originals", "other"], ...] = Field(
        READY, description="Ready categories that are offered, before those of the table `categories`."
    )
    categories: dict[str, CategorySettings] = Field(
        default_factory=dict, description="Categories of your own; one with the key of a ready one takes its place."
    )
    close_after: int = Field(14, description="Days after which an answered ticket closes by itself; 0: never.", ge=0, le=365)
    reopen_within: int = Field(30, description="Days in which a closed ticket can be taken up again.", ge=0, le=3650)
    files: int = Field(10, description="Most files with one message.", ge=0, le=50)

    @field_validator("categories")
    @classmethod
    def _keys(cls, categories: dict[str, CategorySettings]) -> dict[str, CategorySettings]:
        return _checked(categories)

    @model_validator(mode="after")
    def _whole(self) -> TicketsSettings:
        if not self.ready and not self.categories:
            raise ValueError("ready, categories: there is no category, so nobody could ask anything")
        return self
