"""Контрагенты, their contracts, addresses and managers: made, changed, marked as deleted, told again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from b2bkit.core.accounts.models import Address, Company, Contract, ContractCategory, LegalEntity, User
from b2bkit.core.catalog.models import Category
from b2bkit.core.ordering.service.contract import terms_of
from b2bkit.core.pricing.models import PriceType
from b2bkit.testing import factories
from b2bkit.testing.portal import Portal
from b2bkit_onec.commerceml import contracts, records
from plugins.onec.tests.exchange.applying import apply, changes, one, refused, rows

TABLES = (Company, LegalEntity, Contract, ContractCategory, Address, User)
SIGNED = dt.date(2025, 3, 1)
AGREED = contracts.Contract("contract-1", "Д-17", SIGNED, "opt", "BYN", 30, ("films",))
PARTY = records.Counterparty(
    "party-1",
    "Полимер",
    official_name='ООО "Полимер"',
    inn="7701234567",
    kpp="770101001",
    addresses=(records.Address("ЮридическийАдрес", "Минск, Ленина, 1"), records.Address("АдресДоставки", "Борисов, склад 3")),
    requisites=contracts.contract_requisites([AGREED], "olga@portal.by"),
    line=7,
)


@pytest.fixture(autouse=True)
def known(portal: Portal) -> None:
    """What contracts refer to."""
    groups = (records.Group("films", "Плёнки", ""), records.Group("pipes", "Трубы", ""))
    apply(portal, *groups, records.PriceType("opt", "Оптовая", "BYN"), records.PriceType("vip", "VIP", "USD"))


def with_contracts(*agreed: contracts.Contract, manager: str = "olga@portal.by", **more: Any) -> records.Counterparty:
    return replace(PARTY, requisites=contracts.contract_requisites(agreed, manager), **more)


def state(portal: Portal) -> dict[str, Any]:
    return {entity.__name__: rows(portal, entity) for entity in TABLES}


def may_order(portal: Portal) -> bool:
    with portal.work(write=False) as work:
        terms = terms_of(work, one(portal, Contract)["id"])
        return terms is not None and terms.open


def test_a_counterparty_is_a_company_with_a_legal_entity_an_address_a_contract_and_a_manager(portal: Portal) -> None:
    intake = apply(portal, PARTY)
    company, entity, contract = one(portal, Company), one(portal, LegalEntity), one(portal, Contract)
    assert (company["name"], company["suspended"]) == ("Полимер", False)
    assert (entity["name"], entity["tax_id"], entity["tax_code"]) == ('ООО "Полимер"', "7701234567", "770101001")
    assert (entity["address"], entity["active"], entity["company_id"]) == ("Минск, Ленина, 1", True, company["id"])
    delivery = one(portal, Address)
    assert (delivery["text"], delivery["active"], delivery["company_id"]) == ("Борисов, склад 3", True, company["id"])
    assert (contract["number"], contract["signed_on"], contract["currency"]) == ("Д-17", SIGNED, "BYN")
    assert (contract["payment_delay_days"], contract["whole_catalogue"]) == (30, False)
    assert contract["price_type_id"] == one(portal, PriceType, name="Оптовая")["id"]
    assert (contract["legal_entity_id"], contract["company_id"]) == (entity["id"], company["id"])
    assert one(portal, ContractCategory)["category_id"] == one(portal, Category, name="Плёнки")["id"]
    manager = one(portal, User)
    assert (manager["email"], manager["staff_role"], manager["password_hash"]) == ("olga@portal.by", "manager", None)
    assert company["manager_id"] == manager["id"]
    assert (may_order(portal), refused(intake)) == (True, [])


def of_partner(number: int, partner: str = "holding", called: str = "Холдинг", **more: Any) -> records.Counterparty:
    """The legal entity of this number, which belongs to a partner."""
    agreed = contracts.Contract(f"contract-of-{number}", f"Д-{number}", SIGNED, "opt")
    told = (records.Requisite("Партнер", partner), records.Requisite("ПартнерИмя", called))
    entity = records.Counterparty(f"entity-{number}", f"Юрлицо {number}", official_name=f"ООО {number}", inn=f"770123456{number}")
    return replace(entity, requisites=(*told, *contracts.contract_requisites([agreed])), **more)


def test_legal_entities_of_one_partner_are_one_client(portal: Portal) -> None:
    apply(portal, of_partner(1), of_partner(2), PARTY)
    holding = one(portal, Company, name="Холдинг")
    entities = {row["name"]: row["id"] for row in rows(portal, LegalEntity) if row["company_id"] == holding["id"]}
    assert set(entities) == {"ООО 1", "ООО 2"}
    assert {row["legal_entity_id"] for row in rows(portal, Contract) if row["company_id"] == holding["id"]} == set(entities.values())
    assert one(portal, Company, name="Полимер")["id"] != holding["id"]


def test_a_legal_entity_that_comes_later_joins_its_partner(portal: Portal) -> None:
    apply(portal, of_partner(1))
    apply(portal, of_partner(2))
    holding = one(portal, Company)
    assert {row["company_id"] for row in rows(portal, LegalEntity)} == {holding["id"]}
    before = state(portal)
    assert changes(apply(portal, of_partner(1), of_partner(2))) == {}
    assert state(portal) == before


def test_a_legal_entity_stays_where_it_is_and_the_next_of_its_partner_joins_it(portal: Portal) -> None:
    """What it ordered is there; a partner that 1C tells later, or another one, moves nothing."""
    apply(portal, replace(of_partner(1), requisites=()))
    first = one(portal, Company)["id"]
    apply(portal, of_partner(1), of_partner(2))
    assert {row["company_id"] for row in rows(portal, LegalEntity)} == {first}
    apply(portal, of_partner(2, partner="other", called="Другой"))
    assert {row["company_id"] for row in rows(portal, LegalEntity)} == {first}
    apply(portal, of_partner(3, partner="other", called="Другой"))
    assert one(portal, LegalEntity, name="ООО 3")["company_id"] == one(portal, Company, name="Другой")["id"] != first


def test_a_partner_whose_id_is_too_long_joins_nobody(portal: Portal) -> None:
    apply(portal, of_partner(1, partner="x" * 201), of_partner(2, partner="x" * 201))
    assert len(rows(portal, Company)) == 2


def test_told_again_nothing_changes(portal: Portal) -> None:
    apply(portal, PARTY)
    before = state(portal)
    portal.pass_time(days=1)
    assert changes(apply(portal, PARTY)) == {}
    assert state(portal) == before


def test_what_1c_changed_changes_in_the_rows_that_are_there(portal: Portal) -> None:
    apply(portal, PARTY)
    before = state(portal)
    agreed = replace(AGREED, number="Д-18", price_type_id="vip", currency="USD", deferral_days=None, group_ids=("pipes",))
    moved = (records.Address("ЮридическийАдрес", "Минск, Мира, 2"), records.Address("АдресДоставки", "Жодино, склад 9"))
    renamed = with_contracts(agreed, name="Полимер Плюс", official_name='ООО "Полимер Плюс"', kpp="770201001", addresses=moved)
    apply(portal, renamed)
    assert one(portal, Company)["name"] == "Полимер Плюс"
    entity, contract, delivery = one(portal, LegalEntity), one(portal, Contract), one(portal, Address)
    assert (entity["name"], entity["tax_code"], entity["address"]) == ('ООО "Полимер Плюс"', "770201001", "Минск, Мира, 2")
    assert (contract["number"], contract["currency"], contract["payment_delay_days"]) == ("Д-18", "USD", 0)
    assert contract["price_type_id"] == one(portal, PriceType, name="VIP")["id"]
    assert one(portal, ContractCategory)["category_id"] == one(portal, Category, name="Трубы")["id"]
    assert delivery["text"] == "Жодино, склад 9"
    for entity_class in (Company, LegalEntity, Contract, Address, User):
        assert [row["id"] for row in rows(portal, entity_class)] == [row["id"] for row in before[entity_class.__name__]]


def test_a_contract_without_groups_opens_the_whole_catalogue(portal: Portal) -> None:
    apply(portal, PARTY)
    apply(portal, with_contracts(replace(AGREED, group_ids=())))
    assert one(portal, Contract)["whole_catalogue"]
    assert rows(portal, ContractCategory) == []


@pytest.mark.parametrize("bare", [False, True], ids=["with everything", "with its number alone"])
def test_one_that_is_marked_as_deleted_keeps_its_rows_and_cannot_order_until_it_is_back(portal: Portal, bare: bool) -> None:
    apply(portal, PARTY)
    before = state(portal)
    gone = records.Counterparty("party-1", "", deleted=True) if bare else replace(PARTY, deleted=True)
    assert refused(apply(portal, gone)) == []
    assert not may_order(portal)
    assert not one(portal, LegalEntity)["active"]
    assert not one(portal, Contract)["active"]
    assert not one(portal, Address)["active"]
    assert one(portal, LegalEntity)["name"] == 'ООО "Полимер"'
    assert changes(apply(portal, gone)) == {}
    apply(portal, PARTY)
    assert may_order(portal)
    assert state(portal) == before


def test_a_stranger_that_is_marked_as_deleted_leaves_no_trace(portal: Portal) -> None:
    apply(portal, records.Counterparty("party-9", "", deleted=True))
    assert rows(portal, Company) == rows(portal, LegalEntity) == []


def test_a_contract_that_has_ended_cannot_be_ordered_under_and_one_that_is_not_told_of_stays(portal: Portal) -> None:
    second = contracts.Contract("contract-2", "Д-2", None, "opt")
    apply(portal, with_contracts(AGREED, second))
    apply(portal, with_contracts(replace(AGREED, active=False)))
    assert not one(portal, Contract, number="Д-17")["active"]
    assert one(portal, Contract, number="Д-2")["active"]


def test_a_contract_is_in_the_currency_of_its_prices_when_it_names_none(portal: Portal) -> None:
    apply(portal, with_contracts(replace(AGREED, price_type_id="vip", currency="")))
    assert one(portal, Contract)["currency"] == "USD"


def test_a_contract_that_names_unknown_things_is_taken_without_them_and_they_are_told_with_their_line(portal: Portal) -> None:
    intake = apply(portal, with_contracts(replace(AGREED, price_type_id="none", group_ids=("films", "nowhere"))))
    assert refused(intake) == [("unknown-price-type", "party-1", 7), ("unknown-group", "party-1", 7)]
    assert all(row["reason"] and row["cure"] for row in intake.refused)
    contract = one(portal, Contract)
    assert (contract["price_type_id"], contract["whole_catalogue"]) == (None, False)
    assert len(rows(portal, ContractCategory)) == 1


def test_an_address_that_1c_names_no_more_is_put_away_and_comes_back_as_the_same_row(portal: Portal) -> None:
    apply(portal, PARTY)
    delivery = one(portal, Address)
    moved = replace(PARTY, addresses=(records.Address("ЮридическийАдрес", "Минск, Ленина, 1"), records.Address("ПочтовыйАдрес", "А/я 5")))
    apply(portal, moved)
    assert not one(portal, Address, id=delivery["id"])["active"]
    assert one(portal, Address, text="А/я 5")["active"]
    apply(portal, PARTY)
    assert one(portal, Address, id=delivery["id"]) == delivery


def test_the_registered_address_is_that_of_delivery_where_there_is_no_other(portal: Portal) -> None:
    apply(portal, replace(PARTY, addresses=(records.Address("АдресРегистрации", "", {"Город": "Гомель", "Улица": "Мира, 4"}),)))
    assert one(portal, Address)["text"] == one(portal, LegalEntity)["address"] == "Гомель, Мира, 4"


def test_a_sole_trader_has_the_full_name_of_the_person(portal: Portal) -> None:
    apply(portal, records.Counterparty("party-2", "ИП Иванов", full_name="Иванов Иван Иванович", unp="191234567"))
    entity = one(portal, LegalEntity)
    assert (entity["name"], entity["full_name"], entity["tax_id"]) == ("Иванов Иван Иванович", "Иванов Иван Иванович", "191234567")


def test_a_client_that_the_portal_had_before_1c_is_found_by_its_tax_id_and_keeps_its_name(portal: Portal) -> None:
    with portal.work() as work:
        company = factories.company(work, name="Полимер (Минск)")
        factories.legal_entity(work, company=company, tax_id="7701234567", tax_code="770101001")
    branch = replace(PARTY, id="party-2", name="Полимер, филиал", kpp="770101002", requisites=())
    apply(portal, PARTY, branch)
    assert [row["name"] for row in rows(portal, Company)] == ["Полимер (Минск)", "Полимер, филиал"]
    assert {row["tax_code"] for row in rows(portal, LegalEntity)} == {"770101001", "770101002"}
    assert one(portal, Contract)["company_id"] == company.id


def test_of_two_counterparties_with_one_tax_id_only_the_first_is_bound_to_what_was_there(portal: Portal) -> None:
    with portal.work() as work:
        company = factories.company(work)
        factories.legal_entity(work, company=company, tax_id="7701234567", tax_code="770101001")
    twin = replace(PARTY, id="party-2", requisites=())
    apply(portal, PARTY, twin)
    assert len(rows(portal, LegalEntity)) == len(rows(portal, Company)) == 2
    assert changes(apply(portal, PARTY, twin)) == {}


def test_sellers_are_nobodys_clients(portal: Portal) -> None:
    apply(portal, replace(PARTY, role="Поставщик"))
    assert rows(portal, Company) == []


# --- managers


def test_a_manager_who_works_here_is_taken_and_another_one_later(portal: Portal) -> None:
    with portal.work() as work:
        olga = factories.user(work, email="olga@portal.by", staff_role="manager")
    apply(portal, with_contracts(AGREED, manager="Olga@Portal.BY"))
    assert one(portal, Company)["manager_id"] == olga.id
    apply(portal, with_contracts(AGREED, manager="petr@portal.by"))
    assert one(portal, Company)["manager_id"] == one(portal, User, email="petr@portal.by")["id"]


def test_a_client_whose_manager_1c_does_not_name_keeps_the_one_of_the_portal(portal: Portal) -> None:
    apply(portal, PARTY)
    apply(portal, with_contracts(AGREED, manager=""))
    assert one(portal, Company)["manager_id"] == one(portal, User)["id"]


def test_a_manager_is_called_as_1c_calls_him_until_he_has_an_account(portal: Portal) -> None:
    def told(name: str, phone: str = "") -> None:
        requisites = contracts.contract_requisites([AGREED], "olga@portal.by", name, phone)
        apply(portal, replace(PARTY, requisites=requisites))

    told("Гриневич Ольга  Петровна", "+375 17 300-10-11")
    assert (one(portal, User)["name"], one(portal, User)["phone"]) == ("Гриневич Ольга Петровна", "+375 17 300-10-11")
    told("Савицкая Ольга Петровна")
    assert (one(portal, User)["name"], one(portal, User)["phone"]) == ("Савицкая Ольга Петровна", "+375 17 300-10-11")
    with portal.work() as work:
        olga = work.session.get_one(User, one(portal, User)["id"])
        olga.name, olga.password_hash = "Оля", "set"
    told("Савицкая Ольга Петровна")
    assert one(portal, User)["name"] == "Оля"


def test_a_clients_person_becomes_no_manager(portal: Portal) -> None:
    with portal.work() as work:
        factories.member(work, company=factories.company(work), email="anna@client.by")
    intake = apply(portal, with_contracts(AGREED, manager="anna@client.by"))
    assert refused(intake) == [("manager-is-client", "party-1", 7)]
    assert one(portal, Company, name="Полимер")["manager_id"] is None
    assert not one(portal, User, email="anna@client.by")["staff_role"]


def test_an_address_that_is_none_makes_no_manager(portal: Portal) -> None:
    intake = apply(portal, with_contracts(AGREED, manager="Савицкая О. П."))
    assert refused(intake) == [("bad-email", "party-1", 7)]
    assert rows(portal, User) == []
