"""Every page, as everybody who may see it: axe finds nothing, the console is quiet, nothing scrolls sideways, nobody else is asked.

Pictures of all pages go to build/screens/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.stage import Stage
from tests.e2e.steps import order_with_papers
from tests.e2e.tab import Theme, empty_cart, found_by_axe, sign_in, take, wider_than_the_page, window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

# each page in both widths and both languages; contrast is looked at in the other theme as well
COMBINATIONS: list[tuple[int, str, Theme]] = [(1440, "ru", "light"), (390, "ru", "dark"), (1440, "en", "dark"), (390, "en", "light")]
SHARES = ((0, 3), (1, 2))  # of pages in turn
SignedIn = Callable[[str], list[dict[str, object]]]
OTHER: Mapping[str, Theme] = {"light": "dark", "dark": "light"}
PRODUCT = 'first:/catalog?view=list|main h3 a[href^="/catalog/"]'
CLIENT = {
    "today": "/", "catalogue": "/catalog?view=list", "catalogue-table": "/catalog?view=table", "catalogue-found": "/catalog?q=%D0%BF%D0%BF",
    "catalogue-nothing": "/catalog?q=no+such+thing", "product": PRODUCT,
    "orders": "/orders", "order": "first:/orders|main th a", "orders-cancelled": "/orders?group=cancelled",
    "orders-nothing": "/orders?q=no-such-number",
    "company": "/company", "profile": "/profile", "notifications": "/notifications", "notification-settings": "/notifications/settings",
    "quick-order": "/cart/list", "saved-carts": "/cart/saved", "compare-nothing": "/catalog/compare", "watches": "/watches",
    "papers": "/papers", "originals": "/originals", "ask-originals": "/originals/new", "availability": "/availability",
    "followed": "/availability?mine=true", "desk": "/today", "details": "/company/details", "own-data": "/profile/data",
    "security": "/profile/security", "second-step": "/profile/security/second-step", "hours": "/notifications/hours",
    "compare": "chosen:/catalog",
    "saved-filters": "/catalog/filters", "narrowed-badly": "/catalog?price_from=x", "prepared": "/prepared",
    "long-price-list": "/cart/list/prices/long", "analytics": "/analytics?kind=year",
    "news": "/news", "post": "first:/news|main h2 a", "tickets": "/tickets", "ticket": "first:/tickets|main th a",
    "ask": "/tickets/new", "ask-for-an-act": "/tickets/new/reconciliation", "favorites": "/favorites",
    "favorites-list": "first:/favorites|main th a", "catalog-requests": "/catalog-requests", "discount-requests": "/discount-requests",
    "chat": "/chat", "chat-found": "/chat?q=%D0%BF%D0%B2%D0%B4&at=6",
    "absent": "/orders/0197a3f0-0000-7000-8000-00000000000a", "unknown": "/no/such/page",
}  # fmt: skip
BUYING = {"cart": "/cart", "checkout": "/checkout", "saved-cart": "first:/cart/saved|main th a"}
CARD = "first:/admin/clients?q=791515295|main th a"  # the client whose buyer signs in
STAFF = {
    "dashboard": "/admin", "clients": "/admin/clients", "client": "first:/admin/clients|main th a",
    "clients-nothing": "/admin/clients?q=nobody", "account": f"{CARD}|main a[href$='/account']",
    "new-contact": f"{CARD}|main a[href$='/contacts']", "contact": f"{CARD}|main a[href*='/contacts/']",
    "entity": f"{CARD}|main a[href*='/entities/']", "person-rights": f"{CARD}|main a[href*='/access/people/']",
    "catalogue": "/catalog", "product": PRODUCT, "product-edit": f"{PRODUCT}|main a[href^='/admin/catalog/']",
    "orders": "/admin/orders", "order": "first:/admin/orders|main th a",
    "exchange": "/admin/exchange", "flows": "/admin/exchange/flows", "messages": "/admin/exchange/messages",
    "flow": "first:/admin/exchange/flows|main a[href*='/exchange/flows/']", "owed": "/admin/exchange/owed",
    "substitutes": "/admin/substitutes", "registrations": "/admin/registrations", "requests": "/admin/requests",
    "profile": "/profile", "notifications": "/notifications", "notification-settings": "/notifications/settings", "forbidden": "/cart",
    "api": "/api/docs", "analytics": "/admin/analytics?kind=year", "originals": "/admin/originals", "availability": "/admin/availability",
    "tickets": "/admin/tickets", "ticket": "first:/admin/tickets|main th a", "catalog-requests": "/admin/catalog-requests",
    "catalog-request": "first:/admin/catalog-requests|main th a", "discount-requests": "/admin/discount-requests",
    "discount-request": "first:/admin/discount-requests|main th a", "talks": "/admin/chat", "talk": "first:/admin/chat|a.conv",
}  # fmt: skip
PAGES: Mapping[str, Mapping[str, str]] = {
    "anonymous": {
        "sign-in": "/sign-in",
        "reset": "/reset",
        "register": "/register",
        "invitation": "/invitations/no-such-invitation",
        "reset-old": "/reset/no-such-link",
        "register-old": "/register/no-such-link",
        "leave-old": "/notifications/unsubscribe/no-such-link",
        "unknown": "/no/such/page",
    },
    "buyer": CLIENT | BUYING,
    # who may less than the buyer: what looks otherwise for them
    "accountant": {name: CLIENT[name] for name in ("today", "catalogue", "order", "company", "papers")}
    | {"money": "/money", "paper": "first:/papers|main th a", "payments": "/payments"},
    "owner": {name: CLIENT[name] for name in ("today", "orders", "company", "details")}
    | {"contacts": "/company/details/contacts", "new-address": "/company/details/addresses"}
    | {f"{name}-edit": f"first:/company/details|main a[href*='/{name}/']" for name in ("entities", "contacts", "addresses")}
    | BUYING,
    # whose kind of account has other pages and fields
    "distributor": {"today": "/", "dealers": "/dealers", "dealer": "first:/dealers|main th a", "orders": "/orders"},
    "individual": {name: CLIENT[name] for name in ("today", "company", "details", "profile")} | BUYING,
    "manager": STAFF,
    "admin": {name: STAFF[name] for name in ("dashboard", "clients", "client", "flows")}
    | {
        "health": "/admin/health",
        "news": "/admin/news",
        "post-edit": "first:/admin/news|main th a",
        "duplicates": f"{CARD}|main a[href$='/duplicates']",
        "rights": "/admin/access",
        "rights-staff": "/admin/access?side=staff",
        "texts": "/admin/messages",
        "text": "first:/admin/messages|main th a",
        "undelivered": "/admin/messages/undelivered",
        "message": "first:/admin/exchange/messages|main th a",
        "role": "first:/admin/access|main thead a",
        "colleague": "first:/admin/access?side=staff|main a[href*='/access/staff/']",
    },
}
NOT_OURS = ("api",)  # the bundled viewer of the OpenAPI document: its colours and headings are its makers'
EXPECTED_COMPLAINTS = (
    "absent",
    "unknown",
    "forbidden",
    "invitation",
    "reset-old",
    "register-old",
    "leave-old",
)  # Chromium logs the 404 and 403 that we ask for


def address_of(page: Page, told: str) -> str:
    """`first:LIST|LINK` is what the first such link of a list leads to, `|LINK` again from there; `chosen:LIST` compares its first two."""
    kind, _, way = told.partition(":")
    if kind == "chosen":
        page.goto(way)
        for number in range(2):
            page.locator("main input[form=compare]").nth(number).check()
        page.locator("form#compare [type=submit]").click()
        page.wait_for_url("**/compare?**")
        return page.url
    if kind != "first":
        return told
    address, *links = way.split("|")
    for link in links:
        page.goto(address)
        address = page.locator(link).first.get_attribute("href") or ""
    return address


def add_address(page: Page) -> None:
    """A place that the company keeps itself, and so may change."""
    page.goto("/company/details/addresses")
    page.locator("[name=label]").fill("Цех 2")
    page.locator("[name=text]").fill("Минск, Заводская, 12")
    page.locator("main form:has([name=text]) [type=submit]").click()
    page.wait_for_url("**/company/details**")


def fill_cart(page: Page) -> None:
    """Two products, and a third in an amount that nobody can order, by the buttons of the catalogue; nothing else. A template of them."""
    empty_cart(page)
    page.goto("/catalog")
    for number in range(3):
        form = page.locator("main form.buy").nth(number)
        if number == 2:
            form.locator("select").select_option("кг")
            form.locator("[name=quantity]").fill("13")
        form.locator("[type=submit]").last.click()
        form.locator(".said a").wait_for()
    page.goto("/cart")
    page.locator("main [data-dialog=save-cart]").click()
    page.locator("#save-name").fill("Каждый месяц")
    page.locator("dialog#save-cart [type=submit]").click()
    page.wait_for_url("**/cart/saved**")


@pytest.fixture
def opened(browser: Browser, stage: Stage) -> SignedIn:
    """Signs in by the form and gives the cookies."""

    def cookies(role: str) -> list[dict[str, object]]:
        with window(browser, stage.address) as (context, _watch):
            page = context.new_page()
            sign_in(page, role)
            if "cart" in PAGES[role]:
                fill_cart(page)
            if "addresses-edit" in PAGES[role]:
                add_address(page)
            if "paper" in PAGES[role]:
                order_with_papers(browser, stage)
            return [dict(cookie) for cookie in context.cookies() if cookie["name"] == "b2bkit"]

    return cookies


def faults_of(context: BrowserContext, name: str, address: str, label: str, theme: Theme) -> list[str]:
    """What is wrong with one page, in the theme asked for and in the other one."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("load")
    found = [f"sticks out: {what}" for what in wider_than_the_page(page)]
    take(page, f"{name}-{label}")
    if name.endswith(NOT_OURS):
        page.close()
        return [f"{name} {label} {address}: {finding}" for finding in found]
    found += found_by_axe(page)
    page.evaluate(f'document.documentElement.dataset.bsTheme = "{OTHER[theme]}"')
    found += [f"{OTHER[theme]}: {finding}" for finding in found_by_axe(page, "color-contrast")]
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} h1")
    page.close()
    return [f"{name} {label} {address}: {finding}" for finding in found]


@pytest.mark.parametrize("role", PAGES)
def test_every_page_is_accessible_quiet_and_fits(
    role: str, browser: Browser, stage: Stage, opened: Callable[[str], list[dict[str, object]]]
) -> None:
    cookies = opened(role) if role != "anonymous" else []
    faults: list[str] = []
    for place, (width, lang, theme) in enumerate(COMBINATIONS):
        with window(browser, stage.address, width=width, lang=lang, theme=theme) as (context, watch):
            context.add_cookies(cookies)  # type: ignore[arg-type]
            tab = context.new_page()
            for number, (name, told) in enumerate(PAGES[role].items()):
                if place not in SHARES[number % len(SHARES)]:
                    continue
                address = address_of(tab, told)
                watch.complaints.clear()
                faults += faults_of(context, f"{role}-{name}", address, f"{width}-{lang}-{theme}", theme)
                if name not in EXPECTED_COMPLAINTS:
                    faults += [f"{role}-{name} {width} {lang} {theme}: console: {complaint}" for complaint in watch.complaints]
            faults += [f"{role} {width} {lang} {theme}: asked {url}" for url in watch.elsewhere]
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)
