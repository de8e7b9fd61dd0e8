"""Who sees which talks."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, select

from b2bkit import Actor, Level, Permission, Scope
from b2bkit.core.accounts.scopes import company_scope, own_or_company
from b2bkit.core.i18n import N_
from b2bkit_chat.models import ChatFile, ChatMessage, Talk

VIEW: Final = "chat.view"
WRITE: Final = "chat.write"
ANSWER: Final = "chat.answer"
_talk = Talk.__table__
_message = ChatMessage.__table__


def permissions() -> list[Permission]:
    """Clients' people write in their own talks; managers answer those of their clients."""
    client = {"owner": Level.OWN, "buyer": Level.OWN, "accountant": Level.OWN, "viewer": Level.OWN}
    staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
    return [
        Permission(
            name=VIEW,
            label=N_("See talks with the manager"),
            roles={**client, **staff},
            levels=(Level.OWN,),
            limits=("region",),
            on_behalf=False,
        ),
        Permission(name=WRITE, label=N_("Write to the manager"), roles=client, levels=(Level.OWN,), on_behalf=False),
        Permission(name=ANSWER, label=N_("Answer clients in the chat"), roles=staff, limits=("region",)),
    ]


def talk_scope(actor: Actor) -> ColumnElement[bool]:
    """One's own talks, or those of the company; staff: of the clients that they see."""
    return own_or_company(actor, VIEW, Talk.company_id, Talk.user_id)


def message_scope(actor: Actor) -> ColumnElement[bool]:
    """Messages follow their talk."""
    within = company_scope(actor, ChatMessage.company_id, VIEW)
    return and_(within, ChatMessage.talk_id.in_(_own(actor))) if _only_own(actor) else within


def file_scope(actor: Actor) -> ColumnElement[bool]:
    """Files follow their message."""
    within = company_scope(actor, ChatFile.company_id, VIEW)
    mine: Any = select(_message.c.id).where(_message.c.talk_id.in_(_own(actor)))
    return and_(within, ChatFile.message_id.in_(mine)) if _only_own(actor) else within


def _only_own(actor: Actor) -> bool:
    return actor.kind == "client" and actor.level(VIEW) is Level.OWN


def _own(actor: Actor) -> Any:
    return select(_talk.c.id).where(_talk.c.company_id == actor.company_id, _talk.c.user_id == actor.user_id)


SCOPES: Final = (
    Scope(name="chat.talk", entity=Talk, criterion=talk_scope),
    Scope(name="chat.message", entity=ChatMessage, criterion=message_scope),
    Scope(name="chat.file", entity=ChatFile, criterion=file_scope),
)
