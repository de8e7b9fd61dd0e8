"""A person's own open sessions: where he is signed in, and ending what is not his."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select

from b2bkit.core.accounts.models import UserSession
from b2bkit.core.audit.service import record
from b2bkit.core.errors import NotFound
from b2bkit.core.work import Work

BROWSERS: Final = (
    ("YaBrowser/", "Яндекс Браузер"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
PHONE: Final = re.compile(r"Mobile|Android|iPhone")


class OpenSession(NamedTuple):
    """A browser that is signed in. `device` is its name and system as far as it tells them, or ``."""

    id: UUID
    device: str
    phone: bool
    since: datetime
    seen_at: datetime
    current: bool


def device_of(user_agent: str) -> str:
    """`Firefox, Windows` of what a browser says of itself; `` when it says nothing known."""
    names = [next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in names if name)


def mine(work: Work) -> list[OpenSession]:
    """The actor's sessions that still hold, this browser's first, then the last seen."""
    idle = work.now - timedelta(hours=work.config.tables.web.session_idle_hours)
    statement = select(UserSession.id, UserSession.user_agent, UserSession.created_at, UserSession.seen_at).where(
        UserSession.user_id == work.actor.user_id, UserSession.expires_at > work.now, UserSession.seen_at > idle
    )
    rows = work.session.execute(statement.order_by(UserSession.seen_at.desc(), UserSession.id)).all()
    found = [
        OpenSession(row[0], device_of(row[1]), bool(PHONE.search(row[1])), row[2], row[3], row[0] == work.actor.session_id) for row in rows
    ]
    return sorted(found, key=lambda one: not one.current)


def end(work: Work, *, session_id: UUID) -> None:
    """Ends one of the actor's own sessions at once; NotFound for any other."""
    own = (UserSession.id == session_id, UserSession.user_id == work.actor.user_id)
    found = work.session.scalars(select(UserSession.id).where(*own)).one_or_none()
    if found is None:
        raise NotFound("session")
    work.session.execute(delete(UserSession).where(*own))
    _told(work)


def end_others(work: Work) -> None:
    """Ends all of the actor's sessions but this one."""
    others = (UserSession.user_id == work.actor.user_id, UserSession.id != work.actor.session_id)
    work.session.execute(delete(UserSession).where(*others))
    _told(work)


def _told(work: Work) -> None:
    if work.actor.user_id is not None:
        work.signal("session", work.actor.user_id, users=(work.actor.user_id,))
    record(work, action="accounts.session_ended", entity="user", entity_id=work.actor.user_id, company_id=work.actor.company_id)
