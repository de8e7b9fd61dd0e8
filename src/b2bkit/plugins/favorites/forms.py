"""Closed models of what browsers send."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from b2bkit import Refused
from b2bkit.core.i18n import _
from b2bkit.core.ordering.forms import typed_quantity
from b2bkit.plugins.favorites.service.lines import Edit

MOST = 300
Version = Annotated[int, Field(ge=0, le=2**31)]
Typed = Annotated[str, Field(max_length=60)]
Unit = Annotated[str, Field(max_length=50)]
Note = Annotated[str, Field(max_length=500)]
Name = Annotated[str, Field(max_length=400)]


class Nothing(BaseModel):
    """A form without fields."""


class MakeForm(BaseModel):
    name: Name = ""
    shared: bool = False


class SettingsForm(MakeForm):
    version: Version | None = None


class CopyForm(BaseModel):
    name: Name = ""


class StarForm(BaseModel):
    product_id: UUID
    on: bool


class MarksQuery(BaseModel):
    id: list[UUID] = Field([], max_length=200)


class LaterForm(BaseModel):
    line_id: UUID


class AddForm(BaseModel):
    """What is put into a list: a product, the goods of an order, or the cart; `list` is one that is there, else a new one of this name."""

    list: UUID | None = None
    name: Name = ""
    product_id: UUID | None = None
    order_id: UUID | None = None
    cart: bool = False


class ShownQuery(BaseModel):
    added: int = Field(0, ge=0, le=1000)  # products that were just put in


class LinesForm(BaseModel):
    """The lines as the page holds them, and the button that was pressed: `save`, `cart`, or `up`, `down`, `drop` with a line's id."""

    version: Version | None = None
    line: list[UUID] = Field([], max_length=MOST)
    unit: list[Unit] = Field([], max_length=MOST)
    quantity: list[Typed] = Field([], max_length=MOST)
    note: list[Note] = Field([], max_length=MOST)
    chosen: list[UUID] = Field([], max_length=MOST)
    do: str = Field("save", pattern=r"^(save|cart|(up|down|drop):[0-9a-f-]{36})$")

    @property
    def button(self) -> str:
        """What was pressed."""
        return self.do.partition(":")[0]

    @property
    def target(self) -> UUID | None:
        """The line that it is about."""
        found = self.do.partition(":")[2]
        return UUID(found) if found else None

    def typed(self) -> Mapping[UUID, tuple[str, str, str]]:
        """Line -> unit, quantity and note as they were typed."""
        return {line: rest for line, *rest in zip(self.line, self.unit, self.quantity, self.note, strict=False)}  # type: ignore[misc]

    def read(self) -> tuple[list[Edit], dict[UUID, str]]:
        """What was typed, and what of it cannot be read, by line."""
        edits, wrong = list[Edit](), dict[UUID, str]()
        for line, (unit, quantity, note) in self.typed().items():
            try:
                amount: Decimal | None = typed_quantity(quantity) if quantity.strip() else None
            except Refused as refused:
                wrong[line] = refused.problems[0].message
                continue
            if amount is not None and amount <= 0:
                wrong[line] = _("Enter a quantity above zero, or leave it empty for the least one.")
            elif amount is not None and amount != amount.quantize(Decimal("0.001")):
                wrong[line] = _("Enter at most three decimal places.")
            edits.append(Edit(line, unit, amount, " ".join(note.split())))
        return edits, wrong
