"""What people are told about their chat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from b2bkit import NotificationKind, Work
from b2bkit.core.i18n import N_
from b2bkit.core.web.urls import Urls
from b2bkit.plugins.telegram.events import ChatLost


def _person(_work: Work, event: ChatLost) -> Iterable[UUID]:
    return [event.user_id]


def _nothing(_work: Work, _event: ChatLost) -> Mapping[str, str]:
    return {}


def _settings(work: Work, _event: ChatLost) -> str:
    return Urls([work.kit.routes["notify.settings"]]).path("notify.settings")


KINDS = (
    NotificationKind(
        name="telegram.lost",
        label=N_("Telegram was disconnected"),
        event=ChatLost,
        recipients=_person,
        context=_nothing,
        title=N_("Telegram was disconnected"),
        text=N_("The bot can no longer write to you: it is blocked, or the chat is deleted. Connect it again if you want messages there."),
        route=_settings,
    ),
)
