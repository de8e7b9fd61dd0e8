"""A buyer's tasks: find, order in every way, come back, be told of changes, keep what was typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stage import PEOPLE, Stage
from tests.e2e.tab import empty_cart, fine, sign_in, window
from tests.e2e.test_first_order import place

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]


def articles(page: Page, how_many: int) -> list[str]:
    """Articles of the first products that can be ordered."""
    page.goto("/catalog?view=list")
    return [one.strip() for one in page.locator("main article:has(form.buy) .props span:first-child").all_inner_texts()[:how_many]]


def order_page(page: Page) -> str:
    """The number of the order that the page shows."""
    found = re.search(r"П-\d+", page.locator("h1").inner_text())
    assert found is not None
    return found.group()


def test_on_a_phone_a_buyer_finds_by_a_typo_orders_to_an_address_and_repeats(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address, width=390) as (context, watch):
        page = context.new_page()
        sign_in(page, "buyer")
        empty_cart(page)
        page.locator(".tabbar a[href='/catalog']").click()
        search = page.locator("main [data-search]")
        for typed in ("заволжепалимер", "pfdjk;mtgjkbvth", "zavolzhepolimer"):
            search.fill(typed)
            search.press("Enter")
            page.wait_for_url(re.compile("q="))
            expect(page.locator("main article").first).to_contain_text("Заволжьеполимер")
        page.locator("main form.buy [type=submit]").first.click()
        expect(page.locator("main form.buy .said a").first).to_be_visible()
        page.locator("main form.buy .said a").first.click()
        fine(page)
        page.locator(".buybar a").click()
        expect(page).to_have_url(re.compile("/checkout$"))
        address = page.locator("main [name=address_id]").first
        address.check()
        page.locator("main [name=comment]").fill("Позвонить за час")
        page.locator(".buybar [type=submit]").click()
        expect(page).to_have_url(re.compile("/orders/[0-9a-f-]{36}$"))
        number = order_page(page)
        expect(page.locator("#order")).to_contain_text("Позвонить за час")
        expect(page.locator("#order")).not_to_contain_text("Самовывоз")
        assert stage.box.wait_for_documents({number})[number] == 1
        fine(page)
        page.get_by_role("button", name="Заказать снова").click()
        expect(page).to_have_url(re.compile("/cart"))
        expect(page.locator("main li.line")).to_have_count(1)
        watch.calm()


MISTAKES = "Эти строки ещё не заказаны"


def correct(page: Page, good: str) -> None:
    """Empties the line whose article nobody knows, chooses a unit for the other one, sends both."""
    lines = page.locator("main li.list-line")
    expect(lines).to_have_count(2)
    expect(lines.nth(0).locator("[aria-invalid=true]")).to_have_value("НЕТ-ТАКОГО")
    lines.nth(0).locator("[name=article]").fill("")
    expect(lines.nth(1).locator("[name=article]")).to_have_value(good)
    lines.nth(1).locator("select[name=unit]").select_option(index=1)
    page.locator("main .card-foot [type=submit]").click()
    expect(page).to_have_url(re.compile("/cart$"))


def test_a_buyer_orders_by_a_list_and_a_file_with_mistakes_keeps_drafts_and_templates_cancels_and_prints(
    browser: Browser, stage: Stage, tmp_path: Path
) -> None:
    with window(browser, stage.address) as (context, watch):
        page = context.new_page()
        sign_in(page, "buyer")
        empty_cart(page)
        good, other, third = articles(page, 3)

        # a pasted list: what is understood is in the cart, what is not stays with its reason
        page.goto("/cart/list")
        page.locator("[name=text]").fill(f"{good}\nНЕТ-ТАКОГО 5\n{other} 3 вагончика")
        page.locator("main form [type=submit]").last.click()
        expect(page.locator("main")).to_contain_text(MISTAKES)
        expect(page.locator("main [role=status]")).to_contain_text("1 строка")
        fine(page)
        correct(page, other)
        expect(page.locator("main li.line")).to_have_count(2)

        # the same as a file; then the whole cart becomes a draft, comes back, and becomes a template
        page.goto("/cart/list")
        page.locator("[name=file]").set_input_files(sheet(tmp_path, [(third, 1, ""), ("НЕТ-ТАКОГО", 5, ""), (other, 3, "вагончика")]))
        page.locator("main form [type=submit]").last.click()
        correct(page, other)
        expect(page.locator("main li.line")).to_have_count(3)
        save(page, "draft", "На вторник")
        page.goto("/cart")
        expect(page.locator("main li.line")).to_have_count(0)
        page.goto("/cart/saved")
        page.get_by_role("button", name="На вторник").click()
        expect(page.locator("main li.line")).to_have_count(3)
        save(page, "template", "Каждый вторник")
        page.get_by_role("link", name="Каждый вторник").click()
        fine(page)

        # ordered, taken as a file, printed, cancelled
        number = order_by_cures(page)
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Заказ {number} в XLSX").or_(page.locator("main a[href$='/file']")).first.click()
        assert download.value.path().read_bytes()[:2] == b"PK"
        page.emulate_media(media="print")
        expect(page.locator(".rail, .topbar, [data-print]").locator("visible=true")).to_have_count(0)
        expect(page.locator("#order table").first).to_be_visible()
        page.emulate_media(media="screen")
        page.locator("[data-dialog=cancel]").click()
        page.locator("#cancel-reason").fill("Передумали")
        page.locator("dialog#cancel [type=submit]").click()
        expect(page.locator("#order")).to_contain_text(re.compile("Отмен|отмен"))

        # the template is there again
        page.goto("/cart/saved")
        page.get_by_role("button", name="Каждый вторник").click()
        expect(page.locator("main li.line")).to_have_count(3)
        watch.calm()


def sheet(folder: Path, rows: list[tuple[str, int, str]]) -> Path:
    """An order as buyers' own programs write it."""
    made = folder / "заявка.xlsx"
    with xlsxwriter.Workbook(made) as book:
        page = book.add_worksheet()
        for number, row in enumerate([("Артикул", "Количество", "Ед."), *rows]):
            page.write_row(number, 0, row)
    return made


