"""The composition root: from a deployment to a running portal. With `shell.py` the only file that sees everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from pathlib import Path

from b2bkit.core.access.book import RightsBook
from b2bkit.core.access.plugin import AccessPlugin
from b2bkit.core.accounts.plugin import AccountsPlugin
from b2bkit.core.accounts.sign_in import Sessions
from b2bkit.core.admin.plugin import AdminPlugin
from b2bkit.core.audit.plugin import AuditPlugin
from b2bkit.core.catalog.plugin import CatalogPlugin
from b2bkit.core.config import Config, Parsed, parse
from b2bkit.core.db.engine import Database
from b2bkit.core.db.migrate import Owner
from b2bkit.core.db.scope import unscoped_entities
from b2bkit.core.db.session import PortalSession
from b2bkit.core.dealers.plugin import DealersPlugin
from b2bkit.core.erp.plugin import ErpPlugin
from b2bkit.core.errors import ConfigError, ConfigProblem
from b2bkit.core.extend.assemble import assemble
from b2bkit.core.extend.kit import Kit
from b2bkit.core.extend.load import Source, choose, collect, known_plugins
from b2bkit.core.extend.plugin import NoSettings, Plugin
from b2bkit.core.extend.things import Job, NotificationKind, Subscriber
from b2bkit.core.files.plugin import FilesPlugin
from b2bkit.core.home.plugin import HomePlugin
from b2bkit.core.i18n import CORE_LOCALE, speaking, translator
from b2bkit.core.jobs.points import reach
from b2bkit.core.jobs.queue import forget_done
from b2bkit.core.jobs.runner import JobRunner
from b2bkit.core.notify.plugin import NotifyPlugin
from b2bkit.core.notify.service import tell
from b2bkit.core.ordering.plugin import OrderingPlugin
from b2bkit.core.pricing.plugin import PricingPlugin
from b2bkit.core.settlements.plugin import SettlementsPlugin
from b2bkit.core.watching.plugin import WatchingPlugin
from b2bkit.core.web.app import B2bkitAsgi, build_asgi
from b2bkit.core.web.idempotency import forget_old_keys
from b2bkit.core.web.live import bus_for
from b2bkit.core.web.system import web_routes
from b2bkit.core.work import SYSTEM, Actor, Signal, Work

CORE: tuple[type[Plugin], ...] = (
    AccountsPlugin,
    AccessPlugin,
    CatalogPlugin,
    PricingPlugin,
    OrderingPlugin,
    DealersPlugin,
    ErpPlugin,
    SettlementsPlugin,
    FilesPlugin,
    NotifyPlugin,
    WatchingPlugin,
    AuditPlugin,
    HomePlugin,
    AdminPlugin,
)


@dataclass(frozen=True)
class Deployment:
    """A valid configuration with its chosen plugins, not yet running."""

    config: Config
    kit: Kit


def read_deployment(path: Path, environment: Mapping[str, str] | None = None, known: Mapping[str, Source] | None = None) -> Deployment:
    """Reads the deployment at `path` whole; raises ConfigError with every problem of file, environment, plugins and hooks."""
    return _deploy(parse(path, environment), known_plugins() if known is None else known)


def _deploy(parsed: Parsed, known: Mapping[str, Source]) -> Deployment:
    problems = list(parsed.problems)
    chosen = choose(parsed, known, problems)
    plugins: Sequence[Plugin] = [*(cls(NoSettings()) for cls in CORE), *chosen]
    tables = parsed.config.tables if parsed.config else None
    kit = assemble(plugins, collect(plugins, problems), tables, str(parsed.file), problems)
    here = tuple(f"{name}_" for name in ("core", *(plugin.name for plugin in chosen)))
    for entity in unscoped_entities(kit.scopes):
        if not str(getattr(entity, "__tablename__", "")).startswith(
            here
        ):  # another portal in this process has that plugin; this one has not
            continue
        what = f"{entity.__name__} belongs to companies but no scope says who may see it"
        problems.append(ConfigProblem(entity.__module__, entity.__name__, what, "register a Scope for it in register_scopes"))
    if parsed.config is not None:
        for lang in parsed.config.portal.languages:
            _check_language(parsed, kit, lang, problems)
    if problems or parsed.config is None:
        raise ConfigError(problems)
    return Deployment(parsed.config, kit)


def _check_language(parsed: Parsed, kit: Kit, lang: str, problems: list[ConfigProblem]) -> None:
    if lang != "en" and not any((folder / lang).is_dir() for folder in locale_dirs(kit)):
        problems.append(
            ConfigProblem(
                str(parsed.file), "portal.languages", f"nobody brings texts in {lang!r}", "remove it or add a plugin that brings it"
            )
        )


def owners(kit: Kit) -> list[Owner]:
    """Who has tables: the core first, then chosen plugins with migrations, in `requires` order."""
    core = Owner("core", Path(__file__).parent / "db" / "migrations")
    names = {cls.name for cls in CORE}
    chosen = [plugin for plugin in kit.plugins.values() if plugin.name not in names]
    return [core, *(Owner(plugin.name, plugin.folder() / "migrations") for plugin in chosen if (plugin.folder() / "migrations").is_dir())]


def locale_dirs(kit: Kit) -> list[Path]:
    """Folders with texts: the core's, then those of plugins."""
    names = {cls.name for cls in CORE}
    return [CORE_LOCALE, *(plugin.folder() / "locale" for plugin in kit.plugins.values() if plugin.name not in names)]


