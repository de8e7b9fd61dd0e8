"""What addresses say: which period, currency and legal entity; and what stands in them again."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2bkit import Work
from b2bkit.plugins.analytics.service.days import today_of
from b2bkit.plugins.analytics.service.periods import Kind, Period, read_period

Key = Annotated[
    str, Field(pattern=r"^([0-9]{4}(-[0-9]{2}|-Q[1-4])?)?$", description="`2026-11`, `2026-Q4` or `2026`; empty: that of today.")
]
Currency = Annotated[str, Field(pattern=r"^([A-Z]{3})?$", description="Letters of ISO 4217; empty: the first that occurs.")]


class PeriodQuery(BaseModel):
    """A period and a currency. With `kind=own` the days `since` and `until` are asked for."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = "month"
    at: Key = ""
    since: date | None = None
    until: date | None = None
    currency: Currency = ""

    def period(self, work: Work) -> Period:
        """The period that is asked for."""
        return read_period(today_of(work), self.kind, self.at, self.since, self.until)


class PurchasesQuery(PeriodQuery):
    """The same of one legal entity, or of all."""

    entity: UUID | None = None
