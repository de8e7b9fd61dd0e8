"""What the simulator's server process runs: the application and the exchanges, over one infobase."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import WSGIApplication

from b2bkit_onec.simulate.app import create_app
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.faulty import Faulty
from b2bkit_onec.simulate.fill import complete
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.odata.door import Access
from b2bkit_onec.simulate.site import Address


@dataclass(frozen=True, slots=True)
class Machines:
    """Who may call 1C: users of OData and of the HTTP service, None when it is not published, and the service's key."""

    odata: Access | None = None
    service: Access | None = None
    service_key: str = ""


NOBODY = Machines()


def boxed(base: Infobase, exchanger: Exchanger, schedule: Schedule, machines: Machines = NOBODY) -> WSGIApplication:
    """The application behind its faults."""
    app = create_app(base, exchanger, schedule, machines.odata, service=machines.service, service_key=machines.service_key)
    return Faulty(app, base)


def start(folder: Path, address: Address, seconds: float, machines: Machines = NOBODY) -> WSGIApplication:
    """The application with its exchanges already going on. Raises FolderTaken, NewerInfobase."""
    base = Infobase(folder)
    complete(base)
    exchanger = Exchanger(base, address)
    schedule = Schedule(exchanger, seconds)
    schedule.start()
    return boxed(base, exchanger, schedule, machines)
