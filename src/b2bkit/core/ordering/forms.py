"""Closed models of what browsers send. Quantities and dates come as typed, so that a mistake can be shown beside what was entered."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from b2bkit.core.web.forms import FormDecimal, validated

Version = Annotated[int, Field(ge=0, le=2**31)]
Unit = Annotated[str, Field(min_length=1, max_length=50)]


class AddForm(BaseModel):
    product_id: UUID
    unit: Unit
    quantity: str = Field(max_length=60)


Sign = Annotated[str, Field(pattern="^[0-9a-f]{0,16}$")]


class VersionForm(BaseModel):
    """Which cart the page shows: `news` is what differed in it, `own` what of that is this line's; without `version` it is not known."""

    version: Version | None = None
    seen_total: str = Field("", max_length=60)
    news: Sign = ""
    own: Sign = ""


class LineForm(VersionForm):
    quantity: str = Field(max_length=60)
    unit: Unit | None = None


class NewsQuery(BaseModel):
    version: Version
    news: str = Field("", max_length=16)  # what differed when the page was made


class CartQuery(BaseModel):
    repeated: UUID | None = None  # the order whose goods were just put in
    stayed: int = Field(0, ge=0, le=10_000)  # lines that the contract just chosen does not sell


class RepeatForm(BaseModel):
    pass


class AcceptForm(BaseModel):
    version: Version
    seen_total: FormDecimal
    news: Sign | None = None
    own: Sign = ""
    line_id: UUID | None = None


class _Quantity(BaseModel):
    quantity: FormDecimal


def typed_quantity(text: str) -> Decimal:
    """`1 250,5` as a number; raises Refused for what is none."""
    return validated(_Quantity, {"quantity": text}).quantity
