"""The portal's environment against Jinja's own: what is worked out early or escaped quickly reads the same, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, FileSystemLoader, StrictUndefined, TemplateAssertionError, UndefinedError
from jinja2.loaders import BaseLoader
from markupsafe import Markup

from b2bkit.core.errors import Cure, Problem
from b2bkit.core.i18n import CORE_LOCALE, speaking, translator
from b2bkit.core.web.environment import PageEnvironment
from b2bkit.core.web.errors import Failure
from b2bkit.core.web.kept import Kept
from b2bkit.core.web.render import SafeHtml
from tests.web import gallery

TEXTS = {lang: translator(lang, CORE_LOCALE) for lang in ("en", "ru")}


class Built:
    """Addresses of assets, as the build would give them."""

    @staticmethod
    def url(name: str) -> str:
        return f"/static/build/{name}?a&b"


def pair(lang: str, loader: BaseLoader | None = None) -> tuple[Environment, PageEnvironment]:
    """Jinja's environment and the portal's, over the same templates."""
    plain = gallery.environment(Built(), lang)  # type: ignore[arg-type]
    if loader is not None:
        plain.loader = loader
    plain.globals["may"] = lambda permission: permission != "pricing.explain"
    plain.globals["slot"] = lambda name, subject=None, side=None: ""
    plain.globals["url"] = url
    plain.globals["kept"] = lambda macro, *values: macro(*values)
    constants: dict[str, Any] = {name: plain.globals[name] for name in ("asset", "url", "has_route")}
    ours = PageEnvironment(TEXTS[lang], constants, loader=plain.loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    ours.globals.update({name: value for name, value in plain.globals.items() if name not in {"_", "gettext", "ngettext"}})
    ours.globals["kept"] = Kept()
    return plain, ours


def url(name: str, **params: object) -> str:
    return f"/{name}" + "".join(f"&{key}={value}" for key, value in params.items() if value is not None)


def same(lang: str, envs: tuple[Environment, PageEnvironment], template: str, values: dict[str, object]) -> str:
    with speaking(lang, TEXTS[lang]):
        expected, found = (env.get_template(template).render(values) for env in envs)
    assert found == expected
    return found


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("template", ["gallery/gallery.html", "gallery/plain.html", "problem/page.html", "problem/resend.html"])
def test_pages_read_as_jinja_alone_would_write_them(lang: str, template: str) -> None:
    page = gallery.page_of(lang, "dark", "polymers", acting=True)
    failure = Failure(404, "not_found", "Nothing <here>", "It may have gone.")
    values = {
        **gallery.gallery_values(lang), "page": page, "failure": failure, "request_id": "<r>",
            "t": lambda en, ru: ru if lang == "ru" else en,
        "action": "/x?a&b", "fields": [("a<b", '"c"')], "csrf": "token",
    }  # fmt: skip
    assert len(same(lang, pair(lang), template, values)) > 1000


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_lists_of_products_read_as_jinja_alone_would_write_them(lang: str) -> None:
    from b2bkit.core.catalog.view import PriceStepLine, QuantityField, Shown, StockLine, UnitChoice

    units = (UnitChoice("<кг>", "кг & т", "1", "1"), UnitChoice("мешок", "мешок", "1", "2"))
    rows = [
        Shown(
            UUID(int=number), "A<1>", 'Name "<b>" & co', "Na<", number != 1, ("a<b", "c&d"), StockLine("5 <t>", tone,  # type: ignore[arg-type]
            "here <there>"), when,
            (PriceStepLine("from <1>", "4,62", True), PriceStepLine("from 2", "4,41", False)) if number else (),
            "caption <&>", QuantityField("<кг>", "1", "1", "1", units[: 1 + number % 2], "hint <&>"),
        )
        for number, (tone, when) in enumerate([("ok", gallery.NOW), ("warn", None), ("mute", datetime(2026, 11, 1, tzinfo=UTC))])
    ]  # fmt: skip
    source = (
        '{% import "catalog/_goods.html" as goods %}{{ goods.cards(rows, terms, orders, "/cart?a&b") }}'
        "{{ goods.buy(rows[0], action, primary=true) }}"
    )
    loader = FileSystemLoader(gallery.TEMPLATES)
    for orders in (True, False):
        with speaking(lang, TEXTS[lang]):
            expected, found = (
                env.from_string(source).render(rows=rows, terms=True, orders=orders, action='/"') for env in pair(lang, loader)
            )
        assert found == expected
        assert "<b>" not in found.replace("<b>5", "")


# escaping


class Plain:
    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


class Html(Plain):
    def __html__(self) -> str:
        return f"<i>{len(self.text)}</i>"


class Word(str):
    __slots__ = ()


class Kind(StrEnum):
    SHARP = "<&>"


PIECES = {
    "inner.html": "[{{ v }}|{{ w ~ v }}]",
    "macros/ui.html": """
{% macro shown(value, other="<d>", attrs={}) -%}<p{{ attrs|xmlattr }}>{{ value }}{{ other }}{{ ' x' if value }}</p>{%- endmacro %}
{% macro framed(title) -%}<div title="{{ title }}">{{ caller() }}{{ caller() }}</div>{%- endmacro %}
{% macro sign(name, small=false) -%}<svg class="i{{ ' s' if small }}">{{ asset(name) }}</svg>{%- endmacro %}
{% macro named(name) -%}{{ sign("k") }}{{ _("Cart") }}{{ name }}{{ sign(name) }}{%- endmacro %}
{% macro guarded() -%}<input value="{{ csrf_token() }}">{{ inner() }}{%- endmacro %}
{% macro inner() -%}{{ form_key() }}{%- endmacro %}
{% macro rest(a) -%}{{ a }}{{ varargs|join(",") }}{{ kwargs|xmlattr }}{%- endmacro %}""",
    "base.html": "<title>{% block title %}{% endblock %}</title>{% block body %}{% endblock %}",
    "page.html": """{% extends "base.html" %}{% import "macros/ui.html" as m %}{% from "macros/ui.html" import shown, sign as mark %}
{% block title %}{{ v }} {{ w }}{% endblock %}
{% block body %}
<a title="{{ v }}" href='{{ url("x", q=v) }}' {{ {"data-a": v, "b": none, "c": w}|xmlattr }}>{{ w }}</a>
{{ v ~ w }}{{ "<" ~ v }}{{ v ~ "<b>"|e }}{{ ("<" ~ v)|upper }}{{ [v, w, "<"]|join(" & ") }}{{ [v, w]|join }}
{{ m.shown(v) }}{{ shown(w, v, attrs={"title": v}) }}{{ m.shown("<const>", other=m.sign("<s>")) }}{{ mark("<&", small=true) }}
{{ m.named(v) }}{{ m.named("<n>") }}{{ m.rest(v, w, "<", k=v) }}{{ m.shown(m.shown(v) ~ v) }}
{% call m.framed(v) %}{{ w }}{{ m.shown(v) }}{% endcall %}{% call m.framed(m.shown(v)) %}<b>{% endcall %}
{{ _("%(product)s: less", product=v) }}{{ _("Cart") }}{{ _("%(product)s: less", product=m.shown(v)) }}{{ _(v) if v is string }}
<i title="{{ _("%(label)s: %(price)s", label=v, price=w) }}">{{ _("100 %% <b>") }}</i>{{ _("%(product)s: less", product=v ~ w)|length }}
{{ ngettext("%(num)s product", "%(num)s products", 3) }}{{ ngettext("<%(n)s>", "<%(n)s>s", 2, n=v) }}
{% set kept %}<u>{{ v }}</u>{{ w }}{% endset %}{{ kept }}{{ kept ~ v }}{{ m.shown(kept) }}
{% include "inner.html" %}{% with v = w %}{% include "inner.html" %}{% endwith %}
{% for one in [v, w, kept] %}{{ one }}{{ loop.index }}{{ "," if not loop.last }}{{ one if loop.first else v }}{% endfor %}
{{ v if v else w }}{{ "<x>" if v }}{{ (v if w else "<y>") ~ v }}{{ none }}{{ 1 }}{{ 1.5 }}{{ true }}{{ v|default("<z>") }}
{{ v|string|replace("&", "<") }}{{ v|string|truncate(3) }}{{ v|string|list }}{{ [v]|tojson if v is string }}{{ "%s <"|format(v) }}
{{ v|e }}{{ v|forceescape }}{{ markup }}{{ markup ~ v }}{{ markup|string }}{{ v|string|striptags }}{{ clean }}
{% do seen.append(v ~ "<") %}{{ seen|last }}{{ seen }}{{ {v|string: w} }}{{ [markup, v]|join("<") }}
{% endblock %}""",
}
SHARP = st.text(alphabet="<>&'\"/={}%йa ", max_size=8)
VALUES = st.one_of(
    SHARP, SHARP.map(Plain), SHARP.map(Html), SHARP.map(Word), SHARP.map(Markup.escape), st.just(Kind.SHARP), st.none(), st.booleans(),
    st.integers(-5, 5), st.decimals(allow_nan=False, allow_infinity=False, places=2), st.uuids(), st.lists(SHARP, max_size=2),
    st.dictionaries(SHARP, SHARP, max_size=2), SHARP.map(lambda text: SafeHtml.cleaned(f"<b>{text}</b>")),
)  # fmt: skip
BOTH = {lang: pair(lang, DictLoader(PIECES)) for lang in ("en", "ru")}


@settings(max_examples=150, deadline=None)
@given(v=VALUES, w=VALUES, text=SHARP, lang=st.sampled_from(["en", "ru"]))
def test_every_way_into_a_page_is_escaped_as_jinja_does(v: object, w: object, text: str, lang: str) -> None:
    def values() -> dict[str, object]:
        return {"v": v, "w": w, "markup": Markup("<em>") + text, "clean": SafeHtml.cleaned(f"<p>{text}"), "seen": []}

    rendered = []
    with speaking(lang, TEXTS[lang]):
        for env in BOTH[lang]:
            try:
                rendered.append(env.get_template("page.html").render(values()))
            except Exception as error:  # what Jinja refuses, we refuse
                rendered.append(type(error).__name__)
    assert rendered[1] == rendered[0]


SIGN = '<svg class="i">/static/build/'
WAYS: dict[str, Callable[[str], str]] = {
    "{{ v }}": str,
    '{{ "" ~ v }}': str,
    '{{ ["", v]|join }}': str,
    '{{ _("%(product)s", product=v) }}': str,
    '{% set x %}{{ v }}{% endset %}{{ x }}': str,
    '{% import "macros/ui.html" as m %}{{ m.named(v) }}': lambda text: f'{SIGN}k?a&b</svg>Cart{text}{SIGN}{text}?a&b</svg>',
    '{% include "inner.html" %}': lambda text: f"[{text}|{text}{text}]",
    "{{ v if true }}": str,
    "{% for one in [v] %}{{ one }}{% endfor %}": str,
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=20), way=st.sampled_from(sorted(WAYS)))
def test_a_text_is_shown_as_it_is_and_never_becomes_markup(text: str, way: str) -> None:
    html = BOTH["en"][1].from_string(way).render(v=text, w=text)
    assert unescape(html) == unescape(WAYS[way](text)) or "&" in text
    assert html.count("<") == WAYS[way]("").count("<")
    assert html.count('"') == WAYS[way]("").count('"')
    assert "'" not in html


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("{% autoescape false %}{{ v }}{% endautoescape %}", "autoescape"),
        ("{{ v|safe }}", "safe"),
        ("{% set url = 1 %}", "url"),
        ("{% macro asset(x) %}{% endmacro %}", "asset"),
        ("{% for _ in [] %}{% endfor %}", "_"),
    ],
)
def test_what_would_undo_escaping_or_hide_a_name_of_the_portals_own_is_refused(source: str, word: str) -> None:
    with pytest.raises(TemplateAssertionError, match=word):
        BOTH["en"][1].from_string(source)


def test_a_name_that_is_not_there_is_still_an_error() -> None:
    env = BOTH["en"][1]
    for source in ('{{ _("%(product)s: less", product=nothing) }}', "{{ 'x' ~ nothing }}", "{{ v.nothing }}", "{{ asset(nothing) }}"):
        with pytest.raises(UndefinedError):
            env.from_string(source).render(v=1)


def test_texts_and_macros_of_constants_are_in_the_compiled_template() -> None:
    """Else a page of many rows would pay for them in each row."""
    source = '{% import "macros/ui.html" as m %}{{ m.sign("k") }}{{ _("Cart") }}{{ asset("a") }}{{ url("x", q=1) }}'
    code = str(BOTH["ru"][1].compile(source, raw=True))
    assert "Корзина" in code
    assert "<svg class" in code
    assert "context.call" not in code


def test_what_belongs_to_a_visitor_or_a_form_is_never_worked_out_early() -> None:
    """A token in a compiled template would be one visitor's for all; Jinja's own `meta` does not name an environment's globals."""
    env = pair("en", DictLoader(PIECES))[1]
    seen: list[str] = []

    def token() -> str:
        seen.append("x")
        return f"token{len(seen)}"

    env.globals.update(csrf_token=token, form_key=lambda: f"key{len(seen)}")
    assert not {"guarded", "inner"} & env.constant_macros("macros/ui.html").keys()
    template = env.from_string('{% import "macros/ui.html" as m %}{{ m.guarded() }}')
    assert seen == []
    assert [template.render() for _visitor in range(2)] == ['<input value="token1">key1', '<input value="token2">key2']


