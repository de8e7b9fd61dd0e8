"""People of a company: invitations that work once, dismissal and roles that hold at once, an owner who stays."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from b2bkit.core.accounts import people
from b2bkit.core.accounts.models import Invitation, Membership, User, UserSession
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.errors import Forbidden, NotFound, Refused
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal

PASSWORD = "три мешка полиэтилена"
NEW = "anna@client.example"
OTHER = "другой длинный пароль"


def invite(portal: Portal, as_user, firm, *, email: str = NEW, role: str = "buyer") -> str:
    """Invites as the owner; returns the token of the link."""
    with as_user(firm.owner) as work:
        invitation_id = people.invite(work, company_id=firm.company.id, email=email, name="Анна", role=role)
        return people.invitation_token(work, invitation_id)


def accept(portal: Portal, token: str, password: str = OTHER) -> str:
    with portal.work() as work:
        return people.accept(work, token=token, password=password, address="192.0.2.7")


def problems_of(refused) -> dict[str | None, str]:
    return {problem.field: problem.code for problem in refused.value.problems}


def test_an_invitation_lets_one_person_in_once(portal, firm, as_user):
    token = invite(portal, as_user, firm)
    session = accept(portal, token)
    with portal.work() as work:
        actor = portal.app.sessions.read(work.session, session, work.now).actor
        assert (actor.company_id, actor.role, actor.name) == (firm.company.id, "buyer", "Анна")
    with pytest.raises(NotFound):
        accept(portal, token)


def test_an_invitation_ends_after_a_day(portal, firm, as_user):
    token = invite(portal, as_user, firm)
    portal.pass_time(hours=23, minutes=59)
    with portal.work() as work:
        assert people.open_invitation(work, token=token).email == NEW
    portal.pass_time(minutes=1)
    with pytest.raises(NotFound):
        accept(portal, token)


def test_a_revoked_a_replaced_and_a_suspended_invitation_open_nothing(portal, firm, as_user):
    revoked = invite(portal, as_user, firm, email="one@client.example")
    replaced = invite(portal, as_user, firm, email="two@client.example")
    newest = invite(portal, as_user, firm, email="two@client.example")
    with as_user(firm.owner) as work:
        first = work.session.scalars(select(Invitation.id).where(Invitation.email == "one@client.example")).one()
        people.revoke(work, invitation_id=first)
    for token in (revoked, replaced, "nonsense", ""):
        with pytest.raises(NotFound), portal.work() as work:
            people.open_invitation(work, token=token)
    with portal.work() as work:
        assert people.open_invitation(work, token=newest)
        work.session.merge(firm.company).suspended = True
        work.session.flush()
        with pytest.raises(NotFound):
            people.open_invitation(work, token=newest)


def test_the_token_cannot_be_read_from_the_database_nor_made_without_the_key(portal, firm, as_user):
    token = invite(portal, as_user, firm)
    with portal.work() as work:
        stored = work.session.scalars(select(Invitation)).one()
        kept = {str(getattr(stored, column.key)) for column in Invitation.__table__.columns}
    assert token not in kept
    assert len(token) >= 43, "256 bits in base64"


def test_an_existing_account_joins_with_its_own_password_and_keeps_its_first_company(portal, firm, as_user, password_hash):
    with portal.work() as work:
        other = make.company(work)
        person = make.member(work, company=other, password_hash=password_hash)
    token = invite(portal, as_user, firm, email=person.email, role="accountant")
    with pytest.raises(Refused) as refused:
        accept(portal, token, "not that password")
    assert problems_of(refused) == {"password": "wrong_password"}
    accept(portal, token, PASSWORD)
    with portal.work() as work:
        roles = dict(work.session.execute(select(Membership.company_id, Membership.role).where(Membership.user_id == person.id)).all())
        assert roles == {other.id: "buyer", firm.company.id: "accountant"}
        assert work.session.scalar(select(func.count(User.id)).where(User.email == person.email)) == 1


def test_guessing_an_accounts_password_at_an_invitation_locks_it_like_at_sign_in(portal, firm, as_user, password_hash):
    with portal.work() as work:
        person = make.member(work, company=make.company(work), password_hash=password_hash)
    path = "/invitations/" + invite(portal, as_user, firm, email=person.email)
    browser = portal.browser()
    browser.get(path)
    for _ in range(5):
        assert browser.post(path, {"password": "guess number one"}).status_code == 422
    answer = browser.post(path, {"password": PASSWORD})
    assert answer.status_code == 422
    with portal.work() as work:
        assert work.session.scalar(select(func.count(Membership.id)).where(Membership.user_id == person.id)) == 1


def test_staff_are_not_let_into_a_clients_company(portal, firm, as_user, password_hash):
    with portal.work() as work:
        manager = make.staff(work, password_hash=password_hash)
    token = invite(portal, as_user, firm, email=manager.email)
    with pytest.raises(Refused) as refused:
        accept(portal, token, PASSWORD)
    assert problems_of(refused) == {"password": "staff_address"}


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_short"),
        ("aaaaaaaaaaaa", "password_guessable"),
        ("1234567890", "password_guessable"),
        (NEW, "password_guessable"),
    ],
)
def test_a_weak_password_is_refused_and_the_link_still_works(portal, firm, as_user, password, code):
    token = invite(portal, as_user, firm)
    with pytest.raises(Refused) as refused:
        accept(portal, token, password)
    assert problems_of(refused) == {"password": code}
    assert accept(portal, token)


def test_an_invitation_names_all_that_is_wrong_at_once(portal, firm, as_user):
    with pytest.raises(Refused) as refused, as_user(firm.owner) as work:
        people.invite(work, company_id=firm.company.id, email="not an address", name="  ", role="admin")
    assert problems_of(refused) == {"email": "email_invalid", "name": "name_missing", "role": "role_unknown"}
    with pytest.raises(Refused) as refused, as_user(firm.owner) as work:
        people.invite(work, company_id=firm.company.id, email=firm.buyer.email.upper(), name="Он же", role="buyer")
    assert problems_of(refused) == {"email": "already_member"}


@pytest.mark.parametrize(
    "email", ["a@b.example\r\nBcc: all@b.example", "a@b.example\nX: y", "a b@c.example", "a@b.example,c@d.example", "<a@b.example>"]
)
def test_an_address_that_could_add_headers_or_recipients_is_refused(portal, firm, as_user, email):
    with pytest.raises(Refused) as refused:
        invite(portal, as_user, firm, email=email)
    assert problems_of(refused) == {"email": "email_invalid"}


def test_only_owners_invite_and_only_into_their_own_company(portal, firm, as_user):
    with portal.work() as work:
        foreign = make.company(work)
    with pytest.raises(Forbidden), as_user(firm.buyer) as work:
        people.invite(work, company_id=firm.company.id, email=NEW, name="Анна", role="buyer")
    with pytest.raises(NotFound), as_user(firm.owner) as work:
        people.invite(work, company_id=foreign.id, email=NEW, name="Анна", role="buyer")


def test_dismissal_ends_open_sessions_at_once_and_a_later_return_does_not_revive_them(portal, firm, as_user):
    browser = portal.sign_in(firm.buyer)
    assert browser.get("/company").status_code == 200
    member = membership(portal, firm.buyer)
    with as_user(firm.owner) as work:
        people.dismiss(work, membership_id=member)
    assert browser.get("/company").status_code == 303
    with portal.work() as work:
        assert work.session.scalar(select(func.count(UserSession.id)).where(UserSession.user_id == firm.buyer.id)) == 0
        work.session.get_one(Membership, member).dismissed_at = None
    assert browser.get("/company").status_code == 303


def membership(portal: Portal, user: User):
    with portal.work() as work:
        return work.session.scalars(select(Membership.id).where(Membership.user_id == user.id)).one()


def test_a_role_changes_with_the_next_request_of_an_open_session(portal, firm, as_user):
    browser = portal.sign_in(firm.buyer)
    assert browser.post("/company/people", {"email": NEW, "name": "Анна", "role": "buyer"}).status_code == 403
    member = membership(portal, firm.buyer)
    with as_user(firm.owner) as work:
        people.change_role(work, membership_id=member, role="owner")
    assert browser.post("/company/people", {"email": NEW, "name": "Анна", "role": "buyer"}).status_code == 303
    with as_user(firm.owner) as work:
        people.change_role(work, membership_id=member, role="viewer")
    assert browser.post("/company/people", {"email": NEW, "name": "Анна", "role": "buyer"}).status_code == 403


def test_nobody_dismisses_or_demotes_himself(portal, firm, as_user):
    member = membership(portal, firm.owner)
    for change in ("dismiss", "role"):
        with pytest.raises(Refused) as refused, as_user(firm.owner) as work:
            people.change(work, membership_id=member, action=change, role="buyer")
        assert problems_of(refused) == {None: "not_yourself"}


def test_clients_cannot_leave_a_company_without_an_owner_but_staff_can(portal, firm, as_user, actor_of):
    with portal.work() as work:
        second = make.member(work, company=firm.company, role="owner", name="Второй владелец")
        manager = work.session.get_one(User, firm.company.manager_id)
    acting = actor_of(second)  # still an owner when the request began
    member = membership(portal, second)
    with as_user(firm.owner) as work:
        people.dismiss(work, membership_id=member)
    last = membership(portal, firm.owner)
    for change in ("dismiss", "role"):
        with pytest.raises(Refused) as refused, portal.app.work(acting) as work:
            people.change(work, membership_id=last, action=change, role="buyer")
        assert problems_of(refused) == {None: "last_owner"}
    with as_user(manager) as work:
        people.dismiss(work, membership_id=last)


def test_what_belongs_to_another_company_is_not_there(portal, firm, as_user):
    with portal.work() as work:
        foreign = make.company(work)
        stranger = make.member(work, company=foreign)
    member = membership(portal, stranger)
    with as_user(firm.owner) as work:
        for attempt in (
            lambda: people.dismiss(work, membership_id=member),
            lambda: people.change_role(work, membership_id=member, role="viewer"),
            lambda: people.revoke(work, invitation_id=member),
        ):
            with pytest.raises(NotFound):
                attempt()
        assert work.session.get(User, stranger.id) is None


def test_every_change_is_in_the_trail_with_who_did_it(portal, firm, as_user):
    token = invite(portal, as_user, firm)
    accept(portal, token)
    member = membership(portal, firm.buyer)
    with as_user(firm.owner) as work:
        people.change_role(work, membership_id=member, role="viewer")
        people.dismiss(work, membership_id=member)
    with portal.work() as work:
        trail = [(row.action, row.user_id) for row in work.session.scalars(select(AuditEntry).order_by(AuditEntry.at, AuditEntry.id))]
        details = work.session.scalars(select(AuditEntry.details).where(AuditEntry.action == "accounts.role_changed")).one()
    owner = firm.owner.id
    assert trail == [
        ("accounts.invited", owner),
        ("accounts.joined", None),
        ("accounts.role_changed", owner),
        ("accounts.dismissed", owner),
    ]
    assert details == {"person": "Закупщик", "before": "buyer", "after": "viewer"}


def test_the_page_of_an_invitation_leads_in_and_tells_strangers_nothing(portal, firm, as_user):
    path = "/invitations/" + invite(portal, as_user, firm)
    browser = portal.browser()
    assert re.search(rf'value="{NEW}"[^>]*readonly', browser.get(path).text)
    refused = browser.post(path, {"password": "short"})
    assert refused.status_code == 422
    assert "aria-invalid" in refused.text
    assert browser.post(path, {"password": OTHER}).headers["location"] == "/"
    assert browser.get("/company").status_code == 200
    stranger = portal.browser()
    assert stranger.get(path).status_code == stranger.get("/invitations/" + "x" * 43).status_code == 404


def test_the_company_page_keeps_what_was_typed_when_an_invitation_is_refused(portal, firm):
    browser = portal.sign_in(firm.owner)
    browser.get("/company")
    answer = browser.post("/company/people", {"email": "anna@", "name": "Анна К.", "role": "accountant"})
    assert answer.status_code == 422
    assert 'value="anna@"' in answer.text
    assert 'value="Анна К."' in answer.text
    assert '<option value="accountant" selected>' in answer.text


def test_a_new_password_needs_the_present_one_and_ends_other_sessions(portal, firm):
    here, there = portal.sign_in(firm.buyer), portal.sign_in(firm.buyer)
    here.get("/profile")
    changed = {"name": "Закупщик", "phone": "", "password": "wrong", "new_password": OTHER}
    assert here.post("/profile", changed).status_code == 422
    assert there.get("/company").status_code == 200
    assert here.post("/profile", {**changed, "password": PASSWORD}).status_code == 303
    assert there.get("/company").status_code == 303
    assert here.get("/company").status_code == 200
