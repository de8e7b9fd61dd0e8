"""The frame and the components: in Chromium at both widths, in both languages and themes, under the portal's own policy."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from b2bkit.core import assets
from b2bkit.core.errors import Cure, Problem
from b2bkit.core.web.errors import Failure
from tests.web.gallery import ROOT, TEMPLATES, Pages, Site, page_of, serving

CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PHONE, DESK = 390, 1440
ADDRESSES = [
    *(f"/gallery/{lang}/{theme}/{brand}" for lang, theme, brand in [
        ("en", "light", "polymers"), ("ru", "dark", "parts"), ("ru", "light", "workwear"), ("en", "dark", "oils"),
        ("ru", "auto", "polymers"),
    ]),
    "/plain/ru/light", "/plain/en/dark", "/resend/ru/dark",
    "/problem/404/ru/dark", "/problem/409/ru/light", "/problem/503/en/light",
]  # fmt: skip


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(assets.build(ROOT))


@pytest.fixture(scope="module")
def site(pages: Pages) -> Iterator[Site]:
    with serving(pages) as running:
        yield running


@pytest.fixture(autouse=True)
def forget(site: Site) -> None:
    """Each test sees its own requests and answers."""
    site.forget()
    site.answers["GET /notifications/bell"] = (200, {}, "<a id='bell' href='/notifications'>3</a>")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: `make test` installs it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": DESK, "height": 900})
    yield opened
    opened.close()


def open_page(context: BrowserContext, site: Site, path: str) -> tuple[Page, list[str]]:
    """The page at `path`, and what the browser complains about, the policy's refusals included."""
    tab, complaints = context.new_page(), list[str]()
    tab.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda request: complaints.append(request.url) if not request.url.startswith((site.origin, "data:")) else None)
    tab.goto(site.origin + path)
    return tab, complaints


@pytest.mark.browser
@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("path", ADDRESSES)
def test_pages_are_accessible_quiet_and_never_scroll_sideways(browser: Browser, site: Site, path: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_init_script(path=ROOT / "node_modules/axe-core/axe.min.js")
    tab, complaints = open_page(context, site, path)
    tab.evaluate("document.fonts.ready.then(() => null)")  # waiting by looks again needs eval, which the page's policy forbids
    found: dict[str, Any] = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]] == []
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert complaints == []
    context.close()


@pytest.mark.browser
def test_every_target_on_a_phone_is_large_enough_for_a_thumb(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 844}, has_touch=True)
    tab, _ = open_page(context, site, "/gallery/ru/light/polymers")
    small = tab.evaluate(
        """() => [...document.querySelectorAll('button, .btn, input:not([type=hidden], .form-check-input), select, .tab, .form-check')]
        .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 39.5).map((one) => one.outerHTML.slice(0, 90))"""
    )
    assert small == []
    context.close()


@pytest.mark.browser
def test_the_drawer_of_a_phone_holds_what_the_rail_of_a_desk_does(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 844})
    tab, complaints = open_page(context, site, "/gallery/en/light/polymers")
    expect(tab.get_by_role("link", name="Documents")).to_be_hidden()
    tab.get_by_role("button", name="More", exact=True).click()
    expect(tab.get_by_role("link", name="Documents")).to_be_visible()
    tab.locator(".who").click()
    expect(tab.get_by_role("button", name="Sign out")).to_be_visible()
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("link", name="Documents")).to_be_hidden()
    assert complaints == []
    context.close()


@pytest.mark.browser
def test_the_theme_changes_at_once_and_the_server_is_told(context: BrowserContext, site: Site) -> None:
    tab, _ = open_page(context, site, "/gallery/en/light/polymers")
    site.answers["POST /preferences"] = (303, {"Location": "/gallery/en/dark/polymers"}, "")
    with tab.expect_request("**/preferences"):
        tab.get_by_role("button", name="Dark theme").click()
    assert tab.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    expect(tab.get_by_role("button", name="Dark theme")).to_have_attribute("aria-pressed", "true")
    assert tab.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    [asked] = site.of("POST /preferences")
    assert asked.form["theme"] == ["dark"]
    assert asked.headers["X-CSRF-Token"] == "token-of-the-session"


@pytest.mark.browser
def test_without_a_choice_the_device_decides_and_nothing_flashes(browser: Browser, site: Site) -> None:
    context = browser.new_context(color_scheme="dark", java_script_enabled=False)
    tab, _ = open_page(context, site, "/gallery/ru/auto/polymers")
    dark = tab.screenshot(clip={"x": 700, "y": 4, "width": 4, "height": 4})
    context.close()
    context = browser.new_context(color_scheme="light", java_script_enabled=False)
    tab, _ = open_page(context, site, "/gallery/ru/auto/polymers")
    assert tab.screenshot(clip={"x": 700, "y": 4, "width": 4, "height": 4}) != dark
    context.close()


