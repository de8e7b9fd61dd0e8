"""Who answers today, and who is there."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, Protocol, cast
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from b2bkit import Level, Work
from b2bkit.core.access.substitutes import covers_for
from b2bkit.core.accounts.models import Company, User
from b2bkit.core.i18n import _
from b2bkit.core.web.formatting import moment
from b2bkit.core.working_hours import WorkingHours
from b2bkit_chat.models import Presence, Talk
from b2bkit_chat.scopes import ANSWER
from b2bkit_chat.settings import ChatSettings

HERE: Final = timedelta(minutes=2)  # whoever was seen since then is in the chat
NOTED: Final = timedelta(minutes=1)  # how often that is written


class _HasSettings(Protocol):
    own: ChatSettings


class Answers(NamedTuple):
    """The person that a client talks to. `away`: the manager whom this person stands in for up to `until`."""

    id: UUID
    name: str
    phone: str
    email: str
    away: str
    until: date | None


def settings_of(work: Work) -> ChatSettings:
    """The settings of the portal that this work belongs to."""
    return cast("_HasSettings", work.kit.plugins["chat"]).own


def hours_of(work: Work) -> WorkingHours:
    """When managers are there."""
    return WorkingHours.of(settings_of(work), work.config.portal.zone)


def who_answers(work: Work, company_id: UUID) -> Answers | None:
    """The manager of a client or who stands in for him today; None where there is none. Three statements."""
    manager_id = work.session.scalar(select(Company.manager_id).where(Company.id == company_id))
    if manager_id is None:
        return None
    covers = covers_for(work, manager_id)
    wanted = [manager_id, *(one.user_id for one in covers)]
    known = {one.id: one for one in work.session.scalars(select(User).where(User.id.in_(wanted), User.blocked.is_(False)))}
    for cover in covers:
        if cover.user_id in known:
            one, away = known[cover.user_id], known.get(manager_id)
            return Answers(one.id, one.name, one.phone, one.email, away.name if away is not None else "", cover.until)
    manager = known.get(manager_id)
    return Answers(manager.id, manager.name, manager.phone, manager.email, "", None) if manager is not None else None


def listeners(work: Work, talk: Talk) -> tuple[tuple[UUID, ...], bool]:
    """(people of the staff who hear of this talk at once, whether all staff do): the manager, who stands in, who wrote last."""
    manager_id = work.session.scalar(select(Company.manager_id).where(Company.id == talk.company_id))
    if manager_id is None:
        return (), True
    found = [manager_id, *(one.user_id for one in covers_for(work, manager_id))]
    return tuple(dict.fromkeys([*found, *([talk.answered_by] if talk.answered_by is not None else [])])), False


def told(work: Work, company_id: UUID) -> Sequence[UUID]:
    """Who of the staff is told that a client waits: who stands in for the manager, else he himself, else all who answer every client."""
    manager_id = work.session.scalar(select(Company.manager_id).where(Company.id == company_id))
    if manager_id is not None:
        return [one.user_id for one in covers_for(work, manager_id)] or [manager_id]
    roles = [code for code, role in work.kit.roles.items() if role.side == "staff" and role.levels.get(ANSWER) is Level.ALL]
    return list(work.session.scalars(select(User.id).where(User.staff_role.in_(roles), User.blocked.is_(False)).order_by(User.id)))


def here(work: Work) -> None:
    """The actor has the chat open. Written once a minute, however often it is told."""
    if work.actor.user_id is None:
        return
    mine = Presence.user_id == work.actor.user_id
    known = work.session.scalar(select(Presence.seen_at).where(mine))
    if known is None:
        _first(work, work.actor.user_id)
    elif work.now - known >= NOTED:
        work.session.execute(update(Presence).where(mine).values(seen_at=work.now), execution_options={"synchronize_session": False})


def _first(work: Work, user_id: UUID) -> None:
    """Two pages that are opened at once write one row."""
    with contextlib.suppress(IntegrityError), work.session.begin_nested():
        work.session.insert_rows(Presence, [{"user_id": user_id, "seen_at": work.now}])


def presence(work: Work, seen_at: datetime | None) -> str:
    """Whether somebody is in the chat, in words; "" for one who was never seen there."""
    if seen_at is None:
        return ""
    if work.now - seen_at < HERE:
        return _("in the chat now")
    return _("last in the chat: {time}").format(time=moment(seen_at, lang=work.lang, zone=work.config.portal.zone, now=work.now))
