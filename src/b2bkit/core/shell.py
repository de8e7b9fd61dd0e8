"""The frame around every page, and the web room's parts: with `app.py` the only place that sees mechanisms and domains together.

What the frame shows (menu counts, the cart's sum, unread notifications, the choice of contract, the state of the ERP) is kept for a
few seconds per
session, and forgotten at once when a live signal says that it changed, so that a page costs its own queries and no others.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import falcon

from b2bkit.core.access import behalf
from b2bkit.core.accounts import companies
from b2bkit.core.assets import Assets
from b2bkit.core.erp import service as erp
from b2bkit.core.extend.things import SIGNED_IN, Badge, ErpState, NavItem
from b2bkit.core.i18n import _, speaking
from b2bkit.core.languages import facts
from b2bkit.core.notify import service as notify
from b2bkit.core.ordering import service as ordering
from b2bkit.core.theme import theme_files
from b2bkit.core.web import formatting, live
from b2bkit.core.web.live import LiveStreams
from b2bkit.core.web.parts import SignedIn, WebConfig, WebParts
from b2bkit.core.web.shell import Acting, Brand, CartLine, EntityChoice, EntityLine, NavGroup, NavLink, Page, UserLine
from b2bkit.core.web.state import state_of
from b2bkit.core.web.urls import Urls
from b2bkit.core.work import SYSTEM, Actor, Signal, Work, at_least

if TYPE_CHECKING:
    from b2bkit.core.app import App
    from b2bkit.core.db.engine import Reader

KEPT_SECONDS = 15.0
MOST_KEPT = 5000
THEMES = ("light", "dark", "auto")


@dataclass(frozen=True)
class Frame:
    """What is the same on all pages of a session for a while."""

    badges: Mapping[str, Badge]
    cart: tuple[int, str] | None
    unread: int
    entity: EntityLine | None
    erp: ErpState | None
    acting: Acting | None = None


class FrameCache:
    """Frames by session, language and choice of contract; a signal to a person, company or all staff forgets theirs."""

    def __init__(self) -> None:
        self._frames: OrderedDict[tuple[object, ...], tuple[float, Actor, Frame]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...]) -> Frame | None:
        """The frame, unless it is too old."""
        with self._lock:
            found = self._frames.get(key)
        return found[2] if found is not None and monotonic() - found[0] < KEPT_SECONDS else None

    def put(self, key: tuple[object, ...], actor: Actor, frame: Frame) -> None:
        """Keeps a frame; the oldest goes when there are too many."""
        with self._lock:
            self._frames[key] = (monotonic(), actor, frame)
            self._frames.move_to_end(key)
            while len(self._frames) > MOST_KEPT:
                self._frames.popitem(last=False)

    def forget(self, signals: Sequence[Signal]) -> None:
        """What these signals are about is asked anew."""
        with self._lock:
            stale = [key for key, (_at, actor, _frame) in self._frames.items() if any(_concerns(signal, actor) for signal in signals)]
            for key in stale:
                del self._frames[key]


def _concerns(signal: Signal, actor: Actor) -> bool:
    return actor.user_id in signal.users or (actor.company_id in signal.companies) or (signal.staff and actor.kind == "staff")


class Shell:
    """Builds the frame of a page for the person who asked."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.cache = FrameCache()
        self._urls: Urls | None = None
        self.brand = Brand(app.config.portal.name, *theme_files(app.config).addresses)
        self.langs = tuple((code, facts(code).name.capitalize()) for code in app.config.portal.languages)

    @property
    def urls(self) -> Urls:
        """Addresses by route; known once all routes are."""
        if self._urls is None:
            self._urls = Urls(self.app.kit.routes.values())
        return self._urls

    def __call__(self, work: Work, req: falcon.Request) -> Page:
        state = state_of(req)
        signed = state.signed is not None and work.actor.user_id is not None
        area = "admin" if work.actor.kind == "staff" else "portal"
        chosen = (req.get_cookie_values("b2bkit-theme") or ["auto"])[0]
        page = Page(
            lang=work.lang if state.lang == work.lang else state.lang,
            langs=self.langs,
            theme=chosen if chosen in THEMES else "auto",  # type: ignore[arg-type]
            area=area,  # type: ignore[arg-type]
            brand=self.brand,
            csrf=state.csrf_token(),
            path=req.relative_uri if req.method == "GET" else req.path,
        )
        return self._signed(page, work, req) if signed else page

    def _signed(self, page: Page, work: Work, req: falcon.Request) -> Page:
        actor, frame = work.actor, self._frame(page, work)
        entries = _folded([(self._link(item, frame, req.path), item) for item in self._open(page.area, actor)])
        role = work.kit.roles.get(actor.role)
        cart = None
        if frame.cart is not None:
            cart = CartLine(frame.cart[0], frame.cart[1], self.urls.path("ordering.cart"))
        return page._replace(
            live=live.address(state_of(req).asked),
            user=UserLine(actor.name, _(role.label) if role else "", ""),
            entity=frame.entity,
            nav=_groups(entries),
            bar=tuple(link for link, item in entries if item.bar)[:4],
            erp=frame.erp,
            cart=cart,
            unread=frame.unread,
            acting=frame.acting,
            search_href=self.urls.path("admin.clients" if page.area == "admin" else "catalog.list"),
            has_openapi=True,
        )

    def _open(self, area: str, actor: Actor) -> list[NavItem]:
        there = (item for item in self.app.kit.nav if item.area == area and item.route not in actor.closed)
        return [item for item in there if (item.permission is SIGNED_IN or actor.may(item.permission)) and self._far_enough(item, actor)]

    def _far_enough(self, item: NavItem, actor: Actor) -> bool:
        least = self.app.kit.routes[item.route].least
        return least is None or at_least(actor.level(item.permission), least)

    def _link(self, item: NavItem, frame: Frame, path: str) -> NavLink:
        href = self.urls.path(item.route)
        active = path == href or (href not in ("/", "/admin") and path.startswith(href + "/"))
        return NavLink(item.name, _(item.label), href, item.icon, active, frame.badges.get(item.name))

    def _frame(self, page: Page, work: Work) -> Frame:
        actor = work.actor
        key = (actor.session_id, actor.company_id, actor.contract_id, actor.role, actor.on_behalf, page.lang)
        found = self.cache.get(key)
        if found is None:
            found = self._read(page, work)
            self.cache.put(key, actor, found)
        return found

    def _read(self, page: Page, work: Work) -> Frame:
        badges = {item.name: badge for item in self._open(page.area, work.actor) if item.badge and (badge := item.badge(work)) is not None}
        view = erp.erp_view(work)
        entity, state = self._entity(work), view.state if view else None
        return Frame(badges, self._cart(work), notify.unread(work), entity, state, self._acting(work))

    def _acting(self, work: Work) -> Acting | None:
        """The strip over every page while somebody of the staff acts for a client."""
        company, ends = behalf.shown(work)
        if ends is None:
            return None
        until = formatting.clock(ends, zone=self.app.config.portal.zone)
        return Acting(company, self.urls.path("access.stop"), until)

    def _cart(self, work: Work) -> tuple[int, str] | None:
        if work.actor.kind != "client" or not work.may("ordering.place"):
            return None
        shown = ordering.cart.view(work)
        total = formatting.money(shown.sums.total, shown.currency, lang=work.lang) if shown.lines else ""
        return len(shown.lines), total

    def _entity(self, work: Work) -> EntityLine | None:
        if work.actor.kind != "client":
            return None
        with self.app.work(work.actor, write=False, lang=work.lang, unscoped=True) as wide:
            all_of_them = companies.choices(wide)
        current = next((one for one in all_of_them if one.current), None) or next(iter(all_of_them), None)
        if current is None:
            return None
        told = work.actor.shows("company.contracts")
        shown = [EntityChoice(str(one.contract_id or one.company_id), *_names(one, told), one.current) for one in all_of_them]
        return EntityLine(*_names(current, told), tuple(shown))


