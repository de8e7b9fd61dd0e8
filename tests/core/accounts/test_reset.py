"""A forgotten password: one letter, one use, one hour, and no word about who has an account."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from b2bkit.core import mail
from b2bkit.core.accounts import passwords, reset, sign_in
from b2bkit.core.accounts.models import User, UserSession
from b2bkit.core.accounts.models_proof import PasswordReset
from b2bkit.core.audit.models import AuditEntry
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal

NEW = "совсем другой длинный пароль"
MAIL = '[mail]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\nsender = "portal@test.example"\n'


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    return make_portal(extra=MAIL)


@pytest.fixture
def letters(monkeypatch):
    """What would go to the SMTP server."""
    sent = []
    monkeypatch.setattr(mail, "send", lambda _config, message: sent.append(message))
    return sent


def ask(portal: Portal, email: str):
    browser = portal.browser()
    browser.get("/reset")
    return browser.post("/reset", {"email": email})


def link_of(letter) -> str:
    return re.search(r"http://[^/]+(/reset/[\w-]+)", letter.get_body(("plain",)).get_content()).group(1)


def test_a_link_by_mail_sets_a_new_password_once_and_ends_every_session(portal, firm, letters):
    there = portal.sign_in(firm.buyer)
    assert ask(portal, f" {firm.buyer.email.upper()}").status_code == 200
    portal.run_jobs()
    assert [letter["To"] for letter in letters] == [firm.buyer.email]
    browser, path = portal.browser(), link_of(letters[0])
    assert firm.buyer.email in browser.get(path).text
    weak = browser.post(path, {"password": "short"})
    assert weak.status_code == 422
    assert "Новый пароль действует" in browser.post(path, {"password": NEW}).text
    assert browser.get(path).status_code == 404
    assert browser.post(path, {"password": "ещё один длинный пароль"}).status_code == 404
    assert there.get("/company").status_code == 303
    with portal.work() as work:
        assert passwords.verify(work.session.get_one(User, firm.buyer.id).password_hash, NEW)
        assert work.session.scalar(select(func.count(UserSession.id))) == 0
        assert work.session.scalars(select(AuditEntry.action).where(AuditEntry.entity_id == str(firm.buyer.id))).all() == [
            "accounts.password_reset"
        ]


def test_known_unknown_blocked_and_never_invited_addresses_get_one_answer_and_the_same_statements(portal, firm, letters):
    with portal.work() as work:
        blocked = make.member(work, company=firm.company, blocked=True, password_hash=firm.buyer.password_hash)
        without = make.member(work, company=firm.company)
        homeless = make.user(work, password_hash=firm.buyer.password_hash)
    asked = (firm.buyer.email, "nobody@client.example", blocked.email, without.email, homeless.email)
    answers = {re.sub(r'content="[^"]*"|value="[^"]*"', "", ask(portal, email).text.replace(email, "E")) for email in asked}
    assert len(answers) == 1
    portal.run_jobs()
    assert [letter["To"] for letter in letters] == [firm.buyer.email]


def test_the_question_itself_looks_nobody_up(portal, firm):
    """So it takes as long for a stranger's address: who it belongs to is read by the job, after the answer."""
    seen = []
    with portal.work() as work:
        original = work.session.execute
        work.session.execute = lambda statement, *rest, **more: seen.append(str(statement)) or original(statement, *rest, **more)
        reset.ask(work, email=firm.buyer.email, address="192.0.2.1")
    assert not [statement for statement in seen if "core_user" in statement.replace("core_user_session", "")]


def test_a_link_ends_after_an_hour_and_by_a_newer_one(portal, firm):
    with portal.work() as work:
        user = work.session.get_one(User, firm.buyer.id)
        first, second = reset.new_link(work, user), reset.new_link(work, user)
        older, newer = reset.reset_token(work, first), reset.reset_token(work, second)
        stored = set(work.session.scalars(select(PasswordReset.token_hash)))
    assert {older, newer}.isdisjoint(stored), "only hashes are kept"
    browser = portal.browser()
    assert browser.get(f"/reset/{older}").status_code == 404
    assert browser.get(f"/reset/{newer}").status_code == 200
    portal.pass_time(minutes=60)
    over, never = browser.get(f"/reset/{newer}"), browser.get("/reset/nonsense")
    assert over.status_code == never.status_code == 404
    told = {re.sub(r'content="[^"]*"|value="[^"]*"', "", one.text.replace(link, "T")) for one, link in ((over, newer), (never, "nonsense"))}
    assert len(told) == 1, "old is the answer for none"


def test_one_address_gets_three_letters_an_hour_and_is_told_nothing_of_it(portal, firm, letters):
    answers = {re.sub(r'content="[^"]*"|value="[^"]*"', "", ask(portal, firm.buyer.email).text) for _ in range(5)}
    assert len(answers) == 1
    portal.run_jobs()
    assert len(letters) == 3
    portal.pass_time(minutes=61)
    ask(portal, firm.buyer.email)
    portal.run_jobs()
    assert len(letters) == 4


def test_one_network_address_cannot_write_to_everybody(portal, letters):
    for number in range(reset.PER_ADDRESS.most):
        assert ask(portal, f"person{number}@client.example").status_code == 200
    refused = ask(portal, "one.more@client.example")
    assert refused.status_code == 422
    assert "one.more@client.example" in refused.text


def test_a_new_password_lifts_the_lock_of_failed_attempts_and_the_links_host_is_the_portals(portal, firm, letters):
    for _ in range(sign_in.PER_ACCOUNT):
        with portal.work() as work:
            sign_in.sign_in(work, email=firm.buyer.email, password="wrong", address="192.0.2.9")
    ask(portal, firm.buyer.email)
    portal.run_jobs()
    assert portal.app.config.portal.base_url + "/reset/" in letters[0].get_body(("plain",)).get_content()
    browser, path = portal.browser(), link_of(letters[0])
    browser.get(path)
    browser.post(path, {"password": NEW})
    with portal.work() as work:
        assert sign_in.sign_in(work, email=firm.buyer.email, password=NEW, address="192.0.2.9").token


def test_where_no_mail_is_sent_the_page_says_whom_to_ask(make_portal):
    browser = make_portal().browser()
    assert "не отправляет писем" in browser.get("/reset").text
