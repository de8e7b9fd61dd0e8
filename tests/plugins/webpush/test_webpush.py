"""Notifications in browsers, against a double of a push service that opens what was sealed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID, uuid4

import httpcore
import pytest
from click.testing import CliRunner
from pydantic import ValidationError
from sqlalchemy import select

from b2bkit.core.accounts.events import EmployeeJoined
from b2bkit.core.accounts.models import User
from b2bkit.core.extend.things import Message
from b2bkit.core.notify import service
from b2bkit.core.notify.models import Sending
from b2bkit.plugins.webpush import hosts
from b2bkit.plugins.webpush.channel import content_of
from b2bkit.plugins.webpush.commands import keys
from b2bkit.plugins.webpush.keys import new_private_key
from b2bkit.plugins.webpush.models import PushDevice
from b2bkit.plugins.webpush.settings import WebPushSettings
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import MakePortal, Portal
from tests.plugins.webpush.double import Browser, PushService, served

CONTACT = "mailto:it@portal.example"


class Stage(NamedTuple):
    """A portal with web push, the double, and a person with a browser of the portal."""

    portal: Portal
    push: PushService
    person: User
    browser: Client


@pytest.fixture
def push() -> Iterator[PushService]:
    with served() as found:
        yield found


@pytest.fixture
def stage(make_portal: MakePortal, push: PushService) -> Stage:
    settings = {"contact": CONTACT, "local_hosts": [push.address.removeprefix("http://")]}
    portal = make_portal(plugins={"webpush": settings}, environment={"B2BKIT_WEBPUSH_PRIVATE_KEY": new_private_key()})
    with portal.work() as work:
        person = make.member(work, company=make.company(work, name="ООО «Плёнка»"), role="owner", lang="ru")
    return Stage(portal, push, person, portal.sign_in(person))


def turn_on(stage: Stage, client: Client | None = None, browser: Browser | None = None) -> Browser:
    client, browser = client or stage.browser, browser or stage.push.browser()
    client.get("/notifications/settings")
    answer = client.post("/webpush/devices", browser.form)
    assert answer.status_code == 303, answer.text
    return browser


def tell(stage: Stage, name: str = "Борис") -> None:
    with stage.portal.work() as work:
        company = make.company(work, name="ООО «Плёнка»")
        event = EmployeeJoined(company.id, uuid4(), name, stage.person.id)
        service.tell(work, work.kit.notifications["accounts.joined"], event, fact_id=str(uuid4()))
    stage.portal.run_jobs()


def devices(stage: Stage) -> list[UUID]:
    with stage.portal.work(write=False) as work:
        return list(work.session.scalars(select(PushDevice.id).order_by(PushDevice.since, PushDevice.id)))


def sent(stage: Stage) -> list[Sending]:
    with stage.portal.work(write=False) as work:
        return list(work.session.scalars(select(Sending).where(Sending.channel == "webpush.browser").order_by(Sending.id)))


def test_each_browser_that_was_turned_on_shows_the_message_once_and_nobody_on_the_way_reads_it(stage: Stage) -> None:
    first, second = turn_on(stage), turn_on(stage)
    tell(stage)
    stage.portal.run_jobs()
    for browser in (first, second):
        (shown,) = browser.shown
        assert "Борис" in shown["title"]
        assert shown["url"] == "http://127.0.0.1:8000/company"
        assert shown["lang"] == "ru"
    assert stage.portal.app.kit.plugins["webpush"].pusher.vapid.public_key in stage.push.public_keys  # type: ignore[attr-defined]
    assert [row.state for row in sent(stage)] == ["sent"]


def test_the_page_carries_the_key_and_a_module_of_its_own_that_the_policy_allows(stage: Stage) -> None:
    page = stage.browser.get("/notifications/settings")
    assert stage.portal.app.kit.plugins["webpush"].pusher.vapid.public_key in page.text  # type: ignore[attr-defined]
    assert "worker-src 'self'" in page.headers["content-security-policy"]
    for name in ("devices.js", "worker.js"):
        answer = stage.browser.get(f"/static/webpush/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_over_is_forgotten_and_the_others_go_on(stage: Stage, status: int) -> None:
    gone, there = turn_on(stage), turn_on(stage)
    path = gone.endpoint.removeprefix(stage.push.address)
    if status == 410:
        stage.push.gone.add(path)
    else:
        del stage.push.browsers[path]
    tell(stage)
    assert len(devices(stage)) == 1
    assert len(there.shown) == 1
    assert [row.state for row in sent(stage)] == ["sent"]


def test_a_service_that_asks_to_wait_is_not_asked_sooner(stage: Stage) -> None:
    browser = turn_on(stage)
    stage.push.answers = [(429, {"Retry-After": "120"})]
    tell(stage)
    stage.portal.pass_time(seconds=119)
    stage.portal.run_jobs()
    assert browser.shown == []
    stage.portal.pass_time(seconds=2)
    stage.portal.run_jobs()
    assert len(browser.shown) == 1


def test_a_failure_is_tried_again_and_a_refusal_is_shown_to_staff(stage: Stage) -> None:
    browser = turn_on(stage)
    stage.push.answers = [(500, {})]
    tell(stage)
    stage.portal.pass_time(seconds=5)
    stage.portal.run_jobs()
    assert len(browser.shown) == 1
    stage.push.answers = [(413, {})]
    tell(stage)
    assert {row.state for row in sent(stage)} == {"sent", "failed"}


def test_redirects_are_not_followed(stage: Stage) -> None:
    turn_on(stage)
    other = stage.push.browser()
    stage.push.answers = [(307, {"Location": other.endpoint})]
    tell(stage)
    assert other.shown == []
    assert [row.attempts for row in sent(stage)] == [1]


def test_a_browser_leads_to_the_last_person_who_turned_it_on(stage: Stage) -> None:
    browser = turn_on(stage)
    with stage.portal.work() as work:
        other = make.member(work, company=make.company(work))
    turn_on(stage, stage.portal.sign_in(other), browser)
    tell(stage)
    assert browser.shown == []
    with stage.portal.work(write=False) as work:
        assert list(work.session.scalars(select(PushDevice.user_id))) == [other.id]


def test_people_turn_off_their_own_browsers_and_anothers_is_not_there(stage: Stage) -> None:
    browser = turn_on(stage)
    (device,) = devices(stage)
    with stage.portal.work() as work:
        other = make.member(work, company=make.company(work))
    stranger = stage.portal.sign_in(other)
    stranger.get("/notifications/settings")
    foreign = stranger.post(f"/webpush/devices/{device}/remove", {})
    absent = stranger.post(f"/webpush/devices/{uuid4()}/remove", {})
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert stage.browser.post(f"/webpush/devices/{device}/remove", {}).status_code == 303
    tell(stage)
    assert browser.shown == []


BAD = (
    "http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://169.254.169.254/latest",
    "https://fcm.googleapis.com.evil.example/x", "https://evil.example/fcm.googleapis.com", "https://fcm.googleapis.com:8443/x",
    "https://user@fcm.googleapis.com/x", "https://fcm.googleapis.com@evil.example/x", "file:///etc/passwd", "https://push.apple.com.evil/x",
    "https://fcm.googleapis.com/x#y", "https://fcm.googleapis.com\\@evil.example/x", "https://evil.example/ fcm", "https://notify.windows.com/x",
)  # fmt: skip


def test_only_push_services_of_the_list_are_kept(stage: Stage) -> None:
    stage.browser.get("/notifications/settings")
    good = stage.push.browser().form
    for endpoint in BAD:
        assert stage.browser.post("/webpush/devices", {**good, "endpoint": endpoint}).status_code == 422, endpoint
    for wrong in ({"p256dh": good["auth"]}, {"auth": good["p256dh"][:29]}, {"p256dh": "A" * 87}, {"auth": "!"}):
        assert stage.browser.post("/webpush/devices", {**good, **wrong}).status_code == 422, wrong
    assert devices(stage) == []
    settings = stage.portal.app.kit.plugins["webpush"].settings
    assert isinstance(settings, WebPushSettings)
    for endpoint in ("https://fcm.googleapis.com/fcm/send/x:y", "https://web.push.apple.com/Q", "https://db5p.notify.windows.com/w/?t=x"):
        assert hosts.allowed(settings, endpoint), endpoint


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.1.1", "::1", "fc00::1", "::ffff:10.0.0.1", "224.0.0.1"]
)
def test_a_name_of_the_list_that_leads_inside_is_not_called(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: the name was fine when it was kept and leads elsewhere now."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443)), (family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: found)
    settings = WebPushSettings.model_validate({"private_key": new_private_key(), "contact": CONTACT})
    with httpcore.ConnectionPool(network_backend=hosts.PublicOnly(settings)) as pool, pytest.raises(hosts.NotAllowed):
        pool.request("POST", "https://fcm.googleapis.com/x")


def test_a_message_is_small_whatever_the_text() -> None:
    message = Message(
        id=uuid4(), kind="x.y", title="Ж" * 300, text="Щ" * 2000, html="", link="https://portal.example/" + "a" * 400, lang="ru"
    )
    assert len(content_of(message)) < 2000


def test_the_command_makes_a_key_that_the_setting_takes_and_a_wrong_one_stops_the_start(make_portal: MakePortal) -> None:
    line = CliRunner().invoke(keys, []).output.strip().splitlines()[-1]
    name, _equals, value = line.partition("=")
    portal = make_portal(plugins={"webpush": {"contact": CONTACT}}, environment={name: value})
    assert "webpush" in portal.app.kit.plugins
    for wrong in ("", "x", value[:-3]):
        with pytest.raises(ValidationError, match="b2bkit webpush keys"):
            WebPushSettings.model_validate({"private_key": wrong, "contact": CONTACT})
