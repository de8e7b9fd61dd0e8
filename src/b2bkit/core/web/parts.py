"""What the web room is given by the composition root: everything it needs of the domains comes in here, as protocols."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from gettext import NullTranslations
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from b2bkit.core.extend.things import HealthCheck, Route, Widget
from b2bkit.core.web.metrics import Metrics

if TYPE_CHECKING:
    import falcon

    from b2bkit.core.db.engine import Database, Reader
    from b2bkit.core.db.session import PortalSession
    from b2bkit.core.web.shell import Page
    from b2bkit.core.work import Actor, Work


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A valid session: who acts, its CSRF token, the person's language (or ``), whether `seen_at` should be touched."""

    actor: Actor
    csrf: str
    lang: str = ""
    stale: bool = False


class SessionReader(Protocol):
    """Sessions as accounts keeps them. `token` is the cookie's value; only its hash is stored."""

    def read(self, session: Reader, token: str, now: datetime, /) -> SignedIn | None:
        """The valid session of this token in one query; None when it ended, or its person or company may not come in any more."""
        ...

    def touch(self, session: PortalSession, token: str, now: datetime, /) -> None:
        """Notes that the session was used; called in a short transaction of its own, now and then."""
        ...


class ShellBuilder(Protocol):
    """Builds what surrounds every page: menu, person, cart, counts."""

    def __call__(self, work: Work, req: falcon.Request, /) -> Page: ...


class WorkFactory(Protocol):
    """`App.work`: one transaction; commits at the end of the block, rolls back on an exception."""

    def __call__(
        self, actor: Actor = ..., *, write: bool = ..., lang: str | None = ..., request_id: str = ..., unscoped: bool = ...
    ) -> AbstractContextManager[Work]: ...


class Visit(Protocol):
    """Opens the one reading transaction of a request: reads the session of `token` in it, lets `enter` decide who goes on and in which
    language (it may refuse by raising), and gives work in that person's name.
    """

    def __call__(
        self, token: str | None, enter: Callable[[SignedIn | None], tuple[Actor, str]], /, *, request_id: str
    ) -> AbstractContextManager[Work]: ...


class Assets(Protocol):
    """The built browser files: their names carry a hash of their content."""

    def url(self, name: str, /) -> str:
        """Path of a built file, e.g. `portal.css` -> `/static/build/portal.3f9a1c.css`."""
        ...


@dataclass(frozen=True, kw_only=True)
class WebConfig:
    """How the portal is reached.

    base_url          scheme and host without a path, e.g. https://portal.example; every absolute link is built from it
    allowed_hosts     host names, besides that of base_url, under which a request is answered
    trusted_proxies   how many proxies in front are ours: so many entries of X-Forwarded-For, from the right, are believed
    patience          seconds that the database may take for a request; None: as long as it wants
    cookie_secure     False only on a local machine without TLS
    threads, queue    handlers that run at a time; requests that may wait for one of them before the answer is 503
    read_seconds      how long a body may take to arrive (big ones get a second more per 64 kB)
    metrics_token     bearer token of /metrics and of the details of /readyz; empty: only for direct calls on the loopback
    """

    base_url: str
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    patience: float | None = None
    cookie_secure: bool = True
    debug: bool = False
    threads: int = 8
    queue: int = 128
    read_seconds: float = 15.0
    languages: tuple[str, ...] = ("ru", "en")
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    title: str = "b2bkit"
    version: str = "0.1"
    metrics_token: str = ""

    @property
    def session_cookie(self) -> str:
        """Name of the session's cookie; the prefix makes browsers refuse it from a subdomain or over plain HTTP."""
        return "__Host-b2bkit" if self.cookie_secure else "b2bkit"

    @property
    def pre_session_cookie(self) -> str:
        """Name of the cookie that guards forms before sign-in."""
        return f"{self.session_cookie}-pre"


@dataclass(frozen=True, kw_only=True)
class WebParts:
    """Everything the web room runs on.

    routes         name -> route, the kit's; the web room adds its own (`system.web_routes()`) where they are missing
    work           App.work
    visit          one transaction for session and handler; without it the session is read in a transaction of its own
    templates      folders in the order of search: the deployment's theme, plugins, core
    static         name -> folder served at /static/<name>/, e.g. build, claims
    theme          name -> content of the deployment's own files, served at /static/theme/
    widgets        slot -> its widgets in order
    translations   language -> texts
    sign_in_route  where people without a session are sent
    database       given: a write that lost against another (deadlock) is done again, up to three times
    live           object with `async on_get(req, resp)` for /events, or None
    erp_can        what the ERP's gateway can: templates ask `erp_can("papers.print")`
    """

    config: WebConfig
    routes: Mapping[str, Route]
    work: WorkFactory
    sessions: SessionReader
    shell: ShellBuilder
    assets: Assets
    translations: Callable[[str], NullTranslations]
    templates: Sequence[Path] = ()
    static: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    theme: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    widgets: Mapping[str, Sequence[Widget]] = field(default_factory=lambda: MappingProxyType({}))
    health_checks: Sequence[HealthCheck] = ()
    visit: Visit | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sign_in_route: str = "accounts.sign_in"
    metrics: Metrics = field(default_factory=Metrics)
    database: Database | None = None
    live: object | None = None
    erp_can: frozenset[str] = frozenset()
