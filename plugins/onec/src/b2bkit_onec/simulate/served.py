"""What the simulator's server process runs: the application and the exchanges, over one infobase."""

from __future__ import annotations

from pathlib import Path

import falcon

from b2bkit_onec.simulate.app import create_app
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.site import Address


def start(target: str, *, folder: Path, address: Address, seconds: float) -> falcon.App[falcon.Request, falcon.Response]:
    """The application with its exchanges already going on. `target` is the server's name for it."""
    base = Infobase(folder)
    exchanger = Exchanger(base, address)
    schedule = Schedule(exchanger, seconds)
    schedule.start()
    return create_app(base, exchanger, schedule)
