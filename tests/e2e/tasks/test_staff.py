"""Tasks of the supplier's own people: the manager's day, and what an administrator keeps in order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from b2bkit.core.sheets import read_book
from tests.e2e.stage import PEOPLE, Stage
from tests.e2e.steps import order_something
from tests.e2e.tab import fine, sign_in, window
from tests.e2e.tasks.test_clients import PASSWORD, link_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]
NEWCOMER = "vera@novaya-plenka.example"
CLIENT = "/admin/clients?q=791515295"
PAPERS = "select[name=cell]:has(option[value^='role:accountant|settlements.papers|'])"


def open_client(page: Page) -> None:
    """The card of the client whose buyer has an account."""
    page.goto(CLIENT)
    page.locator("main th a").first.click()
    expect(page.locator("h1")).to_contain_text("Экопакет")


def test_a_new_company_asks_for_access_a_manager_lets_it_in_and_says_what_kind_it_is(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address, width=390) as (theirs, watch), window(browser, stage.address) as (ours, _other):
        asks, admin = theirs.new_page(), ours.new_page()
        asks.goto("/sign-in")
        asks.locator("main a[href='/register']").click()
        wish = {"tax_id": "200988542", "legal_name": "ООО «Новая плёнка»", "name": "Вера Новик", "email": NEWCOMER}
        for name, value in wish.items():
            asks.locator(f"[name={name}]").fill(value)
        asks.locator("form [type=submit]").last.click()
        expect(asks.locator("[name=tax_id][aria-invalid=true]")).to_have_value("200988542")  # the slip is named
        expect(asks.locator("[name=legal_name]")).to_have_value(wish["legal_name"])
        fine(asks)
        watch.complaints.clear()  # Chromium logs the 422
        asks.locator("[name=tax_id]").fill("200988541")
        asks.locator("form [type=submit]").last.click()
        letter = stage.mailbox.wait_for(lambda one: NEWCOMER in str(one["To"]), seconds=40)
        asks.goto(link_in(letter, "/register/"))
        asks.locator("[name=password]").fill(PASSWORD)
        asks.locator("form:has([name=password]) [type=submit]").click()
        fine(asks)

        sign_in(admin, "admin")
        admin.goto("/admin/registrations")
        admin.locator("main th a", has_text="Новая плёнка").click()
        fine(admin)
        admin.locator("form:has([value=accept]) [type=submit]").click()
        expect(admin.locator("main")).not_to_contain_text("Новая плёнка")
        stage.mailbox.wait_for(lambda one: NEWCOMER in str(one["To"]) and one is not letter, seconds=40)
        asks.goto("/sign-in")
        asks.locator("[name=email]").fill(NEWCOMER)
        asks.locator("[name=password]").fill(PASSWORD)
        asks.locator("form:has([name=password]) [type=submit]").click()
        expect(asks.locator("[name=password]")).to_have_count(0)

        admin.goto("/admin/clients?q=Новая")
        admin.locator("main th a").first.click()
        admin.locator("main a[href$='/account']").click()
        admin.locator("[name=profile]").select_option("individual")
        admin.locator("[name=region]").fill("Минск")
        admin.locator("main form:has([name=profile]) [type=submit]").click()
        expect(admin.locator("main")).to_contain_text("Физическое лицо")
        asks.goto("/company")
        expect(asks.locator("main")).not_to_contain_text(re.compile("договор", re.IGNORECASE))
        watch.calm()


def test_a_manager_orders_for_a_client_under_a_banner_and_the_client_reads_who_did_it(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address) as (context, watch):
        page = context.new_page()
        sign_in(page, "manager")
        expect(page.locator("main h1")).to_be_visible()
        open_client(page)
        page.locator("form[action='/admin/act-for'] [type=submit]").click()
        expect(page.locator(".acting")).to_contain_text("Экопакет")
        fine(page)
        number = order_something(page)
        expect(page.locator(".acting")).to_be_visible()
        page.locator(".acting [type=submit]").click()
        expect(page.locator(".acting")).to_have_count(0)
        page.goto("/admin/orders")
        expect(page.locator("main th a", has_text=number)).to_be_visible()
        watch.calm()
    with window(browser, stage.address) as (context, watch):
        page = context.new_page()
        sign_in(page, "buyer")
        page.goto("/orders")
        page.locator("main th a", has_text=number).click()
        expect(page.locator("main")).to_contain_text("Светлана Дубовик")
        watch.calm()


def test_an_administrator_changes_rights_by_the_table_and_by_a_file_and_reads_why(browser: Browser, stage: Stage, tmp_path: Path) -> None:
    with window(browser, stage.address) as (context, watch), window(browser, stage.address) as (theirs, _other):
        page, accountant = context.new_page(), theirs.new_page()
        sign_in(accountant, "accountant")
        accountant.goto("/papers")
        expect(accountant.locator("h1")).to_have_text("Документы")
        order = accountant.context.request.get("/orders").text()
        found = re.search(r'href="(/orders/[0-9a-f-]{36})"', order)
        assert found is not None
        sign_in(page, "admin")
        page.goto("/admin/access")
        with page.expect_download() as download:
            page.locator("main a[href='/admin/access/file']").click()
        before = tmp_path / "access.xlsx"
        download.value.save_as(before)
        assert len(read_book(before.read_bytes()).sheets[0].rows) > 5

        # a right is taken from a role in the table: it holds at once for who is signed in, and is given back by the file of before
        page.locator(f"{PAPERS}").select_option(label="нет")
        page.locator(".access-save [type=submit]").click()
        expect(page.locator("body")).to_contain_text("Сохранено")
        fine(page)
        assert accountant.context.request.get("/papers").status == 403
        page.goto("/admin/access")
        page.locator("#f-file").set_input_files(before)
        page.locator("form[action='/admin/access/file'] [type=submit]").click()
        expect(page.locator("body")).to_contain_text("Файл принят")
        assert accountant.context.request.get("/papers").status == 200

        # why this person sees this order
        open_client(page)
        page.locator("main a[href*='/access/people/']", has_text=PEOPLE["accountant"].name).click()
        page.locator("[name=thing]").select_option("order")
        page.locator("[name=id]").fill(found[1])
        page.locator("form:has([name=thing]) [type=submit]").click()
        expect(page.locator("main .note", has_text="Видит").locator("li").first).to_be_visible()
        fine(page)
        watch.calm()


def test_an_administrator_words_a_message_with_a_preview_and_looks_after_health(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address) as (context, watch):
        page = context.new_page()
        sign_in(page, "admin")
        page.goto("/admin/messages")
        page.locator("main th a", has_text="1С приняла заказ").first.click()
        page.locator("#f-title-ru").fill("Заказ взят в работу")
        expect(page.locator("#preview-ru")).to_contain_text("Заказ взят в работу")
        page.locator("#f-text-ru").fill("Номер {nubmer}")
        expect(page.locator("#preview-ru .err")).to_contain_text("nubmer")  # a slip is said before it is saved
        page.locator("#form-ru [type=submit]").click()
        expect(page.locator("#form-ru")).to_contain_text("nubmer")
        expect(page.locator("#f-title-ru")).to_have_value("Заказ взят в работу")
        watch.complaints.clear()  # Chromium logs the 422
        fine(page)
        page.locator("#f-text-ru").fill("Скоро поставим товар в резерв.")
        page.locator("#form-ru [type=submit]").click()
        expect(page.locator("main")).to_contain_text("Свой текст")
        page.locator("[data-dialog=d-reset-ru]").click()
        page.locator("dialog#d-reset-ru [type=submit]").click()
        expect(page.locator("section:has(#form-ru)")).to_contain_text("Исходный")

        page.goto("/admin/health")
        expect(page.locator("main")).to_contain_text("В порядке")
        watch.calm()
