"""The line to one 1C: what a run of a flow, a page or the probe needs to speak with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from b2bkit.core.i18n import _
from b2bkit_onec.archive.message import Keep
from b2bkit_onec.line.breaker import Breaker, State
from b2bkit_onec.line.call import Caller
from b2bkit_onec.line.errors import Barred, OneCSilent
from b2bkit_onec.line.ping import Ping, ping
from b2bkit_onec.settings import OneCSettings

if TYPE_CHECKING:
    from b2bkit_onec.odata.client import ODataClient
    from b2bkit_onec.odata.known import KnownSchema
    from b2bkit_onec.odata.names import Names
    from b2bkit_onec.service.client import ServiceClient


@dataclass(slots=True)
class _Resolved:
    """Names as they were found last, for everybody who shares the line; `stamp` is that of the file they came from.

    reading   held while 1C is asked for them, which may take minutes
    lock      held for a moment by whoever looks: a page may wait for it
    """

    reading: threading.Lock = field(default_factory=threading.Lock)
    lock: threading.Lock = field(default_factory=threading.Lock)
    names: Names | None = None
    stamp: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Long-lived and shared by threads; `for_run` gives a copy that says to the archive which run speaks.

    odata    None when the settings have no such table
    service  the client of the HTTP service; None when the settings have no such table
    zone     the zone in which 1C's server writes its time: the business zone
    """

    settings: OneCSettings
    caller: Caller
    zone: ZoneInfo
    clock: Callable[[], datetime]
    odata: ODataClient | None = None
    service: ServiceClient | None = None
    known: KnownSchema | None = None
    _resolved: _Resolved = field(default_factory=_Resolved, repr=False)

    @property
    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self.clock()

    @property
    def base(self) -> ODataClient:
        """The OData client; raises Barred where the settings have none."""
        if self.odata is None:
            raise Barred(_("The portal is not connected with 1C's OData."), _("Add [plugins.onec.odata] to b2bkit.toml."))
        return self.odata

    def for_run(self, flow: str, run_id: UUID | None = None) -> Line:
        """The same line for one run of a flow."""
        return replace(self, odata=self.odata.for_run(flow, run_id)) if self.odata is not None else self

    def names(self) -> Names:
        """Names of 1C's objects in this base; asks 1C for $metadata every six hours. Raises errors of `line.errors`."""
        with self._resolved.reading:
            with self._resolved.lock:
                found = self._kept(fresh=True)
            return found if found is not None else self._read()

    def known_names(self) -> Names | None:
        """The same without asking 1C; None when nobody has asked yet. A name may be out of date, which 1C's answer then says."""
        with self._resolved.lock:
            return self._kept(fresh=False)

    def doubt_names(self) -> None:
        """Something is missing among them: after ten minutes 1C is asked again, for it may have been published since."""
        from b2bkit_onec.odata.known import DOUBTED_SECONDS

        if self.known is None or not self.known.is_fresh(DOUBTED_SECONDS):
            self.forget_names()

    def forget_names(self) -> None:
        """What 1C publishes has changed."""
        with self._resolved.lock:
            self._resolved.names = None
            if self.known is not None:
                self.known.forget()

    def _kept(self, *, fresh: bool) -> Names | None:
        from b2bkit_onec.odata.names import resolve

        if self.known is None:
            return self._resolved.names
        if fresh and not self.known.is_fresh():
            return None
        stamp = self.known.stamp()
        if stamp and (self._resolved.names is None or self._resolved.stamp != stamp):
            schema = self.known.load()
            self._resolved.names = resolve(schema, self._overrides()) if schema is not None else None
            self._resolved.stamp = stamp
        return self._resolved.names if stamp else None

    def _read(self) -> Names:
        from b2bkit_onec.odata.metadata import read_schema
        from b2bkit_onec.odata.names import resolve, wanted

        overrides = self._overrides()
        with self.base.metadata() as chunks:
            schema = read_schema(chunks, wanted=lambda name: wanted(name, overrides))
        found = resolve(schema, overrides)
        with self._resolved.lock:
            if self.known is not None:
                self.known.save(schema, overrides)
                self._resolved.stamp = self.known.stamp()
            self._resolved.names = found
        return found

    def _overrides(self) -> dict[str, str]:
        return dict(self.settings.odata.names) if self.settings.odata is not None else {}

    def ping(self) -> Ping:
        """Whether 1C answers: the smallest question that its OData knows. Closes the breaker when it does."""
        return ping(self._ask)

    def _ask(self) -> None:
        self.base.ping()

    def close(self) -> None:
        """Closes connections."""
        self.caller.close()


def open_line(
    settings: OneCSettings,
    *,
    folder: Path,
    data: Path | None,
    zone: ZoneInfo,
    keep: Keep | None = None,
    told: Callable[[State, str], None] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Line:
    """The line that the settings describe; opens no connection.

    folder   where b2bkit.toml stands, from which certificates are named
    data     the portal's data folder, where names of 1C's objects are kept; None keeps them in memory
    keep     the archive: gets every message
    told     gets every change of the breaker's state
    """
    breaker = Breaker(told=told, clock=lambda: clock().timestamp())
    caller = Caller(settings.line, folder, settings.hosts(), breaker=breaker, keep=keep, clock=clock)
    line = Line(settings=settings, caller=caller, zone=zone, clock=clock, service=_service(settings, caller))
    return line if settings.odata is None else _with_odata(line, data)


def _service(settings: OneCSettings, caller: Caller) -> ServiceClient | None:
    """The client of the HTTP service. Its signatures carry the machine's time, which the other side compares with its own."""
    given, password, key = settings.service, settings.service_password, settings.service_key
    if given is None or password is None or key is None:
        return None
    from b2bkit_onec.service.client import ServiceClient

    return ServiceClient(caller, given, password=password, key=key)


def _with_odata(line: Line, data: Path | None) -> Line:
    from b2bkit_onec.odata.client import ODataClient
    from b2bkit_onec.odata.known import KnownSchema
    from b2bkit_onec.odata.transport import Transport, sessions_of

    given, password = line.settings.odata, line.settings.odata_password
    if given is None or password is None:
        raise OneCSilent(_("The portal is not connected with 1C's OData."))
    sessions = sessions_of(given.url, given.login, given.parallel)
    transport = Transport(line.caller, sessions, login=given.login, password=password.get_secret_value())
    client = ODataClient(transport, given.url, page=given.page, seconds=float(given.timeout_seconds))
    known = KnownSchema(data, given.url, given.login) if data is not None else None
    return replace(line, odata=client, known=known)
