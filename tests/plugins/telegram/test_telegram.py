"""Notifications by Telegram, against a double of the Bot API that is served on this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from b2bkit.core.accounts.events import EmployeeJoined
from b2bkit.core.accounts.models import User
from b2bkit.core.notify import sending, service
from b2bkit.core.notify.models import Sending
from b2bkit.core.web.models import IdempotentAnswer
from b2bkit.plugins.telegram.api import ApiSilent, BotApi
from b2bkit.plugins.telegram.commands import check, webhook
from b2bkit.plugins.telegram.models import Chat, ConnectLink
from b2bkit.plugins.telegram.pages import SECRET_HEADER
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit.testing.services.mail import Mailbox
from tests.plugins.telegram.double import BOT, TOKEN, Telegram, served

SECRET = "only-for-tests_0123456789"
ANNA = 4200


class Stage(NamedTuple):
    """A portal with the bot, the double, and a person with a browser."""

    portal: Portal
    telegram: Telegram
    person: User
    browser: Client


MakeStage = Callable[..., Stage]


@pytest.fixture
def double() -> Iterator[tuple[Telegram, str]]:
    with served() as found:
        yield found


@pytest.fixture
def make_stage(make_portal: MakePortal, double: tuple[Telegram, str], mailbox: Mailbox) -> MakeStage:
    telegram, address = double

    def make_it(receive: str = "poll", token: str = TOKEN) -> Stage:
        mail = f'[mail]\nhost = "127.0.0.1"\nport = {mailbox.port}\nsecurity = "none"\nsender = "portal@portal.example"'
        settings = {"bot": BOT, "base_url": address, "poll_seconds": 0, "receive": receive}
        environment = {"B2BKIT_TELEGRAM_TOKEN": token, "B2BKIT_TELEGRAM_SECRET": SECRET}
        portal = make_portal(plugins={"telegram": settings}, extra=mail, environment=environment)
        with portal.work() as work:
            person = make.member(work, company=make.company(work, name="ООО «Плёнка»"), role="owner", lang="ru")
        return Stage(portal, telegram, person, portal.sign_in(person))

    return make_it


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage()


def token_of(browser: Client) -> str:
    """Presses the button in the settings; the token that the page shows."""
    browser.get("/notifications/settings")
    page = browser.post("/telegram/connect", {})
    assert page.status_code == 200
    assert f"https://t.me/{BOT}?start=" in page.text
    return re.search(r"/start ([\w-]+)<", page.text).group(1)


def poll(stage: Stage) -> None:
    """What a worker does next."""
    with stage.portal.work() as work:
        work.enqueue("telegram.poll", unique="scheduled")
    stage.portal.run_jobs()


def connect(stage: Stage, chat: int = ANNA) -> None:
    stage.telegram.says(chat, f"/start {token_of(stage.browser)}")
    poll(stage)
    stage.telegram.sent.clear()


def tell(stage: Stage, name: str = "Борис") -> None:
    with stage.portal.work() as work:
        company = make.company(work, name="ООО «Плёнка»")
        event = EmployeeJoined(company.id, uuid4(), name, stage.person.id)
        service.tell(work, work.kit.notifications["accounts.joined"], event, fact_id=str(uuid4()))
    stage.portal.run_jobs()


def chats(portal: Portal) -> list[int]:
    with portal.work(write=False) as work:
        return list(work.session.scalars(select(Chat.chat).order_by(Chat.chat)))


def test_a_person_connects_by_a_link_and_hears_there_in_his_language(stage: Stage) -> None:
    stage.telegram.says(ANNA, f"/start {token_of(stage.browser)}", lang="en")
    poll(stage)
    assert "Ирина Лапко, теперь сюда приходят" in stage.telegram.sent[0]["shown"]
    assert "Анна Ковалёва" in stage.browser.get("/notifications/settings").text
    tell(stage, "Борис <b>&amp;")
    message = stage.telegram.sent[1]
    assert message["chat_id"] == ANNA
    assert message["shown"].startswith("Борис <b>&amp; ")
    assert "http://127.0.0.1:8000" in message["shown"]
    stage.portal.run_jobs()
    assert len(stage.telegram.sent) == 2


def test_a_link_works_once_for_some_minutes_and_the_newest_alone(stage: Stage) -> None:
    old = token_of(stage.browser)
    new = token_of(stage.browser)
    stage.telegram.says(ANNA, f"/start {old}")
    poll(stage)
    assert chats(stage.portal) == []
    stage.portal.pass_time(minutes=16)
    stage.telegram.says(ANNA, f"/start {new}")
    poll(stage)
    assert chats(stage.portal) == []
    assert all("больше не действует" in one["shown"] for one in stage.telegram.sent)
    connect(stage)
    with stage.portal.work(write=False) as work:
        assert work.session.query(ConnectLink).count() == 0
    used = token_of(stage.browser)
    for chat in (ANNA, ANNA + 1):
        stage.telegram.says(chat, f"/start {used}")
    poll(stage)
    assert chats(stage.portal) == [ANNA], "the second one finds nothing"


def test_the_token_of_a_link_is_in_no_table(stage: Stage) -> None:
    token = token_of(stage.browser)
    with stage.portal.work(write=False) as work:
        kept = [repr(vars(row)) for entity in (ConnectLink, IdempotentAnswer) for row in work.session.query(entity)]
    assert not any(token in row for row in kept)


def test_an_update_that_comes_again_is_left_out(make_stage: MakeStage) -> None:
    stage = make_stage("webhook")
    headers = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
    update = json.dumps(stage.telegram.says(ANNA, f"/start {token_of(stage.browser)}")).encode()
    for _ in range(3):
        assert stage.portal.browser().request("POST", "/telegram/updates", body=update, headers=headers).status_code == 200
        stage.portal.run_jobs()
    assert chats(stage.portal) == [ANNA]
    assert len(stage.telegram.sent) == 1


@pytest.mark.parametrize("given", [None, "", "wrong", SECRET + "x", SECRET.upper()])
def test_nobody_without_the_secret_is_heard(make_stage: MakeStage, given: str | None) -> None:
    stage = make_stage("webhook")
    update = json.dumps(stage.telegram.says(ANNA, f"/start {token_of(stage.browser)}")).encode()
    headers = {"Content-Type": "application/json"} | ({} if given is None else {SECRET_HEADER: given})
    assert stage.portal.browser().request("POST", "/telegram/updates", body=update, headers=headers).status_code == 401
    stage.portal.run_jobs()
    assert chats(stage.portal) == []


def test_what_is_no_private_message_is_passed_over(make_stage: MakeStage) -> None:
    stage = make_stage("webhook")
    headers = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
    token = token_of(stage.browser)
    group = json.dumps(stage.telegram.says(ANNA, f"/start {token}", kind="group")).encode()
    odd = [b"", b"[]", b"{}", b"[" * 5000, b'{"update_id": 1}', b'{"update_id": "x"}', b'{"update_id": 2, "message": []}', group]
    for body in odd:
        assert stage.portal.browser().request("POST", "/telegram/updates", body=body, headers=headers).status_code == 200
    stage.portal.run_jobs()
    assert chats(stage.portal) == []
    assert stage.telegram.sent == []


def test_stop_in_the_chat_and_the_button_in_the_portal_both_disconnect(stage: Stage) -> None:
    connect(stage)
    stage.telegram.says(ANNA, "/stop")
    poll(stage)
    assert chats(stage.portal) == []
    connect(stage)
    stage.browser.get("/notifications/settings")
    for _ in range(2):
        assert stage.browser.post("/telegram/disconnect", {}).status_code == 303
    tell(stage)
    assert stage.telegram.sent == []


def test_a_chat_leads_to_one_person_and_a_person_has_one_chat(stage: Stage) -> None:
    connect(stage)
    connect(stage, ANNA + 1)
    assert chats(stage.portal) == [ANNA + 1]
    with stage.portal.work() as work:
        other = make.member(work, company=make.company(work))
    connect(stage._replace(person=other, browser=stage.portal.sign_in(other)), ANNA + 1)
    with stage.portal.work(write=False) as work:
        assert list(work.session.scalars(select(Chat.user_id))) == [other.id]


def test_a_blocked_bot_is_disconnected_and_the_person_is_told_by_mail(stage: Stage, mailbox: Mailbox) -> None:
    connect(stage)
    stage.telegram.blocked.add(ANNA)
    tell(stage)
    assert chats(stage.portal) == []
    letter = mailbox.wait_for(lambda one: one["To"] == stage.person.email and "Telegram" in one["Subject"])
    assert "/notifications/settings" in letter.get_body(("plain",)).get_content()
    asked = stage.telegram.calls.count("sendMessage")
    tell(stage)
    assert stage.telegram.calls.count("sendMessage") == asked, "nobody is written to who is not connected"


def test_telegrams_word_on_how_long_to_wait_is_kept(stage: Stage) -> None:
    connect(stage)
    stage.telegram.flood = [40]
    tell(stage)
    asked = stage.telegram.calls.count("sendMessage")
    stage.portal.pass_time(seconds=39)
    stage.portal.run_jobs()
    assert stage.telegram.calls.count("sendMessage") == asked
    stage.portal.pass_time(seconds=2)
    stage.portal.run_jobs()
    assert len(stage.telegram.sent) == 1


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"ok": false, "error_code": "many"}', b'{"ok": true'])
def test_an_answer_that_is_none_of_the_bot_api_is_a_failure_that_does_not_name_the_token(
    double: tuple[Telegram, str], stage: Stage, answer: bytes
) -> None:
    double[0].raw = [answer]
    api = stage.portal.app.kit.plugins["telegram"].api  # type: ignore[attr-defined]
    with pytest.raises(ApiSilent) as caught:
        api.call("getMe", {})
    assert TOKEN not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_while_telegram_is_away_messages_wait_and_no_log_or_error_names_the_token(
    make_portal: MakePortal, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"bot": BOT, "base_url": "http://127.0.0.1:1", "poll_seconds": 0}
    portal = make_portal(plugins={"telegram": settings}, environment={"B2BKIT_TELEGRAM_TOKEN": TOKEN})
    with portal.work() as work:
        person = make.member(work, company=make.company(work), role="owner")
        work.session.add(Chat(user_id=person.id, chat=ANNA, name="Анна", since=work.now))
    tell(Stage(portal, Telegram(), person, portal.browser()))
    with portal.work() as work:
        (row,) = work.session.scalars(select(Sending).where(Sending.channel == "telegram.chat"))
        assert (row.state, row.attempts) == ("waiting", 1)
        assert TOKEN not in row.error
        assert sending.count_troubles(work) == 0
    assert TOKEN not in caplog.text


def test_a_long_message_is_cut_and_not_refused(stage: Stage) -> None:
    connect(stage)
    tell(stage, "<&>" * 150)
    assert len(stage.telegram.sent) == 1


def test_the_commands_say_whether_the_bot_answers_and_set_the_webhook(make_stage: MakeStage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = make_stage("webhook")
    for name, value in stage.portal.app.config.environment.items():
        monkeypatch.setenv(name, value)
    folder = str(stage.portal.folder)
    assert CliRunner().invoke(check, ["--config", folder]).output == f"@{BOT} answers\n"
    refused = CliRunner().invoke(webhook, ["--config", folder])
    assert refused.exit_code == 1
    assert "HTTPS" in refused.output
    toml = stage.portal.folder / "b2bkit.toml"
    toml.write_text(toml.read_text().replace("http://127.0.0.1:8000", "https://portal.example"))
    done = CliRunner().invoke(webhook, ["--config", folder])
    assert "https://portal.example/telegram/updates" in done.output
    assert stage.telegram.webhook["secret_token"] == SECRET
    assert CliRunner().invoke(webhook, ["--config", folder, "--off"]).exit_code == 0
    assert stage.telegram.webhook == {}
    monkeypatch.setenv("B2BKIT_TELEGRAM_TOKEN", TOKEN + "x")
    assert "401" in CliRunner().invoke(check, ["--config", folder]).output


def test_a_question_that_waits_is_answered_when_somebody_writes(double: tuple[Telegram, str], stage: Stage) -> None:
    """Long polling: the answer comes with the message and not when the time is up."""
    import threading

    api = BotApi(stage.portal.app.kit.plugins["telegram"].own)  # type: ignore[attr-defined]
    found: list[object] = []
    asking = threading.Thread(target=lambda: found.extend(api.call("getUpdates", {"timeout": 20}, seconds=30)))
    asking.start()
    double[0].says(ANNA, "hello")
    asking.join(timeout=10)
    api.close()
    assert not asking.is_alive()
    assert len(found) == 1
