"""Facts about the line to the ERP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2bkit.core.extend.things import Fact


@dataclass(frozen=True)
class DataTold(Fact):
    """The ERP told figures of a kind (`prices`, `stock`), which are in the database now."""

    kind: str
    as_of: datetime


@dataclass(frozen=True)
class TaskAnswered(Fact):
    """A manager's task in the ERP is `done`, or was `refused`. `kind` and `about` say what the portal gave it for."""

    task_id: UUID
    kind: str
    about: UUID
    company_id: UUID
    state: str
    author: str
    text: str
