"""1C:Enterprise: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from typing import cast

from b2bkit import PUBLIC, Command, ErpGateway, HealthCheck, Job, Level, NavItem, Permission, Plugin, Route, Widget, hookimpl
from b2bkit.core.i18n import N_
from b2bkit_onec import jobs, missing, pages, pictures, uploads
from b2bkit_onec.archive import files
from b2bkit_onec.archive.search import SEE
from b2bkit_onec.exchange import ExchangeDoor
from b2bkit_onec.flows import health
from b2bkit_onec.flows.choice import Chosen, choose
from b2bkit_onec.flows.lines import Lines
from b2bkit_onec.flows.run import Runner
from b2bkit_onec.flows.state import CONTROL, RUN_JOB
from b2bkit_onec.gateway import OneC, last_file_health
from b2bkit_onec.live import LiveLines
from b2bkit_onec.read_command import read
from b2bkit_onec.settings import OneCSettings

PATH = "/1c_exchange"
SLACK = 64_000


class OneCPlugin(Plugin):
    """Exchange with 1C: CommerceML, which 1C drives, and the ways that the portal goes by itself."""

    name = "onec"
    label = N_("1C:Enterprise")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = OneCSettings

    @property
    def own(self) -> OneCSettings:
        """The settings with their type."""
        return cast(OneCSettings, self.settings)

    @cached_property
    def flows(self) -> Mapping[str, Chosen]:
        """Every kind of data with the way that it goes here."""
        return choose(self.own)

    @cached_property
    def lines(self) -> Lines:
        """The line to 1C, shared by everything in this process."""
        return Lines(self.own)

    def close(self) -> None:
        """Closes the line to 1C."""
        self.lines.close()

    @cached_property
    def live(self) -> LiveLines:
        """What asks 1C while a person waits."""
        return LiveLines(self.flows.get("live"), self.lines)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        door = ExchangeDoor(self.own, self.flows)
        limit = self.own.file_limit + SLACK
        yield Route(name="onec.exchange", path=PATH, resource=door, permission=PUBLIC, machine=True, max_body=limit)
        yield from pages.routes(self.flows)

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield pages.nav(self.flows)

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        yield pages.TABS

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        yield Permission(name=SEE, label=N_("See the exchange with 1C: flows, what is owed, messages"), roles=pages.STAFF)
        yield Permission(name=CONTROL, label=N_("Pause and run flows of 1C, apply messages again"), roles={"admin": Level.ALL})

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(
            name=uploads.IMPORT_JOB, run=partial(jobs.import_next, settings=self.own, flows=self.flows), opens_work=True, time_limit=900
        )
        yield Job(name="onec.adopt", run=jobs.adopt, every=60)
        yield Job(name=pictures.JOB, run=pictures.take, opens_work=True, every=300, time_limit=300)
        yield Job(name="onec.missing", run=partial(missing.settle, settings=self.own, flow=self.flows["catalog"]), every=300)
        yield Job(name="onec.clear_up", run=partial(jobs.clear_up, days=self.own.messages_days), every=3600)
        yield Job(name="onec.archive", run=partial(files.tend, limit_mb=self.own.messages_mb), opens_work=True, every=600, time_limit=900)
        runner = Runner(self.flows, self.lines, self.own)
        yield Job(name=RUN_JOB, run=runner.job, opens_work=True, time_limit=60)
        if any(flow.scheduled for flow in self.flows.values()):
            yield Job(name="onec.wind", run=runner.wind, every=60)
        if self.own.odata is not None:
            yield Job(name="onec.ping", run=self.lines.ping, opens_work=True, every=self.own.line.ping_seconds, time_limit=60)
            yield Job(name="onec.prepare", run=self.live.prepare, opens_work=True, every=300, time_limit=600)

    @hookimpl
    def register_erp_gateway(self) -> Iterable[ErpGateway]:
        yield OneC(self.flows, self.live, self.lines)

    @hookimpl
    def register_health_checks(self) -> Iterable[HealthCheck]:
        yield HealthCheck(name="onec.files", label=N_("Files of 1C"), check=last_file_health, ready=False)
        for name, flow in self.flows.items():
            if flow.on:
                yield HealthCheck(name=f"onec.flow_{name}", label=flow.kind.label, check=partial(health.check, flow=flow), ready=False)

    @hookimpl
    def register_commands(self) -> Iterable[Command]:
        from b2bkit_onec.odata.probe_command import probe
        from b2bkit_onec.service.command import contract
        from b2bkit_onec.simulate_command import simulate

        yield Command(name="onec.read", command=read)
        yield Command(name="onec.simulate", command=simulate)
        yield Command(name="onec.probe", command=probe)
        yield Command(name="onec.contract", command=contract)
