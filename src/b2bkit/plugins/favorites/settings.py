"""Settings: the table `[plugins.favorites]`."""

from __future__ import annotations

from pydantic import Field

from b2bkit import PluginSettings


class FavoritesSettings(PluginSettings):
    """How much is kept."""

    most_lists: int = Field(100, description="Lists that one company keeps, those of its people counted.", ge=1, le=1000)
    most_lines: int = Field(300, description="Products in one list; a cart holds as many.", ge=1, le=300)
