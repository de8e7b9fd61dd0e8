"""Settings: the table `[plugins.telegram]`. The bot's token is B2BKIT_TELEGRAM_TOKEN, the webhook's secret B2BKIT_TELEGRAM_SECRET."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from b2bkit import PluginSettings


class TelegramSettings(PluginSettings):
    """How the portal talks to the Bot API."""

    bot: str = Field(description="Name of the bot without @, as @BotFather gave it: people are led to it.", pattern=r"^[A-Za-z0-9_]{5,32}$")
    token: SecretStr = Field(description="The bot's token.", min_length=20)
    secret: SecretStr = Field(
        SecretStr(""), description="With receive = webhook: what Telegram repeats in a header, 16 to 256 letters, digits, _ and -."
    )
    receive: Literal["poll", "webhook"] = Field(
        "poll", description="How the bot hears people: poll asks Telegram; webhook is called by it and needs a public address with https."
    )
    base_url: str = Field(
        "https://api.telegram.org",
        description="Address of the Bot API; another one for a local server of it.",
        pattern=r"^https?://[^/\s]+$",
    )
    poll_seconds: int = Field(20, description="Seconds that one question for news may wait for an answer.", ge=0, le=50)
    link_minutes: int = Field(15, description="Minutes that a link to connect a chat works.", ge=1, le=1440)
