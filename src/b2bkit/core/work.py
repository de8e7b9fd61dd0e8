"""Work: everything a service function needs. One work is one transaction; it commits at the edge only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from gettext import NullTranslations
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from b2bkit.core.errors import Forbidden
from b2bkit.core.extend.things import Fact, Level

if TYPE_CHECKING:
    from b2bkit.core.config import Config
    from b2bkit.core.db.session import PortalSession
    from b2bkit.core.extend.kit import Kit

_ORDER = {Level.OWN: 0, Level.COMPANY: 1, Level.NETWORK: 2, Level.ASSIGNED: 3, Level.ALL: 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts.

    kind         anonymous, client (works for a company), staff (the supplier's own people), system (jobs, the ERP exchange)
    company_id   the company that a client works for now; None for others
    contract_id  the contract chosen in the session (1C: Договор контрагента), or None
    levels       permission -> how far it reaches
    on_behalf    a staff member's user id when staff act for a client
    limits       (permission, or "" for everything, and what it is narrowed by) -> the values that are left
    stands_for   colleagues who are away and whose clients the actor looks after meanwhile
    closed       names of routes that the profile of the actor's company leaves out
    hidden       names of fields that it leaves out: neither shown nor taken
    """

    kind: Literal["anonymous", "client", "staff", "system"]
    user_id: UUID | None = None
    company_id: UUID | None = None
    contract_id: UUID | None = None
    session_id: UUID | None = None
    role: str = ""
    name: str = ""
    levels: Mapping[str, Level] = field(default_factory=dict)
    on_behalf: UUID | None = None
    limits: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    stands_for: tuple[UUID, ...] = ()
    closed: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    def limit(self, dimension: str, permission: str = "") -> frozenset[str] | None:
        """What the permission, and everything, is narrowed to in this dimension; None where nothing narrows it."""
        if not self.limits:
            return None
        found = [self.limits[name, dimension] for name in {"", permission} if (name, dimension) in self.limits]
        return frozenset.intersection(*found) if found else None

    def may(self, permission: str) -> bool:
        """Whether the actor has the permission at any level; the system has all."""
        return self.kind == "system" or permission in self.levels

    def shows(self, field: str) -> bool:
        """Whether the kind of the actor's account has this field, `company.tax_code`: what it has not is neither shown nor taken."""
        return field not in self.hidden

    def level(self, permission: str) -> Level | None:
        """How far the permission reaches, None without it."""
        return Level.ALL if self.kind == "system" else self.levels.get(permission)


ANONYMOUS = Actor(kind="anonymous")
SYSTEM = Actor(kind="system", role="system", name="system")


@dataclass(frozen=True, slots=True)
class Signal:
    """A live event: only a kind and ids. Sent after commit to the open pages of these users (empty: all signed-in staff)."""

    kind: str
    id: str
    users: tuple[UUID, ...] = ()
    companies: tuple[UUID, ...] = ()
    staff: bool = False


class Work:
    """A transaction in the name of an actor.

    session   scoped to the actor, or the unscoped class for system work
    now       the instant (aware UTC) at which this work happens; the only clock that services read
    lang      language of texts, "ru" or "en"
    kit       everything that plugins registered
    translations  texts of a language, for messages to people who speak another one
    clock     tells the present for what outlives this work (a line to another system); services read `now`
    """

    def __init__(
        self,
        *,
        session: PortalSession,
        actor: Actor,
        now: datetime,
        lang: str,
        kit: Kit,
        config: Config,
        translations: Callable[[str], NullTranslations],
        request_id: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self.lang = lang
        self.kit = kit
        self.config = config
        self.translations = translations
        self.request_id = request_id
        self.clock = clock
        self.fact_id = ""  # of the fact being delivered: makes a reaction that may run twice recognise itself
        self.signals: list[Signal] = []
        self.wake_ups: list[int] = []
        self._after_commit: list[Callable[[], None]] = []

    def may(self, permission: str) -> bool:
        """Whether the actor has the permission."""
        return self.actor.may(permission)

    def require(self, permission: str) -> Level:
        """The level at which the actor has the permission; raises Forbidden without it."""
        level = self.actor.level(permission)
        if level is None:
            raise Forbidden(permission)
        return level

    def publish(self, event: Fact, *, key: str) -> None:
        """Writes the fact and one delivery per subscriber in this transaction; atomic subscribers run now and may refuse.

        key   facts with the same key are delivered in the order in which they were published, e.g. "order:<id>"
        """
        from b2bkit.core.outbox.publish import publish

        publish(self, event, key=key)

    def enqueue(
        self, job: str, *, due: datetime | None = None, unique: str | None = None, key: str | None = None, **arguments: object
    ) -> None:
        """Writes a job row in this transaction; it runs after commit, not before `due`.

        unique   one waiting row per value
        key      jobs of one name and key run one after the other
        """
        from b2bkit.core.jobs.queue import enqueue

        enqueue(self, job, due=due, unique=unique, key=key, arguments=arguments)

    def signal(self, kind: str, id: object, *, users: tuple[UUID, ...] = (), companies: tuple[UUID, ...] = (), staff: bool = False) -> None:
        """Tells open pages, after commit, that something with this id changed; they fetch it through the normal guard."""
        self.signals.append(Signal(kind, str(id), users, companies, staff))

    def after_commit(self, action: Callable[[], None]) -> None:
        """Runs `action` once the transaction is in the database; never on a rollback."""
        self._after_commit.append(action)

    def committed(self) -> None:
        """Called by the edge after its commit: runs what was put off until then, each even if another fails."""
        actions, self._after_commit = self._after_commit, []
        for action in actions:
            action()


def at_least(level: Level | None, wanted: Level) -> bool:
    """Whether `level` reaches as far as `wanted`."""
    return level is not None and _ORDER[level] >= _ORDER[wanted]