def save(page: Page, kind: str, name: str) -> None:
    """The cart as a draft or a template."""
    page.goto("/cart")
    page.locator("main [data-dialog=save-cart]").click()
    page.locator("#save-name").fill(name)
    page.locator(f"dialog#save-cart [name=kind][value={kind}]").check()
    page.locator("dialog#save-cart [type=submit]").click()
    expect(page).to_have_url(re.compile("/cart/saved"))


def order_by_cures(page: Page) -> str:
    """Takes the first of the amounts that are proposed for each line with a wrong one, then orders."""
    page.goto("/cart")
    while page.locator("main li.line .lower .err").count():
        cure = page.locator("main li.line .lower .btn-row [type=submit]").first.element_handle()
        cure.click()
        cure.wait_for_element_state("hidden")  # the line was drawn anew: else the error that is counted next is the old one
    return place(page)


def test_what_changed_in_1c_stands_in_the_cart_until_it_is_confirmed_and_who_watches_is_told(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address) as (context, watch):
        page = context.new_page()
        sign_in(page, "buyer")
        empty_cart(page)
        article = articles(page, 1)[0]
        page.locator("main form.buy [type=submit]").first.click()
        expect(page.locator("main form.buy .said a").first).to_be_visible()
        page.locator("main h3 a").first.click()
        page.locator("#watch-box [type=submit]", has_text="цен").click()
        expect(page.locator("#watch-box [aria-pressed=true]")).to_have_count(1)

        stage.box.price(article, "999.00")
        page.goto("/cart")
        expect(page.locator("main .diffbar")).to_contain_text("1 дороже", timeout=30_000)
        expect(page.locator("main li.line")).to_contain_text("Дороже")
        fine(page)
        page.reload()
        expect(page.locator("main .diffbar")).to_be_visible()  # seen is not accepted
        page.locator("main .diffbar [type=submit]").click()
        expect(page.locator("main .diffbar")).to_have_count(0)
        page.reload()
        expect(page.locator("main .diffbar")).to_have_count(0)
        page.goto("/notifications")
        expect(page.locator("main")).to_contain_text("999,00 BYN", timeout=30_000)

        # compared with another one
        page.goto("/catalog")
        for number in range(2):
            page.locator("main input[form=compare]").nth(number).check()
        page.locator("form#compare [type=submit]").click()
        expect(page.locator("main tr.differs").first).to_be_visible()
        expect(page.locator("main thead th")).to_have_count(3)
        watch.calm()


def test_what_was_typed_outlives_a_session_that_ended_midway(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address) as (context, _watch):
        page = context.new_page()
        sign_in(page, "buyer")
        for address, field, text in (("/cart/list", "text", "МАРКА-1 5\nМАРКА-2 6"), ("/checkout", "comment", "Въезд со двора")):
            if address == "/checkout":
                articles(page, 1)
                page.locator("main form.buy [type=submit]").first.click()
                expect(page.locator("main form.buy .said a").first).to_be_visible()
            page.goto(address)
            page.locator(f"main [name={field}]").fill(text)
            context.clear_cookies(name="b2bkit")
            page.locator("main form:has([name=_key]) [type=submit]").last.click()
            expect(page.locator("[name=password]")).to_be_visible()
            sign_in_here(page)
            expect(page).to_have_url(re.compile(address))
            expect(page.locator(f"main [name={field}]")).to_have_value(text)


def sign_in_here(page: Page) -> None:
    """On the page of signing in to which one was led."""
    page.locator("[name=email]").fill(PEOPLE["buyer"].email)
    page.locator("[name=password]").fill(PEOPLE["buyer"].password)
    page.locator("form:has([name=password]) [type=submit]").click()
    expect(page.locator("[name=password]")).to_have_count(0)
