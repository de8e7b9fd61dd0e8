"""Taking and ending tasks by lease. Attempts are counted when a task is taken, so one that kills its process is parked after three."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Select, Table, Update, and_, exists, or_, select, update

from b2bkit.core.db.session import PortalSession
from b2bkit.core.jobs.models import Task

MOST_CRASHES = 3
MOST_ATTEMPTS = 30
LONGEST_PAUSE = 600
LEASE = timedelta(seconds=6)

_task = cast(Table, Task.__table__)
_before = _task.alias("before")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A task that this process may work on until the lease runs out."""

    id: int
    lease: UUID
    kind: str
    name: str
    fact_id: UUID | None
    arguments: dict[str, Any]
    attempts: int
    ends_at: datetime


def _open(now: datetime, names: Sequence[str]) -> Any:
    """Due, or abandoned by a process that died; of a name that this portal knows; nothing older of the same key outstanding.

    A parked delivery holds back its successors, since facts of one key keep their order; a parked job does not.
    """
    due = and_(_task.c.state == "waiting", _task.c.due_at <= now)
    abandoned = and_(_task.c.state == "running", _task.c.leased_until <= now)
    outstanding = or_(_before.c.state.in_(("waiting", "running")), and_(_before.c.state == "parked", _before.c.kind == "delivery"))
    older = exists().where(_before.c.name == _task.c.name, _before.c.order_key == _task.c.order_key, _before.c.id < _task.c.id, outstanding)
    return and_(or_(due, abandoned), _task.c.name.in_(names), or_(_task.c.order_key.is_(None), ~older))


def due_ids(session: PortalSession, *, now: datetime, names: Sequence[str], limit: int = 100) -> list[int]:
    """Ids of tasks that could be taken now, oldest due first."""
    return list(session.scalars(select(_task.c.id).where(_open(now, names)).order_by(_task.c.due_at, _task.c.id).limit(limit)))


def claim(session: PortalSession, *, now: datetime, limits: Mapping[str, int], task_id: int | None = None) -> Claimed | None:
    """Takes one task (this one, or the first that is due); None when there is none. Parks one that crashed too often.

    The lease is short, so that a task whose process was killed moves again within seconds; `renew` keeps it while the process lives.

    limits   name -> seconds, for each name that this portal can run
    """
    chosen: Select[Any] = select(_task).where(_open(now, list(limits))).order_by(_task.c.due_at, _task.c.id).limit(1)
    if task_id is not None:
        chosen = chosen.where(_task.c.id == task_id)
    row = session.execute(chosen.with_for_update(skip_locked=True)).mappings().one_or_none()
    if row is None:
        return None
    crashes = row["crashes"] + (row["state"] == "running")
    if crashes >= MOST_CRASHES:
        what = f"ended its process {crashes} times; {row['error']}".rstrip("; ")
        session.execute(update(_task).where(_task.c.id == row["id"]).values(state="parked", crashes=crashes, lease=None, error=what[:2000]))
        return None
    lease = uuid.uuid4()
    values = {"state": "running", "attempts": row["attempts"] + 1, "crashes": crashes, "leased_until": now + LEASE, "lease": lease}
    session.execute(update(_task).where(_task.c.id == row["id"]).values(**values))
    ends_at = now + timedelta(seconds=limits[row["name"]])
    return Claimed(row["id"], lease, row["kind"], row["name"], row["fact_id"], row["arguments"], row["attempts"] + 1, ends_at)


def renew(session: PortalSession, claimed: Sequence[Claimed], *, now: datetime) -> None:
    """Keeps the leases of tasks that are being worked on here, each up to its time limit."""
    leases = [one.lease for one in claimed if one.ends_at > now]
    if leases:
        session.execute(update(_task).where(_task.c.lease.in_(leases), _task.c.state == "running").values(leased_until=now + LEASE))


def finish(session: PortalSession, claimed: Claimed, *, now: datetime) -> bool:
    """Marks the task done; False when the lease was lost meanwhile: then the whole transaction must be rolled back."""
    values = {"state": "done", "done_at": now, "lease": None, "leased_until": None, "error": ""}
    return _settle(session, claimed, values)


def put_back(session: PortalSession, claimed: Claimed, *, now: datetime, error: str) -> bool:
    """After a failure: waits again with a growing pause, or is parked after the last attempt. Nothing is dropped."""
    if claimed.attempts >= MOST_ATTEMPTS:
        return _settle(session, claimed, {"state": "parked", "lease": None, "leased_until": None, "error": error[:2000]})
    pause = timedelta(seconds=min(2 ** (claimed.attempts - 1), LONGEST_PAUSE))
    values = {"state": "waiting", "due_at": now + pause, "lease": None, "leased_until": None, "error": error[:2000]}
    return _settle(session, claimed, values)


def _settle(session: PortalSession, claimed: Claimed, values: dict[str, Any]) -> bool:
    statement = update(_task).where(_task.c.id == claimed.id, _task.c.lease == claimed.lease).values(**values)
    return _changed_one(session, statement)


def _changed_one(session: PortalSession, statement: Update) -> bool:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1


def retry(session: PortalSession, task_id: int, *, now: datetime) -> bool:
    """By hand: a parked or waiting task becomes due at once, with its attempts forgotten."""
    values = {"state": "waiting", "due_at": now, "attempts": 0, "crashes": 0}
    statement = update(_task).where(_task.c.id == task_id, _task.c.state.in_(("parked", "waiting"))).values(**values)
    return _changed_one(session, statement)
