"""Settings: the table `[plugins.chat]`."""

from __future__ import annotations

from pydantic import Field

from b2bkit.core.working_hours import HoursSettings


class ChatSettings(HoursSettings):
    """When managers are there, and what happens to messages that nobody reads."""

    notify_after: int = Field(10, description="Minutes after which somebody is told of messages that he has not read.", ge=1, le=1440)
    files: int = Field(10, description="Most files with one message.", ge=0, le=50)