def _names(choice: companies.Choice, contracts: bool) -> tuple[str, str]:
    """Legal entity and contract; the contract is empty for accounts that see none."""
    if not contracts:
        return choice.legal_entity or choice.company, ""
    contract = _("contract {number}").format(number=choice.number) if choice.number else _("no contract yet")
    return choice.legal_entity or choice.company, contract


def _folded(entries: Sequence[tuple[NavLink, NavItem]]) -> list[tuple[NavLink, NavItem]]:
    """Without entries that stand under another one; that one has their count where it has none of its own."""
    there = {item.name for _link, item in entries}
    counts = {item.under: link.badge for link, item in entries if link.badge is not None}
    kept = [(link, item) for link, item in entries if item.under not in there]
    return [(link._replace(badge=link.badge or counts.get(item.name)), item) for link, item in kept]


def _groups(entries: Sequence[tuple[NavLink, NavItem]]) -> tuple[NavGroup, ...]:
    labels = list(dict.fromkeys(item.group for _link, item in entries))
    return tuple(NavGroup(_(label) if label else "", tuple(link for link, item in entries if item.group == label)) for label in labels)


def bearer(app: App, token: str) -> Actor | None:
    """Who bears a stream's token now, None when its session has ended; asked in a thread before each event."""
    with app.work(SYSTEM, write=False) as work:
        signed = app.sessions.read(work.session, token, work.now)
        return signed.actor if signed is not None else None


