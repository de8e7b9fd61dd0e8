"""Commands: does the bot answer, and where Telegram should call."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from b2bkit import Command
from b2bkit.core.app import read_deployment
from b2bkit.core.errors import ConfigError, TryLater
from b2bkit.plugins.telegram.api import ApiError, ApiSilent, BotApi
from b2bkit.plugins.telegram.settings import TelegramSettings

WEBHOOK_PATH = "/telegram/updates"


def commands() -> Iterable[Command]:
    """The commands of the bot."""
    yield Command(name="telegram.check", command=check)
    yield Command(name="telegram.webhook", command=webhook)


def _bot(folder: Path) -> tuple[TelegramSettings, str, BotApi]:
    """Settings, the portal's own address, and the line to Telegram."""
    try:
        deployment = read_deployment(folder)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    plugin = deployment.kit.plugins.get("telegram")
    if plugin is None or not isinstance(plugin.settings, TelegramSettings):
        raise click.ClickException("this portal has no [plugins.telegram]: add the table to b2bkit.toml")
    return plugin.settings, deployment.config.portal.base_url, BotApi(plugin.settings)


def _call(api: BotApi, method: str, values: dict[str, object]) -> object:
    try:
        return api.call(method, values)
    except (ApiError, ApiSilent, TryLater) as error:
        raise click.ClickException(f"{error}. Check B2BKIT_TELEGRAM_TOKEN and base_url in [plugins.telegram].") from error
    finally:
        api.close()


CONFIG = click.option(
    "--config", "config", type=click.Path(path_type=Path), default=Path(), show_default="this folder", help="Folder of the portal."
)


@click.command()
@CONFIG
def check(config: Path) -> None:
    """Asks Telegram who the bot is."""
    settings, _base, api = _bot(config)
    found = _call(api, "getMe", {})
    name = str(found.get("username", "")) if isinstance(found, dict) else ""
    if name.lower() != settings.bot.lower():
        raise click.ClickException(f"the token belongs to @{name}, and [plugins.telegram] bot says @{settings.bot}: mend one of them")
    click.echo(f"@{name} answers")


@click.command()
@CONFIG
@click.option("--off", is_flag=True, help="Take the webhook away, so that the portal can ask by itself.")
def webhook(config: Path, off: bool) -> None:
    """Tells Telegram where to call, with the secret that it repeats."""
    settings, base, api = _bot(config)
    if off:
        _call(api, "deleteWebhook", {})
        click.echo("Telegram calls no more")
        return
    if settings.receive != "webhook" or not settings.secret.get_secret_value():
        raise click.ClickException('set receive = "webhook" in [plugins.telegram] and B2BKIT_TELEGRAM_SECRET in the environment first')
    address = base + WEBHOOK_PATH
    _call(api, "setWebhook", {"url": address, "secret_token": settings.secret.get_secret_value(), "allowed_updates": ["message"]})
    click.echo(f"Telegram calls {address}")
