"""Signing in: one answer for every reason to refuse, counted failures, sessions that end when they must."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from b2bkit.core.accounts import companies, passwords, sign_in
from b2bkit.core.accounts.models import Membership, User, UserSession
from b2bkit.core.errors import NotFound
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal

PASSWORD = "три мешка полиэтилена"
ADDRESS = "192.0.2.7"


def attempt(portal: Portal, email: str, password: str = PASSWORD, address: str = ADDRESS) -> sign_in.SignIn:
    with portal.work() as work:
        return sign_in.sign_in(work, email=email, password=password, address=address)


def test_the_right_password_opens_a_session_in_the_first_company_with_its_newest_contract(portal, firm):
    with portal.work() as work:
        make.contract(work, company=firm.company, signed_on=None)
        newest = make.contract(work, company=firm.company, signed_on=portal.now.date())
    token = attempt(portal, f" {firm.buyer.email.upper()} ").token
    with portal.work() as work:
        actor = portal.app.sessions.read(work.session, token, work.now).actor
    assert (actor.user_id, actor.company_id, actor.contract_id, actor.role) == (firm.buyer.id, firm.company.id, newest.id, "buyer")


def test_unknown_wrong_blocked_dismissed_and_suspended_get_the_same_answer(portal, firm, password_hash):
    with portal.work() as work:
        blocked = make.member(work, company=firm.company, password_hash=password_hash, blocked=True)
        gone = make.member(work, company=firm.company, password_hash=password_hash)
        work.session.query(Membership).filter_by(user_id=gone.id).one().dismissed_at = work.now
        closed = make.company(work, suspended=True)
        shut_out = make.member(work, company=closed, password_hash=password_hash)
        without = make.member(work, company=firm.company)
    answers = {
        attempt(portal, "nobody@client.example").problems,
        attempt(portal, firm.buyer.email, "wrong").problems,
        attempt(portal, firm.owner.email, "").problems,
        *(attempt(portal, person.email).problems for person in (blocked, gone, shut_out, without)),
    }
    assert len(answers) == 1
    assert next(iter(answers))[0].code == "wrong_credentials"


def test_an_unknown_address_costs_a_password_check_too(portal, firm, monkeypatch):
    asked: list[str | None] = []
    real = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda stored, password: asked.append(stored) or real(stored, password))
    attempt(portal, "nobody@client.example")
    attempt(portal, firm.buyer.email, "wrong")
    assert [stored is None for stored in asked] == [True, False]


def test_after_five_failures_even_the_right_password_waits_a_quarter_of_an_hour(portal, firm):
    for _ in range(sign_in.PER_ACCOUNT):
        assert attempt(portal, firm.buyer.email, "wrong", address=f"192.0.2.{_}").problems[0].code == "wrong_credentials"
    assert attempt(portal, firm.buyer.email).problems[0].code == "too_many_attempts"
    assert attempt(portal, firm.owner.email).token, "another account from the same address is not locked"
    portal.pass_time(minutes=15, seconds=1)
    assert attempt(portal, firm.buyer.email).token


def test_an_unknown_account_is_locked_like_a_known_one(portal, firm):
    answers = [attempt(portal, "nobody@client.example", "wrong").problems[0].code for _ in range(sign_in.PER_ACCOUNT + 1)]
    assert answers == ["wrong_credentials"] * sign_in.PER_ACCOUNT + ["too_many_attempts"]


def test_one_network_address_cannot_try_many_accounts(portal, firm):
    with portal.work() as work:
        for number in range(sign_in.PER_ADDRESS):
            sign_in.count_failure(work, email=f"guess{number}@client.example", address=ADDRESS)
    assert attempt(portal, firm.buyer.email).problems[0].code == "too_many_attempts"
    assert attempt(portal, firm.buyer.email, address="198.51.100.1").token


def test_signing_in_again_forgets_failures_and_ends_the_session_that_this_browser_had(portal, firm):
    attempt(portal, firm.buyer.email, "wrong")
    browser = portal.browser()
    browser.get("/sign-in")
    browser.post("/sign-in", {"email": firm.buyer.email, "password": PASSWORD})
    first = browser.cookies["b2bkit"]
    browser.get("/company")
    browser.post("/sign-in", {"email": firm.buyer.email, "password": PASSWORD})
    with portal.work() as work:
        assert browser.cookies["b2bkit"] != first
        assert work.session.scalar(select(func.count(UserSession.id))) == 1
        assert not sign_in.locked(work, email=firm.buyer.email, address=ADDRESS)


def test_only_the_hash_of_a_token_is_stored(portal, firm):
    token = attempt(portal, firm.buyer.email).token
    with portal.work() as work:
        stored = work.session.scalars(select(UserSession.token_hash)).one()
    assert stored == sign_in.token_hash(token) != token


@pytest.mark.parametrize("limit", ["idle", "absolute"])
def test_a_session_ends_after_idling_and_in_any_case_after_its_days(portal, firm, limit):
    token, web = attempt(portal, firm.buyer.email).token, portal.app.config.tables.web
    steps = {"idle": [timedelta(hours=web.session_idle_hours)], "absolute": [timedelta(days=1)] * web.session_days}[limit]
    for step in steps[:-1]:
        portal.now += step
        with portal.work() as work:
            assert portal.app.sessions.read(work.session, token, work.now)
            portal.app.sessions.touch(work.session, token, work.now)
    portal.now += steps[-1]
    with portal.work() as work:
        assert portal.app.sessions.read(work.session, token, work.now) is None


def test_suspension_and_a_block_hold_with_the_next_request(portal, firm):
    browser = portal.sign_in(firm.buyer)
    assert browser.get("/company").status_code == 200
    with portal.work() as work:
        companies.suspend(work, company_id=firm.company.id, suspended=True)
    assert browser.get("/company").status_code == 303
    with portal.work() as work:
        companies.suspend(work, company_id=firm.company.id, suspended=False)
    assert browser.get("/company").status_code == 200
    with portal.work() as work:
        work.session.get_one(User, firm.buyer.id).blocked = True
    assert browser.get("/company").status_code == 303


def test_old_sessions_and_attempts_are_forgotten(portal, firm):
    attempt(portal, firm.buyer.email)
    attempt(portal, firm.buyer.email, "wrong")
    portal.pass_time(days=40)
    with portal.work() as work:
        sign_in.forget_old(work)
        assert work.session.scalar(select(func.count(UserSession.id))) == 0


def test_the_form_keeps_the_address_says_what_to_do_and_never_the_password(portal, firm):
    browser = portal.browser()
    browser.get("/sign-in?next=/company")
    answer = browser.post("/sign-in", {"email": firm.buyer.email, "password": "sёcret-wrong", "next": "/company"})
    assert answer.status_code == 422
    assert firm.buyer.email in answer.text
    assert "sёcret-wrong" not in answer.text
    assert 'value="/company"' in answer.text
    assert re.search(r'id="f-password"[^>]*aria-invalid="true"', answer.text)
    assert browser.post("/sign-in", {"email": firm.buyer.email, "password": PASSWORD, "next": "/company"}).headers["location"] == "/company"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_after_signing_in_nobody_is_led_out_of_the_portal(portal, firm, elsewhere):
    browser = portal.browser()
    browser.get("/sign-in")
    answer = browser.post("/sign-in", {"email": firm.buyer.email, "password": PASSWORD, "next": elsewhere})
    assert answer.headers["location"] == "/"


def test_another_contract_is_chosen_for_this_session_only_and_never_a_foreign_one(portal, firm):
    with portal.work() as work:
        second = make.contract(work, company=firm.company)
        foreign = make.contract(work, company=make.company(work))
    here, there = portal.sign_in(firm.buyer, contract_id=firm.contract_id), portal.sign_in(firm.buyer, contract_id=firm.contract_id)
    assert here.post("/switch", {"contract_id": str(second.id)}).status_code == 303
    assert here.post("/switch", {"contract_id": str(foreign.id)}).status_code == 404
    with portal.work() as work:
        chosen = {row.token_hash: row.contract_id for row in work.session.scalars(select(UserSession))}
    assert chosen[sign_in.token_hash(here.cookies["b2bkit"])] == second.id
    assert chosen[sign_in.token_hash(there.cookies["b2bkit"])] == firm.contract_id


def test_choices_are_the_persons_own_companies_and_a_closed_contract_only_while_it_is_the_current_one(portal, firm, actor_of):
    with portal.work() as work:
        closed = make.contract(work, company=firm.company, active=False)
        make.contract(work, company=make.company(work))
    actor = actor_of(firm.buyer)
    with portal.app.work(actor, unscoped=True) as work:
        assert [choice.id for choice in companies.choices(work)] == [firm.contract_id]
    with portal.work() as work:
        work.session.query(UserSession).filter_by(id=actor.session_id).one().contract_id = closed.id
    with portal.app.work(replace(actor, contract_id=closed.id), unscoped=True) as work:
        current = [choice.id for choice in companies.choices(work) if choice.current]
        assert current == [closed.id]
        with pytest.raises(NotFound):
            companies.switch(work, choice_id=firm.company.id)


def test_who_sends_a_form_after_his_session_ended_is_told_that_it_was_not_saved(portal, firm):
    browser = portal.sign_in(firm.buyer)
    assert browser.get("/company").status_code == 200
    portal.pass_time(days=40)
    sent = browser.post("/notifications/read", {})
    assert sent.status_code == 303
    door = browser.get(sent.headers["location"])
    assert "То, что вы отправили, не сохранено." in door.text
    came = browser.get("/company")
    assert "Войдите и продолжайте с того же места." in browser.get(came.headers["location"]).text
    assert "с того же места" not in portal.browser().get("/sign-in").text
