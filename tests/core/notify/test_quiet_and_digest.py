"""Quiet hours hold back what disturbs, and the mail of the day gathers what need not come at once."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from b2bkit.core.accounts.models import User
from b2bkit.core.notify import service
from b2bkit.core.notify.hours import Hours
from b2bkit.core.notify.models import Notification
from b2bkit.core.ordering.events import OrderRefused
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal
from b2bkit.testing.services.mail import Mailbox
from tests.core.notify.telling import actor, quiet, sendings, tell, want

MINSK, NEW_YORK = ZoneInfo("Europe/Minsk"), ZoneInfo("America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "now", "until"),
    [
        ("22:00", "08:00", "2026-11-24T20:30", "2026-11-25T05:00"),  # 23:30 in Minsk
        ("22:00", "08:00", "2026-11-25T03:00", "2026-11-25T05:00"),
        ("22:00", "08:00", "2026-11-25T05:00", None),
        ("12:00", "13:00", "2026-11-24T09:00", "2026-11-24T10:00"),
        ("12:00", "13:00", "2026-11-24T10:00", None),
        ("12:00", "12:00", "2026-11-24T09:00", None),
    ],
)
def test_quiet_hours_may_lie_over_the_night(start: str, end: str, now: str, until: str | None) -> None:
    hours = Hours(int(start[:2]) * 60, int(end[:2]) * 60, 540, MINSK)
    assert hours.quiet_until(utc(now)) == (utc(until) if until else None)


def test_the_digest_comes_at_the_same_clock_time_when_the_clock_is_changed() -> None:
    hours = Hours(None, None, 9 * 60, NEW_YORK)
    assert hours.next_digest(utc("2026-10-31T14:00")) == utc("2026-11-01T14:00")  # summer time ends in that night
    assert hours.next_digest(utc("2026-10-30T14:00")) == utc("2026-10-31T13:00")


def test_what_comes_in_quiet_hours_waits_for_their_end_and_the_inbox_has_it_at_once(mailing: Portal, owner: User, mailbox: Mailbox) -> None:
    want(mailing, owner)
    quiet(mailing, owner, "11:00", "13:00")  # it is noon in Minsk
    tell(mailing, owner)
    mailing.run_jobs()
    assert mailbox.messages == []
    with mailing.app.work(actor(owner)) as work:
        assert service.unread(work) == 1
    mailing.pass_time(minutes=61)
    mailing.run_jobs()
    assert len(mailbox.messages) == 1


def test_quiet_hours_are_in_the_persons_own_zone(mailing: Portal, owner: User, mailbox: Mailbox) -> None:
    want(mailing, owner)
    quiet(mailing, owner, "11:00", "13:00", zone="Asia/Vladivostok")  # 19:00 there
    tell(mailing, owner)
    mailing.run_jobs()
    assert len(mailbox.messages) == 1


def test_what_is_urgent_passes_quiet_hours(mailing: Portal, mailbox: Mailbox) -> None:
    with mailing.work() as work:
        manager = make.staff(work)
        company = make.company(work, manager=manager)
    quiet(mailing, manager, "11:00", "13:00")
    with mailing.work() as work:
        kind = work.kit.notifications["ordering.refused_to_manager"]
        event = OrderRefused(company.id, company.id, "П-1", "Договор закрыт")
        service.tell(work, kind, OrderRefused(event.order_id, company.id, "П-1", "Договор закрыт"), fact_id="1")
    mailing.run_jobs()
    assert len(mailbox.messages) == 1


def test_the_mail_of_the_day_is_one_with_all_that_came_and_none_when_nothing_came(mailing: Portal, owner: User, mailbox: Mailbox) -> None:
    want(mailing, owner, digested=True)
    for name in ("Анна", "Борис <b>"):
        tell(mailing, owner, name=name)
    mailing.app.runner._sweep()
    mailing.run_jobs()
    assert mailbox.messages == []
    mailing.at(utc("2026-11-25T05:59"))
    mailing.app.runner._sweep()
    mailing.run_jobs()
    assert mailbox.messages == [], "a minute before nine"
    mailing.pass_time(minutes=2)
    mailing.app.runner._sweep()
    mailing.run_jobs()
    (letter,) = mailbox.messages
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "2 новости" in letter["Subject"]
    for name in ("Анна", "Борис"):
        assert name in text
        assert name in html
    assert "Борис <b>" in text
    assert "Борис &lt;b&gt;" in html
    assert text.count("http://127.0.0.1:8000/company") == 2
    for _ in range(3):
        mailing.pass_time(days=1)
        mailing.app.runner._sweep()
        mailing.run_jobs()
    assert len(mailbox.messages) == 1
    assert {row.state for row in sendings(mailing)} == {"sent"}


def test_what_was_read_in_the_portal_is_not_in_the_mail_of_the_day(mailing: Portal, owner: User, mailbox: Mailbox) -> None:
    want(mailing, owner, digested=True)
    tell(mailing, owner)
    mailing.run_jobs()
    with mailing.app.work(actor(owner)) as work:
        service.mark_read(work)
    mailing.pass_time(days=1)
    mailing.app.runner._sweep()
    mailing.run_jobs()
    assert mailbox.messages == []
    assert [row.state for row in sendings(mailing)] == ["dropped"]


def test_the_digest_moves_with_its_hour_and_ends_with_the_choice(mailing: Portal, owner: User, mailbox: Mailbox) -> None:
    want(mailing, owner, digested=True)
    tell(mailing, owner)
    quiet(mailing, owner, "01:00", "02:00", digest_at="13:00")
    assert [row.due_at for row in sendings(mailing)] == [utc("2026-11-24T10:00")]
    want(mailing, owner, wanted=False)
    mailing.pass_time(hours=2)
    mailing.app.runner._sweep()
    mailing.run_jobs()
    assert mailbox.messages == []


def test_a_choice_that_was_withdrawn_while_a_message_waited_holds(mailing: Portal, owner: User, mailbox: Mailbox) -> None:
    want(mailing, owner)
    quiet(mailing, owner, "11:00", "13:00")
    tell(mailing, owner)
    want(mailing, owner, wanted=False)
    mailing.pass_time(hours=2)
    mailing.run_jobs()
    assert mailbox.messages == []
    assert [row.state for row in sendings(mailing)] == ["dropped"]


def test_hours_and_the_mail_of_the_day_are_chosen_on_the_page_and_nothing_typed_is_lost(mailing: Portal, owner: User) -> None:
    browser = mailing.sign_in(owner)
    browser.get("/notifications/settings")
    fields = {"quiet_from": "21:30", "quiet_to": "07:15", "digest_at": "08:45", "zone": "Asia/Almaty"}
    assert browser.post("/notifications/hours", fields).status_code == 303
    shown = browser.get("/notifications/settings").text
    assert all(value in shown for value in fields.values())
    wrong = browser.post("/notifications/hours", {"quiet_from": "21:30", "quiet_to": "", "digest_at": "10:10", "zone": "Mars/Olympus"})
    assert wrong.status_code == 422
    assert "Mars/Olympus" in wrong.text
    assert 'value="10:10"' in wrong.text
    assert browser.post("/notifications/hours", {"quiet_from": "25:00", "digest_at": "09:00"}).status_code == 422
    pairs = ["accounts.joined notify.inbox", "accounts.joined notify.digest", ""]
    assert browser.post("/notifications/settings", {"wanted": pairs}).status_code == 303
    tell(mailing, owner)
    assert [row.state for row in sendings(mailing)] == ["digest"]
    with mailing.work(write=False) as work:
        assert work.session.query(Notification).count() == 1
