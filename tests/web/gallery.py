"""The gallery and the frame's pages without a portal: a small Jinja environment, a made-up page, a loopback server with the policy."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from b2bkit.core import assets
from b2bkit.core.errors import Cure, Problem
from b2bkit.core.extend.things import Badge, ErpState
from b2bkit.core.i18n import CORE_LOCALE, _, ngettext, speaking, translator
from b2bkit.core.web import formatting
from b2bkit.core.web.errors import Failure
from b2bkit.core.web.middleware import CSP
from b2bkit.core.web.shell import Acting, Brand, CartLine, EntityChoice, EntityLine, NavGroup, NavLink, Page, UserLine
from b2bkit.core.web.statics import TYPES

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "src/b2bkit/core/templates"
ZONE = ZoneInfo("Europe/Minsk")
NOW = datetime(2026, 11, 24, 11, 32, tzinfo=UTC)
BRANDS = {
    "polymers": ("#0d6078", "#e0591b", 10),
    "parts": ("#9b1c31", "#1f6f54", 4),
    "workwear": ("#3d4a5c", "#e5a800", 6),
    "oils": ("#35459c", "#d0302f", 14),
}
ROUTES = {
    "home.today": "/", "accounts.preferences": "/preferences", "accounts.switch": "/switch", "accounts.profile": "/profile",
    "accounts.sign_out": "/sign-out", "notify.inbox": "/notifications", "notify.bell": "/notifications/bell",
    "notify.settings": "/notifications/settings", "web.docs": "/api/docs",
}  # fmt: skip


def environment(built: assets.Assets, lang: str) -> Environment:
    """The globals of layout/base.html with the real formatting."""
    env = Environment(
        loader=FileSystemLoader([TEMPLATES, Path(__file__).parent / "templates"]), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )  # fmt: skip
    env.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        url=lambda name, **_params: ROUTES[name], has_route=ROUTES.__contains__, asset=built.url, csrf_token=lambda: "token-of-the-session",
        form_key=lambda: "key-minted-by-the-server", lang=lambda: lang, now=lambda: NOW,
        money=lambda value, currency="", places=2: formatting.money(value, currency, lang=lang, places=places),
        num=lambda value, places=None: formatting.num(value, places, lang=lang),
        dt=partial(formatting.moment, lang=lang, zone=ZONE, now=NOW),
        age=lambda value, period=60: formatting.age(value, period, lang=lang, zone=ZONE, now=NOW),
    )  # fmt: skip
    return env


def page_of(lang: str, theme: str, brand: str, *, signed_in: bool = True, acting: bool = False) -> Page:
    """A buyer's page with everything in it."""
    ru = lang == "ru"
    page = Page(
        lang=lang, langs=(("ru", "Русский"), ("en", "English")), theme=theme, area="portal",  # type: ignore[arg-type]
        brand=Brand("Полимера" if ru else "Polymera", "", f"/static/theme/{brand}.css"), csrf="token-of-the-session", path="/orders",
    )  # fmt: skip
    if not signed_in:
        return page
    links = (
        NavLink("home", "Сегодня" if ru else "Today", "/", "home", False, Badge(4, "new", "дела" if ru else "to do")),
        NavLink("catalogue", "Каталог" if ru else "Catalogue", "/catalogue", "layout-grid", False),
        NavLink(
            "cart", "Корзина" if ru else "Cart", "/cart", "shopping-cart", False, Badge(6, "diff", "есть изменения" if ru else "changed")
        ),
        NavLink("orders", "Заказы" if ru else "Orders", "/orders", "clipboard-list", True, Badge(4)),
    )
    more = (NavLink("documents", "Документы" if ru else "Documents", "/documents", "file-text", False),)
    choices = (
        EntityChoice("1", "ООО «Плёнка и Тара»", "договор № 14/2026", True),
        EntityChoice("2", "ООО «Тарапласт-Юг»", "договор № 15/2026", False),
    )
    return page._replace(
        user=UserLine("Ирина Лапко", "закупки" if ru else "buyer", "i.lapko@plyonka.example"),
        entity=EntityLine("ООО «Плёнка и Тара»", "договор № 14/2026", choices),
        nav=(NavGroup("", links), NavGroup("Деньги и документы" if ru else "Money and papers", more)),
        bar=links, erp=ErpState("up", NOW, NOW - timedelta(minutes=2)),
        cart=CartLine(6, formatting.money(Decimal("21482"), "BYN", lang=lang), "/cart"),
        unread=3, acting=Acting("ООО «Плёнка и Тара»", "/acting/stop") if acting else None, search_href="/catalogue", has_openapi=True,
        live="/events?since=1",
    )  # fmt: skip


def gallery_values(lang: str) -> dict[str, object]:
    """What the gallery needs besides `page`."""
    ru = lang == "ru"
    wrong = "55 мешков не получится: целыми поддонами по 40 мешков." if ru else "55 bags do not fit: whole pallets of 40 bags only."
    cures = (Cure("40 мешков" if ru else "40 bags", "quantity", "40"), Cure("80 мешков" if ru else "80 bags", "quantity", "80"))
    problems = (
        Problem("invalid", "Проверьте адрес почты." if ru else "Check the e-mail address.", "email"),
        Problem("multiple_of", wrong, "quantity", cures),
        Problem("late", "Договор закрыт 31.10: выберите действующий." if ru else "The contract closed on 31 October: choose another."),
    )
    states = (
        ErpState("up", NOW, NOW - timedelta(minutes=2)), ErpState("slow", NOW - timedelta(minutes=52), NOW),
        ErpState("down", NOW - timedelta(minutes=27), NOW - timedelta(minutes=28)), ErpState("unknown"),
    )  # fmt: skip
    return {
        "problems": problems, "erp_states": states, "amount": Decimal("9240.00"), "fresh": NOW - timedelta(minutes=3),
        "late": NOW - timedelta(minutes=28), "old": NOW - timedelta(days=2),
    }  # fmt: skip


