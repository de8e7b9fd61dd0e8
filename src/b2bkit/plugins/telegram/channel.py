"""Telegram as a channel: one message per notification, in the person's language, with a button that leads to the portal."""

from __future__ import annotations

from html import escape
from typing import Final

from b2bkit import Message, OpenWork, Undeliverable
from b2bkit.core.i18n import _, speaking
from b2bkit.plugins.telegram import service
from b2bkit.plugins.telegram.api import ApiError, BotApi

LONGEST: Final = 4000  # Telegram takes 4096 characters after entities were read
GONE: Final = ("chat not found", "user is deactivated", "bot was blocked", "bot was kicked", "peer_id_invalid")


class TelegramChannel:
    """Sends by the bot."""

    def __init__(self, api: BotApi) -> None:
        self.api = api

    def send(self, open_work: OpenWork, message: Message, address: str) -> None:
        """One message. A chat that is gone is disconnected, and the person told by mail; raises TryLater, Undeliverable, ApiSilent."""
        with open_work(write=False) as work, speaking(message.lang, work.translations(message.lang)):
            button = _("Open in the portal")
        chat = int(address)
        try:
            self.api.call("sendMessage", _body(message, chat, button))
        except ApiError as refused:
            if refused.code == 403 or (refused.code == 400 and any(word in refused.description.lower() for word in GONE)):
                with open_work() as work:
                    service.lose(work, chat=chat, why=refused.description)
                raise Undeliverable(str(refused)) from refused
            if refused.code == 400:  # the same message would be refused again
                raise Undeliverable(str(refused)) from refused
            raise


def _body(message: Message, chat: int, button: str) -> dict[str, object]:
    text = f"<b>{escape(message.title, quote=False)}</b>\n{escape(message.text, quote=False)}"
    if len(text) > LONGEST:
        text = escape(f"{message.title}\n{message.text}"[: LONGEST // 5], quote=False)  # an entity has five characters at most
    body: dict[str, object] = {"chat_id": chat, "text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    if message.link.startswith("https://"):
        body["reply_markup"] = {"inline_keyboard": [[{"text": button, "url": message.link}]]}
    else:  # Telegram takes no button to an address without TLS
        body["text"] = f"{text}\n{escape(message.link, quote=False)}"
    return body