@pytest.mark.browser
def test_slash_goes_to_the_search_unless_someone_writes(context: BrowserContext, site: Site) -> None:
    tab, _ = open_page(context, site, "/try/behaviour")
    tab.locator("h1").click()
    tab.keyboard.press("/")
    expect(tab.locator("[data-search]")).to_be_focused()
    tab.get_by_label("Comment").click()
    tab.keyboard.press("/")
    expect(tab.get_by_label("Comment")).to_have_value("/")


@pytest.mark.browser
def test_buttons_and_arrows_keep_to_the_allowed_step_exactly(context: BrowserContext, site: Site) -> None:
    tab, _ = open_page(context, site, "/try/behaviour")
    field = tab.get_by_label("ПЭВД: quantity")
    tab.get_by_label("ПЭВД: more").click()
    expect(field).to_have_value("75")
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(field).to_have_value("50")
    half = tab.get_by_label("Oil: quantity")
    for _ in range(3):
        half.press("ArrowUp")
    expect(half).to_have_value("0.8")


@pytest.mark.browser
def test_a_wrong_quantity_is_never_rounded_but_gets_the_nearest_amounts_as_buttons(context: BrowserContext, site: Site) -> None:
    tab, _ = open_page(context, site, "/try/behaviour")
    field = tab.get_by_label("ПЭВД: quantity")
    field.fill("60")
    field.blur()
    expect(field).to_have_value("60")
    expect(field).to_have_attribute("aria-invalid", "true")
    says = tab.locator("[data-qty-says]")
    expect(says).to_contain_text("Only in steps of 25")
    assert [button.inner_text() for button in says.get_by_role("button").all()] == ["50", "75"]
    says.get_by_role("button", name="75").click()
    expect(field).to_have_value("75")
    expect(says).to_have_count(0)
    assert field.get_attribute("aria-invalid") is None
    for typed, told, offered in [("25", "At least 50", "50"), ("300", "At most 200", "200"), ("many", "Enter a number", "50")]:
        field.fill(typed)
        field.blur()
        expect(says).to_contain_text(told)
        expect(says.get_by_role("button").first).to_have_text(offered)


@pytest.mark.browser
def test_writes_of_htmx_carry_the_token_and_a_key_and_go_out_once(context: BrowserContext, site: Site) -> None:
    site.answers["POST /lines"] = (
        200,
        {"HX-Trigger": json.dumps({"toast": {"text": "Added", "tone": "ok", "undo": "/undo"}})},
        "<li>new</li>",
    )
    site.answers["POST /alone"] = (204, {}, "")
    site.answers["POST /undo"] = (204, {}, "")
    site.answers["GET /live"] = (200, {}, "fresh")
    tab, complaints = open_page(context, site, "/try/behaviour")
    tab.evaluate("() => { const add = [...document.querySelectorAll('#htmx [type=submit]')][0]; add.click(); add.click(); }")
    expect(tab.locator("#list")).to_have_text("new")
    [asked] = site.of("POST /lines")
    assert asked.headers["X-CSRF-Token"] == "token-of-the-session"
    assert asked.form["_key"] == ["key-minted-by-the-server"]
    assert asked.form["quantity"] == ["50"]
    tab.locator("#htmx [type=submit]").click()
    expect(tab.locator(".toast-line")).to_have_count(2)
    assert site.of("POST /lines")[1].form["_key"] != ["key-minted-by-the-server"]
    tab.locator("#alone").click()
    tab.locator(".toast-line").last.get_by_role("button", name="Undo").click()
    expect(tab.locator("#live")).to_have_text("fresh")
    assert len(site.of("POST /alone")[0].headers["Idempotency-Key"]) == 36
    assert len(site.of("POST /undo")) == 1
    assert complaints == []


