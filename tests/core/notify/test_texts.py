"""Staff word what people read; a text that cannot be used stops no message."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from b2bkit.core.accounts.models import User
from b2bkit.core.errors import Refused
from b2bkit.core.notify import texts
from b2bkit.core.notify.models import Notification, NotifyText
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal
from b2bkit.testing.services.mail import Mailbox
from tests.core.notify.telling import KIND, tell, want

PAGE = f"/admin/messages/texts/{KIND}"


@pytest.fixture
def admin(mailing: Portal) -> Client:
    with mailing.work() as work:
        person = make.staff(work, role="admin")
    browser = mailing.sign_in(person)
    browser.get(PAGE)
    return browser


def told(portal: Portal, user: User) -> list[tuple[str, str]]:
    with portal.work(write=False) as work:
        statement = select(Notification.title, Notification.text).where(Notification.user_id == user.id).order_by(Notification.created_at)
        return [(row[0], row[1]) for row in work.session.execute(statement)]


def test_people_read_staffs_own_words_in_their_language_and_the_shipped_ones_again(mailing: Portal, owner: User, admin: Client) -> None:
    own = {"lang": "ru", "title": "К вам пришёл {name}", "text": "Компания {company}."}
    assert admin.post(PAGE, own).status_code == 303
    tell(mailing, owner)
    assert told(mailing, owner) == [("К вам пришёл Анна", "Компания ООО «Плёнка».")]
    assert admin.post(f"{PAGE}/reset", {"lang": "ru"}).status_code == 303
    mailing.pass_time(minutes=1)
    tell(mailing, owner)
    assert "Анна" in told(mailing, owner)[1][0]
    assert "К вам" not in told(mailing, owner)[1][0]
    with mailing.work(write=False) as work:
        assert work.session.query(NotifyText).count() == 0


WRONG = (
    "{nmae}", "{name.__class__}", "{name!r}", "{0}", "{}", "half {name", "name}", "{{name}}", "{name:>100000000}", "{company[0]}",
)  # fmt: skip


def test_only_the_kinds_own_fields_can_be_put_in_and_what_was_typed_stays(mailing: Portal, admin: Client) -> None:
    for title in WRONG:
        answer = admin.post(PAGE, {"lang": "ru", "title": title, "text": "Мой текст"})
        assert answer.status_code == 422, title
        assert "Мой текст" in answer.text
        assert "{company}" in answer.text, "the cure names what there is"
    with mailing.work(write=False) as work:
        assert work.session.query(NotifyText).count() == 0


def test_values_are_never_read_as_placeholders_and_are_escaped_in_html(
    mailing: Portal, owner: User, admin: Client, mailbox: Mailbox
) -> None:
    admin.post(PAGE, {"lang": "ru", "title": "<i>{name}</i>", "text": "{name} {company}"})
    want(mailing, owner)
    tell(mailing, owner, name='{company}<img src=x onerror="alert(1)">')
    mailing.run_jobs()
    html = mailbox.messages[0].get_body(("html",)).get_content()
    assert "<img" not in html
    assert "<i>" not in html
    assert "{company}&lt;img" in html


def test_a_text_that_broke_lets_the_shipped_one_go_out_and_staff_are_told_once(mailing: Portal, owner: User, admin: Client) -> None:
    admin.post(PAGE, {"lang": "ru", "title": "К вам пришёл {name}", "text": "Компания {company}."})
    with mailing.work() as work:  # what an update of a plugin may do
        work.session.scalars(select(NotifyText)).one().text = "{company} {department}"
        people = [work.session.get_one(User, one.id) for one in work.session.scalars(select(User).where(User.staff_role == "admin"))]
    for _ in range(2):
        tell(mailing, owner)
    mailing.run_jobs()
    assert all("К вам" not in title and "Анна" in title for title, _text in told(mailing, owner))
    assert len(told(mailing, people[0])) == 1
    assert "department" in told(mailing, people[0])[0][1]
    assert "department" in admin.get(PAGE).text
    admin.post(PAGE, {"lang": "ru", "title": "К вам пришёл {name}", "text": "Компания {company}."})
    with mailing.work(write=False) as work:
        assert work.session.scalars(select(NotifyText.broken)).one() == ""


def test_the_preview_shows_believable_values_or_what_is_wrong_and_keeps_nothing(mailing: Portal, admin: Client) -> None:
    shown = admin.post(f"{PAGE}/preview", {"lang": "ru", "title": "Пришла {name}", "text": "<b>{company}</b>"}, htmx=True)
    assert "Пришла Анна Ковалёва" in shown.text
    assert "&lt;b&gt;" in shown.text
    assert "{nobody}" in admin.post(f"{PAGE}/preview", {"lang": "ru", "title": "{nobody}", "text": "x"}, htmx=True).text
    with mailing.work(write=False) as work:
        assert work.session.query(NotifyText).count() == 0


def test_each_kind_of_the_portal_has_a_page_whose_shipped_words_can_be_saved(mailing: Portal, admin: Client) -> None:
    with mailing.work() as work:
        kinds = list(work.kit.notifications.values())
        assert [problem for kind in kinds for problem in texts.check(kind, title=kind.title, text=kind.text)] == []
    listed = admin.get("/admin/messages").text
    for kind in kinds:
        assert f"/admin/messages/texts/{kind.name}" in listed
        assert admin.get(f"/admin/messages/texts/{kind.name}").status_code == 200


def test_texts_are_for_those_who_may_change_them_and_unknown_ones_are_not_there(mailing: Portal, owner: User, admin: Client) -> None:
    with mailing.work() as work:
        manager = make.staff(work, role="manager")
    for who in (manager, owner):
        browser = mailing.sign_in(who)
        browser.get("/notifications")
        assert browser.get(PAGE).status_code == 403
        assert browser.post(PAGE, {"lang": "ru", "title": "x", "text": "y"}).status_code == 403
    assert admin.get("/admin/messages/texts/accounts.unknown").status_code == 404
    assert admin.post(PAGE, {"lang": "de", "title": "x", "text": "y"}).status_code == 404
    with mailing.work() as work, pytest.raises(Refused):
        texts.save(work, kind=KIND, lang="ru", title=" ", text="")
