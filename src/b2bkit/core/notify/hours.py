"""When a person is left alone, and when the mail of the day comes: in the person's own time zone, or else the portal's."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from b2bkit.core.errors import Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.notify.models import NotifyHours, Sending
from b2bkit.core.work import Work

DIGEST_AT = 9 * 60


class Hours(NamedTuple):
    """Minutes after midnight in `zone`; no quiet hours: both None. `own_zone` is "" where the portal's holds."""

    quiet_from: int | None
    quiet_to: int | None
    digest_at: int
    zone: ZoneInfo
    own_zone: str = ""

    def quiet_until(self, now: datetime) -> datetime | None:
        """The end of the quiet hours that `now` lies in; None outside them."""
        if self.quiet_from is None or self.quiet_to is None or self.quiet_from == self.quiet_to:
            return None
        local = now.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        if self.quiet_from < self.quiet_to:
            inside, days = self.quiet_from <= minute < self.quiet_to, 0
        else:
            inside, days = minute >= self.quiet_from or minute < self.quiet_to, int(minute >= self.quiet_from)
        if not inside:
            return None
        end = _at(local, self.quiet_to, days)
        return end if end > now else None  # the clock was set forward over the end

    def next_digest(self, now: datetime) -> datetime:
        """When the next mail of the day goes out, after `now`."""
        local = now.astimezone(self.zone)
        today = _at(local, self.digest_at, 0)
        return today if today > now else _at(local, self.digest_at, 1)


def _at(local: datetime, minute: int, days: int) -> datetime:
    """That minute of the local day, so many days on, as an instant in UTC."""
    day = (local + timedelta(days=days)).date()
    return datetime.combine(day, time(minute // 60, minute % 60), local.tzinfo).astimezone(UTC)


def hours_of(work: Work, user_id: UUID) -> Hours:
    """What the person chose; without a choice: no quiet hours, the digest at nine."""
    row = work.session.scalars(select(NotifyHours).where(NotifyHours.user_id == user_id)).one_or_none()
    if row is None:
        return Hours(None, None, DIGEST_AT, work.config.portal.zone)
    zone = ZoneInfo(row.zone) if row.zone else work.config.portal.zone
    return Hours(row.quiet_from, row.quiet_to, row.digest_at, zone, row.zone)


def keep(work: Work, *, quiet_from: int | None, quiet_to: int | None, zone: str, digest_at: int) -> None:
    """Keeps the actor's hours; what waits for the digest moves with its hour. Raises Refused, all of it at once."""
    _check(quiet_from, quiet_to, zone)
    row = work.session.scalars(select(NotifyHours).where(NotifyHours.user_id == work.actor.user_id)).one_or_none()
    if row is None:
        row = NotifyHours(user_id=work.actor.user_id)
        work.session.add(row)
    row.quiet_from, row.quiet_to, row.zone, row.digest_at = quiet_from, quiet_to, zone, digest_at
    work.session.flush()
    if work.actor.user_id is not None:
        following = hours_of(work, work.actor.user_id).next_digest(work.now)
        mine = (Sending.user_id == work.actor.user_id, Sending.state == "digest", Sending.due_at > work.now)
        work.session.execute(update(Sending).where(*mine).values(due_at=following), execution_options={"synchronize_session": False})


def _check(quiet_from: int | None, quiet_to: int | None, zone: str) -> None:
    problems = []
    for name, value, other in (("quiet_from", quiet_from, quiet_to), ("quiet_to", quiet_to, quiet_from)):
        if value is None and other is not None:
            problems.append(Problem("quiet_half", _("Say both when it begins and when it ends, or leave both empty."), name))
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, ValueError, OSError):
        problems.append(Problem("unknown_zone", _("There is no such time zone. Choose one from the list."), "zone"))
    if problems:
        raise Refused(problems)
