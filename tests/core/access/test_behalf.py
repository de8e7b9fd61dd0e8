"""Staff act for a client: visibly, for an hour, within their rights, and never on what is somebody's own."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from b2bkit.core.access.substitutes import put
from b2bkit.core.accounts.models import Company, Contract, User
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.catalog.models import Category
from b2bkit.core.ordering.models import Order
from b2bkit.core.pricing.models import PriceType
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal
from tests.core.access.test_matrix_of_rights import actor_of
from tests.core.admin.conftest import World


def begin(portal: Portal, world: World, who: User) -> Client:
    client = portal.sign_in(who)
    client.get("/admin/clients")
    assert client.post("/admin/act-for", {"company_id": world.mine.company_id}).headers["location"] == "/"
    return client


def test_acting_shows_on_every_page_and_ends_by_a_click(portal: Portal, world: World) -> None:
    client = begin(portal, world, world.manager)
    page = client.get("/orders")
    assert page.status_code == 200
    assert 'class="acting"' in page.text
    assert world.mine.name in page.text.replace("&#34;", '"')
    assert "13:00" in page.text
    assert client.get("/admin/clients").status_code == 403
    assert client.post("/act-for/stop").headers["location"] == f"/admin/clients/{world.mine.company_id}"
    assert 'class="acting"' not in client.get("/admin/clients").text
    with portal.work(write=False) as work:
        trail = work.session.execute(select(AuditEntry.action, AuditEntry.user_id, AuditEntry.on_behalf, AuditEntry.company_id)).all()
    mine, manager = world.mine.company_id, world.manager.id
    assert [tuple(row) for row in trail] == [
        ("access.behalf_began", manager, None, mine), ("access.behalf_ended", manager, manager, mine),
    ]  # fmt: skip


def test_acting_ends_by_itself_after_an_hour(portal: Portal, world: World) -> None:
    client = begin(portal, world, world.manager)
    portal.pass_time(minutes=59)
    assert client.get("/orders").status_code == 200
    portal.pass_time(minutes=2)
    assert client.get("/orders/quick").status_code in (403, 404)
    assert client.get("/admin/clients").status_code == 200


def test_acting_ends_at_once_with_the_right_or_the_client(portal: Portal, world: World) -> None:
    client = begin(portal, world, world.manager)
    assert actor_of(portal, world.manager).kind == "staff"  # another session of the same person
    with portal.work() as work:
        work.session.get_one(Company, world.mine.company_id).manager_id = world.other_manager.id
    assert client.get("/company").status_code == 404
    with portal.work() as work:
        work.session.get_one(Company, world.mine.company_id).manager_id = world.manager.id
    assert client.get("/company").status_code == 200
    with portal.work() as work:
        work.session.get_one(Company, world.mine.company_id).suspended = True
    assert client.get("/company").status_code == 404


def test_nobody_acts_for_another_managers_client_and_no_client_for_anybody(portal: Portal, world: World) -> None:
    client = portal.sign_in(world.manager)
    client.get("/admin/clients")
    foreign = client.post("/admin/act-for", {"company_id": world.foreign.company_id})
    absent = client.post("/admin/act-for", {"company_id": world.mine.order_id})
    assert foreign.status_code == absent.status_code == 404
    buyer = portal.sign_in(world.mine.owner)
    buyer.get("/")
    assert buyer.post("/admin/act-for", {"company_id": world.mine.company_id}).status_code == 403


def test_a_deputy_leaves_people_passwords_and_personal_matters_alone(portal: Portal, world: World) -> None:
    client = begin(portal, world, world.admin)
    assert client.get("/company").status_code == 200
    assert "/company/people" not in client.last.text  # type: ignore[union-attr]
    assert client.post("/company/people", {"email": "x@y.example", "name": "X", "role": "owner"}).status_code == 403
    assert client.post("/profile", {"name": "X", "phone": "1"}).status_code == 403
    personal = [
        route
        for route in portal.app.kit.routes.values()
        if route.permission_for("POST") == "SIGNED_IN" and hasattr(route.resource, "on_post")
    ]
    allowed = {route.name for route in personal if route.on_behalf}
    assert allowed == {"accounts.sign_out", "accounts.switch", "access.stop"}


def test_an_order_says_who_placed_it_for_whom_to_the_clients_people(portal: Portal, world: World) -> None:
    with portal.work() as work:
        contract = work.session.get_one(Contract, world.mine.contract_id)
        group = work.session.scalars(select(Category).where(Category.name == f"Полиэтилен {world.mine.number}")).one()
        product = make.product(work, category=group, article="PE-9")
        make.price(work, product=product, prices=work.session.get_one(PriceType, contract.price_type_id))
        make.stock(work, product=product, warehouse=make.warehouse(work))
    client = begin(portal, world, world.admin)
    lines = [{"product_id": str(product.id), "unit": "кг", "quantity": "25"}]
    answer = client.send("POST", "/api/v1/orders", {"lines": lines})
    assert answer.status_code in (200, 201), answer.text
    with portal.work(write=False) as work:
        order = work.session.scalars(select(Order).where(Order.placed_by == world.admin.id)).one()
        assert order.company_id == world.mine.company_id
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "ordering.placed")).one()
        assert (entry.user_id, entry.on_behalf) == (world.admin.id, world.admin.id)
    seen = portal.sign_in(world.mine.buyer).get(f"/orders/{order.id}")
    assert f"{world.admin.name} за {world.mine.name}" in seen.text


def test_a_substitute_looks_after_the_clients_of_who_is_away_on_those_days_alone(portal: Portal, world: World) -> None:
    other = portal.sign_in(world.other_manager)
    assert other.get(f"/admin/clients/{world.mine.company_id}").status_code == 404
    today = portal.now.date()
    with portal.app.work(actor_of(portal, world.manager)) as work:
        put(work, away_id=world.manager.id, substitute_id=world.other_manager.id, first_day=today, last_day=today + timedelta(days=1))
    assert other.get(f"/admin/clients/{world.mine.company_id}").status_code == 200
    assert world.mine.name in other.get("/admin/clients?mine=true").text.replace("&#34;", '"')
    portal.pass_time(days=2)
    assert other.get(f"/admin/clients/{world.mine.company_id}").status_code == 404
