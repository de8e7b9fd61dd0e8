"""A portal whose flows are run by the test: what a run does, what it is given, and when it ends are in the test's hands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path

from b2bkit import Job, OpenWork, hookimpl
from b2bkit.core.jobs.models import Task
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.flows.choice import Chosen, choose
from b2bkit_onec.flows.kinds import KINDS
from b2bkit_onec.flows.spec import FlowKind, RunResult
from b2bkit_onec.flows.state import RUN_JOB
from b2bkit_onec.line import Line
from b2bkit_onec.models import Flow, Run
from b2bkit_onec.plugin import OneCPlugin

ODATA = '[plugins.onec.odata]\nurl = "http://127.0.0.1:9/base"\n'
ENVIRONMENT = {"B2BKIT_ONEC_PASSWORD": "пароль:с двоеточием", "B2BKIT_ONEC_ODATA_PASSWORD": "Секрет-OData-77"}
Act = Callable[[OpenWork, Line, str], RunResult]


class Script:
    """What the runs of one flow do, and the cursors with which they were begun."""

    def __init__(self, act: Act | None = None) -> None:
        self.act: Act = act or good
        self.cursors: list[str] = []

    def __call__(self, open_work: OpenWork, line: Line, cursor: str) -> RunResult:
        self.cursors.append(cursor)
        return self.act(open_work, line, cursor)

    @property
    def times(self) -> int:
        return len(self.cursors)


def good(open_work: OpenWork, line: Line, cursor: str) -> RunResult:
    """Tells ten balances."""
    return told(open_work, 10)


def told(open_work: OpenWork, count: int, **more: object) -> RunResult:
    """A good run that told `count` rows."""
    with open_work(write=False) as work:
        now = work.now
    values = {"counts": {"stock": {"told": count, "new": 0, "changed": count}}, "cursor": f"after-{count}", "as_of": now, **more}
    return RunResult(**values)  # type: ignore[arg-type]


def portal_with(make_portal: MakePortal, scripts: Mapping[str, Script], *, every: int = 300, extra: str = "") -> Portal:
    """A portal in which these kinds go by OData, each as its script says."""
    of_site = {name: kind for name, kind in KINDS.items() if "site" in kind.ways}  # nobody answers at that address
    kinds = {**of_site, **{name: _kind(name, script, every) for name, script in scripts.items()}}

    class Staged(OneCPlugin):
        @classmethod
        def folder(cls) -> Path:
            return OneCPlugin.folder()

        @cached_property
        def flows(self) -> Mapping[str, Chosen]:
            return choose(self.own, kinds)

        @hookimpl
        def register_jobs(self) -> Iterable[Job]:
            return [job for job in super().register_jobs() if job.name != "onec.ping"]  # there is nobody to be asked

    return make_portal(classes=(Staged,), extra=ODATA + extra, environment=ENVIRONMENT)


def _kind(name: str, script: Script, every: int) -> FlowKind:
    known = KINDS.get(name)
    fresh = known.freshness if known else ""
    capability = known.capability if known else f"{name}.in"
    return FlowKind(name=name, label=name, capability=capability, direction="in", ways={"odata": script}, every=every, freshness=fresh)


def flow_of(portal: Portal, name: str) -> Flow:
    """The flow's row."""
    with portal.work(write=False) as work:
        return work.session.get_one(Flow, name)


def runs_of(portal: Portal, name: str) -> list[Run]:
    """The flow's runs, oldest first."""
    with portal.work(write=False) as work:
        return work.session.query(Run).filter_by(flow=name).order_by(Run.started_at, Run.id).all()


def waiting(portal: Portal, name: str) -> list[Task]:
    """Tasks that will run the flow."""
    with portal.work(write=False) as work:
        return work.session.query(Task).filter_by(name=RUN_JOB, unique_key=name, state="waiting").all()


def wind(portal: Portal) -> None:
    """What the scheduled job does each minute, then everything that is due."""
    with portal.work() as work:
        work.enqueue("onec.wind")
    portal.run_jobs()
