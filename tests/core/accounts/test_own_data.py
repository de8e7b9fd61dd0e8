"""A company's own data: changes that wait for 1C or a manager, addresses of one's own, and a person's data taken away or erased."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from sqlalchemy import func, select

from b2bkit.core.accounts import changes, own_addresses, personal
from b2bkit.core.accounts.models import Address, LegalEntity, Membership, User
from b2bkit.core.accounts.models_requests import ChangeRequest, ErasureRequest
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.audit.service import record
from b2bkit.core.errors import Conflict, Forbidden, NotFound
from b2bkit.core.ordering.models import Order
from b2bkit.core.settlements.models import ContactPerson
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal

PASSWORD = "три мешка полиэтилена"


@pytest.fixture
def entity(portal, firm) -> LegalEntity:
    with portal.work() as work:
        found = work.session.scalars(select(LegalEntity).where(LegalEntity.company_id == firm.company.id)).one()
        found.tax_id, found.address = "200988541", "Минск, Старая, 1"
        return found


def form_of(entity: LegalEntity, **changes: str) -> dict[str, str]:
    return {name: getattr(entity, name) for name in changes_of()} | {"note": ""} | changes


def changes_of() -> tuple[str, ...]:
    return changes.OF_ENTITY


def ask(browser, entity: LegalEntity, **values: str):
    path = f"/company/details/entities/{entity.id}"
    browser.get(path)
    return browser.post(path, form_of(entity, **values))


def state_of(portal: Portal) -> str:
    with portal.work(write=False) as work:
        return work.session.scalars(select(ChangeRequest.state).order_by(ChangeRequest.created_at.desc(), ChangeRequest.id.desc())).first()


def test_a_change_waits_shows_and_is_confirmed_by_the_next_word_of_1c(portal, firm, entity):
    owner = portal.sign_in(firm.owner)
    assert ask(owner, entity, address="Минск, Новая, 2").status_code == 303
    page = owner.get("/company/details").text
    assert "Ждёт подтверждения" in page
    assert "Минск, Новая, 2" in page
    with portal.work() as work:
        changes.confirm_by_erp(work)
        assert work.session.get_one(LegalEntity, entity.id).address == "Минск, Старая, 1", "nothing holds before it is confirmed"
    assert state_of(portal) == "waiting"
    with portal.work() as work:
        work.session.get_one(LegalEntity, entity.id).address = "Минск, Новая, 2"  # as the import writes it
    with portal.work() as work:
        changes.confirm_by_erp(work)
    assert state_of(portal) == "confirmed"
    portal.run_jobs()
    assert "Изменение подтверждено" in owner.get("/notifications").text


def test_the_manager_is_told_confirms_or_declines_and_the_client_reads_why(portal, firm, entity):
    owner = portal.sign_in(firm.owner)
    ask(owner, entity, address="Минск, Новая, 2")
    portal.run_jobs()
    with portal.work(write=False) as work:
        manager = work.session.get_one(User, firm.company.manager_id)
        request_id = work.session.scalars(select(ChangeRequest.id)).one()
        other = None
    with portal.work() as work:
        other = make.staff(work)
    desk, stranger, path = portal.sign_in(manager), portal.sign_in(other), f"/admin/requests/{request_id}"
    assert "Минск, Новая, 2" in desk.get("/admin/requests").text
    assert "Минск, Новая, 2" not in stranger.get("/admin/requests").text
    assert stranger.post(path, {"action": "confirm"}).status_code == 404
    assert desk.post(path, {"action": "decline", "reason": ""}).status_code == 422
    assert desk.post(path, {"action": "decline", "reason": "Нет выписки из реестра"}).status_code == 303
    assert "Нет выписки из реестра" in owner.get("/company/details").text
    ask(owner, entity, address="Минск, Новая, 3")
    with portal.work(write=False) as work:
        second = work.session.scalars(select(ChangeRequest.id).where(ChangeRequest.state == "waiting")).one()
    assert desk.post(f"/admin/requests/{second}", {"action": "confirm", "reason": ""}).status_code == 303
    with portal.work(write=False) as work:
        assert work.session.get_one(LegalEntity, entity.id).address == "Минск, Новая, 3"
    assert desk.post(f"/admin/requests/{second}", {"action": "confirm", "reason": ""}).status_code == 409


def test_only_who_may_asks_only_for_ones_own_and_mistakes_are_named(portal, firm, entity):
    with portal.work() as work:
        foreign = make.legal_entity(work, company=make.company(work))
    buyer, owner = portal.sign_in(firm.buyer), portal.sign_in(firm.owner)
    assert buyer.get(f"/company/details/entities/{entity.id}").status_code == 403
    assert owner.get(f"/company/details/entities/{foreign.id}").status_code == 404
    wrong = ask(owner, entity, tax_id="200988542")
    assert wrong.status_code == 422
    assert "200988542" in wrong.text
    assert "Ничего не отличается" in ask(owner, entity).text
    assert state_of(portal) is None


def test_the_newest_wish_counts_and_can_be_withdrawn(portal, firm, entity):
    owner = portal.sign_in(firm.owner)
    ask(owner, entity, address="Минск, Новая, 2")
    portal.pass_time(minutes=1)
    ask(owner, entity, address="Минск, Новая, 3")
    with portal.work(write=False) as work:
        rows = work.session.execute(select(ChangeRequest.state, ChangeRequest.id).order_by(ChangeRequest.created_at)).all()
    assert [row[0] for row in rows] == ["withdrawn", "waiting"]
    owner.get("/company/details")
    assert owner.post(f"/company/details/requests/{rows[1][1]}").status_code == 303
    assert state_of(portal) == "withdrawn"


def test_contact_persons_are_added_changed_and_leave_by_request(portal, firm, as_user):
    with portal.work() as work:
        person = ContactPerson(company_id=firm.company.id, name="Анна Кит", position="Бухгалтер", phone="", email="")
        work.session.add(person)
        work.session.flush()
    values = {"name": "Анна Кит", "position": "Главный бухгалтер", "phone": "", "email": "kit@client.example"}
    new = {"name": "Иван Слон", "position": "Склад", "phone": "+375", "email": ""}
    with as_user(firm.owner) as work:
        changed = changes.ask_contact(work, company_id=firm.company.id, contact_id=person.id, values=values)
        added = changes.ask_contact(work, company_id=firm.company.id, contact_id=None, values=new)
    with portal.work() as work:
        for request_id in (changed, added):
            changes.decide(work, request_id=request_id, action="confirm")
    with as_user(firm.owner) as work:
        assert {one.name: one.position for one in changes.contacts(work, company_id=firm.company.id)} == {
            "Анна Кит": "Главный бухгалтер", "Иван Слон": "Склад",
        }  # fmt: skip
        leaving = changes.ask_contact(work, company_id=firm.company.id, contact_id=person.id, values={}, leaves=True)
    with portal.work() as work:
        changes.decide(work, request_id=leaving, action="confirm")
    page = portal.sign_in(firm.owner).get("/company/details").text
    assert 'aria-label="Анна Кит: изменить контакт"' not in page
    assert "Иван Слон" in page


def test_own_addresses_are_kept_here_and_those_of_1c_are_not_touched(portal, firm, as_user):
    with portal.work() as work:
        of_erp, foreign = make.address(work, company=firm.company), make.address(work, company=make.company(work))
    buyer = portal.sign_in(firm.buyer)
    buyer.get("/company/details/addresses")
    told = {"label": "Стройка", "text": "Гродно, Лесная, 3", "consignee": "ООО «Строй»", "contact": "Олег", "phone": "+375 29 1"}
    assert buyer.post("/company/details/addresses", {**told, "text": "  "}).status_code == 422
    assert buyer.post("/company/details/addresses", told).status_code == 303
    with portal.work(write=False) as work:
        mine = work.session.scalars(select(Address).where(Address.label == "Стройка")).one()
        assert own_addresses.whole(mine) == "Гродно, Лесная, 3; Грузополучатель: ООО «Строй»; Олег, +375 29 1"
    path = f"/company/details/addresses/{mine.id}"
    assert buyer.post(path, {**told, "label": "Стройка 2"}).status_code == 303
    assert buyer.post(f"/company/details/addresses/{foreign.id}", told).status_code == 404
    assert buyer.post(f"/company/details/addresses/{of_erp.id}", told).status_code == 409
    assert buyer.post(path, {"action": "archive"}).status_code == 303
    assert "Стройка 2" not in buyer.get("/company/details").text
    assert buyer.get(path).status_code == 404
    with as_user(firm.owner) as work, pytest.raises(Conflict):
        own_addresses.archive(work, company_id=firm.company.id, address_id=of_erp.id)


def test_a_person_takes_away_ones_own_data_and_nobody_elses(portal, firm):
    with portal.work() as work:
        _order(work, firm, firm.buyer, "П-000001")
        _order(work, firm, firm.owner, "П-000002")
    answer = portal.sign_in(firm.buyer).get("/profile/data.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert json.loads(archive.read("profile.json"))[0]["email"] == firm.buyer.email
    assert [row["number"] for row in json.loads(archive.read("orders.json"))] == ["П-000001"]
    assert firm.owner.email not in text
    assert "token" not in text
    assert "argon2" not in text
    assert "<h1>" in archive.read("index.html").decode()


def _order(work, firm, person, number: str) -> None:
    entity_id = work.session.scalars(select(LegalEntity.id).where(LegalEntity.company_id == firm.company.id)).first()
    row = {
        "company_id": firm.company.id, "source": "portal", "number": number, "legal_entity_id": entity_id, "placed_by": person.id,
        "placed_at": work.now, "status": "closed", "currency": "BYN", "net": 1, "vat": 0, "total": 1, "erp_state": "none",
    }  # fmt: skip
    work.session.insert_rows(Order, [row])


def test_an_erased_person_is_nameless_cannot_sign_in_and_the_companys_orders_stay(portal, firm, as_user):
    with portal.work() as work:
        admin = make.staff(work, role="admin")
        _order(work, firm, firm.buyer, "П-000001")
    with as_user(firm.buyer) as work:
        record(work, action="ordering.placed", entity="order", entity_id="x", company_id=firm.company.id)
        record(
            work, action="accounts.invited", entity="user", entity_id=firm.buyer.id, details={"email": firm.buyer.email, "role": "buyer"}
        )
    browser = portal.sign_in(firm.buyer)
    assert browser.post("/profile/data", {"action": "ask", "reason": "Ухожу"}).status_code == 303
    assert browser.post("/profile/data", {"action": "ask"}).status_code == 409
    desk = portal.sign_in(admin)
    page = desk.get("/admin/requests").text
    assert firm.buyer.email in page
    assert "по закону о бухгалтерском учёте" in page
    with portal.work(write=False) as work:
        erasure = work.session.scalars(select(ErasureRequest.id)).one()
    assert desk.post("/admin/erasures", {"erasure": str(erasure), "action": "erase"}).status_code == 303
    assert browser.get("/company").status_code == 303
    with portal.work(write=False) as work:
        user = work.session.get_one(User, firm.buyer.id)
        assert (user.password_hash, user.phone, user.blocked) == (None, "", True)
        assert user.email.endswith("@erased.invalid")
        assert work.session.scalars(select(Membership.dismissed_at).where(Membership.user_id == user.id)).one() is not None
        assert work.session.scalar(select(func.count(Order.id)).where(Order.placed_by == user.id)) == 1
        trail = [(entry.actor, entry.details) for entry in work.session.scalars(select(AuditEntry))]
        assert "Закупщик" not in str(trail)
        assert firm.buyer.email not in str(trail)
    assert "П-000001" in portal.sign_in(firm.owner).get("/orders").text


def test_erasure_is_declined_with_an_answer_withdrawn_and_not_for_every_hand(portal, firm, as_user):
    with portal.work() as work:
        admin, manager = make.staff(work, role="admin"), make.staff(work)
    browser, desk = portal.sign_in(firm.buyer), portal.sign_in(admin)
    browser.post("/profile/data", {"action": "ask"})
    assert browser.post("/profile/data", {"action": "withdraw"}).status_code == 303
    browser.post("/profile/data", {"action": "ask"})
    with portal.work(write=False) as work:
        erasure = work.session.scalars(select(ErasureRequest.id).where(ErasureRequest.state == "waiting")).one()
    fields = {"erasure": str(erasure), "action": "decline", "answer": ""}
    assert portal.sign_in(manager).post("/admin/erasures", fields).status_code == 403
    assert desk.post("/admin/erasures", fields).status_code == 422
    assert desk.post("/admin/erasures", {**fields, "answer": "Идёт проверка по договору"}).status_code == 303
    assert "Идёт проверка по договору" in browser.get("/profile/data").text
    with as_user(firm.owner) as work, pytest.raises(Forbidden):
        personal.decide(work, erasure_id=erasure, action="erase")
    with pytest.raises(NotFound), portal.work() as work:
        personal.decide(work, erasure_id=erasure, action="erase")
