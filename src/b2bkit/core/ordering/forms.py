"""Closed models of what browsers send. Quantities and dates come as typed, so that a mistake can be shown beside what was entered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from b2bkit.core.accounts.models import Address
from b2bkit.core.ordering.service.drafts import Draft
from b2bkit.core.web.forms import FormDecimal, validated

Version = Annotated[int, Field(ge=0, le=2**31)]
Unit = Annotated[str, Field(min_length=1, max_length=50)]


class AddForm(BaseModel):
    product_id: UUID
    unit: Unit
    quantity: str = Field(max_length=60)


class LineForm(BaseModel):
    quantity: str = Field(max_length=60)
    unit: Unit | None = None
    version: Version | None = None


class VersionForm(BaseModel):
    version: Version | None = None


class NewsQuery(BaseModel):
    version: Version
    news: str = Field("", max_length=16)  # what differed when the page was made


class CartQuery(BaseModel):
    repeated: UUID | None = None  # the order whose goods were just put in


class RepeatForm(BaseModel):
    pass


class AcceptForm(BaseModel):
    version: Version
    seen_total: FormDecimal
    news: str | None = Field(None, max_length=16)
    line_id: UUID | None = None


class _Quantity(BaseModel):
    quantity: FormDecimal


def typed_quantity(text: str) -> Decimal:
    """`1 250,5` as a number; raises Refused for what is none."""
    return validated(_Quantity, {"quantity": text}).quantity


class CheckoutForm(BaseModel):
    """The checkout as typed; `draft_of` reads it. `accept`: what differs is taken as it was shown, which `news` tells."""

    accept: bool = False
    news: str = Field("", max_length=16)
    contract_id: str = ""
    version: str = ""
    seen_total: str = ""
    address_id: str = ""
    wanted_on: str = ""
    comment: str = ""


class _Checkout(BaseModel):
    contract_id: UUID
    version: Version
    seen_total: FormDecimal
    address_id: UUID | None = None
    wanted_on: date | None = None
    comment: str = Field("", max_length=3000)


def draft_of(form: CheckoutForm) -> Draft:
    """The draft that the form means; raises Refused with every field that cannot be read."""
    values = {name: value for name, value in form.model_dump(exclude={"accept", "news"}).items() if value != ""}
    read = validated(_Checkout, values)
    return Draft(
        contract_id=read.contract_id,
        address_id=read.address_id,
        wanted_on=read.wanted_on,
        comment=read.comment.replace("\r\n", "\n").strip(),
        cart_version=read.version,
        seen_total=read.seen_total,
    )


def places_of(addresses: Sequence[Address]) -> list[tuple[str, str, str]]:
    """Where an order can go to, for the checkout's choice: (id, address, label). Labels are said where they tell one from another."""
    told = len({address.label for address in addresses}) > 1
    return [(str(address.id), address.text, address.label if told else "") for address in addresses]
