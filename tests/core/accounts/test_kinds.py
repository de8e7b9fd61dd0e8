"""What kind of client a company is: staff say it, and its people have the pages, rights and fields of that kind at once."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from b2bkit.core.accounts import changes, companies, kinds
from b2bkit.core.accounts.models import Company, LegalEntity
from b2bkit.core.accounts.models_requests import ChangeRequest
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.ordering.models import Order
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal
from tests.core.catalog.desk import counted_statements


@pytest.fixture
def admin(portal: Portal):
    with portal.work() as work:
        person = make.staff(work, role="admin")
    return portal.sign_in(person)


@pytest.fixture
def distributor(portal: Portal, firm) -> Company:
    with portal.work() as work:
        return make.company(work, name="Торговый дом «Полюс»", profile="distributor", region="Минск")


def set_kind(browser, company_id, **values: str):
    path = f"/admin/clients/{company_id}/account"
    assert browser.get(path).status_code == 200
    return browser.post(path, {"region": "", "profile": "legal_entity", "dealer_of": "", **values})


def kind_of(portal: Portal, company_id) -> tuple[str, str, object]:
    with portal.work(write=False) as work:
        return work.session.query(Company.region, Company.profile, Company.dealer_of).filter_by(id=company_id).one()


def an_order(portal: Portal, company: Company, number: str) -> None:
    with portal.work() as work:
        entity = make.legal_entity(work, company=company)
        made = Order(
            company_id=company.id, legal_entity_id=entity.id, number=number, source="erp", placed_at=work.now, status="confirmed",
            erp_state="posted", currency="BYN", net=100, vat=20, total=120,
        )  # fmt: skip
        work.session.add(made)


def test_staff_set_region_kind_and_distributor_and_the_trail_tells_it(portal, firm, admin, distributor):
    answer = set_kind(admin, firm.company.id, region=" Брестская  область ", profile="individual", dealer_of=str(distributor.id))
    assert answer.status_code == 303
    assert kind_of(portal, firm.company.id) == ("Брестская область", "individual", distributor.id)
    page = admin.get(f"/admin/clients/{firm.company.id}").text
    for words in ("Физическое лицо", "Брестская область", "Торговый дом «Полюс»"):
        assert words in page
    with portal.work(write=False) as work:
        told = work.session.scalars(select(AuditEntry.action).where(AuditEntry.company_id == firm.company.id)).all()
    assert {"accounts.set_region", "accounts.set_profile", "accounts.set_dealer_of"} <= set(told)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"profile": "manager"}, "Выберите вид кабинета"),
        ({"dealer_of": "themselves"}, "Выберите дистрибьютора"),
        ({"dealer_of": "plain"}, "Выберите дистрибьютора"),
        ({"dealer_of": "dealer"}, "сам дилер"),
    ],
)
def test_a_kind_that_means_nothing_is_refused_and_nothing_changes(portal, firm, admin, distributor, values, words):
    with portal.work() as work:
        plain = make.company(work, name="Обычный клиент")
        dealer = make.company(work, name="Дилер", profile="distributor", dealer_of=distributor.id)
    ids = {"themselves": firm.company.id, "plain": plain.id, "dealer": dealer.id}
    answer = set_kind(admin, firm.company.id, **{key: str(ids.get(value, value)) for key, value in values.items()})
    assert answer.status_code == 422
    assert words in answer.text
    assert kind_of(portal, firm.company.id) == ("", "legal_entity", None)


def test_who_has_dealers_becomes_nobodys_dealer(portal, admin, distributor):
    with portal.work() as work:
        other = make.company(work, name="Второй дистрибьютор", profile="distributor")
        make.company(work, name="Дилер", dealer_of=distributor.id)
    answer = set_kind(admin, distributor.id, profile="distributor", dealer_of=str(other.id))
    assert answer.status_code == 422
    assert "есть свои дилеры" in answer.text


def test_a_manager_sets_it_for_his_clients_alone_and_names_no_distributor_that_he_does_not_see(portal, firm, distributor):
    with portal.work() as work:
        person = companies.manager_of(work, company_id=firm.company.id)
    manager = portal.sign_in(person)
    assert manager.get(f"/admin/clients/{distributor.id}/account").status_code == 404
    answer = set_kind(manager, firm.company.id, region="Минск", dealer_of=str(distributor.id))
    assert answer.status_code == 422
    assert set_kind(manager, firm.company.id, region="Минск").status_code == 303
    assert kind_of(portal, firm.company.id)[0] == "Минск"


def test_a_new_kind_holds_with_the_next_request(portal, firm, admin):
    owner = portal.sign_in(firm.owner)
    assert "/dealers" not in owner.get("/company").text
    assert owner.get("/dealers").status_code == 404
    set_kind(admin, firm.company.id, profile="distributor")
    assert owner.get("/dealers").status_code == 200
    assert 'href="/dealers"' in owner.get("/company").text
    set_kind(admin, firm.company.id, profile="legal_entity")
    assert owner.get("/dealers").status_code == 404
    assert owner.send("GET", "/api/v1/dealers").status_code == 404


def test_a_distributor_sees_its_dealers_and_their_orders_and_no_others(portal, firm, admin):
    set_kind(admin, firm.company.id, profile="distributor")
    with portal.work() as work:
        dealer = make.company(work, name="Дилер «Север»", dealer_of=firm.company.id, region="Витебск")
        stranger = make.company(work, name="Чужой клиент")
    an_order(portal, dealer, "НФ-77001")
    an_order(portal, stranger, "НФ-88001")
    owner = portal.sign_in(firm.owner)
    listed = owner.get("/dealers").text
    assert "Дилер «Север»" in listed
    assert "Чужой клиент" not in listed
    page = owner.get(f"/dealers/{dealer.id}").text
    assert "НФ-77001" in page
    assert "НФ-88001" not in page
    assert owner.get(f"/dealers/{stranger.id}").status_code == 404
    assert owner.get(f"/dealers/{firm.company.id}").status_code == 404
    said = owner.send("GET", "/api/v1/dealers").json
    assert [(one["name"], one["orders"], one["open_orders"]) for one in said["items"]] == [("Дилер «Север»", 1, 1)]


def test_a_dealers_order_is_read_only_for_the_distributor(portal, firm, admin):
    set_kind(admin, firm.company.id, profile="distributor")
    with portal.work() as work:
        dealer = make.company(work, name="Дилер «Север»", dealer_of=firm.company.id)
    an_order(portal, dealer, "НФ-77001")
    with portal.work(write=False) as work:
        order_id = work.session.scalars(select(Order.id)).one()
    page = portal.sign_in(firm.owner).get(f"/orders/{order_id}").text
    assert "Дилер «Север»" in page
    assert f"/orders/{order_id}/repeat" not in page
    assert f"/orders/{order_id}/cancel" not in page


def test_the_list_of_dealers_costs_the_same_statements_however_many_there_are(portal, firm, admin):
    set_kind(admin, firm.company.id, profile="distributor")
    owner = portal.sign_in(firm.owner)

    def cost() -> int:
        owner.get("/dealers")  # the frame is kept now
        with counted_statements() as seen:
            owner.get("/dealers")
        return len(seen)

    with portal.work() as work:
        make.company(work, name="Дилер 0", dealer_of=firm.company.id)
    one = cost()
    with portal.work() as work:
        for number in range(1, 30):
            dealer = make.company(work, name=f"Дилер {number}", dealer_of=firm.company.id)
            make.legal_entity(work, company=dealer)
    assert cost() == one


# fields that a kind of account has not


def individual(portal: Portal, firm) -> LegalEntity:
    with portal.work() as work:
        company = work.session.get_one(Company, firm.company.id)
        company.profile = "individual"
        found = work.session.scalars(select(LegalEntity).where(LegalEntity.company_id == firm.company.id)).one()
        found.tax_id, found.tax_code = "200988541", "770701001"
        make.address(work, company=company, label="Дом", text="Минск, Садовая, 3")
        return found


def test_a_field_that_a_kind_has_not_is_neither_shown_nor_taken(portal, firm):
    entity = individual(portal, firm)
    owner = portal.sign_in(firm.owner)
    page = owner.get("/company/details").text
    assert "770701001" not in page
    assert "200988541" in page
    assert "h-contracts" not in owner.get("/company").text
    path = f"/company/details/entities/{entity.id}"
    assert 'name="tax_code"' not in owner.get(path).text
    plain = {"name": entity.name, "full_name": "", "tax_id": entity.tax_id, "address": "Минск, Новая, 2", "note": ""}
    assert owner.post(path, plain | {"tax_code": "123456789"}).status_code == 422
    owner.get(path)
    assert owner.post(path, plain).status_code == 303
    with portal.work(write=False) as work:
        asked = work.session.scalars(select(ChangeRequest)).one()
        assert [one["field"] for one in asked.changes] == ["address"]


def test_pages_about_a_field_are_not_there_without_it(make_portal, password_hash):
    portal = make_portal(extra='[profiles.legal_entity]\nwithout_fields = ["company.addresses", "company.contracts", "company.manager"]\n')
    from tests.core.accounts.conftest import Firm

    firm = Firm(portal, password_hash)
    with portal.work() as work:
        address = make.address(work, company=firm.company, label="Склад", text="Минск, Промышленная, 8")
    owner = portal.sign_in(firm.owner)
    details = owner.get("/company/details").text
    for words in ("Промышленная", "Ольга Савицкая", "/company/details/addresses"):
        assert words not in details
    assert owner.get("/company/details/addresses").status_code == 404
    sent = owner.post(f"/company/details/addresses/{address.id}", {"label": "Х", "text": "Другое место"})
    assert sent.status_code == 404
    assert owner.send("GET", "/api/v1/contracts").status_code == 404
    today = owner.get("/").text
    assert "Ольга Савицкая" not in today


def test_every_field_that_a_route_names_is_one_of_profiles(portal):
    from b2bkit.core.extend.profiles import FIELDS

    assert {route.field for route in portal.app.kit.routes.values() if route.field} <= FIELDS
    assert set(changes.IN_PROFILES.values()) <= FIELDS
    assert kinds.EDIT in portal.app.kit.permissions


def test_what_a_colleague_set_meanwhile_is_not_taken_back_unseen(portal, firm, admin):
    path = f"/admin/clients/{firm.company.id}/account"
    shown = re.search(r'name="seen" value="([^"]*)"', admin.get(path).text)
    assert shown
    set_kind(admin, firm.company.id, region="Гомель")
    admin.get(path)
    late = admin.post(path, {"region": "", "profile": "individual", "dealer_of": "", "seen": shown[1]})
    assert late.status_code == 422
    assert "Гомель" in late.text
    assert kind_of(portal, firm.company.id)[:2] == ("Гомель", "legal_entity")
    fresh = re.search(r'name="seen" value="([^"]*)"', late.text)
    assert fresh
    assert admin.post(path, {"region": "", "profile": "individual", "dealer_of": "", "seen": fresh[1]}).status_code == 303
    assert kind_of(portal, firm.company.id)[:2] == ("", "individual")
