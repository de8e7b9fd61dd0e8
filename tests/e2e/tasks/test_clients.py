"""Tasks of the others at a client: accountant, owner, distributor and its dealer, individual."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.stage import PEOPLE, Stage
from tests.e2e.steps import order_something, order_with_papers
from tests.e2e.tab import empty_cart, fine, sign_in, window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]
PASSWORD = "длинный пароль новичка"


def link_in(letter: EmailMessage, path: str) -> str:
    """The link with this path in a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    found = re.search(rf"http://\S+{path}[^\s>]+", body.get_content())
    assert found is not None, body.get_content()
    return found.group()


def test_an_owner_invites_changes_and_dismisses_an_employee_whose_open_page_says_so_at_once(browser: Browser, stage: Stage) -> None:
    address = "n.novik@medplastik.example"
    with window(browser, stage.address) as (context, watch), window(browser, stage.address, width=390) as (theirs, _other):
        owner = context.new_page()
        sign_in(owner, "owner")
        owner.goto("/company")
        owner.locator("#invite [name=name]").fill("Нина Новик")
        owner.locator("#invite [name=email]").fill(address)
        owner.locator("#invite [name=role]").select_option("buyer")
        owner.locator("#invite [type=submit]").click()
        expect(owner.locator("main")).to_contain_text(address)
        letter = stage.mailbox.wait_for(lambda one: address in str(one["To"]), seconds=40)

        employee = theirs.new_page()
        employee.goto(link_in(letter, "/invitations/"))
        fine(employee)
        employee.locator("[name=password]").fill(PASSWORD)
        employee.locator("form:has([name=password]) [type=submit]").click()
        expect(employee.locator("[name=password]")).to_have_count(0)
        employee.goto("/catalog")
        expect(employee.locator("main form.buy").first).to_be_visible()

        # another role holds with the next page, a dismissal on the page that is open
        owner.goto("/company")
        owner.locator("tr", has_text=address).locator("select[name=role]").select_option("accountant")
        expect(owner.locator("tr", has_text=address).locator("select[name=role]")).to_have_value("accountant")
        employee.goto("/catalog")
        expect(employee.locator("main form.buy")).to_have_count(0)
        owner.locator("tr", has_text=address).get_by_role("button", name="Нина Новик").click()
        owner.locator("dialog[open] [type=submit]").click()
        expect(owner.locator("tr", has_text=address)).to_contain_text("Доступ закрыт")
        expect(employee.locator("body")).to_contain_text(re.compile("[Вв]ойдите|[Вв]ход|сесси"), timeout=20_000)
        watch.calm()


def test_an_owner_asks_for_other_data_the_manager_confirms_and_both_see_it(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address) as (context, watch), window(browser, stage.address) as (desk, _other):
        owner, admin = context.new_page(), desk.new_page()
        sign_in(owner, "owner")
        owner.goto("/company/details")
        owner.locator("main a[href*='/entities/']").first.click()
        owner.locator("[name=address]").fill("Минск, Новая, 7")
        owner.locator("main form:has([name=address]) [type=submit]").click()
        expect(owner.locator("main")).to_contain_text("Ждёт подтверждения")
        fine(owner)
        sign_in(admin, "admin")
        admin.goto("/admin/requests")
        row = admin.locator("main li", has_text="Минск, Новая, 7")
        row.locator("[name=action][value=confirm]").click()
        expect(admin.locator("main li", has_text="Минск, Новая, 7")).to_have_count(0)
        owner.reload()
        expect(owner.locator("main li", has_text="Минск, Новая, 7")).to_contain_text("Подтверждён")

        # an address of one's own, and an order to it under the other contract
        owner.get_by_role("link", name="Добавить адрес").click()
        owner.locator("[name=label]").fill("Новый цех")
        owner.locator("[name=text]").fill("Минск, Заводская, 12")
        owner.locator("main form:has([name=text]) [type=submit]").click()
        expect(owner.locator("main")).to_contain_text("Новый цех")
        empty_cart(owner)
        first = owner.locator(".entity .sub").first.inner_text()
        owner.locator("button.entity").click()
        owner.locator("#entity-menu [type=submit]:not([aria-current])").first.click()
        expect(owner.locator(".entity .sub").first).not_to_have_text(first)
        owner.goto("/catalog")
        owner.locator("main form.buy [type=submit]").first.click()
        expect(owner.locator("main form.buy .said a").first).to_be_visible()
        owner.goto("/checkout")
        owner.locator("label", has_text="Новый цех").click()
        # the goods are not sold under the other contract: said, and one click away
        owner.locator("[form=other-contract]").first.click()
        expect(owner.locator("main .note")).to_contain_text("не продаём")
        fine(owner)
        owner.locator("main form[action='/switch'] [type=submit]").first.click()
        owner.goto("/checkout")
        owner.locator("label", has_text="Новый цех").click()
        owner.locator("form#checkout aside [type=submit]").last.click()
        expect(owner.locator("#order")).to_contain_text("Минск, Заводская, 12")
        watch.calm()


