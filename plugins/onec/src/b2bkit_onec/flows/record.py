"""Writing down runs: how they ended, what they told, and how that differs from the run before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import _
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.flows.spec import FlowKind, Refused, RunResult
from b2bkit_onec.flows.state import row_of
from b2bkit_onec.models import Flow, Run
from b2bkit_onec.sessions import SYSTEM_NAME

MOST_SHOWN: Final = 1000
Counts = Mapping[str, Mapping[str, int]]


def good(work: Work, kind: FlowKind, row: Flow, run: Run, result: RunResult) -> None:
    """It went well: figures, what was not taken, the cursor for the next one, and how fresh the data are now."""
    _figures(work, run, result.counts, result.refused, whole=result.whole)
    run.outcome, run.ended_at = "good", work.now
    row.last_good_at, row.cursor, row.failures, row.error, row.cure = work.now, result.cursor, 0, "", ""
    if kind.freshness:
        told = sum(one.get("told", 0) for one in result.counts.values())
        erp.mark_fresh(work, kind.freshness, as_of=result.as_of, rows=told, refused=len(result.refused))
    erp.heard(work, SYSTEM_NAME)
    work.signal("erp", run.flow, staff=True)


def failed(work: Work, row: Flow, run: Run, reason: str, cure: str) -> None:
    """It took nothing: why, what to do, and one more failure in a row."""
    run.outcome, run.ended_at, run.error, run.cure = "failed", work.now, reason[:1000], cure[:1000]
    row.failures += 1
    row.error, row.cure = run.error, run.cure
    erp.failed(work, SYSTEM_NAME, reason)
    work.signal("erp", run.flow, staff=True)


def lost(work: Work, row: Flow) -> None:
    """Its process died in the middle: what it had taken in whole portions is kept, the rest is taken again."""
    run = work.session.get(Run, row.run_id) if row.run_id else None
    if run is not None and run.outcome == "running":
        run.outcome, run.ended_at = "lost", work.now
        run.error, run.cure = _("The portal was stopped in the middle of the run."), _("Nothing is to be done: the flow runs again.")
    row.run_id = row.seen_at = None


def of_site(work: Work, flow: Chosen, *, started_at: datetime, counts: Counts, refused: Sequence[Refused]) -> None:
    """1C brought data by CommerceML, or fetched orders."""
    row = row_of(work, flow, lock=True)
    run = _site_run(work, flow.kind.name, started_at)
    _figures(work, run, counts, refused)
    run.outcome = "good"
    row.last_good_at, row.failures, row.error, row.cure = work.now, 0, "", ""
    work.signal("erp", flow.kind.name, staff=True)


def site_failed(work: Work, flow: Chosen, *, started_at: datetime, reason: str, cure: str) -> None:
    """A file of 1C could not be taken."""
    row = row_of(work, flow, lock=True)
    run = _site_run(work, flow.kind.name, started_at)
    run.outcome, run.error, run.cure = "failed", reason[:1000], cure[:1000]
    row.failures += 1
    row.error, row.cure = run.error, run.cure


def _site_run(work: Work, flow: str, started_at: datetime) -> Run:
    run = Run(id=new_id(), flow=flow, way="site", started_at=started_at, ended_at=work.now, counts={}, differences={}, refused=[])
    run.error, run.cure, run.asked_by, run.refused_count = "", "", "", 0
    work.session.add(run)
    work.session.flush()
    return run


def _figures(work: Work, run: Run, counts: Counts, refused: Sequence[Refused], *, whole: bool = True) -> None:
    before = work.session.scalars(
        select(Run.counts)
        .where(Run.flow == run.flow, Run.outcome == "good", Run.id != run.id)
        .order_by(Run.started_at.desc(), Run.id.desc())
        .limit(1)
    ).first()
    run.counts = {kind: dict(figures) for kind, figures in counts.items()}
    run.differences = differences(run.counts, before or {}) if whole else {}
    run.refused = [{"ref": one.ref, "reason": one.reason, "cure": one.cure} for one in refused[:MOST_SHOWN]]
    run.refused_count = len(refused)


def differences(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, int]:
    """Kind of row -> how many more (or fewer) were told than the run before told; kinds that are equal are left out."""
    found = {kind: _told(now, kind) - _told(before, kind) for kind in {*now, *before}} if before else {}
    return {kind: more for kind, more in sorted(found.items()) if more}


def _told(counts: Mapping[str, Any], kind: str) -> int:
    return int(counts.get(kind, {}).get("told", 0))
