"""Settings: the table `[plugins.catalog_requests]`."""

from __future__ import annotations

from pydantic import Field

from b2bkit import PluginSettings


class CatalogRequestsSettings(PluginSettings):
    """For how long the catalogue is opened, and when the client is told that it ends."""

    days: int = Field(90, description="Days for which staff open groups and products unless they choose another day.", ge=1, le=3650)
    warn_days: int = Field(7, description="Days before the end when the person who asked is told of it; 0: not at all.", ge=0, le=90)
