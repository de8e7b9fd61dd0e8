"""Registration of a company: numbers with check digits, a proven address, a manager's decision, and no word to strangers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from b2bkit.core import mail
from b2bkit.core.accounts import registration, sign_in, tax_numbers
from b2bkit.core.accounts.models import Company, LegalEntity, Membership, User
from b2bkit.core.accounts.models_requests import Registration
from b2bkit.core.ordering.models import Order
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal

PASSWORD = "двадцать тонн полимера"
SETTINGS = '[accounts]\nregistration = true\n[mail]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\nsender = "portal@test.example"\n'
WISH = {
    "country": "BY", "tax_id": "200988541", "tax_code": "", "registry": "", "legal_name": "ООО «Новая плёнка»", "name": "Пётр Новик",
    "email": "novik@film.example", "phone": "+375 29 111-22-33", "comment": "",
}  # fmt: skip


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    return make_portal(extra=SETTINGS)


@pytest.fixture
def letters(monkeypatch):
    """What would go to the SMTP server."""
    sent = []
    monkeypatch.setattr(mail, "send", lambda _config, message: sent.append(message))
    return sent


def register(portal: Portal, **changes: str):
    browser = portal.browser()
    browser.get("/register")
    return browser.post("/register", {**WISH, **changes})


def link_of(letter) -> str:
    return re.search(r"http://[^/]+(/register/[\w-]+)", letter.get_body(("plain",)).get_content()).group(1)


def to_them(letters, email: str = WISH["email"]):
    return [letter for letter in letters if letter["To"] == email]


def confirm(portal: Portal, letters, **changes: str) -> None:
    assert register(portal, **changes).status_code == 200
    portal.run_jobs()
    browser, path = portal.browser(), link_of(to_them(letters, changes.get("email", WISH["email"]))[-1])
    browser.get(path)
    assert browser.post(path, {"password": PASSWORD}).status_code == 200


def waiting(portal: Portal) -> Registration:
    with portal.work(write=False) as work:
        return work.session.scalars(select(Registration).where(Registration.state == "waiting")).one()


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (tax_numbers.inn_fits, ("7707083893", "500100732259"), ("7707083894", "770708389", "500100732258", "77070838930", "٧٧٠٧٠٨٣٨٩٣")),
        (tax_numbers.ogrn_fits, ("1027700132195", "304500116000157"), ("1027700132196", "102770013219", "")),
        (tax_numbers.kpp_fits, ("773601001", "7736AB001"), ("77360100", "7736010010", "7736ab001", "А736010011")),
        (tax_numbers.unp_fits, ("200988541",), ("200988542", "20098854", "2009885411")),
        (
            tax_numbers.bin_iin_fits,
            ("940140000385", "921240000190", "900101123457", "850312300305"),
            ("940140000386", "941340000385", "94014000038", "94014000038Ж"),
        ),
    ],
)
def test_numbers_of_companies_fit_by_their_check_digits_alone(check, good, bad):
    assert [number for number in good if not check(number)] == []
    assert [number for number in bad if check(number)] == []


def test_of_ten_last_digits_of_a_kazakh_number_one_fits():
    for stem in ("94014000038", "90010112345", "85031230030"):
        assert sum(tax_numbers.bin_iin_fits(stem + digit) for digit in "0123456789") == 1


def test_a_company_asks_proves_its_address_is_let_in_and_signs_in(portal, letters):
    with portal.work() as work:
        manager = make.staff(work)
    confirm(portal, letters)
    wish = waiting(portal)
    with portal.work() as work:
        assert not sign_in.sign_in(work, email=WISH["email"], password=PASSWORD, address="192.0.2.1").token, "not before it is decided"
    portal.run_jobs()
    desk = portal.sign_in(manager)
    assert "ООО «Новая плёнка»" in desk.get("/admin/registrations").text
    assert "просит доступ" in desk.get("/notifications").text
    path = f"/admin/registrations/{wish.id}"
    assert "200988541" in desk.get(path).text
    assert desk.post(path, {"action": "accept", "role": "owner"}).headers["location"].startswith("/admin/registrations")
    portal.run_jobs()
    assert "доступ открыт" in to_them(letters)[-1]["Subject"]
    with portal.work() as work:
        assert sign_in.sign_in(work, email=WISH["email"], password=PASSWORD, address="192.0.2.1").token
        company = work.session.scalars(select(Company).where(Company.name == WISH["legal_name"])).one()
        assert company.manager_id == manager.id
        assert work.session.scalars(select(LegalEntity.tax_id).where(LegalEntity.company_id == company.id)).one() == "200988541"
        assert work.session.scalars(select(Membership.role).where(Membership.company_id == company.id)).one() == "owner"
    assert desk.post(path, {"action": "decline", "reason": "Поздно"}).status_code == 409


def test_a_company_that_1c_knows_is_matched_told_to_its_manager_and_sees_its_earlier_orders(portal, letters):
    with portal.work() as work:
        mine, other = make.staff(work), make.staff(work)
        company = make.company(work, manager=mine)
        entity = make.legal_entity(work, company=company, tax_id=WISH["tax_id"])
        row = {
            "company_id": company.id, "source": "erp", "number": "УТ-000077", "legal_entity_id": entity.id, "placed_by": None,
            "placed_at": work.now - timedelta(days=90), "status": "closed", "currency": "BYN", "net": 1, "vat": 0, "total": 1,
            "erp_state": "none",
        }  # fmt: skip
        work.session.insert_rows(Order, [row])
    confirm(portal, letters)
    portal.run_jobs()
    path = f"/admin/registrations/{waiting(portal).id}"
    assert "просит доступ" in portal.sign_in(mine).get("/notifications").text
    assert "просит доступ" not in portal.sign_in(other).get("/notifications").text
    stranger = portal.sign_in(other)
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, {"action": "accept", "role": "owner"}).status_code == 404
    assert WISH["legal_name"] not in stranger.get("/admin/registrations").text
    desk = portal.sign_in(mine)
    assert company.name in desk.get(path).text
    assert desk.post(path, {"action": "accept", "role": "buyer"}).status_code == 303
    with portal.work() as work:
        assert work.session.scalar(select(func.count(Company.id))) == 1
        person = work.session.scalars(select(User).where(User.email == WISH["email"])).one()
    assert "УТ-000077" in portal.sign_in(person).get("/orders").text


def test_what_1c_tells_of_later_is_matched_by_the_job_and_told(portal, letters):
    confirm(portal, letters)
    with portal.work() as work:
        manager = make.staff(work)
        make.legal_entity(work, company=make.company(work, manager=manager), tax_id=WISH["tax_id"])
    with portal.work() as work:
        registration.match_waiting(work)
    portal.run_jobs()
    assert waiting(portal).client_id is not None
    assert "просит доступ" in portal.sign_in(manager).get("/notifications").text


def test_a_known_company_an_existing_account_and_a_new_one_get_the_same_answer(portal, letters, password_hash):
    with portal.work() as work:
        company = make.company(work)
        make.legal_entity(work, company=company, tax_id=WISH["tax_id"])
        member = make.member(work, company=company, password_hash=password_hash)
        staff = make.staff(work)
    answers = set()
    for email in (member.email, staff.email, "new@film.example"):
        for tax_id in (WISH["tax_id"], "100582333"):
            answer = register(portal, email=email, tax_id=tax_id)
            if tax_numbers.unp_fits(tax_id):
                answers.add(re.sub(r'content="[^"]*"|value="[^"]*"', "", answer.text.replace(email, "E")))
    assert len(answers) == 1
    portal.run_jobs()
    subjects = {letter["To"]: letter["Subject"] for letter in letters}
    assert "уже есть доступ" in subjects[member.email]
    assert "уже есть доступ" in subjects[staff.email]
    assert "подтвердите адрес" in subjects["new@film.example"]


def test_a_declined_company_gets_the_reason_and_nothing_else_is_kept_of_its_password(portal, letters):
    with portal.work() as work:
        admin = make.staff(work, role="admin")
    confirm(portal, letters)
    desk, path = portal.sign_in(admin), f"/admin/registrations/{waiting(portal).id}"
    assert desk.post(path, {"action": "decline", "reason": " "}).status_code == 422
    assert desk.post(path, {"action": "decline", "reason": "Нет договора с такой компанией"}).status_code == 303
    portal.run_jobs()
    assert "Нет договора с такой компанией" in to_them(letters)[-1].get_body(("plain",)).get_content()
    with portal.work() as work:
        assert work.session.scalars(select(Registration.password_hash)).one() is None
        assert work.session.scalar(select(func.count(User.id)).where(User.email == WISH["email"])) == 0
    portal.pass_time(days=91)
    with portal.work() as work:
        registration.forget_old(work)
        assert work.session.scalar(select(func.count(Registration.id))) == 0


def test_every_mistake_is_named_at_once_and_what_was_typed_stays(portal):
    answer = register(portal, tax_id="200988542", legal_name=" ", email="nonsense", name="")
    assert answer.status_code == 422
    assert "200988542" in answer.text
    assert [field for field in ("tax_id", "legal_name", "email", "name") if f'href="#f-{field}"' not in answer.text] == []
    russian = register(portal, country="RU", tax_id="7707083893")
    assert 'id="f-tax_code-e"' in russian.text


def test_one_network_and_one_address_cannot_flood_and_a_program_is_thanked_for_nothing(portal, letters):
    for _ in range(5):
        assert register(portal).status_code == 200
    portal.run_jobs()
    assert len(letters) == 3
    assert register(portal, more="buy now").status_code == 200
    for number in range(registration.PER_ADDRESS.most):
        register(portal, email=f"n{number}@film.example")
    assert register(portal, email="last@film.example").status_code == 422


def test_a_link_works_once_within_two_days(portal, letters):
    register(portal)
    portal.run_jobs()
    browser, path = portal.browser(), link_of(letters[0])
    portal.pass_time(days=2)
    assert browser.get(path).status_code == 404
    portal.pass_time(days=-1)
    browser.get(path)
    assert browser.post(path, {"password": "short"}).status_code == 422
    assert browser.post(path, {"password": PASSWORD}).status_code == 200
    assert browser.get(path).status_code == 404


def test_a_portal_that_takes_none_says_so_and_keeps_nothing(make_portal, portal):
    closed = make_portal()
    assert "по приглашению" in closed.browser().get("/register").text
    assert register(closed).status_code == 404
    with closed.work() as work:
        assert work.session.scalar(select(func.count(Registration.id))) == 0
    assert "/register" not in closed.browser().get("/sign-in").text
    assert "/register" in portal.browser().get("/sign-in").text
