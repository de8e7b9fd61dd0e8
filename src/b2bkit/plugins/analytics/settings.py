"""Settings: the table `[plugins.analytics]`."""

from __future__ import annotations

from pydantic import Field

from b2bkit import PluginSettings


class AnalyticsSettings(PluginSettings):
    """What is counted, and for how long it is kept."""

    again: int = Field(35, description="Days whose figures are reckoned anew each night, whatever changed; 0: none.", ge=0, le=400)
    top: int = Field(10, description="Rows of each list: goods, groups, clients, words.", ge=3, le=50)
    searches: bool = Field(True, description="Words that clients search for are counted, without whose they were.")
    words_a_day: int = Field(2000, description="Most different words kept of one day.", ge=10, le=100_000)
    keep_searches: int = Field(400, description="Days for which words are kept.", ge=1, le=3650)
