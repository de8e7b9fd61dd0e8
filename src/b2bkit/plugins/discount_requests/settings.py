"""Settings: the table `[plugins.discount_requests]`."""

from __future__ import annotations

from pydantic import Field

from b2bkit import PluginSettings


class DiscountRequestsSettings(PluginSettings):
    """How long a discount holds, and for how much more or less than was asked for."""

    days: int = Field(14, description="Days for which a granted discount holds unless staff choose another day.", ge=1, le=366)
    over: int = Field(20, description="Per cent by which a line may grow and keep the granted price.", ge=0, le=1000)
    under: int = Field(0, description="Per cent by which a line may shrink and keep the granted price.", ge=0, le=100)
