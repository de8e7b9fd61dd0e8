"""Templates: one environment per app, autoescape always on, undefined names are errors; slots and their widgets."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from b2bkit.core.errors import Forbidden, NotFound
from b2bkit.core.extend.things import PUBLIC, SIGNED_IN, Widget
from b2bkit.core.i18n import language
from b2bkit.core.web import formatting
from b2bkit.core.web.environment import PageEnvironment
from b2bkit.core.web.kept import Kept
from b2bkit.core.web.state import State, current
from b2bkit.core.work import ANONYMOUS, Actor

if TYPE_CHECKING:
    from b2bkit.core.web.parts import WebParts
    from b2bkit.core.web.urls import Urls

log = logging.getLogger("b2bkit.web")
LAZY_ROUTE = "web.widget"
_TAGS = {
    "p", "br", "b", "strong", "i", "em", "u", "s", "ul", "ol", "li", "blockquote", "code", "pre", "h3", "h4", "a",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel"}
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}


class SafeHtml(Markup):
    """HTML from people or the ERP after nh3 let a short list of tags through: the only markup in a page besides templates."""

    __slots__ = ()

    @classmethod
    def cleaned(cls, html: str, *, pictures: str = "") -> SafeHtml:
        """`html` without scripts, styles, forms and attributes that act; links only to http(s), mailto, tel and pages of this portal.

        pictures   where pictures may come from, as a path of this portal, `/news/pictures/`; then headings may be larger, too. "": none
        """
        import nh3  # a compiled library of its own that many a process never needs

        tags, attributes = _TAGS, _ATTRIBUTES
        if pictures:
            tags, attributes = tags | {"h2", "img"}, {**attributes, "img": {"src", "alt"}}

        def kept(tag: str, name: str, value: str) -> str | None:
            foreign = tag == "img" and name == "src" and not _picture(value, pictures)
            return None if foreign else value

        clean = nh3.clean(
            html, tags=tags, attributes=attributes, url_schemes=_SCHEMES, link_rel="noopener noreferrer nofollow", attribute_filter=kept
        )
        return cls(clean)


def _picture(address: str, below: str) -> bool:
    return address.startswith(below) and ".." not in address and "?" not in address


def open_to(actor: Actor, permission: str) -> bool:
    """Whether the actor passes a permission or a marker (PUBLIC, SIGNED_IN)."""
    if permission is PUBLIC:
        return True
    if permission is SIGNED_IN:
        return actor.kind != ANONYMOUS.kind
    return actor.may(permission)


class Renderer:
    """The Jinja environment with the globals that every template may use (see layout/base.html)."""

    environment: type[PageEnvironment] = PageEnvironment

    def __init__(self, parts: WebParts, urls: Urls) -> None:
        self.parts = parts
        self.urls = urls
        self.widgets = {widget.name: widget for group in parts.widgets.values() for widget in group}
        self._envs: dict[str, PageEnvironment] = {}

    @property
    def env(self) -> PageEnvironment:
        """The environment of the language that is spoken now; made when first asked for."""
        lang = language()
        found = self._envs.get(lang)
        return found if found is not None else self._envs.setdefault(lang, self._environment(lang))

    def _environment(self, lang: str) -> PageEnvironment:
        env = self.environment(
            self.parts.translations(lang),
            {"asset": self.parts.assets.url, "url": self.urls.path, "has_route": self.urls.__contains__},
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in self.parts.templates]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=1000,
        )
        env.globals.update(self._globals(), kept=Kept())
        return env

    def _globals(self) -> dict[str, Any]:
        return {
            "slot": self.slot,
            "slot_each": self.slot_each,
            "form_key": lambda: current.get().form_key(),
            "csrf_token": lambda: current.get().csrf_token(),
            "may": lambda permission: open_to(current.get().actor, permission),
            "shows": lambda field: current.get().actor.shows(field),
            "erp_can": self.parts.erp_can.__contains__,
            "lang": language,
            "now": _now,
            "money": lambda value, currency="", places=2: formatting.money(value, currency, lang=language(), places=places),
            "num": lambda value, places=None: formatting.num(value, places, lang=language()),
            "qty": lambda value, unit="": formatting.qty(value, unit, lang=language()),
            "date": self._date,
            "dt": self._moment,
            "clock": lambda value: formatting.clock(value, zone=self.parts.config.zone),
            "age": self._age,
            "safe_html": SafeHtml.cleaned,
        }

    def _date(self, value: date | datetime | None, style: Literal["long", "short", "full"] = "long") -> str:
        zone = self.parts.config.zone
        return formatting.day(value, style, lang=language(), zone=zone, today=_now().astimezone(zone).date())

    def _moment(self, value: datetime | None) -> str:
        return formatting.moment(value, lang=language(), zone=self.parts.config.zone, now=_now())

    def _age(self, value: datetime | None, period: int = 60) -> formatting.Age:
        return formatting.age(value, period, lang=language(), zone=self.parts.config.zone, now=_now())

    def text(self, template: str, values: Mapping[str, object]) -> str:
        """The whole template."""
        return self.env.get_template(template).render(values)

    def block(self, template: str, block: str, values: Mapping[str, object]) -> str:
        """One block of a template, with what its top level imports and sets, as htmx swaps it in."""
        found = self.env.get_template(template)
        context = found.new_context(dict(values))
        root = found.root_render_func(context)
        next(iter(root), None)  # runs the top level (imports, sets) up to the first output; the layout itself is not rendered
        try:
            renders = context.blocks[block][0]
        except LookupError:
            raise LookupError(f"{template} has no block {block!r}") from None
        html = "".join(renders(context))
        close = getattr(root, "close", None)
        if close is not None:
            close()
        return html

    # slots

    def slot(self, name: str, subject: object = None, *, side: bool | None = None, names: Sequence[str] | None = None) -> Markup:
        """Every widget of a slot that this person may see; `side` keeps to one column, `names` to these in this order.

        A lazy one fetches itself.
        """
        state, widgets = current.get(), self.parts.widgets.get(name, ())
        if names is not None:
            known = {widget.name: widget for widget in widgets}
            widgets = [known[one] for one in names if one in known]
        pieces = [
            self._lazy(widget, subject) if widget.lazy else self.widget(state, widget, subject)
            for widget in widgets
            if (side is None or widget.side == side) and open_to(state.actor, widget.permission)
        ]
        return Markup("").join(pieces)

    def slot_each(self, name: str, subjects: Sequence[object]) -> Mapping[object, Markup]:
        """The widgets of a slot that stands beside each of many things: key -> markup, for the keys that they have something for.

        `load` runs once for all of `subjects` and gives key -> values. One that fails stands nowhere.
        """
        state, found = current.get(), dict[object, Markup]()
        for widget in self.parts.widgets.get(name, ()) if subjects else ():
            if open_to(state.actor, widget.permission):
                for key, piece in self._beside(state, widget, subjects).items():
                    found[key] = found.get(key, Markup("")) + piece
        return found

    def _beside(self, state: State, widget: Widget, subjects: Sequence[object]) -> Mapping[object, Markup]:
        work = state.work
        if work is None:
            return {}
        try:
            with work.session.begin_nested() if work.session.in_transaction() else nullcontext():
                loaded = cast("Mapping[object, Mapping[str, object]]", widget.load(work, subjects) or {})
                pieces = {key: self.text(widget.template, {**values, "subject": key}) for key, values in loaded.items()}
                return {key: Markup(piece) for key, piece in pieces.items()}  # noqa: S704  (rendered with autoescape)
        except Exception:
            log.exception("widget failed", extra={"widget": widget.name, "code": "", "request_id": state.request_id})
            return {}

    def widget(self, state: State, widget: Widget, subject: object) -> Markup:
        """One widget; when it fails, a small box with a code, and the page lives."""
        try:
            work = state.work
            if work is None:
                return Markup("")
            # a failed statement would spoil the page's transaction on PostgreSQL: the savepoint keeps it usable
            with work.session.begin_nested() if work.session.in_transaction() else nullcontext():
                values = widget.load(work, subject)
                if values is None:
                    return Markup("")
                return Markup(self.text(widget.template, {**values, "subject": subject}))  # noqa: S704  (rendered with autoescape)
        except Exception:
            code = secrets.token_hex(3)
            log.exception("widget failed", extra={"widget": widget.name, "code": code, "request_id": state.request_id})
            return Markup(self.text("problem/widget.html", {"code": code, "retry": self._lazy_path(widget, subject)}))  # noqa: S704

    def _lazy_path(self, widget: Widget, subject: object) -> str:
        return self.urls.path(LAZY_ROUTE, widget=widget.name, id=getattr(subject, "id", None)) if LAZY_ROUTE in self.urls else ""

    def _lazy(self, widget: Widget, subject: object) -> Markup:
        return Markup(self.text("problem/lazy.html", {"href": self._lazy_path(widget, subject)}))  # noqa: S704

    def lazy_widget(self, state: State, name: str, subject_id: object) -> Markup:
        """The widget fetched by itself; its `load` gets the subject's id (UUID) in place of the subject."""
        widget = self.widgets.get(name)
        if widget is None:
            raise NotFound(name)
        if not open_to(state.actor, widget.permission):
            raise Forbidden(widget.permission)
        return self.widget(state, widget, subject_id)


def _now() -> datetime:
    state = current.get()
    return state.work.now if state.work is not None else state.site.parts.clock()