def test_an_accountant_sees_debts_finds_a_paper_of_an_order_and_orders_nothing(browser: Browser, stage: Stage) -> None:
    number = order_with_papers(browser, stage)
    with window(browser, stage.address) as (context, watch):
        page = context.new_page()
        sign_in(page, "accountant")
        page.locator(".rail a[href='/money']").click()
        expect(page.locator("main")).to_contain_text(re.compile("Долг|должны", re.IGNORECASE))
        page.goto("/papers")
        page.locator("main [name=q]").fill(number)
        page.wait_for_url(re.compile("q="))
        page.locator("main tbody tr th a").first.click()
        expect(page.locator("main")).to_contain_text(number)
        fine(page)
        page.goto("/catalog")
        expect(page.locator("main form.buy")).to_have_count(0)
        expect(page.locator("main h3 a").first).to_be_visible()
        watch.calm()
    with window(browser, stage.address, width=390) as (context, watch):
        page = context.new_page()
        sign_in(page, "accountant")
        page.goto("/papers")
        page.locator("main tbody tr th a").first.click()
        fine(page)
        watch.calm()


def test_a_distributor_sees_its_dealers_and_an_order_that_one_of_them_places_and_changes_nothing(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address) as (context, _watch):
        page = context.new_page()
        sign_in(page, "buyer")
        number = order_something(page)
        page.goto("/dealers", wait_until="commit")
        assert page.locator("main tbody tr").count() == 0
    with window(browser, stage.address, width=390) as (context, watch):
        page = context.new_page()
        sign_in(page, "distributor")
        page.locator("[popovertarget=rail]").click()
        page.locator(".rail a[href='/dealers']").click()
        expect(page.locator("main tbody tr")).to_have_count(3)
        page.locator("main th a", has_text="Экопакет").click()
        page.locator("main th a", has_text=number).click()
        expect(page.locator("h1")).to_contain_text(number)
        expect(page.locator("main")).to_contain_text("Экопакет")
        expect(page.locator("main form[action*='/repeat'], main [data-dialog=cancel], main form[action*='/archive']")).to_have_count(0)
        fine(page)
        page.goto("/orders")
        expect(page.locator("main")).to_contain_text(number)
        watch.calm()


def test_an_individual_orders_without_reading_of_contracts(browser: Browser, stage: Stage) -> None:
    with window(browser, stage.address, width=390) as (context, watch):
        page = context.new_page()
        sign_in(page, "individual")
        assert PEOPLE["individual"].email
        number = order_something(page)
        assert stage.box.wait_for_documents({number})[number] == 1
        for address in (page.url, "/company", "/company/details", "/catalog", "/cart"):
            page.goto(address)
            assert "договор" not in page.locator("main").inner_text().lower(), address
            assert "КПП" not in page.locator("main").inner_text(), address
        watch.calm()