def test_each_language_has_its_own_texts_at_once() -> None:
    source = '{{ _("Cart") }} {{ ngettext("%(num)s product", "%(num)s products", 5) }}'
    assert [env.from_string(source).render() for _plain, env in BOTH.values()] == ["Cart 5 products", "Корзина 5 товаров"]


def test_an_error_names_the_line_of_the_template(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p>\n{{ "x" if true }}{{ _("Cart") }}\n{{ nothing.at_all }}')
    env: Any = pair("en", FileSystemLoader(tmp_path))[1]
    with pytest.raises(UndefinedError) as caught:
        env.get_template("a.html").render()
    assert [entry.lineno for entry in caught.traceback if str(entry.path).endswith("a.html")] == [2]


def test_problems_and_cures_are_escaped_in_forms() -> None:
    problem = Problem("invalid", "<b>", "a", (Cure('"<c>"', "a", "'<d>'"),))
    source = (
        '{% import "macros/forms.html" as forms %}{{ forms.problem_list([p], true) }}{{ forms.field("a", "L<", "v<", [p], hint="h<") }}'
    )
    plain, ours = pair("en", FileSystemLoader(gallery.TEMPLATES))
    with speaking("en", TEXTS["en"]):
        assert ours.from_string(source).render(p=problem) == plain.from_string(source).render(p=problem)
        assert "<b></b>" not in ours.from_string(source).render(p=problem)
