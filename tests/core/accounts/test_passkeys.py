"""Passkeys: whose they are, which answers open the portal, and that every other answer is one refusal."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from b2bkit.core.accounts import companies
from b2bkit.core.accounts.models import User
from b2bkit.core.accounts.models_proof import Passkey
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from tests.core.accounts.authenticator import PRESENT, Authenticator

PASSWORD = "три мешка полиэтилена"
BASE = "http://localhost:8000"
KEYS = "/profile/security/passkeys"


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    return make_portal(base_url=BASE)


def device(**values) -> Authenticator:
    return Authenticator(origin=BASE, host="localhost", **values)


def add(browser, key: Authenticator, name: str = "Телефон"):
    asked = browser.post(KEYS, {"password": PASSWORD})
    return browser.post(KEYS, {"name": name, "credential": key.create(asked.json["options"])})


def ask(browser) -> str:
    browser.get("/sign-in")
    return browser.post("/sign-in/passkey").json["options"]


def come(portal: Portal, key: Authenticator, following: str = "/company"):
    browser = portal.browser()
    options = ask(browser)
    return browser, browser.post("/sign-in/passkey", {"credential": key.get(options), "next": following})


def test_a_key_signs_in_without_a_password_and_goes_on_where_it_should(portal, firm):
    key = device()
    assert add(portal.sign_in(firm.buyer), key).json["next"] == "/profile/security?done=key"
    browser, answer = come(portal, key)
    assert answer.json == {"next": "/company"}
    assert browser.get("/company").status_code == 200
    assert come(portal, key, "https://evil.example")[1].json == {"next": "/"}


def test_a_person_has_several_keys_by_name_and_removes_ones_own_only(portal, firm):
    first, second, owners = device(), device(), device()
    browser, owner = portal.sign_in(firm.buyer), portal.sign_in(firm.owner)
    add(browser, first, "Телефон")
    add(browser, second, "USB-токен")
    add(owner, owners, "Ноутбук")
    page = browser.get("/profile/security").text
    assert "Телефон" in page
    assert "USB-токен" in page
    assert "Ноутбук" not in page
    with portal.work() as work:
        ids = {row.name: row.id for row in work.session.execute(select(Passkey.name, Passkey.id))}
    assert browser.post(f"{KEYS}/remove", {"key": str(ids["Ноутбук"])}).status_code == 404
    assert browser.post(f"{KEYS}/remove", {"key": str(ids["Телефон"])}).status_code == 303
    assert come(portal, first)[1].status_code == 422
    assert come(portal, second)[1].status_code == 200
    assert come(portal, owners)[1].status_code == 200


def test_a_new_key_takes_the_present_password(portal, firm):
    browser = portal.sign_in(firm.buyer)
    browser.get("/profile/security")
    assert browser.post(KEYS, {"password": "guess"}).status_code == 422
    assert browser.post(KEYS, {"credential": device().create('{"challenge": "AAAA"}')}).status_code == 422
    with portal.work() as work:
        assert not work.session.scalars(select(Passkey)).all()


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://portal.evil.example", "host": "localhost"},
        {"origin": BASE, "host": "evil.example"},
        {"origin": BASE, "host": "localhost", "flags": PRESENT},
    ],
    ids=["another origin", "another party", "nobody verified"],
)
def test_an_answer_that_was_made_for_another_page_gives_no_key_and_opens_nothing(portal, firm, lie):
    assert add(portal.sign_in(firm.buyer), Authenticator(**lie)).status_code == 422
    key = device()
    add(portal.sign_in(firm.owner), key)
    liar = Authenticator(**lie, id=key.id, key=key.key)
    assert come(portal, liar)[1].status_code == 422


def test_an_answer_opens_once_and_only_in_the_browser_that_was_asked(portal, firm):
    key = device()
    add(portal.sign_in(firm.buyer), key)
    browser, other = portal.browser(), portal.browser()
    answer = key.get(ask(browser))
    ask(other)
    assert other.post("/sign-in/passkey", {"credential": answer}).status_code == 422
    assert browser.post("/sign-in/passkey", {"credential": answer}).status_code == 200
    browser.get("/company")
    browser.post("/sign-out")
    browser.get("/sign-in")
    assert browser.post("/sign-in/passkey", {"credential": answer}).status_code == 422
    assert "b2bkit" not in browser.cookies


def test_a_challenge_ends_after_ten_minutes(portal, firm):
    key, browser = device(), portal.browser()
    add(portal.sign_in(firm.buyer), key)
    options = ask(browser)
    portal.pass_time(minutes=10)
    assert browser.post("/sign-in/passkey", {"credential": key.get(options)}).status_code == 422


def test_a_copied_key_is_noticed_by_its_count(portal, firm):
    key = device(count=5)
    add(portal.sign_in(firm.buyer), key)
    assert come(portal, key)[1].status_code == 200
    key.count = 2
    assert come(portal, key)[1].status_code == 422


def test_blocked_dismissed_unknown_and_nonsense_get_one_answer(portal, firm):
    key, stranger = device(), device()
    add(portal.sign_in(firm.buyer), key)
    with portal.work() as work:
        work.session.get_one(User, firm.buyer.id).blocked = True
    answers = {come(portal, one)[1].text for one in (key, stranger)}
    with portal.work() as work:
        work.session.get_one(User, firm.buyer.id).blocked = False
        companies.suspend(work, company_id=firm.company.id, suspended=True)
    answers.add(come(portal, key)[1].text)
    for nonsense in ("{}", "[]", "nonsense", '{"id": 1}', '{"id":"AA","rawId":"AA","type":"public-key","response":{}}'):
        browser = portal.browser()
        ask(browser)
        answers.add(browser.post("/sign-in/passkey", {"credential": nonsense}).text)
    assert len(answers) == 1


def test_a_key_is_more_than_a_password_where_a_second_step_is_required(make_portal, password_hash):
    portal = make_portal(base_url=BASE)
    with portal.work() as work:
        admin = make.staff(work, role="admin", password_hash=password_hash)
    key = device()
    add(portal.sign_in(admin), key)
    strict = make_portal(base_url=BASE, extra='[accounts]\nsecond_factor = ["admin"]\n')
    assert come(strict, key)[0].get("/admin").status_code == 200


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000", "http://portal.example"])
def test_where_browsers_give_no_keys_none_are_offered(make_portal, base, password_hash):
    portal = make_portal(base_url=base)
    with portal.work() as work:
        person = make.staff(work, password_hash=password_hash)
    browser = portal.browser()
    assert "/sign-in/passkey" not in browser.get("/sign-in").text
    assert browser.post("/sign-in/passkey").status_code == 404
    mine = portal.sign_in(person)
    assert 'data-passkey="new"' not in mine.get("/profile/security").text
