"""What browsers may send about rights."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from b2bkit.core.web.state import Upload

Short = Annotated[str, StringConstraints(max_length=200)]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class MatrixQuery(Closed):
    side: Literal["client", "staff"] = "client"
    done: Literal["saved", "same", "taken", ""] = ""


class SubjectQuery(Closed):
    """`thing` and `number`: what "why can I see this?" is asked about."""

    done: Literal["saved", "same", "narrowed", ""] = ""
    thing: Literal["company", "entity", "contract", "order", "settlement", "paper", "product", ""] = ""
    id: Short = ""


class MatrixForm(Closed):
    """`cell`: `<subject>|<permission>|<value>` of every cell that the page shows."""

    side: Literal["client", "staff"] = "client"
    cell: list[Short] = Field(default_factory=list, max_length=2000)


class NarrowForm(Closed):
    dimension: Literal["region", "contract", "category", "paper"]
    permission: Short = ""
    value: list[Short] = Field(default_factory=list, max_length=500)


class FileForm(Closed):
    file: Upload


class StartForm(Closed):
    company_id: UUID


class SubstitutesQuery(Closed):
    done: Literal["set", "ended", ""] = ""


class SubstituteForm(Closed):
    """What is missing is None, so that each field can say so itself."""

    away_id: UUID | None = None
    substitute_id: UUID | None = None
    first_day: date | None = None
    last_day: date | None = None