def template_dirs(config: Config, kit: Kit) -> list[Path]:
    """Folders with templates, the first that has a name wins: the deployment's, plugins', the core's."""
    names = {cls.name for cls in CORE}
    own = [config.folder / config.tables.theme.templates] if config.tables.theme.templates else []
    plugins = [plugin.folder() / "templates" for plugin in kit.plugins.values() if plugin.name not in names]
    return [folder for folder in [*own, *plugins, Path(__file__).parent / "templates"] if folder.is_dir()]


def _with_notifications(kit: Kit) -> Kit:
    """The kit with a subscriber for each kind of notification: the fact happens, the people are told."""

    def subscriber(kind: NotificationKind) -> Subscriber:
        return Subscriber(
            name=f"{kind.name}.tell", event=kind.event, handle=lambda work, event: tell(work, kind, event, fact_id=work.fact_id)
        )

    made = [subscriber(kind) for kind in kit.notifications.values()]
    subscribers = dict(kit.subscribers)
    for one in made:
        subscribers[one.event] = (*subscribers.get(one.event, ()), one)
    return replace(kit, subscribers=subscribers, subscriber_by_name={**kit.subscriber_by_name, **{one.name: one for one in made}})


def _with_housekeeping(kit: Kit) -> Kit:
    """The kit with the mechanisms' own jobs: what is old enough to be forgotten."""
    jobs = [
        Job(name="web.forget_old_keys", run=forget_old_keys, every=24 * 3600),
        Job(name="jobs.forget_done", run=forget_done, every=24 * 3600),
    ]
    return replace(kit, jobs={**kit.jobs, **{job.name: job for job in jobs}})


class App:
    """A portal in this process. Two of them with different plugins can live side by side."""

    def __init__(self, deployment: Deployment, clock: Callable[[], datetime] | None = None) -> None:
        from b2bkit.core.shell import web_parts

        self.config = deployment.config
        self.clock = clock or (lambda: datetime.now(UTC))
        self.db = Database(deployment.config.database_url, pool_size=deployment.config.tables.database.pool)
        self._translations = {lang: translator(lang, *locale_dirs(deployment.kit)) for lang in {*self.config.portal.languages, "en"}}
        idle, proven = timedelta(hours=self.config.tables.web.session_idle_hours), self.config.tables.accounts.second_factor
        self.sessions = Sessions(RightsBook(deployment.kit), idle, self.config.portal.zone, proven)
        self.bus = bus_for(self)
        self.kit = _with_housekeeping(_with_notifications(deployment.kit)).with_routes(*web_routes())
        self.on_signals: Callable[[Sequence[Signal]], None] = lambda _signals: None
        self.parts = web_parts(self)
        self.runner = JobRunner(self)
        self._asgi: B2bkitAsgi | None = None
        for plugin in self.kit.plugins.values():
            plugin.open(self._open_work)

    def _open_work(self, *, write: bool = True) -> AbstractContextManager[Work]:
        return self.work(write=write)

    @property
    def asgi(self) -> B2bkitAsgi:
        """The Falcon application; made when first asked for."""
        if self._asgi is None:
            self._asgi = build_asgi(self.parts)
        return self._asgi

    def translations(self, lang: str) -> NullTranslations:
        """Texts in a language of this portal; the source texts for any other."""
        return self._translations.get(lang) or self._translations["en"]

    @contextmanager
    def work(
        self, actor: Actor = SYSTEM, *, write: bool = True, lang: str | None = None, request_id: str = "", unscoped: bool = False
    ) -> Iterator[Work]:
        """One transaction as `actor`: committed at the end of the block, rolled back on an exception. Afterwards signals and wake-ups
        go out.

        unscoped   the session sees everything although the actor is a person: only for the doors of the portal (Route.unscoped) and
                   the frame
        """
        lang = lang or self.config.portal.languages[0]
        wide = unscoped or actor.kind == "system"
        with self.db.unscoped(write) if wide else self.db.scoped(actor, self.kit.scopes, write) as session:
            work = self._work(session, actor, lang, request_id)
            with speaking(lang, self.translations(lang)):
                yield work
                session.flush()
        reach("committed")
        self._after(work)

    def _work(self, session: PortalSession, actor: Actor, lang: str, request_id: str) -> Work:
        return Work(
            session=session,
            actor=actor,
            now=self.clock(),
            lang=lang,
            kit=self.kit,
            config=self.config,
            translations=self.translations,
            request_id=request_id,
            clock=self.clock,
        )

    def _after(self, work: Work) -> None:
        """After the commit: what was put off, wake-ups for new tasks, signals to open pages. Each may be lost without losing data."""
        work.committed()
        if work.wake_ups:
            self.runner.wake(work.wake_ups)
        if work.signals:
            self.on_signals(work.signals)
            self.bus.send(work.signals)

    def close(self) -> None:
        """Lets running requests and tasks end, takes no new ones, and ends every thread and connection of this portal. Twice is once."""
        if self._asgi is not None:
            self._asgi.close()
        self.runner.stop()
        for plugin in self.kit.plugins.values():
            plugin.close()
        self.bus.close()
        self.db.dispose()


def create_app(
    config: Config | Deployment | Path, *, clock: Callable[[], datetime] | None = None, known: Mapping[str, Source] | None = None
) -> App:
    """A portal from a folder with b2bkit.toml, a Config or a Deployment; raises ConfigError."""
    if isinstance(config, Path):
        config = read_deployment(config, known=known)
    elif isinstance(config, Config):
        config = read_deployment(config.file, config.environment, known)
    return App(config, clock)
