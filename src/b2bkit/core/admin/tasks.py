"""The portal's own tasks: deliveries of facts and jobs, for those who see all clients. Parked ones wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import case, func, select

from b2bkit.core.audit.service import record
from b2bkit.core.errors import Forbidden, NotFound
from b2bkit.core.extend.things import Level
from b2bkit.core.jobs.claim import retry
from b2bkit.core.jobs.models import Task
from b2bkit.core.work import Work

DELIVERIES: Final = "admin.deliveries"
SHOWN: Final = 100
_task = Task.__table__
_OUTSTANDING = ("parked", "running", "waiting")


class TaskRow(NamedTuple):
    """A delivery or job that is not done. `known`: this portal can run it; if not, its plugin is switched off and it waits."""

    id: int
    kind: str
    name: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    error: str
    known: bool


def sees_tasks(work: Work) -> bool:
    """Tasks belong to no client: only those see them who see every client."""
    return work.actor.level(DELIVERIES) is Level.ALL


def count_parked(work: Work) -> int:
    """Tasks that wait for a person; 0 for those who do not see tasks."""
    if not sees_tasks(work):
        return 0
    return work.session.scalar(select(func.count()).select_from(_task).where(_task.c.state == "parked")) or 0


def outstanding(work: Work, limit: int = SHOWN) -> Sequence[TaskRow]:
    """What is not done, at most `limit`: parked first, then what runs, then what waits, by its due time."""
    if not sees_tasks(work):
        return []
    place = case({state: number for number, state in enumerate(_OUTSTANDING)}, value=_task.c.state)
    columns = (_task.c.id, _task.c.kind, _task.c.name, _task.c.state, _task.c.attempts, _task.c.created_at, _task.c.due_at, _task.c.error)
    statement = select(*columns).where(_task.c.state.in_(_OUTSTANDING)).order_by(place, _task.c.due_at, _task.c.id).limit(limit)
    known = {*work.kit.jobs, *work.kit.subscriber_by_name}
    return [TaskRow(*row, known=row[2] in known) for row in work.session.execute(statement)]


def counts(work: Work) -> dict[str, int]:
    """State -> how many tasks are in it, of those that are not done."""
    if not sees_tasks(work):
        return {}
    statement = select(_task.c.state, func.count()).where(_task.c.state.in_(_OUTSTANDING)).group_by(_task.c.state)
    found = {state: int(count) for state, count in work.session.execute(statement)}
    return {state: found.get(state, 0) for state in _OUTSTANDING}


def retry_task(work: Work, task_id: int) -> None:
    """Makes a parked or waiting task due at once, its attempts forgotten. NotFound for one that runs, is done or was never there."""
    if not sees_tasks(work):
        raise Forbidden(DELIVERIES)
    before = work.session.execute(select(_task.c.name, _task.c.attempts, _task.c.error).where(_task.c.id == task_id)).one_or_none()
    if before is None or not retry(work.session, task_id, now=work.now):
        raise NotFound("task")
    details = {"name": before.name, "attempts": before.attempts, "error": before.error[:300]}
    record(work, action="admin.retried", entity="task", entity_id=task_id, details=details)
    work.wake_ups.append(task_id)
