"""The job that runs a flow: taken by lease, in a thread of its own, written down whatever comes of it.

A job thread waits a moment for the run and then lets go of it: a run that hangs holds up neither another flow nor any other job.
What is known of a run stands in the database: `onec_flow.run_id` names it, `seen_at` is moved on while its process lives. A run whose
process died is noted as lost and begun anew from the last good cursor. Runs of one flow never overlap.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import update

from b2bkit import OpenWork, Work
from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import _, language, speaking
from b2bkit_onec.archive.store import Keeper
from b2bkit_onec.flows import record, state
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.flows.lines import WAIT, Lines
from b2bkit_onec.flows.spec import Run, RunResult
from b2bkit_onec.line import LineError, LineOpen, OneCSilent
from b2bkit_onec.models import Flow
from b2bkit_onec.models import Run as RunRow
from b2bkit_onec.sessions import SYSTEM_NAME
from b2bkit_onec.settings import OneCSettings

log = logging.getLogger("b2bkit.onec")
PATIENCE: Final = 3.0  # seconds that a job waits for its run
BEAT: Final = 10.0  # seconds between two signs of life of a run
DEAD_AFTER: Final = timedelta(seconds=60)
PAUSES: Final = (30, 60, 120, 300, 600, 1800)  # seconds after the first failure, the second ...
AGAIN: Final = timedelta(seconds=2)  # between two portions of one flow


class Begun(NamedTuple):
    """A run that this process has to make."""

    id: UUID
    cursor: str


class Failure(NamedTuple):
    """Why a run took nothing, in sentences for people."""

    reason: str
    cure: str
    after: float = 0.0


class Held(NamedTuple):
    """1C is left alone for now: the run did not take place. `words`: why it is."""

    words: str


Outcome = RunResult | Failure | Held


class Runner:
    """Runs the flows of one portal."""

    def __init__(self, flows: Mapping[str, Chosen], lines: Lines, settings: OneCSettings) -> None:
        self.flows, self.lines, self.settings = flows, lines, settings
        self._here: set[UUID] = set()  # runs that go on in this process, whether or not their signs of life arrive

    def job(self, open_work: OpenWork, *, flow: str) -> None:
        """Job: one run, if its time has come and nothing stands against it; the next one is written down at its end."""
        chosen = self.flows.get(flow)
        if chosen is None or chosen.run is None:
            return
        rests = self.lines.rests(at_least=True)
        with open_work() as work:
            begun = self._begin(work, chosen, rests)
        if begun is not None:
            thread = threading.Thread(target=self._make, args=(open_work, chosen, begun), name=f"onec-{flow}", daemon=True)
            thread.start()
            thread.join(PATIENCE)

    def wind(self, work: Work) -> None:
        """Job, each minute: every scheduled flow has its next run written down, also after a crash, a resume or a new setting."""
        for place, flow in enumerate(one for one in self.flows.values() if one.scheduled):
            row = state.row_of(work, flow, lock=True)
            running = row.run_id is not None and not self._dead(row, work.now)
            if row.paused or running or state.waiting_task(work, flow.kind.name) is not None:
                continue
            row.next_at = max(row.next_at or work.now + timedelta(seconds=place), work.now)
            state.schedule(work, flow.kind.name, row.next_at)

    def _begin(self, work: Work, flow: Chosen, rests: bool) -> Begun | None:
        """Takes the lease and notes the run; None when it must not run now: then the next one is written down where there is one."""
        row = state.row_of(work, flow, lock=True)
        if row.paused:
            return None
        if row.run_id is not None and not self._dead(row, work.now):
            return None  # its end writes down the next one
        if row.run_id is not None:
            record.lost(work, row)
        due = max(row.next_at or work.now, work.now + WAIT if rests else work.now)
        if due > work.now:
            row.next_at = due
            state.schedule(work, flow.kind.name, due)
            return None
        run_id = new_id()
        work.session.add(
            RunRow(
                id=run_id,
                flow=flow.kind.name,
                way=flow.way,
                asked_by=row.asked_by,
                started_at=work.now,
                counts={},
                differences={},
                refused=[],
            )
        )
        row.run_id, row.seen_at, row.asked_by = run_id, work.now, ""
        work.signal("erp", flow.kind.name, staff=True)
        return Begun(run_id, row.cursor)

    def _dead(self, row: Flow, now: datetime) -> bool:
        return row.run_id not in self._here and (row.seen_at is None or row.seen_at < now - DEAD_AFTER)

    def _make(self, open_work: OpenWork, flow: Chosen, begun: Begun) -> None:
        """The thread that watches over a run: signs of life while it lasts, its end in the database."""
        outcome: list[Outcome] = []
        worker = threading.Thread(
            target=self._work_through, args=(open_work, flow, begun, outcome), name=f"onec-{flow.kind.name}-run", daemon=True
        )
        self._here.add(begun.id)
        worker.start()
        while worker.is_alive():
            worker.join(BEAT)
            if worker.is_alive():
                _beat(open_work, flow, begun)
        try:
            with open_work() as work:
                _end(work, flow, begun, outcome[0])
        except Exception:
            log.exception("the end of a run could not be written down", extra={"flow": flow.kind.name})
        finally:
            self._here.discard(begun.id)

    def _work_through(self, open_work: OpenWork, flow: Chosen, begun: Begun, outcome: list[Outcome]) -> None:
        with open_work(write=False) as work:
            lang = work.lang or language()
            texts = work.translations(lang)
        with speaking(lang, texts), Keeper(open_work, flow=flow.kind.name, run_id=begun.id, settings=self.settings):
            outcome.append(_attempt(open_work, flow, begun, self.lines))


def _attempt(open_work: OpenWork, flow: Chosen, begun: Begun, lines: Lines) -> Outcome:
    run: Run | None = flow.run
    rested = lines.rests()
    try:
        assert run is not None
        return run(open_work, lines.line(open_work).for_run(flow.kind.name, begun.id), begun.cursor)
    except LineOpen as error:  # opened by this very run, it is a failure that people should see
        return Held(error.words) if rested else Failure(error.words, error.cure)
    except OneCSilent as error:
        return Failure(error.words, error.cure, error.after or 0.0)
    except LineError as error:
        return Failure(error.words, error.cure)
    except Exception as error:
        log.exception("run of a flow", extra={"flow": flow.kind.name})
        return Failure(
            _("The portal could not take what 1C said: {error}.").format(error=type(error).__name__),
            _("Nothing is lost: it is tried again. The portal's log tells more; give it to the portal's developers."),
        )


def _beat(open_work: OpenWork, flow: Chosen, begun: Begun) -> None:
    try:
        with open_work() as work:
            work.session.execute(update(Flow).where(Flow.name == flow.kind.name, Flow.run_id == begun.id).values(seen_at=work.now))
    except Exception:
        log.exception("a run's sign of life could not be written", extra={"flow": flow.kind.name})


def _end(work: Work, flow: Chosen, begun: Begun, outcome: Outcome) -> None:
    """Writes down how it ended and when the next one is. A run that another process took for lost changes nothing any more."""
    row = state.row_of(work, flow, lock=True)
    run = work.session.get_one(RunRow, begun.id)
    if row.run_id != begun.id:
        log.warning("a run ended after it was taken for lost", extra={"flow": flow.kind.name})
        return
    row.run_id = row.seen_at = None
    if isinstance(outcome, Held):
        work.session.delete(run)
        erp.failed(work, SYSTEM_NAME, outcome.words)
        following = work.now + WAIT
    elif isinstance(outcome, Failure):
        record.failed(work, row, run, outcome.reason, outcome.cure)
        following = work.now + timedelta(seconds=max(PAUSES[min(row.failures, len(PAUSES)) - 1], min(outcome.after, PAUSES[-1])))
    else:
        record.good(work, flow.kind, row, run, outcome)
        following = work.now + AGAIN if outcome.more else max(run.started_at + timedelta(seconds=flow.every), work.now)
    woken = row.next_at is not None and row.next_at > run.started_at  # asked for while it ran: what it is about may have come too late
    if not row.paused:
        row.next_at = work.now if woken and isinstance(outcome, RunResult) else following
        state.schedule(work, flow.kind.name, row.next_at)
