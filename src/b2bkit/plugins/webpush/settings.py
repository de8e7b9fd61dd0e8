"""Settings: the table `[plugins.webpush]`. The private key is B2BKIT_WEBPUSH_PRIVATE_KEY; `b2bkit webpush keys` makes one."""

from __future__ import annotations

import base64
import binascii

from pydantic import Field, SecretStr, field_validator

from b2bkit import PluginSettings

SERVICES = (
    "fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com", "*.push.apple.com", "*.notify.windows.com",
)  # fmt: skip


class WebPushSettings(PluginSettings):
    """Who the portal is to push services, and which of them it may call."""

    private_key: SecretStr = Field(description="The portal's VAPID key: 32 bytes in base64url.")
    contact: str = Field(
        description="Where operators of push services write when something is wrong.", pattern=r"^(mailto:[^@\s]+@[^@\s]+|https://[^\s]+)$"
    )
    hosts: tuple[str, ...] = Field(SERVICES, description="Push services that may be called; *.NAME allows every host below NAME.")
    local_hosts: tuple[str, ...] = Field(
        (), description="HOST:PORT that may be called without TLS and on this machine: a push service of your own for trials."
    )
    keep_hours: int = Field(24, description="Hours that a push service keeps a message for a browser that is away.", ge=0, le=672)

    @field_validator("private_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        except (ValueError, binascii.Error):
            raw = b""
        if len(raw) != 32 or not any(raw):
            raise ValueError("is no VAPID key; make one with: b2bkit webpush keys")
        return value