@pytest.mark.browser
def test_a_refusal_stands_in_the_form_and_marks_its_fields_and_nothing_typed_is_lost(
    context: BrowserContext, site: Site, pages: Pages
) -> None:
    problems = (Problem("late", "Too <late>"), Problem("taken", "Only whole pallets", "quantity", (Cure("100", "quantity", "100"),)))
    failure = Failure(422, "refused", "Not possible", "2 things are to be corrected.", problems)
    site.answers["POST /lines"] = (422, {}, pages.render("en", "problem/fragment.html", failure=failure, request_id="0f3a"))
    tab, _ = open_page(context, site, "/try/behaviour")
    field = tab.get_by_label("ПЭВД: quantity")
    field.fill("75")
    tab.locator("#htmx [type=submit]").click()
    alert = tab.locator("#htmx [role=alert]")
    expect(alert).to_contain_text("Too <late>")
    expect(alert).to_be_focused()
    expect(tab.locator("#list")).to_have_text("old")
    expect(field).to_have_value("75")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert tab.locator(f"#{str(field.get_attribute('aria-describedby')).split()[0]}").inner_text().startswith("Only whole pallets")
    alert.get_by_role("button", name="100").click()
    expect(field).to_have_value("100")
    site.answers["POST /lines"] = (200, {}, "<li>new</li>")
    tab.locator("#htmx [type=submit]").click()
    expect(tab.locator("#list")).to_have_text("new")
    expect(alert).to_have_count(0)


@pytest.mark.browser
def test_a_broken_connection_is_told_and_the_same_key_is_sent_again(context: BrowserContext, site: Site) -> None:
    tab, _ = open_page(context, site, "/try/behaviour")
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.abort()

    tab.route("**/alone", lose)
    tab.locator("#alone").click()
    expect(tab.locator("#problems")).to_contain_text("Nothing is lost")
    with tab.expect_event("requestfailed"):
        tab.locator("#alone").click()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    context.set_offline(True)
    expect(tab.locator("#offline")).to_be_visible()
    context.set_offline(False)
    expect(tab.locator("#offline")).to_be_hidden()


@pytest.mark.browser
def test_a_form_is_sent_once_and_its_text_outlives_an_expired_session(context: BrowserContext, site: Site) -> None:
    tab, _ = open_page(context, site, "/try/behaviour")
    site.answers["POST /notes"] = (303, {"Location": "/plain/en/light"}, "")
    tab.get_by_label("Comment").fill("call an hour before")
    tab.get_by_label("Password", exact=True).fill("secret")
    tab.evaluate("() => { const form = document.getElementById('plain'); form.requestSubmit(); form.requestSubmit(); }")
    tab.wait_for_url("**/plain/en/light")
    assert len(site.of("POST /notes")) == 1
    tab.goto(site.origin + "/try/behaviour")
    expect(tab.get_by_label("Comment")).to_have_value("call an hour before")
    expect(tab.get_by_label("Password", exact=True)).to_have_value("")
    expect(tab.locator(".toast-line")).to_contain_text("put back")
    assert "secret" not in json.dumps(tab.evaluate("({...sessionStorage})"))


@pytest.mark.browser
def test_text_that_was_accepted_does_not_come_back(context: BrowserContext, site: Site) -> None:
    tab, _ = open_page(context, site, "/try/behaviour")
    site.answers["POST /notes"] = (303, {"Location": "/try/behaviour"}, "")
    tab.get_by_label("Comment").fill("call an hour before")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Keep").click()
    expect(tab.get_by_label("Comment")).to_have_value("")
    tab.goto(site.origin + "/gallery/en/light/polymers")
    tab.goto(site.origin + "/try/behaviour")
    expect(tab.get_by_label("Comment")).to_have_value("")


@pytest.mark.browser
def test_a_live_event_makes_the_part_of_the_page_fetch_itself(context: BrowserContext, site: Site) -> None:
    site.answers["GET /live"] = (200, {}, "fresh")
    tab, _ = open_page(context, site, "/try/behaviour")
    expect(tab.locator("#live")).to_have_text("stale")
    site.tell("order")
    expect(tab.locator("#live")).to_have_text("fresh")
    site.answers["GET /notifications/bell"] = (200, {}, "<a id='bell' href='/notifications'>4</a>")
    site.tell("notify")
    expect(tab.locator("#bell")).to_have_text("4")
    site.tell("signed-out")
    expect(tab.locator("#offline")).to_contain_text("Your session has ended")


@pytest.mark.browser
def test_a_dialog_asks_with_the_consequence_and_escape_leaves_all_as_it_is(context: BrowserContext, site: Site) -> None:
    tab, complaints = open_page(context, site, "/try/behaviour")
    tab.get_by_role("button", name="Cancel order").click()
    dialog = tab.get_by_role("dialog", name="Cancel the order?")
    expect(dialog).to_contain_text("The reserve is released.")
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tab.get_by_role("button", name="Cancel order")).to_be_focused()
    tab.get_by_role("button", name="Cancel order").click()
    tab.get_by_role("button", name="Leave as it is").click()
    expect(dialog).to_be_hidden()
    assert complaints == []


