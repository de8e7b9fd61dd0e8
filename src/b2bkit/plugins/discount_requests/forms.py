"""Closed models of what browsers and programs send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2bkit import Problem, Refused
from b2bkit.core.ordering.forms import typed_quantity

Typed = Annotated[str, Field(max_length=60)]
State = Literal["waiting", "offered", "granted", "refused", "withdrawn", "used", "lapsed"]
Price = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=4)]


class Nothing(BaseModel):
    """A form without fields."""


class PricesForm(BaseModel):
    """Prices as they were typed, by line."""

    line: list[UUID] = Field([], max_length=300)
    price: list[Typed] = Field([], max_length=300)

    def typed(self) -> dict[UUID, str]:
        """Line -> what was typed."""
        return dict(zip(self.line, self.price, strict=False))

    def prices(self) -> dict[UUID, Decimal]:
        """Line -> price, those that are empty left out. Raises Refused for what is no number."""
        found, problems = dict[UUID, Decimal](), list[Problem]()
        for line, text in self.typed().items():
            try:
                if text.strip():
                    found[line] = typed_quantity(text)
            except Refused as refused:
                problems.append(Problem(refused.problems[0].code, refused.problems[0].message, f"price-{line}"))
        if problems:
            raise Refused(problems)
        return found


class AskForm(PricesForm):
    percent: Typed = ""
    reason: Annotated[str, Field(max_length=2000)] = ""
    needed_by: date | None = None

    def wished(self) -> Decimal | None:
        """Per cent, None where nothing was typed. Raises Refused for what is no number."""
        try:
            return typed_quantity(self.percent) if self.percent.strip() else None
        except Refused as refused:
            raise Refused(Problem(refused.problems[0].code, refused.problems[0].message, "percent")) from None


class DecideForm(PricesForm):
    do: Literal["grant", "refuse"]
    until: date | None = None
    answer: Annotated[str, Field(max_length=2000)] = ""


class DoneQuery(BaseModel):
    done: Literal["", "asked", "granted", "offered", "refused", "withdrawn"] = ""


class ListQuery(DoneQuery):
    state: State = "waiting"
    after: str | None = Field(None, max_length=1000)


def problem_of(problems: Sequence[Problem], line: UUID) -> str:
    """What is wrong with a line's price, ""."""
    return next((one.message for one in problems if one.field == f"price-{line}"), "")


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WishedPrice(Closed):
    """A price per base unit that is wished for a line of the cart."""

    line_id: UUID
    price: Price


class AskIn(Closed):
    """A wish for the token's cart: per cent on every line, or prices by line, and what it is for."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    percent: Annotated[Decimal, Field(gt=0, lt=100, max_digits=5, decimal_places=2)] | None = None
    prices: Annotated[list[WishedPrice], Field(max_length=300)] = []
    needed_by: date | None = None


class LineOut(Closed):
    """Prices are per base unit; `granted` is what staff offer or granted, None where they do not."""

    product_id: UUID
    name: str
    base_quantity: Decimal
    price: Decimal
    wished: Decimal
    granted: Decimal | None


class RequestOut(Closed):
    id: UUID
    state: State
    reason: str
    answer: str
    until: date | None
    order_id: UUID | None
    lines: list[LineOut]


class RequestsOut(Closed):
    """The company's latest fifty wishes."""

    items: list[RequestOut]


class Made(Closed):
    id: UUID
