"""Two clients that are one: all rows go over, everybody keeps his way in, and what cannot be joined is refused with its reason."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, func, select, update

from b2bkit.core.access.models import AccessRule
from b2bkit.core.accounts.models import Company, Contract, LegalEntity, Membership
from b2bkit.core.admin import duplicates
from b2bkit.core.admin.history import of_company
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.db.base import Base
from b2bkit.core.erp.models import ExternalRef
from b2bkit.core.erp.service import remember
from b2bkit.core.ordering.models import Order
from b2bkit.core.outbox.models import StoredFact
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from tests.core.catalog.desk import counted_statements
from tests.core.ordering.shop import AskedErp, Shop

TAX, CODE = "191234567", ""


@pytest.fixture
def shop(make_portal: Any) -> Shop:
    """Two clients with one tax number, each with a contract, an order, a cart, an address; one person works at both."""
    shop = Shop(make_portal(classes=(AskedErp,)))
    with shop.portal.work() as work:
        for id_ in (shop.entity.id, shop.other_entity.id):
            work.session.execute(update(LegalEntity).where(LegalEntity.id == id_).values(tax_id=TAX, tax_code=CODE))
        shop.admin = make.staff(work, role="admin")  # type: ignore[attr-defined]
        work.session.add(Membership(company_id=shop.other.id, user_id=shop.colleague.id, role="viewer", since=work.now))
        rules = [(shop.stranger.id, "ordering.place"), (shop.colleague.id, "ordering.cart")]
        for user_id, permission in rules:
            subject = f"person:{user_id}@{shop.other.id}"
            values = {"user_id": user_id, "company_id": shop.other.id, "value": "own", "dimension": "", "changed_at": work.now}
            work.session.add(AccessRule(subject=subject, permission=permission, **values))
    shop.order()
    body = {"product_id": str(shop.product.id), "unit": "мешок", "quantity": "2"}
    theirs = shop.sign_in(shop.stranger)
    assert theirs.send("POST", "/api/v1/orders", {"lines": [body]}).status_code == 201
    assert theirs.send("POST", "/api/v1/cart/lines", body).status_code == 201
    return shop


def admin(shop: Shop) -> Client:
    client = shop.portal.sign_in(shop.admin)  # type: ignore[attr-defined]
    client.cookies["b2bkit-lang"] = "en"
    return client


def ask(shop: Shop, **fields: object) -> Any:
    client = admin(shop)
    client.get(f"/admin/clients/{shop.company.id}/duplicates")
    return client.post(f"/admin/clients/{shop.company.id}/join", {"other": shop.other.id, "name": shop.other.name, **fields})


def rows_of(shop: Shop, company_id: UUID) -> dict[str, int]:
    """Table -> rows that say they are this client's, the trail of changes aside."""
    found = {}
    with shop.portal.work() as work:
        tables: list[Table] = [one for one in Base.metadata.sorted_tables if "company_id" in one.c and one.name.startswith("core_")]
        for one in tables:
            number = work.session.scalar(select(func.count()).select_from(one).where(one.c.company_id == company_id))
            if number and one.name != "core_audit_entry":
                found[one.name] = number
    return found


def test_everything_of_the_one_becomes_the_other_ones_and_people_keep_their_way_in(shop: Shop) -> None:
    theirs = shop.sign_in(shop.stranger)
    kept, gone = rows_of(shop, shop.company.id), rows_of(shop, shop.other.id)
    assert {
        "core_order",
        "core_order_line",
        "core_cart",
        "core_cart_line",
        "core_contract",
        "core_address",
        "core_user_session",
    } <= gone.keys()
    with shop.portal.work() as work:
        waiting = [one.payload for one in work.session.scalars(select(StoredFact)) if str(shop.other.id) in str(one.payload)]
    assert waiting, "facts about the one that goes are on their way"
    answer = ask(shop)
    assert answer.status_code == 303, answer.text[:2000]
    assert "They are one client now" in admin(shop).get(answer.headers["location"]).text
    now = rows_of(shop, shop.company.id)
    assert rows_of(shop, shop.other.id) == {}
    whole = {name: kept.get(name, 0) + gone.get(name, 0) for name in {*kept, *gone}}
    whole["core_membership"] -= 1  # who works at both has one place now
    whole["core_access_rule"] -= 1
    whole["core_user_session"] = now["core_user_session"]
    assert now == whole
    seen = theirs.send("GET", "/api/v1/orders").json["items"]
    assert len(seen) == 2, "signed in as before, and all orders of the client are there"
    assert theirs.send("GET", "/api/v1/cart/lines").json["lines"], "the cart too"
    with shop.portal.work() as work:
        assert work.session.get(Company, shop.other.id) is None
        [mine] = work.session.scalars(select(Membership).where(Membership.user_id == shop.colleague.id)).all()
        assert (mine.company_id, mine.role) == (shop.company.id, "owner")
        [rule] = work.session.scalars(select(AccessRule)).all()
        assert rule.subject == f"person:{shop.stranger.id}@{shop.company.id}"
        assert not [one for one in work.session.scalars(select(StoredFact)) if str(shop.other.id) in str(one.payload)]
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "admin.clients_joined")).one()
        assert (entry.company_id, entry.details["number"], entry.user_id) == (shop.company.id, TAX, shop.admin.id)  # type: ignore[attr-defined]
    with shop.portal.work(lang="en") as work:
        assert any("joined it with its duplicate ЧУП «Литьё Сервис», 191234567" in one.text for one in of_company(work, shop.company.id))
    while shop.portal.run_jobs():
        pass


