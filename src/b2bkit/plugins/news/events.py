"""Facts about news."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from b2bkit import Fact


@dataclass(frozen=True)
class PostAppeared(Fact):
    """A post that people are to be told of can be read now."""

    post_id: UUID
    kind: str
    title: str
