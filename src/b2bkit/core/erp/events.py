"""Facts about the line to the ERP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from b2bkit.core.extend.things import Fact


@dataclass(frozen=True)
class DataTold(Fact):
    """The ERP told figures of a kind (`prices`, `stock`), which are in the database now."""

    kind: str
    as_of: datetime
