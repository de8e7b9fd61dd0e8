"""1C:Enterprise: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import cast

from b2bkit import PUBLIC, Command, ErpGateway, HealthCheck, Job, Plugin, Route, hookimpl
from b2bkit.core.i18n import N_
from b2bkit_onec import jobs, uploads
from b2bkit_onec.exchange import ExchangeDoor
from b2bkit_onec.gateway import SiteExchange, last_file_health
from b2bkit_onec.read_command import read
from b2bkit_onec.settings import OneCSettings

PATH = "/1c_exchange"
SLACK = 64_000


class OneCPlugin(Plugin):
    """Exchange with 1C by CommerceML; 1C calls the portal."""

    name = "onec"
    label = N_("1C:Enterprise")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = OneCSettings

    @property
    def own(self) -> OneCSettings:
        """The settings with their type."""
        return cast(OneCSettings, self.settings)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        door = ExchangeDoor(self.own)
        limit = self.own.file_limit + SLACK
        yield Route(name="onec.exchange", path=PATH, resource=door, permission=PUBLIC, machine=True, max_body=limit)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name=uploads.IMPORT_JOB, run=partial(jobs.import_next, settings=self.own), time_limit=900)
        yield Job(name="onec.adopt", run=jobs.adopt, every=60)
        yield Job(name="onec.clear_up", run=jobs.clear_up, every=3600)

    @hookimpl
    def register_erp_gateway(self) -> Iterable[ErpGateway]:
        yield SiteExchange()

    @hookimpl
    def register_health_checks(self) -> Iterable[HealthCheck]:
        yield HealthCheck(name="onec.files", label=N_("Files of 1C"), check=last_file_health, ready=False)

    @hookimpl
    def register_commands(self) -> Iterable[Command]:
        from b2bkit_onec.simulate_command import simulate

        yield Command(name="onec.read", command=read)
        yield Command(name="onec.simulate", command=simulate)
