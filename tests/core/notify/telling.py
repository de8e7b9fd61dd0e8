"""Short ways to tell somebody something in a test."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import select

from b2bkit.core.accounts.events import EmployeeJoined
from b2bkit.core.accounts.models import Membership, User
from b2bkit.core.notify import choices, hours, service
from b2bkit.core.notify.models import Sending
from b2bkit.core.work import Actor
from b2bkit.testing.portal import Portal

KIND = "accounts.joined"


def actor(user: User) -> Actor:
    return Actor(kind="client", user_id=user.id, company_id=None)


def tell(portal: Portal, inviter: User, *, name: str = "Анна", fact_id: str = "") -> None:
    """Somebody accepted this person's invitation."""
    with portal.work() as work:
        company = work.session.scalars(select(Membership.company_id).where(Membership.user_id == inviter.id)).one()
        event = EmployeeJoined(company, uuid4(), name, inviter.id)
        service.tell(work, work.kit.notifications[KIND], event, fact_id=fact_id or str(uuid4()))


def want(portal: Portal, user: User, channel: str = "notify.email", *, wanted: bool = True, digested: bool = False) -> None:
    with portal.app.work(actor(user)) as work:
        choices.choose(work, kind=KIND, channel=channel, wanted=wanted, digested=digested)


def quiet(portal: Portal, user: User, start: str, end: str, *, zone: str = "", digest_at: str = "09:00") -> None:
    def minute(clock: str) -> int:
        return int(clock[:2]) * 60 + int(clock[3:])

    with portal.app.work(actor(user)) as work:
        hours.keep(work, quiet_from=minute(start), quiet_to=minute(end), zone=zone, digest_at=minute(digest_at))


def sendings(portal: Portal, channel: str = "notify.email") -> list[Sending]:
    with portal.work(write=False) as work:
        return list(work.session.scalars(select(Sending).where(Sending.channel == channel).order_by(Sending.created_at, Sending.id)))
