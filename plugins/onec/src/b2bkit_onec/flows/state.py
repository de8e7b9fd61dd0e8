"""How flows fare: read for pages and checks, and changed by staff. Rows of flows are made when they are first needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from b2bkit import Conflict, NotFound, Problem, Work
from b2bkit.core.audit.service import record
from b2bkit.core.i18n import _
from b2bkit.core.jobs.claim import retry
from b2bkit.core.jobs.models import Task
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.models import Flow, Run

RUN_JOB: Final = "onec.run_flow"
CONTROL: Final = "onec.control"


class Seen(NamedTuple):
    """A flow as a page shows it: what was chosen, its row (None: it was never needed yet), and its newest runs."""

    flow: Chosen
    row: Flow | None
    last: Run | None
    good: Run | None

    @property
    def paused(self) -> bool:
        """Whether staff stopped it, or the settings say that it begins so."""
        return self.row.paused if self.row is not None else self.flow.paused


def seen(work: Work, flows: Mapping[str, Chosen]) -> list[Seen]:
    """Every flow in the table's order, in three statements."""
    rows = {row.name: row for row in work.session.scalars(select(Flow))}
    last, good = _newest(work, good=False), _newest(work, good=True)
    return [Seen(flow, rows.get(name), last.get(name), good.get(name)) for name, flow in flows.items()]


def _newest(work: Work, *, good: bool) -> dict[str, Run]:
    ranked = select(Run.id, func.row_number().over(partition_by=Run.flow, order_by=(Run.started_at.desc(), Run.id.desc())).label("place"))
    if good:
        ranked = ranked.where(Run.outcome == "good")
    first = ranked.subquery()
    return {run.flow: run for run in work.session.scalars(select(Run).join(first, first.c.id == Run.id).where(first.c.place == 1))}


def runs(work: Work, flow: str, limit: int = 50) -> Sequence[Run]:
    """The newest runs of a flow."""
    statement = select(Run).where(Run.flow == flow).order_by(Run.started_at.desc(), Run.id.desc()).limit(limit)
    return work.session.scalars(statement).all()


def row_of(work: Work, flow: Chosen, *, lock: bool = False) -> Flow:
    """The flow's row, made when it was not there."""
    statement = select(Flow).where(Flow.name == flow.kind.name)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = work.session.scalars(statement).one_or_none()
    if found is None:
        found = Flow(name=flow.kind.name, paused=flow.paused, failures=0, cursor="", error="", cure="", asked_by="")
        work.session.add(found)
        work.session.flush()
    return found


def is_paused(work: Work, flow: Chosen) -> bool:
    """Whether nothing of it may go or come now."""
    told = work.session.scalar(select(Flow.paused).where(Flow.name == flow.kind.name))
    return flow.paused if told is None else told


# by staff


def pause(work: Work, flow: Chosen) -> None:
    """Stops a flow: a run that goes on ends as it would, none begins."""
    work.require(CONTROL)
    row = row_of(work, _connected(flow), lock=True)
    if row.paused:
        return
    row.paused, row.next_at = True, None
    _noted(work, "onec.paused", flow)


def resume(work: Work, flow: Chosen) -> None:
    """Lets a flow go on: it runs at once, and takes what came meanwhile."""
    work.require(CONTROL)
    row = row_of(work, _connected(flow), lock=True)
    if not row.paused:
        return
    row.paused, row.failures = False, 0
    _noted(work, "onec.resumed", flow)
    if flow.run is not None:
        wake(work, flow, row)


def run_now(work: Work, flow: Chosen) -> None:
    """Runs a flow before its time. Conflict for one that 1C drives, that is paused, or that is running."""
    work.require(CONTROL)
    row = row_of(work, _connected(flow), lock=True)
    if flow.run is None:
        raise Conflict(Problem("onec.driven-by-1c", _("1C itself begins this flow: run the exchange with the site in 1C.")))
    if row.paused:
        raise Conflict(Problem("onec.paused", _("The flow is paused. Resume it: it runs at once then.")))
    if row.run_id is not None:
        raise Conflict(Problem("onec.running", _("The flow is running already.")))
    _noted(work, "onec.run", flow)
    row.asked_by = work.actor.name
    wake(work, flow, row)


def wake(work: Work, flow: Chosen, row: Flow) -> None:
    """Has the flow run at once."""
    row.next_at = work.now
    schedule(work, flow.kind.name, work.now)


def schedule(work: Work, name: str, due: datetime) -> None:
    """One waiting task a flow; one that waits for later is made due when `due` is now."""
    waiting = waiting_task(work, name)
    if waiting is None:
        work.enqueue(RUN_JOB, due=due, unique=name, key=name, flow=name)
    elif due <= work.now and retry(work.session, waiting, now=work.now):
        work.wake_ups.append(waiting)


def waiting_task(work: Work, name: str) -> int | None:
    """The task that will run this flow; None when there is none."""
    statement = select(Task.id).where(Task.name == RUN_JOB, Task.unique_key == name, Task.state == "waiting")
    return work.session.scalar(statement)


def _connected(flow: Chosen) -> Chosen:
    if not flow.on:
        raise NotFound("flow")
    return flow


def _noted(work: Work, action: str, flow: Chosen) -> None:
    record(work, action=action, entity="onec_flow", entity_id=flow.kind.name)
    work.signal("erp", flow.kind.name, staff=True)


def run_by_id(work: Work, run_id: UUID) -> Run:
    """One run. Raises NotFound."""
    found = work.session.get(Run, run_id)
    if found is None:
        raise NotFound("run")
    return found
