"""Settings: the table `[plugins.payments]`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from b2bkit import PluginSettings

Days = Annotated[int, Field(ge=0, le=60)]
Words = str | dict[str, str]
KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class PartSettings(_Table):
    """A part of an order's sum and when it is due."""

    percent: Decimal = Field(description="Of the order's sum; the parts of a way make 100.", gt=0, le=100, decimal_places=2)
    days: Annotated[int, Field(ge=0, le=730)] | Literal["contract"] = Field(
        0, description="Days after the order; `contract`: those of the contract, and the way is not there for a contract without."
    )


class WaySettings(_Table):
    """A way to pay for an order: at once, later, or in parts."""

    label: Words = Field(description="Its name. One text, or a table of languages.")
    hint: Words = Field("", description="A line under it. One text, or a table of languages.")
    parts: tuple[PartSettings, ...] = Field(description="What is due when, the earliest first.", min_length=1, max_length=24)

    @model_validator(mode="after")
    def _whole(self) -> WaySettings:
        if sum(part.percent for part in self.parts) != 100:
            raise ValueError("the parts of a way make 100 percent together")
        days = [part.days for part in self.parts if isinstance(part.days, int)]
        if days != sorted(set(days)) or (len(days) < len(self.parts) and len(self.parts) - len(days) > 1):
            raise ValueError("the parts of a way are due on different days, the earliest first")
        return self


class StatusSettings(_Table):
    """What a client is to the supplier, and how it may pay."""

    label: Words = Field(description="Its name. One text, or a table of languages.")
    ways: tuple[str, ...] = Field(description="Keys of `ways`, in the order in which they are offered.", min_length=1)


class PaymentsSettings(PluginSettings):
    """When people are reminded."""

    remind_days: tuple[Days, ...] = Field(
        (3, 0), description="Days before a payment on which people are reminded; 0 is its day.", max_length=5
    )
    remind_late: int = Field(7, description="Days after which people are reminded again of an overdue payment; 0: once only.", ge=0, le=60)
    remind_at: int = Field(9, description="Hour of the portal's day from which reminders go out.", ge=0, le=23)
    ways: dict[str, WaySettings] = Field(default_factory=dict, description="Ways to pay that the checkout offers; none: it asks nothing.")
    statuses: dict[str, StatusSettings] = Field(default_factory=dict, description="Statuses of clients with the ways that each may choose.")
    usual: str = Field("", description="Status of clients to whom staff gave none; needed where there are ways.")

    @field_validator("ways", "statuses")
    @classmethod
    def _keys(cls, table: dict[str, object]) -> dict[str, object]:
        wrong = [key for key in table if not KEY.fullmatch(key)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no key: small Latin letters, digits and _, beginning with a letter")
        return table

    @model_validator(mode="after")
    def _known(self) -> PaymentsSettings:
        for key, status in self.statuses.items():
            unknown = [way for way in status.ways if way not in self.ways]
            if unknown:
                raise ValueError(f"statuses.{key}: there is no way {unknown[0]!r}")
        if (self.ways or self.usual) and self.usual not in self.statuses:
            raise ValueError("usual: name the status of clients to whom staff gave none")
        return self
