"""Whether the bot can be used."""

from __future__ import annotations

from b2bkit import Health, TryLater, Work
from b2bkit.core.i18n import _
from b2bkit.plugins.telegram.api import ApiError, ApiSilent, BotApi


class BotAnswers:
    """Asks Telegram who the bot is."""

    def __init__(self, api: BotApi) -> None:
        self.api = api

    def check(self, _work: Work) -> Health:
        """Never raises; a bot that is asked too often is well."""
        try:
            self.api.call("getMe", {}, seconds=5)
        except TryLater:
            return Health(True, _("The bot answers."))
        except ApiError as refused:
            return Health(False, str(refused), _("Set B2BKIT_TELEGRAM_TOKEN to the token that @BotFather gave."))
        except ApiSilent as silent:
            return Health(False, _("Telegram cannot be reached: {error}").format(error=silent), _("Check the way out, or base_url."))
        return Health(True, _("The bot answers."))
