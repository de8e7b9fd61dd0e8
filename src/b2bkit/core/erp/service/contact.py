"""Whether the ERP is there: computed from what was last heard, never by asking."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select

from b2bkit.core.erp.models import Contact, Freshness, LineBreak
from b2bkit.core.extend.things import ErpState, Health
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

SLOW_AFTER, DOWN_AFTER = 2, 5  # periods without a sign of life
BREAKS_KEPT = timedelta(days=7)


class ErpView(NamedTuple):
    """What the frame of every page shows: state, since when, and the time of the newest data."""

    state: ErpState
    since: datetime | None
    data_as_of: datetime | None


def heard(work: Work, system: str) -> None:
    """The ERP spoke to the portal and it went well."""
    contact = _contact(work, system)
    if broken(work, contact) is not None:
        work.session.refresh(contact, with_for_update=True)  # of two exchanges at once the first notes that the break is over
        _note_break(work, contact)
    contact.first_good = contact.first_good or work.now
    contact.last_good, contact.bad_since, contact.error = work.now, None, ""
    work.signal("erp", system, staff=True)


def failed(work: Work, system: str, error: str = "") -> None:
    """An exchange with the ERP did not work."""
    contact = _contact(work, system)
    contact.bad_since = contact.bad_since or work.now
    contact.last_bad, contact.error = work.now, error[:500]
    work.signal("erp", system, staff=True)


def broken(work: Work, contact: Contact) -> tuple[datetime, datetime | None] | None:
    """Since when the line has been slow and since when down (None: it is not), when nothing more is heard; None while it is up."""
    if contact.last_good is None:
        return None
    period = timedelta(seconds=work.config.tables.erp.period)
    slow_at, down_at = contact.last_good + SLOW_AFTER * period, contact.last_good + DOWN_AFTER * period
    if contact.bad_since is not None:
        slow_at = min(slow_at, contact.bad_since)
    if work.now <= slow_at:
        return None
    return slow_at, down_at if work.now > down_at else None


def _note_break(work: Work, contact: Contact) -> None:
    found = broken(work, contact)
    if found is None:
        return
    old = delete(LineBreak).where(LineBreak.system == contact.system, LineBreak.ended_at < work.now - BREAKS_KEPT)
    work.session.execute(old, execution_options={"synchronize_session": False})
    row = {"system": contact.system, "slow_at": found[0], "down_at": found[1], "ended_at": work.now}
    work.session.insert_rows(LineBreak, [row])


def _contact(work: Work, system: str) -> Contact:
    found = work.session.get(Contact, system)
    if found is None:
        found = Contact(system=system)
        work.session.add(found)
    return found


def state(work: Work, system: str) -> ErpState:
    """up within two periods after the last good exchange, slow within five or when a newer one failed, then down; unknown at first."""
    found = work.session.execute(select(Contact.last_good, Contact.last_bad).where(Contact.system == system)).one_or_none()
    return state_from(work, *(found or (None, None)))


def state_from(work: Work, last_good: datetime | None, last_bad: datetime | None) -> ErpState:
    """The same from instants that are already read."""
    if last_good is None:
        return ErpState("unknown" if last_bad is None else "down", last_bad, None)
    period = timedelta(seconds=work.config.tables.erp.period)
    silent = work.now - last_good
    if silent > DOWN_AFTER * period:
        return ErpState("down", last_good + period, last_good)
    if silent > SLOW_AFTER * period:
        return ErpState("slow", last_good + period, last_good)
    if last_bad is not None and last_bad > last_good:
        return ErpState("slow", last_bad, last_good)
    return ErpState("up", None, last_good)


def erp_view(work: Work) -> ErpView | None:
    """State of the line to the ERP and the age of its data, in one query besides what the gateway asks; None without a gateway."""
    gateway = work.kit.erp_gateway
    if gateway is None:
        return None
    now = gateway.state(work)
    return ErpView(now, now.since, work.session.scalar(select(func.max(Freshness.as_of))))


def line_health(work: Work) -> Health:
    """The check `erp.line`: informs, the portal works without the ERP."""
    seen = erp_view(work)
    if seen is None:
        return Health(True, _("No ERP is connected; the portal works alone."))
    if seen.state.state == "up":
        return Health(True, _("1C answers."))
    if seen.state.state == "unknown":
        return Health(False, _("1C has not been heard yet."), _("Set up the exchange in 1C and run it once."))
    cure = _("Check that 1C runs and that its exchange with the site is scheduled. Orders wait and go out by themselves.")
    return Health(False, _("1C does not answer.") if seen.state.state == "down" else _("1C answers late."), cure)
