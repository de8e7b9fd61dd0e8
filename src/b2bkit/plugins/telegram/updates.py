"""What people say to the bot: `/start TOKEN` connects, `/stop` disconnects, everything else gets a word of help.

Updates come by asking (`getUpdates`) or by Telegram's calls (webhook). Each has a number; one that comes again is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from b2bkit import OpenWork, TryLater, Work
from b2bkit.core.i18n import _, speaking
from b2bkit.plugins.telegram import service
from b2bkit.plugins.telegram.api import ApiError, ApiSilent, BotApi
from b2bkit.plugins.telegram.models import ConnectLink, Heard

POLL_JOB: Final = "telegram.poll"
REPLY_JOB: Final = "telegram.reply"


class Said(NamedTuple):
    """A private message to the bot."""

    update_id: int
    chat: int
    name: str
    text: str
    lang: str


def read(update: Mapping[str, Any]) -> Said | None:
    """The message of an update; None for what the bot does not listen to (groups, edits, joins)."""
    try:
        number, message = int(update["update_id"]), update["message"]
        chat, sender = message["chat"], message.get("from") or {}
        if chat.get("type") != "private":
            return None
        name = " ".join(str(sender.get(key) or "") for key in ("first_name", "last_name")).strip()
        return Said(number, int(chat["id"]), name[:100], str(message.get("text") or "")[:200], str(sender.get("language_code") or "")[:2])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def hear(work: Work, bot: str, update: Mapping[str, Any]) -> None:
    """Takes one update in and queues the answer; one that was taken before is left out."""
    number = update.get("update_id")
    if not isinstance(number, int) or not _is_new(work, bot, number):
        return
    said = read(update)
    if said is not None:
        work.enqueue(REPLY_JOB, unique=f"{bot}:{number}", chat=said.chat, text=answer(work, said))


def _is_new(work: Work, bot: str, number: int) -> bool:
    found = work.session.scalars(select(Heard).where(Heard.bot == bot).with_for_update()).one_or_none()
    if found is None:
        work.session.add(Heard(bot=bot, update_id=number))
        work.session.flush()
        return True
    if number <= found.update_id:
        return False
    found.update_id = number
    return True


def answer(work: Work, said: Said) -> str:
    """Does what was asked for and says so, in the person's language."""
    word, _space, rest = said.text.strip().partition(" ")
    lang = said.lang if said.lang in work.config.portal.languages else work.config.portal.languages[0]
    if word == "/start" and rest.strip():
        connected = service.connect(work, token=rest.strip(), chat=said.chat, name=said.name)
        with speaking(*_in(work, connected.lang if connected else lang)):
            if connected is None:
                return _("This link works no more. Open the settings of notifications in the portal and take a new one.")
            text = _("{name}, messages of {portal} come here now. /stop ends that.")
            return text.format(name=connected.name, portal=work.config.portal.name)
    if word == "/stop":
        left = service.leave(work, chat=said.chat)
        with speaking(*_in(work, left or lang)):
            return _("No more messages come here. You can connect again in the portal.")
    with speaking(*_in(work, lang)):
        text = _("This bot brings messages of {portal}. Connect it in the portal: Notifications, What goes where.")
        return text.format(portal=work.config.portal.name)


def _in(work: Work, lang: str) -> tuple[str, Any]:
    return lang, work.translations(lang)


class Ear:
    """Listens to Telegram for one bot."""

    def __init__(self, api: BotApi, bot: str, seconds: int) -> None:
        self.api, self.bot, self.seconds = api, bot, seconds

    def poll(self, open_work: OpenWork) -> None:
        """Job: asks for news once and takes them in, each in a transaction of its own; Telegram forgets what the next question confirms."""
        with open_work(write=False) as work:
            last = work.session.scalars(select(Heard.update_id).where(Heard.bot == self.bot)).one_or_none()
            expected = work.session.scalars(select(ConnectLink.id).where(ConnectLink.expires_at > work.now).limit(1)).first() is not None
        seconds = self.seconds if expected else 0  # a question that waits holds a worker's thread: only while somebody is about to write
        asked: dict[str, object] = {"timeout": seconds, "allowed_updates": ["message"]}
        if last is not None:
            asked["offset"] = last + 1
        try:
            updates: Sequence[Any] = self.api.call("getUpdates", asked, seconds=seconds + 10) or []
        except TryLater:
            return  # the next run comes by itself
        except ApiError as refused:
            if refused.code == 409:  # another process asks at this moment, and hears it
                return
            raise
        for update in updates:
            if isinstance(update, Mapping):
                with open_work() as work:
                    hear(work, self.bot, update)

    def reply(self, open_work: OpenWork, *, chat: int, text: str) -> None:
        """Job: answers in the chat. A chat that takes no answer is left alone."""
        try:
            self.api.call("sendMessage", {"chat_id": chat, "text": text})
        except TryLater as busy:
            raise ApiSilent(str(busy)) from busy  # tried again with a growing pause
        except ApiError as refused:
            if refused.code not in (400, 403):
                raise
