"""Facts of the bot."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from b2bkit import Fact


@dataclass(frozen=True)
class ChatLost(Fact):
    """Telegram no longer takes messages for this person: the bot was blocked, or the chat is gone."""

    user_id: UUID