@pytest.mark.browser
def test_a_password_can_be_shown(context: BrowserContext, site: Site) -> None:
    tab, _ = open_page(context, site, "/try/behaviour")
    tab.get_by_label("Password", exact=True).fill("secret")
    tab.get_by_role("button", name="Show the password").click()
    expect(tab.locator("#f-password")).to_have_attribute("type", "text")
    expect(tab.get_by_role("button", name="Hide the password")).to_have_attribute("aria-pressed", "true")


def test_nothing_is_inline_so_that_the_policy_can_forbid_it() -> None:
    for path in TEMPLATES.rglob("*.html"):
        if path.name in ("letter.html", "digest.html"):
            continue  # mail clients know nothing else
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|<script(?![^>]*\ssrc=)", text), path


def test_every_icon_on_a_rendered_page_is_drawn_in_the_sprite(pages: Pages) -> None:
    sprite = (assets.OUT / assets.Assets.load().names["icons.svg"]).read_text()
    for path in [*ADDRESSES, "/try/behaviour"]:
        named = set(re.findall(r"icons\.[0-9a-f]+\.svg#([\w-]+)", str(pages.page(path))))
        assert named
        assert {name for name in named if f'id="{name}"' not in sprite} == set(), path


def test_a_field_ties_its_problem_and_hint_and_shows_what_was_typed_as_text(pages: Pages) -> None:
    source = (
        '{% import "macros/forms.html" as forms %}{{ forms.field("lines.0.name", "Name", typed, problems, hint="As in the contract") }}'
    )
    problems = [Problem("short", "Enter <at least> 2 characters.", "lines.0.name"), Problem("other", "Not mine", "other")]
    html = pages.envs["en"].from_string(source).render(typed='"><script>', problems=problems)
    assert 'for="f-lines-0-name"' in html
    assert 'aria-describedby="f-lines-0-name-e f-lines-0-name-h"' in html
    assert 'id="f-lines-0-name-e"' in html
    assert "Enter &lt;at least&gt; 2 characters." in html
    assert 'value="&#34;&gt;&lt;script&gt;"' in html
    assert "Not mine" not in html


def test_one_problem_of_a_field_needs_no_list_but_one_without_a_field_does(pages: Pages) -> None:
    source = '{% import "macros/forms.html" as forms %}{{ forms.problem_list(problems) }}'
    render = pages.envs["en"].from_string(source).render
    assert render(problems=[Problem("a", "Wrong", "name")]).strip() == ""
    assert "Wrong" in render(problems=[Problem("a", "Wrong")])
    several = render(problems=[Problem("a", "Wrong", "name"), Problem("b", "Late")])
    assert 'href="#f-name"' in several
    assert "2 things are to be corrected" in several


def test_a_failure_page_tells_what_to_do_next_and_its_number(pages: Pages) -> None:
    page = page_of("ru", "light", "polymers")
    failure = Failure(409, "conflict", "Данные изменились", "Обновите страницу.", (Problem("a", "<b>"), Problem("b", "Два")))
    html = pages.render("ru", "problem/page.html", page=page, failure=failure, request_id="0f3a")
    assert "Номер для поддержки: 0f3a" in html
    assert "Назад к введённому" in html
    assert "&lt;b&gt;" in html
    assert "Повторить" in pages.render("ru", "problem/page.html", page=page, failure=failure._replace(status=503), request_id="1")


def test_a_form_of_an_ended_session_is_offered_again_with_what_was_typed(pages: Pages) -> None:
    html = pages.page("/resend/ru/light") or ""
    assert '<input type="hidden" name="comment" value="&lt;b&gt;">' in html
    assert '<input type="hidden" name="_csrf" value="new">' in html
    assert 'name="_key"' in html


def test_a_letter_needs_nothing_but_itself(pages: Pages) -> None:
    values = {
        "title": "Invitation",
        "paragraphs": ["<b>"],
        "link": "http://portal.example/x",
        "button": "Open",
        "portal": "Polymera",
        "lang": "en",
    }
    html = pages.render("en", "layout/letter.html", **values, brand="#0d6078", leave="")
    assert "No more of these" not in html
    assert "No more of these" in pages.render("en", "layout/letter.html", **values, brand="#0d6078", leave="http://portal.example/leave")
    assert "&lt;b&gt;" in html
    assert html.count("http://portal.example/x") == 3
    assert not re.search(r"<link|<img|<script|src=|url\(", html)


def test_frame_works_with_nothing_but_what_is_always_there(pages: Pages) -> None:
    page = page_of("en", "auto", "polymers", signed_in=False)._replace(langs=(("en", "English"),))
    html = pages.render("en", "layout/portal.html", page=page)
    assert "data-bs-theme" not in html
    assert "data-live" not in html
    assert Path(TEMPLATES / "layout/admin.html").is_file()
