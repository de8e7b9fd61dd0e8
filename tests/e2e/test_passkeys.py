"""Passkeys in a real browser: Chromium's virtual authenticator makes a key, and opens the portal with it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from b2bkit.core.accounts import passwords
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]
PASSWORD = "три мешка полиэтилена"


def with_authenticator(page: Page) -> None:
    """A key of the device that verifies its person without asking."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    line.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})


def test_a_person_adds_a_passkey_and_signs_in_with_it_alone(served: tuple[Portal, str], browser: Browser) -> None:
    portal, address = served
    with portal.work() as work:
        company = make.company(work, name="ООО «Ключ»")
        person = make.member(work, company=company, role="owner", password_hash=passwords.hash_password(PASSWORD))
    context = browser.new_context(base_url=address, locale="ru-RU")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    with_authenticator(page)
    page.goto("/sign-in")
    page.fill("#f-email", person.email)
    page.fill("#f-password", PASSWORD)
    page.press("#f-password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto("/profile/security")
    page.fill("#f-key-name", "Рабочий ноутбук")
    page.fill("#f-key-password", PASSWORD)
    page.click("form[data-passkey=new] button[type=submit]")
    expect(page.locator("main")).to_contain_text("Рабочий ноутбук")
    portal.now = portal.now.replace(minute=5)
    context.clear_cookies()
    page.goto("/sign-in?next=/company")
    page.click("form[data-passkey=in] button[type=submit]")
    page.wait_for_url("**/company")
    expect(page.locator("h1")).to_have_text("ООО «Ключ»")
    assert complaints == []
    context.close()
