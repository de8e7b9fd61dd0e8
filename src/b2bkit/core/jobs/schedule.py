"""Jobs that run every so often. The next time stands in the database and is moved on by compare-and-set: one process starts each run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import CursorResult, Table, insert, select, update

from b2bkit.core.jobs.models import ScheduleEntry

if TYPE_CHECKING:
    from b2bkit.core.work import Work

_entry = cast(Table, ScheduleEntry.__table__)


def any_due(work: Work) -> bool:
    """Whether a scheduled job is due, or new."""
    scheduled = {job.name for job in work.kit.jobs.values() if job.every}
    known = {row.name: row.next_at for row in work.session.execute(select(_entry.c.name, _entry.c.next_at))}
    return any(name not in known or known[name] <= work.now for name in scheduled)


def start_due(work: Work) -> None:
    """Writes a task for each scheduled job that is due and moves its time on; a missed time is made up once, not many times."""
    known = {row.name: row.next_at for row in work.session.execute(select(_entry.c.name, _entry.c.next_at))}
    for job in work.kit.jobs.values():
        if not job.every or (job.name in known and known[job.name] > work.now):
            continue
        following = work.now + timedelta(seconds=job.every)
        if job.name not in known:
            work.session.execute(insert(_entry).values(name=job.name, next_at=following))
        else:
            moved = update(_entry).where(_entry.c.name == job.name, _entry.c.next_at == known[job.name]).values(next_at=following)
            if cast("CursorResult[Any]", work.session.execute(moved)).rowcount != 1:
                continue
        work.enqueue(job.name, unique="scheduled")
