"""What people are told about the chat: messages that they have not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import NotificationKind, Work
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.i18n import N_, _
from b2bkit.core.web.urls import Urls
from b2bkit_chat import events
from b2bkit_chat.models import ChatMessage, Talk
from b2bkit_chat.service import people

EXCERPT: Final = 600


def person(work: Work, event: events.ClientLeftUnread) -> Iterable[UUID]:
    """The client's person, while he works there and has not read them meanwhile."""
    talk = work.session.get(Talk, event.talk_id)
    if talk is None or not talk.client_unread:
        return []
    works = select(Membership.user_id).where(
        Membership.company_id == talk.company_id, Membership.user_id == talk.user_id, Membership.dismissed_at.is_(None)
    )
    return list(work.session.scalars(works))


def managers(work: Work, event: events.StaffLeftUnread) -> Iterable[UUID]:
    """Who answers the client today, if it is unread still."""
    talk = work.session.get(Talk, event.talk_id)
    return people.told(work, talk.company_id) if talk is not None and talk.staff_unread else []


def _newest(work: Work, event: events.ClientLeftUnread | events.StaffLeftUnread, *, client: bool) -> Mapping[str, str]:
    """The first of the unread ones, and whose talk it is."""
    theirs = ChatMessage.side == "client" if client else ChatMessage.side != "client"
    rows = select(ChatMessage.author, ChatMessage.text).where(ChatMessage.talk_id == event.talk_id, theirs, ChatMessage.read_at.is_(None))
    author, text = work.session.execute(rows.order_by(ChatMessage.seq).limit(1)).one_or_none() or ("", "")
    names = select(Company.name, User.name).join(Talk, Talk.company_id == Company.id).join(User, User.id == Talk.user_id)
    company, who = work.session.execute(names.where(Talk.id == event.talk_id)).one()
    text = text if len(text) <= EXCERPT else text[: EXCERPT - 1].rstrip() + "…"
    return {
        "author": author or _("The supplier"), "text": text or _("A file is attached."), "company": company, "person": who,
        "count": str(event.count),
    }  # fmt: skip


def _to_client(work: Work, event: events.ClientLeftUnread) -> Mapping[str, str]:
    return _newest(work, event, client=False)


def _to_staff(work: Work, event: events.StaffLeftUnread) -> Mapping[str, str]:
    return _newest(work, event, client=True)


def _page(work: Work, _event: events.ClientLeftUnread) -> str:
    return Urls([work.kit.routes["chat.page"]]).path("chat.page")


def _desk(work: Work, event: events.StaffLeftUnread) -> str:
    return Urls([work.kit.routes["chat.desk_talk"]]).path("chat.desk_talk", talk_id=event.talk_id)


SAMPLES: Final = {
    "author": "Светлана Дубовик", "text": "21060 отложила за вами до пятницы, подтвердите объём.", "company": "ООО «Экопакет»",
    "person": "Юрий Дубовик", "count": "2",
}  # fmt: skip

KINDS: Final = (
    NotificationKind(
        name="chat.unread",
        label=N_("My manager wrote in the chat"),
        event=events.ClientLeftUnread,
        recipients=person,
        context=_to_client,
        title=N_("{author} wrote to you in the chat"),
        text=N_("{text}"),
        route=_page,
        audience="client",
        samples=SAMPLES,
    ),
    NotificationKind(
        name="chat.waits",
        label=N_("A client waits in the chat"),
        event=events.StaffLeftUnread,
        recipients=managers,
        context=_to_staff,
        title=N_("{company} waits in the chat"),
        text=N_("{person}: {text}"),
        route=_desk,
        audience="staff",
        samples=SAMPLES,
    ),
)
