"""The second step: codes of an app that open once, recovery codes, and roles that must have it."""

from __future__ import annotations

import html
import re

import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from b2bkit.core.accounts import second_factor, steps
from b2bkit.core.accounts.commands import reset_second_factor
from b2bkit.core.accounts.models import User, UserSession
from b2bkit.core.accounts.models_proof import RecoveryCode, SecondFactor, SignInStep
from b2bkit.core.errors import ConfigError, Refused
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal

PASSWORD = "три мешка полиэтилена"


def secret_on(page: str) -> str:
    return re.search(r'class="secret"[^>]*>([A-Z2-7 ]+)<', page).group(1).replace(" ", "")


def app_code(portal: Portal, secret: str, *, ahead: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(portal.now.timestamp()) + 30 * ahead)


def switch_on(portal: Portal, user) -> tuple[str, list[str]]:
    """Sets the second step up as the person; returns the secret and the recovery codes."""
    with portal.work() as work:
        second_factor.start(work, user.id)
        secret = second_factor.setup(work, user.id).typed.replace(" ", "")
        codes = second_factor.confirm(work, user.id, app_code(portal, secret))
    portal.pass_time(seconds=60)
    return secret, codes


def come(portal: Portal, email: str, following: str = "/company"):
    """A browser after the password, and where it was sent."""
    browser = portal.browser()
    browser.get("/sign-in")
    answer = browser.post("/sign-in", {"email": email, "password": PASSWORD, "next": following})
    return browser, answer.headers.get("location", "")


def test_a_person_switches_it_on_by_picture_and_code_and_signs_in_in_two_steps(portal, firm):
    browser = portal.sign_in(firm.buyer)
    wrong = browser.post("/profile/security/second-step", {"action": "start", "password": "not this"})
    assert wrong.status_code == 422
    page = browser.post("/profile/security/second-step", {"action": "start", "password": PASSWORD}, follow=True).text
    assert 'src="data:image/svg+xml;base64,' in page
    secret = secret_on(page)
    shown = browser.post("/profile/security/second-step", {"action": "confirm", "code": app_code(portal, secret)}).text
    codes = re.findall(r"<li>([2-9a-z]{5}-[2-9a-z]{5})</li>", shown)
    assert len(set(codes)) == second_factor.CODES
    assert secret not in browser.get("/profile/security").text
    assert browser.get("/profile/security/second-step").status_code == 303, "a secret in force is shown to nobody"
    portal.pass_time(seconds=60)
    browser, place = come(portal, firm.buyer.email)
    assert place == "/sign-in/code?next=%2Fcompany"
    assert "b2bkit" not in browser.cookies
    assert browser.get("/company").status_code == 303
    browser.get(place)
    assert browser.post("/sign-in/code", {"code": app_code(portal, secret), "next": "/company"}).headers["location"] == "/company"
    assert browser.get("/company").status_code == 200


def test_a_code_opens_once_and_an_older_one_not_at_all(portal, firm):
    secret, _codes = switch_on(portal, firm.buyer)
    with portal.work() as work:
        second_factor.check(work, firm.buyer.id, app_code(portal, secret))
    for ahead in (0, -1):
        with pytest.raises(Refused), portal.work() as work:
            second_factor.check(work, firm.buyer.id, app_code(portal, secret, ahead=ahead))
    with portal.work() as work:
        second_factor.check(work, firm.buyer.id, app_code(portal, secret, ahead=1))


@pytest.mark.parametrize("ahead", [-2, 2])
def test_a_code_of_a_minute_ago_or_ahead_does_not_fit(portal, firm, ahead):
    secret, _codes = switch_on(portal, firm.buyer)
    with pytest.raises(Refused), portal.work() as work:
        second_factor.check(work, firm.buyer.id, app_code(portal, secret, ahead=ahead))


