"""Telling people: once for each person and fact, by the channels they chose, in their language, in mails that nobody can bend."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from b2bkit.core import mail
from b2bkit.core.accounts.events import EmployeeJoined
from b2bkit.core.accounts.models import Membership, User
from b2bkit.core.errors import NotFound
from b2bkit.core.i18n import speaking
from b2bkit.core.jobs.models import Task
from b2bkit.core.notify import choices, service
from b2bkit.core.notify.models import Notification, Preference
from b2bkit.core.ordering.events import OrderRefused, OrderStatusChanged
from b2bkit.core.work import Actor
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal

KIND = "accounts.joined"


def actor(user: User) -> Actor:
    return Actor(kind="client", user_id=user.id, company_id=None)


def fact(portal: Portal, inviter: User, name: str = "Анна") -> EmployeeJoined:
    with portal.work() as work:
        company_id = select(Membership.company_id).where(Membership.user_id == inviter.id)
        return EmployeeJoined(work.session.scalars(company_id).one(), uuid4(), name, inviter.id)


def tell(portal: Portal, event: EmployeeJoined, fact_id: str) -> None:
    with portal.work() as work:
        service.tell(work, work.kit.notifications[KIND], event, fact_id=fact_id)


def want(portal: Portal, user: User, **channels: bool) -> None:
    with portal.app.work(actor(user)) as work:
        for channel, wanted in channels.items():
            choices.choose(work, kind=KIND, channel=f"notify.{channel}", wanted=wanted)


def inbox(portal: Portal, user: User) -> list[service.InboxRow]:
    with portal.app.work(actor(user)) as work:
        return service.inbox(work)


def test_a_person_is_told_of_a_fact_once_by_each_channel_however_often_it_is_delivered(mailing, owner, mailbox):
    want(mailing, owner, email=True)
    event = fact(mailing, owner)
    for _ in range(3):
        tell(mailing, event, "fact-1")
        mailing.run_jobs()
    assert len(inbox(mailing, owner)) == 1
    assert len(mailbox.messages) == 1
    tell(mailing, event, "fact-2")
    mailing.run_jobs()
    assert (len(inbox(mailing, owner)), len(mailbox.messages)) == (2, 2)


def test_a_published_fact_reaches_the_inbox_through_the_outbox(mailing, owner):
    event = fact(mailing, owner)
    with mailing.work() as work:
        work.publish(event, key="company:1")
    mailing.run_jobs()
    assert [row.kind for row in inbox(mailing, owner)] == [KIND]


def test_a_person_hears_by_the_channels_that_he_chose_and_by_no_other(mailing, owner, mailbox):
    want(mailing, owner, inbox=False, email=True)
    tell(mailing, fact(mailing, owner), "fact-1")
    mailing.run_jobs()
    assert inbox(mailing, owner) == []
    assert len(mailbox.messages) == 1
    with mailing.app.work(actor(owner)) as work:
        assert service.unread(work) == 0
    want(mailing, owner, inbox=False, email=False)
    tell(mailing, fact(mailing, owner), "fact-2")
    mailing.run_jobs()
    assert len(mailbox.messages) == 1


def test_choosing_the_same_twice_keeps_one_row_and_unknown_names_are_not_there(mailing, owner):
    want(mailing, owner, email=True)
    want(mailing, owner, email=True)
    with mailing.work() as work:
        assert work.session.scalar(select(func.count(Preference.id))) == 1
    for kind, channel in (("accounts.unknown", "notify.email"), (KIND, "notify.pigeon")):
        with pytest.raises(NotFound), mailing.app.work(actor(owner)) as work:
            choices.choose(work, kind=kind, channel=channel, wanted=True)


def test_the_page_of_choices_turns_on_what_is_ticked_and_off_what_is_not(mailing, owner):
    browser = mailing.sign_in(owner)
    browser.get("/notifications/settings")
    assert browser.post("/notifications/settings", {"wanted": [f"{KIND} notify.email"]}).status_code == 303
    with mailing.work() as work:
        kinds = [kind for kind in work.kit.notifications.values() if kind.audience != "staff"]  # of those nobody asks a client
        assert {(kind.name, channel) for kind in kinds for channel in choices.channels_for(work, kind, owner.id)} == {
            (KIND, "notify.email")
        }
    assert browser.post("/notifications/settings", {"wanted": ["no such thing"]}).status_code == 422


def test_a_mail_is_whole_in_text_and_html_in_the_persons_language_with_a_link_from_the_configuration(mailing, owner, mailbox):
    want(mailing, owner, email=True)
    tell(mailing, fact(mailing, owner), "fact-1")
    mailing.run_jobs()
    message = mailbox.wait_for(lambda one: one["To"] == owner.email)
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    assert set(parts) == {"text/plain", "text/html"}
    assert message["From"].addresses[0].addr_spec == "portal@portal.example"
    assert message["Auto-Submitted"] == "auto-generated"
    for text in parts.values():
        assert "http://127.0.0.1:8000/company" in text
        assert "Открыть в портале" in text, "in the language that the person chose"


@pytest.mark.parametrize("name", ["Анна\r\nBcc: all@evil.example", "Анна\nX-Bad: 1"])
def test_a_name_with_line_ends_adds_no_header_to_a_mail(mailing, owner, mailbox, name):
    want(mailing, owner, email=True)
    tell(mailing, fact(mailing, owner, name), "fact-1")
    mailing.run_jobs()
    message = mailbox.messages[0]
    assert message["Bcc"] is None
    assert message["X-Bad"] is None
    assert message["X-Envelope-To"] == owner.email


@pytest.mark.parametrize("where", ["to", "subject"])
def test_a_header_with_a_line_end_is_refused_where_mails_are_made(mailing, where):
    values = {"to": "a@b.example", "subject": "Subject", "text": "text", "html": "<p>text</p>"}
    with pytest.raises(ValueError, match="line end"), mailing.work() as work:
        mail.compose(work, **{**values, where: values[where] + "\r\nBcc: all@evil.example"})


def test_an_invitation_arrives_by_mail_with_the_link_that_opens_it(mailing, owner, mailbox):
    browser = mailing.sign_in(owner)
    browser.get("/company")
    assert browser.post("/company/people", {"email": "anna@client.example", "name": "Анна", "role": "buyer"}).status_code == 303
    mailing.run_jobs()
    message = mailbox.wait_for(lambda one: one["To"] == "anna@client.example")
    text = message.get_body(("plain",)).get_content()
    path = re.search(r"http://127\.0\.0\.1:8000(/invitations/\S+)", text).group(1)
    assert mailing.browser().get(path).status_code == 200


def test_mail_that_cannot_be_sent_waits_and_holds_up_no_other_channel(make_portal):
    portal = make_portal(extra='[mail]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"')
    with portal.work() as work:
        person = make.member(work, company=make.company(work), role="owner")
    want(portal, person, email=True)
    tell(portal, fact(portal, person), "fact-1")
    portal.run_jobs()
    with portal.work() as work:
        left = work.session.scalars(select(Task).where(Task.name == "notify.send", Task.state == "waiting")).one()
        assert left.attempts == 1
        assert "ConnectionRefusedError" in left.error
    assert len(inbox(portal, person)) == 1, "the other channel does not wait for mail"


def test_without_a_mail_server_the_channel_is_off(portal):
    with portal.work() as work:
        person = make.member(work, company=make.company(work), role="owner")
        assert work.kit.channels["notify.email"].address(work, person.id) is None


def test_blocked_people_are_told_nothing(mailing, owner):
    with mailing.work() as work:
        work.session.get_one(User, owner.id).blocked = True
    tell(mailing, fact(mailing, owner), "fact-1")
    with mailing.work() as work:
        assert work.session.scalar(select(func.count(Notification.id))) == 0


def test_the_inbox_pages_backwards_in_time_and_marks_what_is_opened_as_read(mailing, owner):
    for number in range(5):
        tell(mailing, fact(mailing, owner), f"fact-{number}")
        mailing.run_jobs()
        mailing.pass_time(minutes=1)
    rows = inbox(mailing, owner)
    assert [row.created_at for row in rows] == sorted((row.created_at for row in rows), reverse=True)
    with mailing.app.work(actor(owner)) as work:
        first = service.inbox(work, limit=2)
        assert [row.id for row in (*first, *service.inbox(work, before=first[-1].id))] == [row.id for row in rows]
    browser = mailing.sign_in(owner)
    browser.get("/notifications")
    assert browser.post("/notifications/open", {"id": str(rows[0].id)}).headers["location"] == "/company"
    with mailing.app.work(actor(owner)) as work:
        assert service.unread(work) == 4
    browser.post("/notifications/read", {})
    with mailing.app.work(actor(owner)) as work:
        assert service.unread(work) == 0


def test_another_persons_notification_is_not_there(mailing, owner):
    tell(mailing, fact(mailing, owner), "fact-1")
    mailing.run_jobs()
    row = inbox(mailing, owner)[0]
    with mailing.work() as work:
        colleague = make.member(work, company=make.company(work))
    browser = mailing.sign_in(colleague)
    browser.get("/notifications")
    assert browser.post("/notifications/open", {"id": str(row.id)}).status_code == 404
    assert browser.get(f"/notifications?before={row.id}").status_code == 404
    assert browser.post("/notifications/read", {"id": str(row.id)}).status_code == 303
    assert inbox(mailing, owner)[0].unread


def test_open_pages_learn_of_a_new_notification_by_id_alone(mailing, owner, monkeypatch):
    sent: list[object] = []
    monkeypatch.setattr(mailing.app.bus, "send", sent.extend)
    tell(mailing, fact(mailing, owner), "fact-1")
    mailing.run_jobs()
    signal = next(one for one in sent if one.kind == "notify")
    assert (signal.users, UUID(signal.id)) == ((owner.id,), inbox(mailing, owner)[0].id)


def test_what_a_message_is_made_of_speaks_the_readers_language(mailing: Portal, owner: User) -> None:
    """The values too, not only the sentence around them: the job that tells speaks no language of its own."""
    event = OrderStatusChanged(uuid4(), uuid4(), "П-1", "shipped")
    with mailing.work(lang="en") as work, speaking("en", work.translations("en")):
        message = service.compose(work, work.kit.notifications["ordering.status"], event, owner, "1")
    assert (message.lang, message.title) == ("ru", "Заказ П-1: Отгружен")


def test_a_refusal_leads_the_manager_to_the_workspace_and_the_buyer_to_his_order(mailing: Portal) -> None:
    with mailing.work() as work:
        manager = make.staff(work)
        company = make.company(work, name="ООО «Плёнка»", manager=manager)
        buyer = make.member(work, company=company, role="owner")
        event = OrderRefused(uuid4(), company.id, "П-1", "Договор закрыт")
        kinds = [kind for kind in work.kit.notifications.values() if kind.event is OrderRefused]
        told = {user_id: kind for kind in kinds for user_id in kind.recipients(work, event)}
        links = {user_id: service.compose(work, kind, event, work.session.get_one(User, user_id), "1") for user_id, kind in told.items()}
    assert links[manager.id].link.endswith(f"/admin/orders/{event.order_id}")
    assert "ООО «Плёнка». Договор закрыт" in links[manager.id].text
    assert links[buyer.id].link.endswith(f"/orders/{event.order_id}")
    assert "/admin" not in links[buyer.id].link
    assert "Договор закрыт" not in links[buyer.id].text, "why 1C refused is for those who decide"


def test_people_choose_only_among_what_they_may_ever_be_told(mailing: Portal, owner: User) -> None:
    with mailing.work() as work:
        manager = make.staff(work)
    chosen = {}
    for who in (Actor(kind="staff", user_id=manager.id), actor(owner)):
        with mailing.app.work(who) as work:
            chosen[who.kind] = {one.name for one in choices.choices(work)}
    assert "ordering.refused_to_manager" in chosen["staff"] - chosen["client"]
    assert {"ordering.refused", "ordering.status"} <= chosen["client"] - chosen["staff"]
