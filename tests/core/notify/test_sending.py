"""Every message reaches its channel at least once, its person once, and staff see what did not arrive."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from b2bkit.core.accounts.models import User
from b2bkit.core.errors import TryLater, Undeliverable
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import Channel, Message, OpenWork
from b2bkit.core.notify import choices, sending
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit.testing.services.mail import Mailbox
from tests.core.notify.telling import KIND, sendings, tell, want

PIGEON = "pigeon.post"


class PigeonPlugin(Plugin):
    """A way to people that does as it is told."""

    name = "pigeon"
    version = "0.1.0"
    flown: list[Message] = []  # noqa: RUF012
    answers: list[Exception] = []  # noqa: RUF012

    @hookimpl
    def register_channels(self) -> list[Channel]:
        return [Channel(name=PIGEON, label="Pigeon", send=self.fly, address=lambda _work, user_id: str(user_id), opt_out=True)]

    def fly(self, open_work: OpenWork, message: Message, address: str) -> None:
        if self.answers:
            raise self.answers.pop(0)
        self.flown.append(message)


@pytest.fixture
def loft(make_portal: MakePortal) -> Portal:
    PigeonPlugin.flown, PigeonPlugin.answers = [], []
    return make_portal(classes=(PigeonPlugin,))


@pytest.fixture
def person(loft: Portal) -> User:
    with loft.work() as work:
        return make.member(work, company=make.company(work), role="owner", lang="ru")


def test_a_way_that_one_connects_oneself_gets_every_kind_until_one_says_no(loft: Portal, person: User) -> None:
    tell(loft, person)
    loft.run_jobs()
    assert [message.kind for message in PigeonPlugin.flown] == [KIND]
    want(loft, person, PIGEON, wanted=False)
    tell(loft, person)
    loft.run_jobs()
    assert len(PigeonPlugin.flown) == 1


def test_a_task_that_runs_again_after_its_message_went_out_sends_nothing(loft: Portal, person: User) -> None:
    tell(loft, person)
    loft.run_jobs()
    (row,) = sendings(loft, PIGEON)
    sending.send(loft.app.runner._open_work, sending_id=str(row.id))
    assert len(PigeonPlugin.flown) == 1


def test_a_channel_that_says_how_long_to_wait_is_not_asked_sooner(loft: Portal, person: User) -> None:
    PigeonPlugin.answers = [TryLater("tired", 90)]
    tell(loft, person)
    loft.run_jobs()
    loft.pass_time(seconds=89)
    loft.run_jobs()
    assert PigeonPlugin.flown == []
    loft.pass_time(seconds=2)
    loft.run_jobs()
    assert len(PigeonPlugin.flown) == 1
    (row,) = sendings(loft, PIGEON)
    assert (row.state, row.attempts) == ("sent", 1), "to wait is no failure"


def test_what_can_never_be_delivered_is_not_tried_again_and_staff_send_it_again(loft: Portal, person: User) -> None:
    PigeonPlugin.answers = [Undeliverable("no such roof")]
    tell(loft, person)
    loft.run_jobs()
    loft.pass_time(days=1)
    loft.run_jobs()
    (row,) = sendings(loft, PIGEON)
    assert (row.state, row.attempts, row.error) == ("failed", 1, "no such roof")
    with loft.work() as work:
        admin, manager = make.staff(work, role="admin"), make.staff(work, role="manager")
    browser = loft.sign_in(admin)
    page = browser.get("/admin/messages/undelivered")
    assert "no such roof" in page.text
    assert "Ирина Лапко" in page.text
    assert loft.sign_in(manager).get("/admin/messages/undelivered").status_code == 403
    assert browser.post(f"/admin/messages/undelivered/{row.id}", {}).status_code == 303
    loft.run_jobs()
    assert len(PigeonPlugin.flown) == 1
    assert "no such roof" not in browser.get("/admin/messages/undelivered").text
    assert browser.post(f"/admin/messages/undelivered/{row.id}", {}).status_code == 404, "it arrived"


def test_what_fails_three_times_is_shown_and_sent_again_by_hand_without_waiting(loft: Portal, person: User) -> None:
    PigeonPlugin.answers = [ConnectionError(f"storm {number}") for number in range(3)]
    tell(loft, person)
    for _ in range(3):
        loft.run_jobs()
        loft.pass_time(minutes=1)
    with loft.work() as work:
        assert sending.count_troubles(work) == 1
        (trouble,) = sending.troubles(work)
        assert (trouble.failed, trouble.attempts) == (False, 3)
        assert "storm 2" in trouble.error
        sending.resend(work, trouble.id)
    loft.run_jobs()
    assert len(PigeonPlugin.flown) == 1


def test_pages_of_troubles_cost_the_same_for_one_and_for_many(loft: Portal, person: User) -> None:
    from tests.core.test_statements import counted

    with loft.work() as work:
        admin = make.staff(work, role="admin")
    browser = loft.sign_in(admin)
    costs = []
    for _ in range(2):
        PigeonPlugin.answers = [Undeliverable("gone") for _number in range(4)]
        for _number in range(4):
            tell(loft, person)
        loft.run_jobs()
        browser.get("/admin/messages/undelivered")
        with counted() as found:
            assert browser.get("/admin/messages/undelivered").text.count("gone") >= 4
        costs.append(len(found))
    assert costs[0] == costs[1]


def test_what_arrived_a_month_ago_is_forgotten_and_what_failed_is_not(loft: Portal, person: User) -> None:
    PigeonPlugin.answers = [Undeliverable("gone")]
    for _ in range(2):
        tell(loft, person)
    loft.run_jobs()
    loft.pass_time(days=31)
    with loft.work() as work:
        sending.forget(work)
    assert [row.state for row in sendings(loft, PIGEON)] == ["failed"]


def unsubscribe_link(mailbox: Mailbox) -> str:
    header = re.sub(r"\s", "", mailbox.messages[-1]["List-Unsubscribe"])
    assert mailbox.messages[-1]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return header.strip("<>").removeprefix("http://127.0.0.1:8000")


def test_one_click_leaves_without_a_session_and_only_what_the_mail_was_about(mailing: Portal, owner: User, mailbox: Mailbox) -> None:
    want(mailing, owner)
    tell(mailing, owner)
    mailing.run_jobs()
    path = unsubscribe_link(mailbox)
    assert path in mailbox.messages[-1].get_body(("html",)).get_content()
    browser = mailing.browser()
    assert browser.get(path, accept="*/*").status_code == 303, "looking at a link changes nothing"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        answer = browser.request("POST", path, body=b"List-Unsubscribe=One-Click", headers=headers)
        assert (answer.status_code, answer.text) == (200, "ok\n")
    with mailing.work(write=False) as work:
        kinds = work.kit.notifications
        assert choices.channels_for(work, kinds[KIND], owner.id) == ["notify.inbox"]
        assert "notify.email" in choices.channels_for(work, kinds["ordering.status"], owner.id)


def test_a_person_who_follows_the_link_is_asked_first(mailing: Portal, owner: User, mailbox: Mailbox) -> None:
    want(mailing, owner)
    tell(mailing, owner)
    mailing.run_jobs()
    browser = mailing.browser()
    page = browser.get(browser.get(unsubscribe_link(mailbox)).headers["location"])
    assert page.status_code == 200
    path = re.search(r'action="(/notifications/unsubscribe/[^"]+)"', page.text).group(1)
    assert browser.post(path, {}, follow=True).status_code == 200
    tell(mailing, owner)
    mailing.run_jobs()
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize(
    "bend",
    [
        lambda t: t[:-4] + ("AAAA" if t[-4:-2] != "AA" else "BBBB"),  # whose last letter may hold bits that count for nothing
        lambda t: ("A" if t[0] != "A" else "B") + t[1:],
        lambda t: "x",
        lambda t: uuid4().hex,
    ],
)
def test_a_bent_token_is_no_token(mailing: Portal, owner: User, mailbox: Mailbox, bend) -> None:
    want(mailing, owner)
    tell(mailing, owner)
    mailing.run_jobs()
    token = unsubscribe_link(mailbox).rpartition("/")[2]
    browser = mailing.browser()
    assert browser.request("POST", f"/unsubscribe/{bend(token)}").status_code == 404
    assert browser.get(f"/notifications/unsubscribe/{bend(token)}").status_code == 404


def test_the_mail_of_the_day_can_be_left_as_a_whole(mailing: Portal, owner: User, mailbox: Mailbox) -> None:
    want(mailing, owner, digested=True)
    tell(mailing, owner)
    mailing.pass_time(days=1)
    mailing.app.runner._sweep()
    mailing.run_jobs()
    mailing.browser().request("POST", unsubscribe_link(mailbox))
    with mailing.work(write=False) as work:
        assert choices.channels_for(work, work.kit.notifications[KIND], owner.id) == ["notify.inbox"]
        assert "notify.email" in choices.channels_for(work, work.kit.notifications["ordering.status"], owner.id)


def test_notifications_are_there_as_json_for_their_person_alone(loft: Portal, person: User) -> None:
    for _ in range(3):
        tell(loft, person)
        loft.pass_time(minutes=1)
    loft.run_jobs()
    browser = loft.sign_in(person)
    first = browser.get("/api/v1/notifications?limit=2", accept="application/json").json
    assert (len(first["items"]), first["unread"]) == (2, 3)
    rest = browser.get(f"/api/v1/notifications?before={first['next']}", accept="application/json").json
    assert (len(rest["items"]), rest["next"]) == (1, None)
    assert browser.send("POST", "/api/v1/notifications/read", {"ids": [first["items"][0]["id"]]}).status_code == 204
    assert browser.get("/api/v1/notifications", accept="application/json").json["unread"] == 2
    with loft.work() as work:
        other = make.member(work, company=make.company(work))
    assert loft.sign_in(other).get("/api/v1/notifications", accept="application/json").json == {"items": [], "unread": 0, "next": None}