def test_a_recovery_code_opens_once_however_it_is_typed(portal, firm):
    _secret, codes = switch_on(portal, firm.buyer)
    browser, place = come(portal, firm.buyer.email)
    browser.get(place)
    assert browser.post("/sign-in/code", {"code": codes[0].upper().replace("-", " ")}).status_code == 303
    with pytest.raises(Refused), portal.work() as work:
        second_factor.check(work, firm.buyer.id, codes[0])
    with portal.work() as work:
        assert second_factor.state(work, firm.buyer.id).codes == second_factor.CODES - 1
        kept = [*work.session.scalars(select(RecoveryCode.code_hash)), *work.session.scalars(select(SecondFactor.secret))]
    assert not [code for code in codes if code in "".join(kept) or code.replace("-", "") in "".join(kept)]
    assert _secret not in "".join(kept)


def test_after_five_wrong_codes_the_right_one_waits_too(portal, firm):
    secret, _codes = switch_on(portal, firm.buyer)
    browser, place = come(portal, firm.buyer.email)
    browser.get(place)
    for _ in range(5):
        assert browser.post("/sign-in/code", {"code": "000000"}).status_code == 422
    told = browser.post("/sign-in/code", {"code": app_code(portal, secret)})
    assert "через 15 минут" in told.text
    portal.pass_time(minutes=9)
    assert browser.post("/sign-in/code", {"code": app_code(portal, secret)}).status_code == 422
    portal.pass_time(minutes=7)
    browser, place = come(portal, firm.buyer.email)
    browser.get(place)
    assert browser.post("/sign-in/code", {"code": app_code(portal, secret)}).status_code == 303


def test_the_step_belongs_to_the_browser_that_typed_the_password_and_lasts_ten_minutes(portal, firm):
    secret, _codes = switch_on(portal, firm.buyer)
    browser, place = come(portal, firm.buyer.email)
    other = portal.browser()
    other.get("/sign-in")
    sent = other.post("/sign-in/code", {"code": app_code(portal, secret)})
    assert sent.headers["location"].startswith("/sign-in")
    assert "b2bkit" not in other.cookies
    portal.pass_time(minutes=10)
    assert browser.get(place).headers["location"].startswith("/sign-in?")
    with portal.work() as work:
        assert work.session.scalars(select(SignInStep)).all()
    portal.pass_time(seconds=1)
    with portal.work() as work:
        steps.forget_old(work)
        assert not work.session.scalars(select(SignInStep)).all()


def test_switching_off_and_new_codes_take_a_code(portal, firm):
    secret, codes = switch_on(portal, firm.buyer)
    browser, path = portal.sign_in(firm.buyer), "/profile/security/second-step"
    browser.get("/profile/security")
    assert browser.post(path, {"action": "remove", "code": "123456"}).status_code == 422
    renewed = browser.post(path, {"action": "codes", "code": app_code(portal, secret)}).text
    fresh = re.findall(r"<li>([2-9a-z]{5}-[2-9a-z]{5})</li>", renewed)
    assert set(fresh).isdisjoint(codes)
    assert browser.post(path, {"action": "remove", "code": codes[0]}).status_code == 422, "the old codes are void"
    portal.pass_time(seconds=30)
    assert browser.post(path, {"action": "remove", "code": app_code(portal, secret)}).status_code == 303
    assert come(portal, firm.buyer.email)[1] == "/company"


def test_a_role_that_must_have_it_sets_it_up_at_sign_in_and_sessions_without_it_end(make_portal, password_hash):
    portal = make_portal(extra='[accounts]\nsecond_factor = ["admin"]\n')
    with portal.work() as work:
        admin = make.staff(work, role="admin", password_hash=password_hash)
        manager = make.staff(work, password_hash=password_hash)
    assert portal.sign_in(admin).get("/admin").status_code == 303, "a session that a password alone has opened does not count"
    assert portal.sign_in(manager).get("/admin").status_code == 200
    browser, place = come(portal, admin.email, "/admin")
    secret = secret_on(browser.get(place).text)
    assert browser.post("/sign-in/code", {"code": "000000", "next": "/admin"}).status_code == 422
    shown = browser.post("/sign-in/code", {"code": app_code(portal, secret), "next": "/admin"})
    assert len(re.findall(r"<li>([2-9a-z]{5}-[2-9a-z]{5})</li>", shown.text)) == second_factor.CODES
    assert browser.get("/admin").status_code == 200
    portal.pass_time(seconds=60)
    browser.get("/profile/security")
    kept = browser.post("/profile/security/second-step", {"action": "remove", "code": app_code(portal, secret)})
    assert "обязателен" in html.unescape(kept.text)


