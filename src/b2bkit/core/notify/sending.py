"""How a notification gets to its person: at least once to the channel, and not twice to the person unless a process dies in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, or_, select

from b2bkit.core.accounts.models import User
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import NotFound, TryLater, Undeliverable
from b2bkit.core.extend.things import Channel, Message, NotificationKind, OpenWork
from b2bkit.core.i18n import _
from b2bkit.core.jobs.claim import retry
from b2bkit.core.jobs.models import Task
from b2bkit.core.notify import choices
from b2bkit.core.notify.hours import Hours, hours_of
from b2bkit.core.notify.models import Notification, Sending
from b2bkit.core.work import Work

JOB: Final = "notify.send"
KEPT: Final = timedelta(days=30)
TROUBLED: Final = 3  # so many attempts, and staff see it
SHOWN: Final = 100
_task = Task.__table__


class Trouble(NamedTuple):
    """A sending that did not arrive: whose, by what, and what the channel said last. `failed`: it is not tried again by itself."""

    id: UUID
    person: str
    kind: str
    channel: str
    created_at: datetime
    due_at: datetime
    attempts: int
    error: str
    failed: bool


def write(work: Work, kind: NotificationKind, message: Message, user_id: UUID) -> None:
    """A sending for each channel that the person wants, each with its task; those for the digest wait without one."""
    wanted, hours = choices.wanted(work, user_id, [kind])[kind.name], hours_of(work, user_id)
    rows = []
    for name in sorted(wanted.channels):
        channel = work.kit.channels[name]
        if channel.opt_out and channel.address(work, user_id) is None:
            continue  # never connected: nothing to send and nothing that failed
        digested = name == choices.EMAIL and wanted.digested and not kind.urgent
        due = hours.next_digest(work.now) if digested else _due(work, kind, channel, hours)
        rows.append(
            {
                "id": new_id(),
                "notification_id": message.id,
                "user_id": user_id,
                "kind": kind.name,
                "channel": name,
                "lang": message.lang,
                "state": "digest" if digested else "waiting",
                "created_at": work.now,
                "due_at": due,
                "sent_at": None,
            }
        )
    if rows:
        work.session.insert_rows(Sending, rows)
    for row in rows:
        if row["state"] == "waiting":
            work.enqueue(JOB, due=row["due_at"], unique=str(row["id"]), sending_id=str(row["id"]))  # type: ignore[arg-type]


def _due(work: Work, kind: NotificationKind, channel: Channel, hours: Hours) -> datetime:
    """Now, or the end of the person's quiet hours."""
    return work.now if kind.urgent or channel.quiet else hours.quiet_until(work.now) or work.now


def send(open_work: OpenWork, *, sending_id: str) -> None:
    """Job: hands one message to one channel, outside any transaction; raises what the channel raises, to be tried again."""
    row_id = UUID(sending_id)
    with open_work() as work:
        found = _prepared(work, row_id)
    if found is None:
        return
    channel, message, address = found
    try:
        channel.send(open_work, message, address)
    except TryLater as busy:
        _again(open_work, row_id, busy)
    except Undeliverable as never:
        _settled(open_work, row_id, "failed", str(never))
    except Exception as error:
        _settled(open_work, row_id, "waiting", f"{type(error).__name__}: {error}")
        raise
    else:
        _settled(open_work, row_id, "sent")


def _prepared(work: Work, row_id: UUID) -> tuple[Channel, Message, str] | None:
    """What to send where; None when it was sent, or nobody wants it any more."""
    row = work.session.get(Sending, row_id)
    noted = work.session.get(Notification, row.notification_id) if row is not None else None
    if row is None or noted is None or row.state != "waiting":
        return None
    channel, kind = work.kit.channels.get(row.channel), work.kit.notifications.get(row.kind)
    on = kind is not None and row.channel in choices.wanted(work, row.user_id, [kind])[row.kind].channels
    address = channel.address(work, row.user_id) if channel is not None and on else None
    if channel is None or address is None:
        row.state = "dropped"
        return None
    row.attempts += 1
    message = Message(
        id=noted.id, kind=noted.kind, title=noted.title, text=noted.text, html="", link=noted.link, lang=row.lang
    )  # fmt: skip
    return channel, message, address


def _settled(open_work: OpenWork, row_id: UUID, state: str, error: str = "") -> None:
    with open_work() as work:
        row = work.session.get(Sending, row_id)
        if row is not None:
            row.state, row.error = state, error[:500]
            row.sent_at = work.now if state == "sent" else None


def _again(open_work: OpenWork, row_id: UUID, busy: TryLater) -> None:
    """The other side said how long to wait: no attempt is lost by it."""
    with open_work() as work:
        row = work.session.get(Sending, row_id)
        if row is not None:
            row.due_at, row.error = work.now + timedelta(seconds=busy.after), str(busy)[:500]
            row.attempts = max(row.attempts - 1, 0)
            work.enqueue(JOB, due=row.due_at, unique=str(row_id), sending_id=str(row_id))


def _troubled() -> list[object]:
    return [or_(Sending.state == "failed", (Sending.state == "waiting") & (Sending.attempts >= TROUBLED))]


def troubles(work: Work, limit: int = SHOWN) -> Sequence[Trouble]:
    """What did not arrive, the newest first: for those who may see it."""
    work.require("notify.deliveries")
    columns = (Sending.kind, Sending.channel, Sending.created_at, Sending.due_at, Sending.attempts, Sending.error, Sending.state)
    statement = select(Sending.id, User.name, *columns).outerjoin(User, User.id == Sending.user_id).where(*_troubled())  # type: ignore[arg-type]
    found = []
    for row in work.session.execute(statement.order_by(Sending.created_at.desc(), Sending.id).limit(limit)):
        number, person, kind, channel, created, due, attempts, error, state = row
        known, way = work.kit.notifications.get(kind), work.kit.channels.get(channel)
        label, by = _(known.label) if known else kind, _(way.label) if way else channel
        found.append(Trouble(number, person or "—", label, by, created, due, attempts, error, state == "failed"))
    return found


def count_troubles(work: Work) -> int:
    """How many did not arrive; 0 for those who may not see them."""
    if not work.may("notify.deliveries"):
        return 0
    return work.session.scalar(select(func.count(Sending.id)).where(*_troubled())) or 0  # type: ignore[arg-type]


def resend(work: Work, sending_id: UUID) -> None:
    """By hand: tries it again now. NotFound for one that arrived or was never there."""
    work.require("notify.deliveries")
    row = work.session.scalars(select(Sending).where(Sending.id == sending_id, *_troubled())).one_or_none()  # type: ignore[arg-type]
    if row is None:
        raise NotFound("sending")
    record(work, action="notify.resent", entity="sending", entity_id=row.id, details={"kind": row.kind, "channel": row.channel})
    row.state, row.due_at, row.attempts = "waiting", work.now, 0
    where = (_task.c.name == JOB, _task.c.unique_key == str(row.id), _task.c.state.in_(("waiting", "parked")))
    waiting = work.session.scalars(select(_task.c.id).where(*where)).first()
    if waiting is not None and retry(work.session, waiting, now=work.now):
        work.wake_ups.append(waiting)
    else:
        work.enqueue(JOB, unique=str(row.id), sending_id=str(row.id))


def forget(work: Work) -> None:
    """Job: what arrived or was dropped a month ago is forgotten; what failed stays until somebody looked."""
    work.session.execute(delete(Sending).where(Sending.state.in_(("sent", "dropped")), Sending.created_at < work.now - KEPT))