def test_what_1c_calls_them_goes_along_and_its_next_word_makes_no_second_client(shop: Shop) -> None:
    with shop.portal.work() as work:
        remember(work, system="1c", entity="company", pairs={"К-1": shop.company.id, "К-2": shop.other.id})
        remember(work, system="1c", entity="partner", pairs={"П-2": shop.other.id})
        remember(work, system="1c", entity="legal_entity", pairs={"К-1": shop.entity.id, "К-2": shop.other_entity.id})
    assert ask(shop).status_code == 303
    with shop.portal.work() as work:
        refs = {(one.entity, one.ref): one.entity_id for one in work.session.scalars(select(ExternalRef))}
        assert refs[("company", "К-1")] == refs[("partner", "П-2")] == shop.company.id
        assert ("company", "К-2") not in refs, "one name for one client"
        assert refs[("legal_entity", "К-2")] == shop.other_entity.id, "two counterparties of 1C stay two legal entities"
        assert work.session.get_one(LegalEntity, shop.other_entity.id).company_id == shop.company.id


def test_the_legal_entity_of_who_registered_himself_becomes_the_one_that_1c_knows(shop: Shop) -> None:
    with shop.portal.work() as work:
        remember(work, system="1c", entity="company", pairs={"К-1": shop.company.id})
        remember(work, system="1c", entity="legal_entity", pairs={"К-1": shop.entity.id})
    assert ask(shop).status_code == 303
    with shop.portal.work() as work:
        assert work.session.get(LegalEntity, shop.other_entity.id) is None
        for entity in (Contract, Order):
            assert set(work.session.scalars(select(entity.legal_entity_id))) == {shop.entity.id}


def test_what_cannot_be_joined_is_refused_with_its_reason_and_nothing_moves(shop: Shop) -> None:
    before = rows_of(shop, shop.other.id)

    def refused(said: str, **fields: object) -> str:
        answer = ask(shop, **fields)
        assert answer.status_code == 422
        assert said in answer.text
        assert rows_of(shop, shop.other.id) == before
        return str(answer.text)

    def set_(entity: type[Company] | type[LegalEntity] | type[Order], id_: UUID, **values: object) -> None:
        with shop.portal.work() as work:
            work.session.execute(update(entity).where(entity.id == id_).values(**values))

    set_(LegalEntity, shop.other_entity.id, tax_id="192222222")
    refused("no tax number in common")
    set_(LegalEntity, shop.other_entity.id, tax_id=TAX)
    set_(Company, shop.other.id, suspended=True)
    refused("access of one of them is suspended")
    set_(Company, shop.other.id, suspended=False)
    page = refused("Type the name of the client that goes", name="ЧУП «Литьё»")
    assert 'value="ЧУП «Литьё»"' in page, "what was typed stays"
    assert re.search(rf'value="{shop.other.id}" checked', page)
    refused("Choose the client that goes", other=shop.company.id)
    refused("Choose the client that goes", other="")
    with shop.portal.work() as work:
        work.session.execute(update(Order).values(number="0042", source="erp"))
    refused("Both have an order with the number 0042")


def test_foreign_is_absent_who_may_not_join_is_refused_and_looking_takes_a_constant_number_of_statements(shop: Shop) -> None:
    with shop.portal.work() as work:
        manager = make.staff(work, role="manager")
    assert shop.portal.sign_in(manager).get(f"/admin/clients/{shop.company.id}/duplicates").status_code == 403
    client = admin(shop)
    assert client.get(f"/admin/clients/{uuid4()}/duplicates").status_code == 404
    assert client.post(f"/admin/clients/{shop.company.id}/join", {"other": uuid4(), "name": "x"}).status_code == 404
    assert client.post(f"/admin/clients/{uuid4()}/join", {"other": shop.other.id, "name": shop.other.name}).status_code == 404
    path = f"/admin/clients/{shop.company.id}/duplicates"
    assert "ЧУП «Литьё Сервис»" in client.get(path).text
    with counted_statements() as few:
        client.get(path)
    with shop.portal.work() as work:
        for _number in range(4):
            make.legal_entity(work, company=make.company(work), tax_id=TAX)
        lone = make.company(work)
    with counted_statements() as many:
        client.get(path)
    assert len(many) == len(few) <= 4
    assert "No duplicate" in client.get(f"/admin/clients/{lone.id}/duplicates").text
    assert duplicates.MOST > 5
