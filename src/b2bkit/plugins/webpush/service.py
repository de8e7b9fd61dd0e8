"""Which browsers take messages for whom."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select

from b2bkit import NotFound, Problem, Refused, Work
from b2bkit.core.accounts.models import User
from b2bkit.core.audit.service import record
from b2bkit.core.i18n import _
from b2bkit.plugins.webpush import hosts, keys
from b2bkit.plugins.webpush.models import PushDevice
from b2bkit.plugins.webpush.settings import WebPushSettings

CHANNEL: Final = "webpush.browser"
MOST: Final = 20  # browsers of one person
_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("YaBrowser/", "Yandex"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))


def devices(work: Work, user_id: UUID) -> Sequence[PushDevice]:
    """The person's browsers, the newest first."""
    mine = select(PushDevice).where(PushDevice.user_id == user_id)
    return work.session.scalars(mine.order_by(PushDevice.since.desc(), PushDevice.id)).all()


def address(work: Work, user_id: UUID) -> str | None:
    """The person's id when a browser waits for messages; None otherwise."""
    user = work.session.get(User, user_id)
    count = work.session.scalar(select(func.count(PushDevice.id)).where(PushDevice.user_id == user_id))
    return str(user_id) if count and user is not None and not user.blocked else None


def turn_on(work: Work, settings: WebPushSettings, *, endpoint: str, p256dh: str, auth: str, agent: str) -> None:
    """Keeps the actor's browser, in place of what this browser was before. Needs unscoped work: it may have been another person's.

    Raises Refused for a push service that is not allowed and for keys that are none.
    """
    user_id = work.actor.user_id
    if user_id is None:
        raise NotFound("user")
    problems = []
    if not hosts.allowed(settings, endpoint):
        problems.append(Problem("push_service", _("This browser's push service is not allowed here. Ask the portal's people."), "endpoint"))
    try:
        keys.check_browser_keys(p256dh, auth)
    except ValueError:
        problems.append(Problem("push_keys", _("The browser sent keys that are none. Turn it off and on again."), "p256dh"))
    mark = hashlib.sha256(endpoint.encode()).hexdigest()
    others = select(func.count(PushDevice.id)).where(PushDevice.user_id == user_id, PushDevice.endpoint_hash != mark)
    if (work.session.scalar(others) or 0) >= MOST:
        problems.append(Problem("too_many", _("You have {count} browsers already. Take one out first.").format(count=MOST), "endpoint"))
    if problems:
        raise Refused(problems)
    work.session.execute(delete(PushDevice).where(PushDevice.endpoint_hash == mark))
    device = PushDevice(
        user_id=user_id, endpoint=endpoint, endpoint_hash=mark, p256dh=p256dh, auth=auth, name=name_of(agent), since=work.now
    )
    work.session.add(device)
    work.session.flush()
    record(work, action="webpush.turned_on", entity="user", entity_id=user_id, details={"browser": device.name})


def turn_off(work: Work, device_id: UUID) -> None:
    """Takes one of the actor's browsers out. NotFound for another person's."""
    found = work.session.get(PushDevice, device_id)
    if found is None or found.user_id != work.actor.user_id:
        raise NotFound("browser")
    record(work, action="webpush.turned_off", entity="user", entity_id=found.user_id, details={"browser": found.name})
    work.session.delete(found)


def name_of(agent: str) -> str:
    """`Chrome, Windows`: enough for a person to know it again."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    known = ", ".join(part for part in (browser, system) if part)
    return known or re.sub(r"[^\w ./;()-]", "", agent)[:60] or "?"
