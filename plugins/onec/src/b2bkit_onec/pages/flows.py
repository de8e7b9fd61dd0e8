"""The table of flows, and one flow with its runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from b2bkit import Conflict, NotFound, Work
from b2bkit.core.erp.service import Fresh, freshness
from b2bkit.core.i18n import _
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of
from b2bkit_onec.flows import state
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.flows.health import Fares, fares
from b2bkit_onec.models import Run
from b2bkit_onec.pages import acts, forms
from b2bkit_onec.pages.figures import Column, Difference, columns, differences, label, left_out
from b2bkit_onec.pages.line import Line, line

RUNS: Final = 50
_ACTS: Final[Mapping[str, tuple[Callable[[Work, Chosen], None], forms.Done]]] = {
    "pause": (state.pause, "paused"),
    "resume": (state.resume, "resumed"),
    "run": (state.run_now, "started"),
}


class FlowRow(NamedTuple):
    """A flow as the table shows it."""

    name: str
    label: str
    direction: str
    way: str
    every: int
    fares: Fares
    seen: state.Seen
    fresh: Fresh | None
    differences: list[Difference]

    @property
    def runnable(self) -> bool:
        return self.seen.flow.run is not None


def rows(work: Work, flows: Mapping[str, Chosen]) -> list[FlowRow]:
    """All flows: those that are on as the table of kinds has them, then those that are off."""
    fresh = freshness(work)
    found = [_row(work, seen, fresh.get(seen.flow.kind.freshness)) for seen in state.seen(work, flows)]
    return sorted(found, key=lambda row: row.fares == "off")


def _row(work: Work, seen: state.Seen, fresh: Fresh | None) -> FlowRow:
    kind = seen.flow.kind
    told = differences(seen.good.differences, seen.good.counts) if seen.good else []
    word = fares(seen.flow, seen.row, work.now)
    return FlowRow(kind.name, _(kind.label), kind.direction, seen.flow.way, seen.flow.every, word, seen, fresh, told)


class Flows:
    """/admin/exchange/flows"""

    def __init__(self, flows: Mapping[str, Chosen]) -> None:
        self.flows = flows

    def on_get(self, req: Request, resp: Response) -> None:
        asked, work = read_query(req, forms.DoneQuery), work_of(req)
        found: Line = line(work)
        render(req, resp, "onec/flows.html", block="live", line=found, flows=rows(work, self.flows), labels=label, done=asked.done)


class FlowPage:
    """/admin/exchange/flows/<name>"""

    def __init__(self, flows: Mapping[str, Chosen]) -> None:
        self.flows = flows

    def on_get(self, req: Request, resp: Response, name: str) -> None:
        asked = read_query(req, forms.DoneQuery)
        self._show(req, resp, name, done=asked.done)

    def on_post(self, req: Request, resp: Response, name: str) -> None:
        form = read_form(req, forms.ActForm)
        act, done = _ACTS[form.action]
        try:
            act(work_of(req), self._flow(name))
        except Conflict as conflict:
            return self._show(req, resp, name, conflict=conflict)
        if form.back == "flows":
            return redirect(req, resp, "onec.flows", done=done)
        return redirect(req, resp, "onec.flow", name=name, done=done)

    def _flow(self, name: str) -> Chosen:
        if name not in self.flows:
            raise NotFound("flow")
        return self.flows[name]

    def _show(self, req: Request, resp: Response, name: str, *, done: str = "", conflict: Conflict | None = None) -> None:
        work, flow = work_of(req), self._flow(name)
        found: list[Run] = list(state.runs(work, name, RUNS))
        row = _row(work, state.seen(work, {name: flow})[0], freshness(work).get(flow.kind.freshness))
        pillars: list[Column] = columns(found)
        last = next((run for run in found if run.refused_count and run.outcome == "good"), None)
        problems = conflict.problems if conflict else ()
        values: dict[str, Any] = {"flow": row, "runs": found, "columns": pillars, "refusing": last, "done": done, "problems": problems}
        values |= {"labels": label, "differences": differences, "left": left_out(found, self.flows), "history": acts.of_flow(work, name)}
        render(req, resp, "onec/flow.html", block="live", status=409 if conflict else 200, **values)
