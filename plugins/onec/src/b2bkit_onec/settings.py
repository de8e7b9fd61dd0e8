"""Settings: the table `[plugins.onec]`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from b2bkit import PluginSettings


class OneCSettings(PluginSettings):
    """How 1C reaches this portal, and how its data are understood."""

    login: str = Field(
        "1c", description="User name that 1C sends (its exchange node's setting).", min_length=1, max_length=100, pattern=r"^[^:]+$"
    )
    password: SecretStr = Field(description="Password that 1C sends: B2BKIT_ONEC_PASSWORD.", min_length=8)
    zip: bool = Field(True, description="Let 1C pack what it sends.")
    file_limit: int = Field(10_000_000, description="Bytes of one part of a file; 1C splits what is larger.", ge=100_000, le=100_000_000)
    encoding: Literal["utf-8", "windows-1251"] = Field("utf-8", description="Encoding of orders for 1C.")
    exchange_limit: int = Field(
        2_000_000_000, description="Bytes that one exchange may send, and that its archives may unpack to.", ge=1_000_000
    )
    batch: int = Field(200, description="Orders given to 1C in one exchange.", ge=1, le=5000)
    session_minutes: int = Field(60, description="An exchange ends after this long without a request.", ge=1, le=1440)
    warehouse: str = Field("Склад", description="Name of the warehouse for stock that 1C gives without one.", min_length=1, max_length=100)
    unit: str = Field("шт", description="Base unit of products for which 1C names none.", min_length=1, max_length=50)
    memory_mb: int = Field(1024, description="Memory that reading a file may take, in a process of its own.", ge=128)
    read_seconds: int = Field(900, description="Seconds that reading a file may take.", ge=10)