def test_a_role_that_nobody_has_stops_the_start_and_is_named(make_portal):
    with pytest.raises(ConfigError, match=r"accounts\.second_factor.*bookkeeper"):
        make_portal(extra='[accounts]\nsecond_factor = ["bookkeeper"]\n')


def test_the_secret_is_of_no_use_without_the_portals_key(make_portal, password_hash):
    first = make_portal(environment={"B2BKIT_SECRET_KEY": "k" * 40})
    with first.work() as work:
        user = make.staff(work, password_hash=password_hash)
    secret, codes = switch_on(first, user)
    second = make_portal(environment={"B2BKIT_SECRET_KEY": "z" * 40})
    second.at(first.now)
    for code in (app_code(second, secret), codes[0]):
        with pytest.raises(Refused), second.work() as work:
            second_factor.check(work, user.id, code)


def test_what_was_changed_reaches_the_person_whose_account_it_is(portal, firm):
    switch_on(portal, firm.buyer)
    portal.run_jobs()
    assert "Теперь для входа нужен код из приложения." in portal.sign_in(firm.buyer).get("/notifications").text
    assert "нужен код" not in portal.sign_in(firm.owner).get("/notifications").text


def test_open_sessions_are_ones_own_and_end_at_once(portal, firm):
    here, there, owner = portal.sign_in(firm.buyer), portal.sign_in(firm.buyer), portal.sign_in(firm.owner)
    page = here.get("/profile/security").text
    assert page.count('name="session"') == 2, "the other one, and all others"
    with portal.work() as work:
        ids = {row.user_id: row.id for row in work.session.execute(select(UserSession.user_id, UserSession.id))}
    assert here.post("/profile/security/sessions", {"session": str(ids[firm.owner.id])}).status_code == 404
    owners_page = owner.get("/profile/security")
    assert owners_page.status_code == 200
    assert owner.post("/profile/security/sessions", {"session": str(ids[firm.buyer.id])}).status_code == 404
    mine = re.search(r'name="session" value="([0-9a-f-]{36})"', page).group(1)
    assert here.post("/profile/security/sessions", {"session": mine}).status_code == 303
    assert there.get("/company").status_code == 303
    third = portal.sign_in(firm.buyer)
    assert here.post("/profile/security/sessions", {"session": "others"}).status_code == 303
    assert third.get("/company").status_code == 303
    assert here.get("/company").status_code == 200
    assert owner.get("/company").status_code == 200


def test_a_wrong_present_password_is_counted_when_the_password_is_changed(portal, firm):
    browser = portal.sign_in(firm.buyer)
    browser.get("/profile")
    fields = {"name": "Закупщик", "phone": "", "new_password": "другой длинный пароль"}
    for _ in range(5):
        assert browser.post("/profile", {**fields, "password": "guess"}).status_code == 422
    assert browser.post("/profile", {**fields, "password": PASSWORD}).status_code == 422
    with portal.work() as work:
        assert work.session.get_one(User, firm.buyer.id).password_hash == firm.buyer.password_hash


def test_who_lost_phone_and_codes_gets_in_again_by_a_command_and_is_told(portal, firm, monkeypatch):
    switch_on(portal, firm.buyer)
    browser = portal.sign_in(firm.buyer)
    for name, value in portal.app.config.environment.items():
        monkeypatch.setenv(name, value)
    folder = str(portal.app.config.folder)
    unknown = CliRunner().invoke(reset_second_factor, ["nobody@client.example", "--config", folder])
    assert unknown.exit_code == 1
    done = CliRunner().invoke(reset_second_factor, [firm.buyer.email.upper(), "--config", folder])
    assert done.exit_code == 0, done.output
    assert browser.get("/company").status_code == 303
    again, where = come(portal, firm.buyer.email)
    assert where == "/company"
    portal.run_jobs()
    assert "снял у вас второй шаг" in again.get("/notifications").text
    assert "has no second step" in CliRunner().invoke(reset_second_factor, [firm.buyer.email, "--config", folder]).output