@contextmanager
def visit(app: App, token: str | None, enter: Callable[[SignedIn | None], tuple[Actor, str]], /, *, request_id: str) -> Iterator[Work]:
    """One reading transaction for session and page: see `web.parts.Visit`."""
    now, lang = app.clock(), ""

    def admitted(reader: Reader) -> Actor:
        nonlocal lang
        actor, lang = enter(app.sessions.read(reader, token, now) if token else None)
        return actor

    with app.db.visit(app.kit.scopes, admitted) as session:
        work = Work(
            session=session, actor=session.actor, now=now, lang=lang, kit=app.kit, config=app.config,
            translations=app.translations, request_id=request_id,
        )  # fmt: skip
        with speaking(lang, app.translations(lang)):
            yield work
    app._after(work)


def web_parts(app: App) -> WebParts:
    """Everything the web room runs on, for this app."""
    from b2bkit.core.app import template_dirs

    config = app.config
    streams = LiveStreams(partial(bearer, app))
    shell = Shell(app)

    def received(signals: Sequence[Signal]) -> None:
        shell.cache.forget(signals)
        streams.deliver(signals)

    app.bus.listen(received)
    app.on_signals = shell.cache.forget
    web = WebConfig(
        base_url=config.portal.base_url,
        allowed_hosts=config.tables.web.allowed_hosts,
        trusted_proxies=config.tables.web.trusted_proxies,
        cookie_secure=config.portal.base_url.startswith("https://"),
        debug=False,
        threads=config.tables.web.threads,
        patience=config.tables.database.statement_timeout,
        languages=config.portal.languages,
        zone=config.portal.zone,
        title=config.portal.name,
        metrics_token=config.environment.get("B2BKIT_METRICS_TOKEN", ""),
    )
    return WebParts(
        config=web,
        routes=app.kit.routes,
        work=app.work,
        sessions=app.sessions,
        shell=shell,
        assets=Assets.load(),
        translations=app.translations,
        templates=template_dirs(config, app.kit),
        static=static_dirs(app),
        theme=theme_files(config).files,
        widgets=app.kit.widgets,
        health_checks=app.kit.health_checks,
        visit=partial(visit, app),
        clock=app.clock,
        database=app.db,
        live=streams,
        erp_can=app.kit.erp_can,
    )


def static_dirs(app: App) -> dict[str, Path]:
    """Folders of browser files: the build, and what plugins bring."""
    from b2bkit.core.assets import OUT

    plugins = {plugin.name: folder for plugin in app.kit.plugins.values() if (folder := plugin.folder() / "static" / plugin.name).is_dir()}
    return {"build": OUT, **plugins}
