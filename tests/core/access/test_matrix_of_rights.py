"""The access matrix: who may change it, what holds at once, the file, and why somebody sees something."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

import pytest
from sqlalchemy import select

from b2bkit.core.access import change, explain, matrix, sheet
from b2bkit.core.access.rights import Holder, Rule, role_subject, settle
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.errors import ConfigError, Forbidden, NotFound, Refused
from b2bkit.core.extend.things import Level
from b2bkit.core.sheets import Column, read_book, xlsx_bytes
from b2bkit.core.work import Actor
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from tests.core.admin.conftest import World
from tests.core.test_statements import counted

VIEW = "ordering.view"


def actor_of(portal: Portal, user: User) -> Actor:
    """The actor that the guard makes of a person."""
    token = portal.sign_in(user).cookies["b2bkit"]
    with portal.work(write=False) as work:
        signed = portal.app.sessions.read(work.session, token, work.now)
    assert signed is not None
    return signed.actor


def membership(portal: Portal, user: User) -> UUID:
    with portal.work(write=False) as work:
        found = work.session.scalar(select(Membership.id).where(Membership.user_id == user.id))
    assert found is not None
    return found


def give(portal: Portal, by: User, to: User, **cells: str) -> int:
    """Sets a client's person's rights; names with __ for the point."""
    with portal.app.work(actor_of(portal, by)) as work:
        subject = matrix.member(work, membership(portal, to))
        return change.save(work, subject, {name.replace("__", "."): value for name, value in cells.items()})


def test_a_person_without_rules_has_what_the_role_has(portal: Portal, world: World) -> None:
    actor = actor_of(portal, world.mine.buyer)
    assert actor.levels == portal.app.kit.roles["buyer"].levels
    assert actor.level(VIEW) is Level.COMPANY
    assert not actor.limits


def test_the_last_word_is_the_persons_and_what_a_profile_takes_nobody_gives_back(make_portal: MakePortal) -> None:
    extra = '[roles.buyer]\n"ordering.view" = "own"\n[profiles.small.rights]\n"settlements.papers" = "none"\n'
    kit = make_portal(extra=extra).app.kit
    user, company = UUID(int=1), UUID(int=2)
    holder = Holder("buyer", user, company, "small")

    def rule(subject: str, name: str, value: str) -> Rule:
        return Rule(subject, name, "", value, None, "Ольга")  # type: ignore[arg-type]

    papers = "settlements.papers"
    rules = [rule(role_subject("buyer"), VIEW, "company"), rule(holder.person, VIEW, "none"), rule(holder.person, papers, "company")]
    rights = settle(kit, holder, rules)
    assert [(step.source, step.level) for step in rights.why[VIEW]] == [
        ("default", Level.COMPANY), ("config", Level.OWN), ("role", Level.COMPANY), ("person", None),
    ]  # fmt: skip
    assert VIEW not in rights.levels
    assert "settlements.papers" not in rights.levels
    assert rights.why["settlements.papers"][-1].source == "wall"


def test_a_changed_right_holds_with_the_next_request_of_an_open_session(portal: Portal, world: World) -> None:
    buyer = portal.sign_in(world.mine.buyer)
    assert buyer.get("/orders").status_code == 200
    assert give(portal, world.manager, world.mine.buyer, ordering__view="none") == 1
    assert buyer.get("/orders").status_code == 403
    assert buyer.send("GET", "/api/v1/orders").status_code == 403
    assert give(portal, world.manager, world.mine.buyer, ordering__view="") == 1
    assert buyer.get("/orders").status_code == 200


def test_another_process_notices_a_change_too(portal: Portal, world: World, make_portal: MakePortal) -> None:
    other = make_portal()
    give(portal, world.manager, world.mine.buyer, ordering__view="own")
    assert actor_of(other, world.mine.buyer).level(VIEW) is Level.OWN


def test_a_known_persons_page_costs_no_statement_more_once_rights_were_changed(portal: Portal, world: World) -> None:
    buyer = portal.sign_in(world.mine.buyer)
    buyer.send("GET", "/api/v1/orders")
    with counted() as before:
        buyer.send("GET", "/api/v1/orders")
    give(portal, world.manager, world.mine.owner, ordering__view="own")
    with counted() as first:
        buyer.send("GET", "/api/v1/orders")
    with counted() as after:
        buyer.send("GET", "/api/v1/orders")
    assert len(after) == len(before)
    assert len(first) <= len(before) + 3


def test_a_manager_changes_people_of_his_clients_and_nothing_else(portal: Portal, world: World) -> None:
    with portal.app.work(actor_of(portal, world.manager)) as work:
        with pytest.raises(NotFound):
            matrix.member(work, membership(portal, world.foreign.buyer))
        for subject in (matrix.role_of(work, "buyer"), matrix.colleague(work, world.admin.id), matrix.colleague(work, world.manager.id)):
            with pytest.raises(Forbidden):
                change.save(work, subject, {VIEW: "none"})
        with pytest.raises(Refused, match="not_yours"):
            change.save(work, matrix.member(work, membership(portal, world.mine.buyer)), {VIEW: "network"})
    manager = portal.sign_in(world.manager)
    manager.get("/admin/access")
    assert manager.post("/admin/access", {"side": "client", "cell": f"role:buyer|{VIEW}|none"}).status_code == 403


def test_the_page_saves_what_was_changed_and_says_who_and_keeps_what_was_typed_wrong(portal: Portal, world: World) -> None:
    admin = portal.sign_in(world.admin)
    assert "Сохранить" in admin.get("/admin/access").text
    answer = admin.post("/admin/access", {"side": "client", "cell": [f"role:buyer|{VIEW}|own", "role:viewer|catalog.view|"]}, follow=True)
    assert "Анна Круглова" in answer.text
    assert actor_of(portal, world.mine.buyer).level(VIEW) is Level.OWN
    wrong = admin.post("/admin/access", {"side": "client", "cell": [f"role:buyer|{VIEW}|none", "role:viewer|catalog.view|network"]})
    assert wrong.status_code == 422
    assert f'value="role:buyer|{VIEW}|none" selected' in wrong.text
    with portal.work(write=False) as work:
        noted = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "access.changed")).all()
    assert [(entry.details["right"], entry.details["whose"]) for entry in noted] == [(VIEW, "Закупщик")]


def test_an_administrator_cannot_lock_everybody_out(portal: Portal, world: World) -> None:
    with portal.app.work(actor_of(portal, world.admin)) as work, pytest.raises(Refused, match="locked_out"):
        change.save(work, matrix.role_of(work, "admin"), {"access.edit": "none"})


def test_a_narrowed_person_sees_only_what_is_left_and_no_dead_end(portal: Portal, world: World) -> None:
    with portal.work() as work:
        company = work.session.get_one(Company, world.mine.company_id)
        other = make.contract(work, company=company, whole_catalogue=True)
    buyer = portal.sign_in(world.mine.buyer, contract_id=world.mine.contract_id)
    assert str(world.mine.order_id) in buyer.get("/orders?group=all").text
    with portal.app.work(actor_of(portal, world.manager)) as work:
        subject = matrix.member(work, membership(portal, world.mine.buyer))
        change.narrow(work, subject, dimension="contract", permission="", values=[str(other.id)])
        with pytest.raises(Refused, match="value_unknown"):
            change.narrow(work, subject, dimension="contract", permission="", values=[str(world.foreign.contract_id)])
    page = buyer.get("/orders?group=all")
    assert page.status_code == 200
    assert str(world.mine.order_id) not in page.text
    assert buyer.get(f"/orders/{world.mine.order_id}").status_code == 404
    assert actor_of(portal, world.mine.buyer).contract_id == other.id
    assert buyer.get("/catalog").status_code == 200
    assert [one["number"] for one in buyer.send("GET", "/api/v1/contracts").json["items"]] == [other.number]


def test_the_file_gives_back_what_it_took_and_names_every_mistake(portal: Portal, world: World) -> None:
    give(portal, world.manager, world.mine.buyer, ordering__view="own")
    admin = actor_of(portal, world.admin)
    with portal.app.work(admin) as work:
        data = sheet.export(work)
    rows = read_book(data).sheets[0].rows
    assert (world.mine.buyer.email, world.mine.name, VIEW, "own") in [(row[0], row[1], row[2], row[4]) for row in rows if len(row) > 4]
    give(portal, world.manager, world.mine.buyer, ordering__view="")
    with portal.app.work(admin) as work:
        assert sheet.take(work, data) == 1
        assert sheet.take(work, data) == 0
    assert actor_of(portal, world.mine.buyer).level(VIEW) is Level.OWN
    wrong = [
        ("buyer", "", "ordering.vew", "", "own", "", ""),
        ("nobody@x.example", "", VIEW, "", "own", "", ""),
        ("buyer", "", VIEW, "", "galaxy", "", ""),
        ("buyer", "", VIEW, "", "own", "", ""),
        ("buyer", "", "*", "", "", "smell", "x"),
    ]
    file = xlsx_bytes(sheet="a", columns=[Column(name) for name in sheet.COLUMNS], rows=wrong, made=portal.now)
    with portal.app.work(admin) as work, pytest.raises(Refused) as refused:
        sheet.take(work, file)
    assert [problem.code for problem in refused.value.problems] == [
        "unknown_permission", "unknown_subject", "unknown_reach", "unknown_dimension", "twice",
    ]  # fmt: skip
    assert "2" in refused.value.problems[0].message


def test_why_and_what_come_from_the_rules_of_the_session(portal: Portal, world: World) -> None:
    give(portal, world.manager, world.mine.buyer, ordering__view="own")
    with portal.app.work(actor_of(portal, world.admin), write=False) as work:
        subject = matrix.member(work, membership(portal, world.mine.buyer))
        seen = {one.thing: one.number for one in explain.what(work, subject)}
        assert seen["order"] == 0
        assert seen["contract"] == 1
        answer = explain.why(work, subject, thing="order", row_id=world.mine.order_id)
        assert not answer.seen
        assert any("Ольга Савицкая" in reason for reason in answer.reasons)
        owner = matrix.member(work, membership(portal, world.mine.owner))
        assert explain.why(work, owner, thing="order", row_id=world.mine.order_id).seen
        assert not explain.why(work, owner, thing="order", row_id=world.foreign.order_id).seen
    with portal.app.work(actor_of(portal, world.manager), write=False) as work:
        owner = matrix.member(work, membership(portal, world.mine.owner))
        absent = explain.why(work, owner, thing="order", row_id=UUID(int=5))
        assert explain.why(work, owner, thing="order", row_id=world.foreign.order_id) == absent
    page = portal.sign_in(world.manager).get(
        f"/admin/access/people/{membership(portal, world.mine.buyer)}?thing=order&id={world.mine.order_id}"
    )
    assert page.status_code == 200
    assert "Не видит" in page.text


def test_a_wrong_profile_is_named_with_its_cure(make_portal: MakePortal) -> None:
    extra = '[profiles.individual]\nwithout_pages = ["ordering.chekout"]\nwithout_fields = ["company.shoe"]\n'
    extra += '[profiles.individual.rights]\n"ordering.view" = "all"\n"ordering.veiw" = "own"\n'
    with pytest.raises(ConfigError) as wrong:
        make_portal(extra=extra)
    text = str(wrong.value)
    for part in ("ordering.checkout", "company.", "write one of own, company, network, none", "did you mean ordering.view?"):
        assert part in text


def test_a_page_that_a_profile_leaves_out_is_not_there(make_portal: MakePortal) -> None:
    portal = make_portal(extra='[profiles.individual]\nwithout_pages = ["accounts.company"]\n')
    with portal.work() as work:
        people = [
            make.member(work, company=make.company(work, profile=profile), role="owner") for profile in ("individual", "legal_entity")
        ]
    closed, usual = (portal.sign_in(person) for person in people)
    assert usual.get("/company").status_code == 200
    assert closed.get("/company").status_code == 404
    assert 'href="/company"' not in closed.get("/").text


def test_a_group_that_is_not_left_does_not_exist_in_lists_search_pages_and_orders(portal: Portal, world: World) -> None:
    with portal.work() as work:
        company = work.session.get_one(Company, world.mine.company_id)
        groups = [make.category(work, name=name) for name in ("Открытая", "Закрытая")]
        prices, place = make.price_type(work), make.warehouse(work)
        contract = make.contract(work, company=company, prices=prices, categories=tuple(groups))
        goods = [make.product(work, category=group, name=f"ПВХ {group.name}", article=f"V-{group.name}") for group in groups]
        for product in goods:
            make.price(work, product=product, prices=prices)
            make.stock(work, product=product, warehouse=place)
    buyer = portal.sign_in(world.mine.buyer, contract_id=contract.id)
    assert all(product.name in buyer.get("/catalog").text for product in goods)
    with portal.app.work(actor_of(portal, world.manager)) as work:
        subject = matrix.member(work, membership(portal, world.mine.buyer))
        change.narrow(work, subject, dimension="category", permission="catalog.view", values=[str(groups[0].id)])
    for path in ("/catalog", "/catalog?view=table", "/catalog?q=" + quote("пвх"), "/api/v1/products"):
        text = buyer.get(path).text
        assert goods[0].name in text, path
        assert goods[1].name not in text, path
        assert "Закрытая" not in text, path
    assert buyer.get(f"/catalog/{goods[1].id}").status_code == 404
    lines = [{"product_id": str(goods[1].id), "unit": "кг", "quantity": "25"}]
    refused = buyer.send("POST", "/api/v1/orders", {"lines": lines})
    assert refused.status_code in (404, 422)
