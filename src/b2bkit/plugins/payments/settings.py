"""Settings: the table `[plugins.payments]`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from b2bkit import PluginSettings

Days = Annotated[int, Field(ge=0, le=60)]


class PaymentsSettings(PluginSettings):
    """When people are reminded."""

    remind_days: tuple[Days, ...] = Field(
        (3, 0), description="Days before a payment on which people are reminded; 0 is its day.", max_length=5
    )
    remind_late: int = Field(7, description="Days after which people are reminded again of an overdue payment; 0: once only.", ge=0, le=60)
    remind_at: int = Field(9, description="Hour of the portal's day from which reminders go out.", ge=0, le=23)
