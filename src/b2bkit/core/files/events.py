"""Facts about files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2bkit.core.extend.things import Fact


@dataclass(frozen=True)
class FilePrepared(Fact):
    """A file that somebody asked for can be fetched, until `until`."""

    prepared_file_id: UUID
    user_id: UUID
    company_id: UUID
    label: str
    until: datetime