class Pages:
    """Renders pages by their address: /gallery/<lang>/<theme>/<brand>, /problem/<status>/<lang>/<theme>, /plain/<lang>/<theme>."""

    def __init__(self, built: assets.Assets) -> None:
        self.envs = {lang: environment(built, lang) for lang in ("en", "ru")}
        self.texts = {lang: translator(lang, CORE_LOCALE) for lang in ("en", "ru")}

    def render(self, lang: str, template: str, /, **values: object) -> str:
        """A template in a language."""
        with speaking(lang, self.texts[lang]):
            return self.envs[lang].get_template(template).render(values)

    def page(self, path: str) -> str | None:
        """The page of an address, or None."""
        match path.strip("/").split("/"):
            case ["gallery", lang, theme, brand]:
                return self.render(
                    lang, "gallery/gallery.html", page=page_of(lang, theme, brand, acting=brand == "oils"), **gallery_values(lang)
                )
            case ["problem", status, lang, theme]:
                failure = Failure(
                    int(status), "code", "Заголовок" if lang == "ru" else "Title", "Что делать." if lang == "ru" else "What to do."
                )
                signed_in = int(status) not in (401, 503)
                return self.render(
                    lang,
                    "problem/page.html",
                    page=page_of(lang, theme, "polymers", signed_in=signed_in),
                    failure=failure,
                    request_id="0f3a",
                )
            case ["resend", lang, theme]:
                failure = Failure(403, "stale_form", "Страница устарела", "Ничего не сделано.")
                values = {"page": page_of(lang, theme, "polymers"), "failure": failure, "request_id": "0f3a", "action": "/form"}
                return self.render(lang, "problem/resend.html", **values, fields=(("comment", "<b>"),), csrf="new")
            case ["plain", lang, theme]:
                return self.render(
                    lang,
                    "gallery/plain.html",
                    page=page_of(lang, theme, "polymers", signed_in=False),
                    problems=gallery_values(lang)["problems"],
                )
            case ["try", name]:
                return self.render("en", f"gallery/{name}.html", page=page_of("en", "light", "polymers"))
            case _:
                return None


@dataclass
class Asked:
    """A request as the server saw it."""

    method: str
    path: str
    headers: Mapping[str, str]
    form: Mapping[str, list[str]]


@dataclass
class Site:
    """A running server; `answers` maps "POST /path" to (status, headers, body)."""

    origin: str
    pages: Pages
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str], str]] = field(default_factory=dict)
    streams: list[queue.Queue[str | None]] = field(default_factory=list)
    opened: threading.Condition = field(default_factory=threading.Condition)

    def stream(self) -> queue.Queue[str | None]:
        """What a newly opened page is going to hear."""
        with self.opened:
            self.streams.append(queue.Queue())
            self.opened.notify_all()
            return self.streams[-1]

    def tell(self, kind: str) -> None:
        """Sends a live event to the open page, waiting for it to listen."""
        with self.opened:
            assert self.opened.wait_for(lambda: self.streams, timeout=10)
            for stream in self.streams:
                stream.put(kind)

    def forget(self) -> None:
        """Requests, answers and streams of an earlier test are gone."""
        self.asked.clear()
        self.answers.clear()
        with self.opened:
            for stream in self.streams:
                stream.put(None)
            self.streams.clear()

    def of(self, what: str) -> list[Asked]:
        """The requests of "POST /path"."""
        return [one for one in self.asked if f"{one.method} {one.path}" == what]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    names = set(assets.Assets.load().names.values())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self, status: int, data: bytes, content_type: str, headers: Mapping[str, str] = {}) -> None:
            self.send_response(status)
            for name, value in {
                "Content-Type": content_type,
                "Content-Length": str(len(data)),
                "Content-Security-Policy": CSP,
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def _events(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            heard = site.stream()
            self.wfile.write(b'event: hello\ndata: {"live": "/events?since=1"}\n\n')
            while (line := heard.get()) is not None:
                self.wfile.write(f"event: {line}\ndata: {json.dumps({'id': '1'})}\n\n".encode())
                self.wfile.flush()

        def _handle(self) -> None:
            path = urlsplit(self.path).path
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            site.asked.append(Asked(self.command, path, dict(self.headers), parse_qs(body)))
            stored = site.answers.get(f"{self.command} {path}")
            if stored:
                return self._answer(stored[0], stored[2].encode(), "text/html; charset=utf-8", stored[1])
            if path == "/events":
                return self._events()
            if path.startswith(assets.PREFIX) and path.removeprefix(assets.PREFIX) in names:
                file = assets.OUT / path.removeprefix(assets.PREFIX)
                return self._answer(200, file.read_bytes(), TYPES[file.suffix])
            if path.startswith("/static/theme/"):
                brand, accent, radius = BRANDS[Path(path).stem]
                css = f":root {{ --b2b-brand: {brand}; --b2b-accent: {accent}; --b2b-radius: {radius}px; }}"
                return self._answer(200, css.encode(), "text/css")
            html = site.pages.page(path)
            return self._answer(200 if html else 404, (html or "").encode(), "text/html; charset=utf-8")

        do_GET = do_POST = _handle  # noqa: N815  (the names that http.server calls)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


@contextmanager
def serving(pages: Pages) -> Iterator[Site]:
    """The pages at an address of the loopback."""
    site = Site("", pages)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    site.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.forget()
        server.shutdown()
        server.server_close()
        thread.join()
