"""Closed models of what browsers and programs send."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Pasted = Annotated[str, Field(max_length=20_000)]
Words = Annotated[str, Field(max_length=4000)]
State = Literal["waiting", "granted", "refused", "withdrawn", "ended"]


class Nothing(BaseModel):
    """A form without fields."""


class AskForm(BaseModel):
    words: Words = ""
    articles: Pasted = ""
    groups: list[UUID] = Field([], max_length=200)


class DoneQuery(BaseModel):
    done: Literal["", "asked", "withdrawn", "granted", "refused", "ended", "saved"] = ""


class ListQuery(DoneQuery):
    state: State = "waiting"
    after: str | None = Field(None, max_length=1000)


class DecideForm(BaseModel):
    """What staff decide: `grant` with groups, products and articles from a day until a day; `refuse` with a reason; `end` at once."""

    do: Literal["grant", "refuse", "end"]
    groups: list[UUID] = Field([], max_length=200)
    products: list[UUID] = Field([], max_length=500)
    articles: Pasted = ""
    valid_from: date | None = None
    valid_until: date | None = None
    answer: Words = ""


class GroupsForm(BaseModel):
    groups: list[UUID] = Field([], max_length=5000)


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AskIn(Closed):
    """What is asked for: in words, by articles, by groups that may be asked for; at least one of them."""

    words: Annotated[str, Field(max_length=2000)] = ""
    articles: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100)] = []
    groups: Annotated[list[UUID], Field(max_length=200)] = []


class GroupOut(Closed):
    id: UUID
    name: str


class GroupsOut(Closed):
    """Groups that may be asked for."""

    items: list[GroupOut]


class RequestOut(Closed):
    """A wish. `valid_from` and `valid_until` are the first and the last day on which what was opened is open."""

    id: UUID
    state: State
    words: str
    articles: list[str]
    groups: list[str]
    answer: str
    valid_from: date | None
    valid_until: date | None


class RequestsOut(Closed):
    """The company's latest hundred wishes."""

    items: list[RequestOut]


class Made(Closed):
    id: UUID
