"""Settings: the table `[plugins.news]`."""

from __future__ import annotations

from pydantic import Field

from b2bkit import PluginSettings


class NewsSettings(PluginSettings):
    """How much news there is to see."""

    page: int = Field(20, description="Posts on a page of the list.", ge=5, le=100)
    home: int = Field(4, description="Posts on the first page.", ge=1, le=20)
    pictures: int = Field(30, description="Most pictures of one post.", ge=0, le=200)
