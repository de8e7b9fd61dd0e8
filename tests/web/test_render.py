"""Templates, slots, and figures as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import jinja2
import pytest

from b2bkit.core.web.formatting import age, clock, day, moment, money, num, qty
from b2bkit.core.web.render import SafeHtml
from tests.web.room import NOW, Room

MINSK = ZoneInfo("Europe/Minsk")


@pytest.mark.parametrize(
    ("value", "currency", "ru", "en"),
    [
        (Decimal("9240"), "BYN", "9\u00a0240,00\u00a0BYN", "9,240.00\u00a0BYN"),
        (Decimal("-1234567.5"), "RUB", "\u22121\u00a0234\u00a0567,50\u00a0RUB", "\u22121,234,567.50\u00a0RUB"),
        (Decimal("0.0125"), "BYN", "0,0125\u00a0BYN", "0.0125\u00a0BYN"),
        (Decimal("3.1000"), "", "3,10", "3.10"),
        (0, "BYN", "0,00\u00a0BYN", "0.00\u00a0BYN"),
        (None, "BYN", "\u2014", "\u2014"),
    ],
)
def test_money(value: Decimal | None, currency: str, ru: str, en: str) -> None:
    assert money(value, currency, lang="ru") == ru
    assert money(value, currency, lang="en") == en


def test_quantities_have_the_decimals_that_they_have() -> None:
    assert qty(Decimal("2000.000"), "кг", lang="ru") == "2\u00a0000\u00a0кг"
    assert qty(Decimal("0.125"), "t", lang="en") == "0.125\u00a0t"
    assert num(Decimal("1E+3"), lang="ru") == "1\u00a0000"
    assert num(1234567, lang="en") == "1,234,567"
    assert num(Decimal("2.5"), 0, lang="en") == "2"


def test_figures_are_never_binary_floats() -> None:
    for wrong in (1.5, "1", True):
        with pytest.raises(TypeError):
            num(wrong, lang="ru")  # type: ignore[arg-type]


def test_days_and_moments_are_those_of_the_business_zone() -> None:
    late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)  # already the 24th in Minsk
    today = date(2026, 11, 24)
    assert day(late, lang="ru", zone=MINSK, today=today) == "24\u00a0ноября"
    assert day(date(2025, 3, 1), lang="en", zone=MINSK, today=today) == "1\u00a0March 2025"
    assert day(late, "short", lang="ru", zone=MINSK) == "24.11.2026"
    assert day(late, "full", lang="ru", zone=MINSK, today=today) == "24\u00a0ноября 2026"
    assert day(None, lang="ru", zone=MINSK) == "\u2014"
    assert clock(late, zone=MINSK) == "01:30"
    assert moment(late, lang="ru", zone=MINSK, now=NOW) == "01:30"
    assert moment(late - timedelta(days=2), lang="en", zone=MINSK, now=NOW) == "22\u00a0November, 01:30"


@pytest.mark.parametrize(
    ("seconds", "state", "text"),
    [
        (10, "fresh", "just now"),
        (119, "fresh", "1 min ago"),
        (121, "late", "as of 11:57, 2 min"),
        (7200, "late", "as of 10:00, 2 hours"),
        (90_000, "old", "as of 23\u00a0November, 11:00"),
    ],
)
def test_age_tells_how_fresh_a_figure_is(seconds: int, state: str, text: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), 60, lang="en", zone=MINSK, now=NOW) == (text, state)


def test_a_figure_without_a_time_has_no_age() -> None:
    assert age(None, lang="en", zone=MINSK, now=NOW).state == "unknown"


def test_html_from_people_loses_all_that_acts() -> None:
    html = '<p onclick="x" hx-get="/y" data-hx-post="/z" style="a">a<script>b</script><img src=x onerror=y><a href="javascript:1">c</a><a href="https://d">e</a></p>'
    clean = SafeHtml.cleaned(html)
    for gone in ("onclick", "hx-", "style", "script", "img", "javascript"):
        assert gone not in clean
    assert 'href="https://d"' in clean
    assert "nofollow" in clean


def test_a_name_that_is_not_there_is_an_error(room: Room) -> None:
    renderer = room.app.site.renderer
    with pytest.raises(jinja2.UndefinedError):
        renderer.env.from_string("{{ nothing }}").render()
    with pytest.raises(jinja2.UndefinedError):
        renderer.env.from_string("{{ row.nothing }}").render(row=NOW)


def test_every_template_is_escaped_whatever_its_name(room: Room) -> None:
    env = room.app.site.renderer.env
    assert env.autoescape is True
    assert env.from_string("{{ a }}").render(a="<b>") == "&lt;b&gt;"
    assert env.from_string("{{ _('for %(name)s', name=a) }}").render(a="<b>") == "for &lt;b&gt;"


def test_a_fragment_of_a_page_knows_what_the_page_imports(room: Room) -> None:
    client = room.buyer()
    whole = client.get("/?q=tea")
    piece = client.get("/?q=tea", htmx=True)
    assert piece.text == "<ul><li>&lt;b&gt;</li><li>tea</li></ul>"
    assert piece.text in whole.text
    assert piece.headers["vary"] == "HX-Request"


def test_widgets_are_shown_by_permission_and_a_broken_one_is_a_small_box(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    page = room.buyer().get("/").text
    assert "<aside>42</aside>" in page
    assert "secret" not in page
    assert page.count('class="failed"') == 1
    assert "/w/shop.broken" in page
    assert '<div hx-get="/w/shop.slow"></div>' in page
    assert "widget failed" in caplog.text


def test_a_widget_fetched_by_itself_stands_behind_its_permission(room: Room) -> None:
    client = room.buyer()
    assert (
        client.get("/w/shop.slow?id=00000000-0000-0000-0000-000000000007").text == "<aside>of 00000000-0000-0000-0000-000000000007</aside>"
    )
    assert client.get("/w/shop.secret").status_code == 403
    assert client.get("/w/shop.nothing").status_code == 404
    assert client.get("/w/shop.slow?id=7").status_code == 422
    assert room.stranger().get("/w/shop.slow").status_code == 303


def test_every_form_has_a_key_of_its_own(room: Room) -> None:
    client = room.buyer()
    first, second = client.get("/notes").text, client.get("/notes").text
    assert first.split('name="_key" value="')[1][:20] != second.split('name="_key" value="')[1][:20]


def test_kept_markup_may_not_ask_who_looks_or_how_late_it_is(room: Room) -> None:
    renderer = room.app.site.renderer
    for question in ('may("shop.see")', "now()", "age(value)", 'slot("dashboard")'):
        text = "{% macro one(value) %}{{ " + question + " }}{% endmacro %}{{ kept(one, value) }}"
        with pytest.raises(RuntimeError, match="same for everybody"):
            renderer.env.from_string(text).render(value=NOW)


def test_kept_markup_is_escaped_and_drawn_once_for_equal_values(room: Room) -> None:
    env, drawn = room.app.site.renderer.env, []
    macro, call = "{% macro one(value, note) %}<b>{{ note(value) }}</b>{% endmacro %}", "{{ kept(one, VALUE, note) }}"
    text = macro + "".join(call.replace("VALUE", value) for value in ("'<'", "'<'", "2"))

    def note(value: object) -> object:
        drawn.append(value)
        return value

    assert env.from_string(text).render(note=note) == "<b>&lt;</b><b>&lt;</b><b>2</b>"
    assert drawn == ["<", 2]
