"""Settings: the table `[plugins.availability]`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from b2bkit import PluginSettings


class AvailabilitySettings(PluginSettings):
    """What is announced by itself, for how long, and who is told."""

    stock: tuple[Literal["back", "low"], ...] = Field(
        ("back", "low"), description="What the ERP's stock announces by itself: products that are back, products that run out."
    )
    low: int = Field(3, description="A product runs out when less than so many least orders of it are free.", gt=1, le=1000)
    days: int = Field(14, description="Days for which an announcement of the stock stands.", ge=1, le=365)
    home: int = Field(5, description="Announcements on a client's first page; 0: none.", ge=0, le=20)
    tell: bool = Field(True, description="People who watch a product, keep it in a list or have it in a cart are told.")
