"""Writing tasks: always inside the transaction that makes them necessary; the wake-up follows its commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Table, delete, insert, select

from b2bkit.core.jobs.models import Task
from b2bkit.core.outbox.models import StoredFact

if TYPE_CHECKING:
    from b2bkit.core.work import Work

DELIVERY, JOB = "delivery", "job"
KEPT = timedelta(days=30)
_task, _fact = cast(Table, Task.__table__), cast(Table, StoredFact.__table__)
_insert = insert(_task)


def write_tasks(work: Work, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
    """Writes rows and returns their ids."""
    common = {"state": "waiting", "created_at": work.now, "due_at": work.now, "attempts": 0, "crashes": 0, "error": "", "unique_key": None}
    rows = [{"order_key": None, "fact_id": None, **common, **task} for task in tasks]
    return list(work.session.execute(_insert.returning(_task.c.id), rows).scalars())


def enqueue(work: Work, job: str, *, due: datetime | None, unique: str | None, key: str | None, arguments: Mapping[str, object]) -> None:
    """Writes a job's row; raises LookupError for a job that nobody registered."""
    if job not in work.kit.jobs:
        raise LookupError(f"there is no job {job!r}")
    if unique is not None:
        waiting = select(_task.c.id).where(Task.name == job, Task.unique_key == unique, Task.state == "waiting")
        if work.session.execute(waiting).first() is not None:
            return
    row = {"kind": JOB, "name": job, "arguments": dict(arguments), "due_at": due or work.now, "unique_key": unique, "order_key": key}
    ids = write_tasks(work, [row])
    if due is None or due <= work.now:
        wake_after_commit(work, ids)


def wake_after_commit(work: Work, ids: Iterable[int]) -> None:
    """Tells the runner, once the rows are there. A lost wake-up costs at most a second: the poller finds due rows by itself."""
    woken = list(ids)
    work.wake_ups.extend(woken)


def forget_done(work: Work) -> None:
    """Job: deletes tasks that were done thirty days ago, and facts that no task needs any more. What waits or is parked stays for ever."""
    old = work.now - KEPT
    work.session.execute(delete(_task).where(Task.state == "done", Task.done_at < old))
    needed = select(Task.fact_id).where(Task.fact_id == StoredFact.id).exists()
    work.session.execute(delete(_fact).where(StoredFact.at < old, ~needed))
