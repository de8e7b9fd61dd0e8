"""The manager's workspace: what staff see, whose it is, what they may do about it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from urllib.parse import quote, unquote
from uuid import uuid4

import pytest
from sqlalchemy import func, select

import b2bkit.core
from b2bkit import Health, HealthCheck, Plugin, hookimpl
from b2bkit.core.accounts.models import Company, Invitation, Membership, User
from b2bkit.core.admin.clients import clients
from b2bkit.core.admin.health import plugins
from b2bkit.core.admin.history import SENTENCES
from b2bkit.core.admin.orders import placed_today
from b2bkit.core.admin.tasks import outstanding
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.audit.service import record
from b2bkit.core.erp.models import Handover
from b2bkit.core.jobs.models import Task
from b2bkit.core.ordering.models import Order
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal


def refuse(portal: Portal, order_id, reason: str) -> None:
    with portal.work() as work:
        owed = work.session.scalars(select(Handover).where(Handover.order_id == order_id)).one()
        owed.state, owed.reason, owed.attempts = "refused", reason, 2
        work.session.get_one(Order, order_id).erp_state = "refused"


def park(portal: Portal, *, state: str = "parked") -> int:
    with portal.work() as work:
        work.enqueue("accounts.forget_old")
        task = work.session.scalars(select(Task).where(Task.name == "accounts.forget_old").order_by(Task.id.desc())).first()
        task.state, task.attempts, task.error = state, 30, "OSError: the disk is full"
        return task.id


def trail(portal: Portal) -> list[tuple[str, object]]:
    with portal.work() as work:
        return [(row.action, row.user_id) for row in work.session.scalars(select(AuditEntry).order_by(AuditEntry.at, AuditEntry.id))]


def test_staff_land_in_the_workspace_and_clients_never_see_it(portal, world):
    assert portal.sign_in(world.manager).get("/").headers["location"] == "/admin"
    buyer = portal.sign_in(world.mine.owner)
    for path in ("/admin", "/admin/clients", "/admin/orders", "/admin/exchange", "/admin/health", f"/admin/orders/{world.mine.order_id}"):
        assert buyer.get(path).status_code == 403
        assert portal.browser().get(path).headers["location"].startswith("/sign-in")


def test_a_manager_sees_his_clients_and_another_managers_client_is_as_absent_as_any_other(portal, world):
    manager = portal.sign_in(world.manager)
    listed = manager.get("/admin/clients").text
    assert "Плёнка-Сервис" in listed
    assert "Литьё" not in listed
    assert world.mine.number in manager.get("/admin/orders").text
    assert world.foreign.number not in manager.get("/admin/orders").text
    for path in ("/admin/clients/{}", "/admin/orders/{}"):
        foreign = manager.get(path.format(world.foreign.company_id if "clients" in path else world.foreign.order_id))
        absent = manager.get(path.format(uuid4()))
        assert foreign.status_code == absent.status_code == 404
        assert strip(foreign.text) == strip(absent.text)


def strip(page: str) -> str:
    """Without what differs in every answer: request numbers, keys, the moment, and the address itself."""
    page = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "", page)
    return re.sub(r'(value|content)="[\w-]{20,}"|: [0-9a-f]{8,}|since=[0-9]+', "", page)


def test_an_administrator_sees_all_clients_and_can_narrow_to_his_own(portal, world):
    admin = portal.sign_in(world.admin)
    page = admin.get("/admin/clients").text
    assert "Плёнка-Сервис" in page
    assert "Литьё Сервис" in page
    assert "Плёнка-Сервис" not in admin.get("/admin/clients?mine=true").text


@pytest.mark.parametrize("asked", ["плён", "ПЛЁНКА", "Сервис", "%D0%BF%D0%BB%D1%91%D0%BD%D0%BA%D0%B0"])
def test_clients_are_found_by_part_of_a_name_in_any_case(portal, world, asked):
    page = portal.sign_in(world.manager).get("/admin/clients?q=" + quote(unquote(asked))).text
    assert str(world.mine.company_id) in page


def test_clients_are_found_by_the_beginning_of_a_tax_number_and_orders_by_their_number(portal, world):
    admin = portal.sign_in(world.admin)
    page = admin.get(f"/admin/clients?q={world.foreign.tax_id[:8]}").text
    assert str(world.foreign.company_id) in page or world.foreign.tax_id[:8] == world.mine.tax_id[:8]
    assert f"/admin/orders/{world.foreign.order_id}" in admin.get("/admin/clients?q=10477").text
    for signs in ("%25", "_", "%5C", "'"):
        assert str(world.mine.company_id) not in admin.get(f"/admin/clients?q={signs}").text


def test_the_list_of_clients_pages_without_losing_or_doubling_one(portal, world):
    with portal.work() as work:
        for number in range(9):
            make.company(work, name="ООО «Тара»" if number < 4 else f"ООО «Тара {number}»")
        names: list[object] = []
        place = None
        while True:
            page = clients(work, after=place, size=4)
            names += [row.id for row in page.items]
            place = page.next
            if place is None:
                break
        assert len(names) == len(set(names)) == 11
        back = clients(work, after=page.previous, size=4)
        assert [row.id for row in back.items] == names[-4 - len(page.items) : -len(page.items)]


def test_the_row_of_a_client_counts_contracts_open_orders_and_tells_the_last_one(portal, world):
    with portal.work() as work:
        row = next(row for row in clients(work).items if row.id == world.mine.company_id)
        empty = make.company(work, name="ЯЯЯ")
        none = next(row for row in clients(work).items if row.id == empty.id)
    assert (row.contracts, row.open_orders, row.last_order, row.manager) == (1, 1, portal.now, world.manager.name)
    assert (none.contracts, none.open_orders, none.last_order, none.entities) == (0, 0, None, [])


def test_the_card_shows_contracts_with_price_type_and_groups_people_and_orders(portal, world):
    page = portal.sign_in(world.manager).get(f"/admin/clients/{world.mine.company_id}").text
    for expected in ("Опт П-10461", "Полиэтилен П-10461", "Закупщик П-10461", world.mine.owner.email, world.mine.number, world.mine.tax_id):
        assert expected in page
    assert "П-10477" not in page


def test_staff_invite_change_and_dismiss_people_of_their_client_and_the_trail_says_who(portal, world):
    manager, card = portal.sign_in(world.manager), f"/admin/clients/{world.mine.company_id}"
    manager.get(card)
    answer = manager.post(f"{card}/people", {"email": "new@client.example", "name": "Новый", "role": "buyer"})
    assert answer.headers["location"] == f"{card}?done=invited"
    member = membership(portal, world.mine.buyer.id)
    assert manager.post(f"{card}/people/{member}", {"action": "role", "role": "viewer"}).status_code == 303
    assert manager.post(f"{card}/people/{member}", {"action": "dismiss"}).status_code == 303
    with portal.work() as work:
        invitation_id = work.session.scalars(select(Invitation.id)).one()
    assert manager.post(f"{card}/invitations/{invitation_id}", {}).status_code == 303
    done = [action for action, user_id in trail(portal) if user_id == world.manager.id]
    assert done == ["accounts.invited", "accounts.role_changed", "accounts.dismissed", "accounts.revoked"]
    assert "new@client.example" in manager.get(card).text


def membership(portal: Portal, user_id):
    with portal.work() as work:
        return work.session.scalars(select(Membership.id).where(Membership.user_id == user_id)).one()


def test_people_of_another_client_cannot_be_reached_by_mixing_addresses(portal, world):
    member, card = membership(portal, world.foreign.buyer.id), f"/admin/clients/{world.mine.company_id}"
    for who in (world.manager, world.admin):
        browser = portal.sign_in(who)
        browser.get(card)
        assert browser.post(f"{card}/people/{member}", {"action": "dismiss"}).status_code == 404
    manager = portal.sign_in(world.manager)
    manager.get("/admin")
    foreign = f"/admin/clients/{world.foreign.company_id}"
    assert manager.post(f"{foreign}/people", {"email": "a@b.example", "name": "А", "role": "buyer"}).status_code == 404
    assert manager.post(f"{foreign}/people/{member}", {"action": "dismiss"}).status_code == 404


def test_a_refused_invitation_shows_the_card_again_with_what_was_typed(portal, world):
    manager, card = portal.sign_in(world.manager), f"/admin/clients/{world.mine.company_id}"
    manager.get(card)
    answer = manager.post(f"{card}/people", {"email": "wrong", "name": "Новый Человек", "role": "owner"})
    assert answer.status_code == 422
    assert 'value="Новый Человек"' in answer.text
    assert 'value="wrong"' in answer.text


def test_only_an_administrator_suspends_and_it_holds_at_once_on_open_sessions(portal, world):
    card = f"/admin/clients/{world.mine.company_id}"
    manager, admin, buyer = portal.sign_in(world.manager), portal.sign_in(world.admin), portal.sign_in(world.mine.buyer)
    assert f"{card}/access" not in manager.get(card).text
    assert manager.post(f"{card}/access", {"suspended": "true"}).status_code == 403
    admin.get(card)
    assert admin.post(f"{card}/access", {"suspended": "true"}).status_code == 303
    assert buyer.get("/company").status_code == 303
    assert admin.post(f"{card}/access", {"suspended": "false"}).status_code == 303
    assert buyer.get("/company").status_code == 200
    assert [action for action, _user in trail(portal)] == ["accounts.suspended", "accounts.reopened"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=placed", True),
        ("status=closed", False),
        ("erp=waiting", True),
        ("erp=refused", False),
        ("number=104", True),
        ("number=999", False),
    ],
)
def test_orders_are_filtered_by_status_state_in_1c_and_number(portal, world, query, found):
    page = portal.sign_in(world.manager).get(f"/admin/orders?{query}").text
    assert (f"/admin/orders/{world.mine.order_id}" in page) is found


def test_orders_are_filtered_by_client_and_unknown_filters_are_refused(portal, world):
    admin = portal.sign_in(world.admin)
    page = admin.get(f"/admin/orders?client={world.foreign.company_id}").text
    assert world.foreign.number in page
    assert world.mine.number not in page
    assert admin.get("/admin/orders?status=unheard").status_code == 422
    assert admin.get("/admin/orders?nonsense=1").status_code == 400
    assert portal.sign_in(world.manager).get(f"/admin/orders?client={world.foreign.company_id}").text.count(world.foreign.number) == 0


def test_the_order_page_explains_each_price_and_says_how_delivery_stands(portal, world):
    refuse(portal, world.mine.order_id, "Договор № 8/2025 закрыт 31.10.")
    page = portal.sign_in(world.manager).get(f"/admin/orders/{world.mine.order_id}").text
    assert "Price type “Wholesale”" in page
    assert "Договор № 8/2025 закрыт 31.10." in page
    assert f"/admin/orders/{world.mine.order_id}/delivery" in page


def test_an_order_that_1c_refused_is_sent_again_once_and_not_by_another_manager(portal, world):
    refuse(portal, world.mine.order_id, "Договор закрыт")
    path = f"/admin/orders/{world.mine.order_id}/delivery"
    other = portal.sign_in(world.other_manager)
    other.get("/admin")
    assert other.post(path, {"back": "order"}).status_code == 404
    manager = portal.sign_in(world.manager)
    manager.get("/admin/exchange")
    key = "a-key-of-this-very-form"
    first = manager.post(path, {"back": "exchange"}, key=key)
    again = manager.post(path, {"back": "exchange"}, key=key)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["location"] == "/admin/exchange?done=resent"
    with portal.work() as work:
        assert work.session.scalars(select(Handover.state).where(Handover.order_id == world.mine.order_id)).one() == "waiting"
    assert trail(portal) == [("erp.resent", world.manager.id)]


def test_what_1c_has_already_is_not_sent_again(portal, world):
    with portal.work() as work:
        work.session.scalars(select(Handover).where(Handover.order_id == world.mine.order_id)).one().state = "taken"
    manager = portal.sign_in(world.manager)
    manager.get("/admin/exchange")
    assert manager.post(f"/admin/orders/{world.mine.order_id}/delivery", {"back": "order"}).status_code == 409


def test_the_exchange_shows_queue_and_refusals_of_ones_own_clients(portal, world):
    refuse(portal, world.foreign.order_id, "Контрагент не найден")
    manager, admin = portal.sign_in(world.manager).get("/admin/exchange").text, portal.sign_in(world.admin).get("/admin/exchange").text
    assert world.mine.number in manager
    assert "Контрагент не найден" not in manager
    assert "Контрагент не найден" in admin
    assert world.foreign.number in admin


def test_what_1c_sent_is_named_in_the_persons_language(portal, world):
    page = portal.sign_in(world.manager).get("/admin/exchange").text
    assert "Цены" in page
    assert "Prices" not in page


def test_parked_tasks_come_first_and_run_again_by_hand_for_those_who_see_all_clients(portal, world):
    waiting, parked = park(portal, state="waiting"), park(portal)
    admin = portal.sign_in(world.admin)
    page = admin.get("/admin/exchange").text
    assert page.index(f'value="{parked}"') < page.index(f'value="{waiting}"')
    assert "the disk is full" in page
    assert admin.post("/admin/exchange/tasks", {"task_id": str(parked)}).headers["location"] == "/admin/exchange?done=retried"
    with portal.work() as work:
        task = work.session.get_one(Task, parked)
        assert (task.state, task.attempts, task.due_at) == ("waiting", 0, portal.now)
    assert trail(portal) == [("admin.retried", world.admin.id)]
    assert portal.run_jobs() > 0
    assert admin.post("/admin/exchange/tasks", {"task_id": str(parked)}).status_code == 404, "it is done"


def test_a_manager_of_some_clients_neither_sees_nor_runs_tasks(portal, world):
    parked = park(portal)
    manager = portal.sign_in(world.manager)
    assert "the disk is full" not in manager.get("/admin/exchange").text
    assert manager.post("/admin/exchange/tasks", {"task_id": str(parked)}).status_code == 403


def test_tasks_of_a_plugin_that_is_off_wait_for_its_return_and_say_so(portal, world):
    parked = park(portal)
    with portal.work() as work:
        work.session.get_one(Task, parked).name = "claims.tell"
    with portal.work() as work:
        assert [(task.name, task.known) for task in outstanding(work) if task.id == parked] == [("claims.tell", False)]


def test_today_lists_what_waits_by_the_loss_if_it_is_left(portal, world):
    refuse(portal, world.mine.order_id, "Договор закрыт")
    park(portal)
    with portal.work() as work:
        make_invitation(work, world)
    portal.pass_time(hours=30)
    admin = portal.sign_in(world.admin).get("/admin").text
    places = [admin.index(text) for text in ("Договор закрыт", "/admin/exchange#h-tasks", "ждёт@client.example")]
    assert places == sorted(places)
    manager = portal.sign_in(world.manager).get("/admin").text
    assert "Договор закрыт" in manager
    assert "#h-tasks" not in manager


def make_invitation(work, world) -> None:
    values = {"email": "ждёт@client.example", "name": "Ждущий", "role": "buyer", "token_hash": "0" * 64, "created_at": work.now}
    work.session.add(Invitation(company_id=world.mine.company_id, expires_at=work.now, **values))


def test_orders_of_today_are_those_since_midnight_in_the_business_zone(portal, world):
    with portal.work() as work:
        assert placed_today(work).orders == 2
    portal.pass_time(hours=11, minutes=59)  # 23:59 in Minsk
    with portal.work() as work:
        assert placed_today(work).orders == 2
    portal.pass_time(minutes=1)
    with portal.work() as work:
        assert placed_today(work).orders == 0


def test_health_shows_checks_with_cures_versions_and_tables_to_administrators_only(portal, world):
    assert portal.sign_in(world.manager).get("/admin/health").status_code == 403
    page = portal.sign_in(world.admin).get("/admin/health")
    assert page.status_code == 200
    assert "notify.smtp" in page.text
    with portal.work() as work:
        core = plugins(work)[0]
        assert core.revision == core.newest != ""
        assert not core.behind


def test_a_health_check_that_breaks_is_shown_as_broken_and_harms_no_other(make_portal):
    class Odd(Plugin):
        name = "odd"
        version = "1.0.0"

        @hookimpl
        def register_health_checks(self):
            yield HealthCheck(
                name="odd.breaks", label="Breaks", check=lambda work: work.session.execute(select(Company.name)).one().nothing
            )
            yield HealthCheck(name="odd.warns", label="Warns", check=lambda work: Health(False, "It is late", "Wind it up"))

    portal = make_portal(classes=(Odd,))
    with portal.work() as work:
        admin = make.staff(work, role="admin")
    page = portal.sign_in(admin).get("/admin/health").text
    assert page.index("odd.breaks") < page.index("notify.smtp")
    assert "Wind it up" in page


def test_pages_fetch_themselves_again_as_fragments(portal, world):
    manager = portal.sign_in(world.manager)
    for path in ("/admin", "/admin/exchange", "/admin/orders", f"/admin/orders/{world.mine.order_id}", "/admin/clients"):
        piece = manager.get(path, htmx=True)
        assert piece.status_code == 200
        assert "<html" not in piece.text


def test_every_change_that_the_core_records_is_told_in_words():
    found, beginnings = set(), set()
    for path in Path(b2bkit.core.__file__).parent.rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            if getattr(call.func, "id", "") != "record":
                continue
            told = next(keyword.value for keyword in call.keywords if keyword.arg == "action")
            if isinstance(told, ast.JoinedStr):  # its last word is a state, or what happened
                (begun,) = (node.value for node in told.values if isinstance(node, ast.Constant))
                beginnings.add(begun)
            else:
                found |= {node.value for node in ast.walk(told) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert {"ordering.placed", "erp.resent", "accounts.reopened"} <= found
    assert found <= SENTENCES.keys()
    ends = {
        "accounts.": ("factor_on", "factor_off", "codes", "recovery_used", "passkey_added", "passkey_removed"),
        "accounts.change_": ("confirmed", "declined", "withdrawn"),
        "accounts.erasure_": ("done", "declined"),
        "accounts.registration_": ("accepted", "declined"),
        "accounts.set_": ("region", "profile", "dealer_of"),
    }
    assert beginnings == ends.keys()
    assert {begun + end for begun, some in ends.items() for end in some} <= SENTENCES.keys()


def test_no_history_shows_the_name_of_an_action(portal, world):
    with portal.work() as work:
        about = {"entity": "order", "entity_id": world.mine.order_id, "company_id": world.mine.company_id}
        record(work, action="ordering.placed", details={"total": "138.60"}, **about)
        record(work, action="claims.sent_back", **about)
    page = portal.sign_in(world.manager).get(f"/admin/orders/{world.mine.order_id}").text
    assert "Заказ оформлен" in page
    assert "Изменение в разделе «claims» (sent back)" in page
    assert "ordering.placed" not in page


def test_staff_before_a_closed_page_read_what_they_can_do(portal, world):
    page = portal.sign_in(world.manager).get("/cart")
    assert page.status_code == 403
    assert "даёт администратор портала" in page.text
    assert 'href="/admin/orders"' in page.text
    assert "владельца кабинета вашей компании" not in page.text
    assert "владельца кабинета вашей компании" in portal.sign_in(world.mine.buyer).get("/admin").text


def test_the_menu_counts_no_clients_who_wait_for_nothing(portal, world):
    page = portal.sign_in(world.manager).get("/admin").text
    (entry,) = re.findall(r'<a class="nav-item" href="/admin/clients".*?</a>', page, re.S)
    assert "count" not in entry


def test_a_client_without_people_shows_the_invitation_first(portal, world):
    with portal.work() as work:
        empty = make.company(work, name="ООО «Новый»", manager=work.session.get_one(User, world.manager.id)).id
    manager = portal.sign_in(world.manager)
    page = manager.get(f"/admin/clients/{empty}").text
    assert page.index('id="invite"') < page.index('id="h-terms"')
    page = manager.get(f"/admin/clients/{world.mine.company_id}").text
    assert page.index('id="h-terms"') < page.index('id="invite"')


def test_without_mail_an_inviter_gets_the_link_to_hand_over_and_health_says_who_waits(portal, world):
    manager, admin = portal.sign_in(world.manager), portal.sign_in(world.admin)
    assert "Приглашения передаёт тот, кто пригласил" in admin.get("/admin/health").text
    address = f"/admin/clients/{world.mine.company_id}"
    page = manager.get(address)
    assert "Портал не отправляет писем" in page.text
    manager.post(f"{address}/people", {"name": "Анна", "email": "anna@client.by", "role": "buyer"})
    (link,) = re.findall(r'value="(http[^"]+/invitations/[^"]+)"', manager.get(address).text)
    assert portal.browser().get("/invitations/" + link.rsplit("/", 1)[1]).status_code == 200
    assert link not in admin.get(address).text, "who did not invite gets no link"
    assert "1 приглашение ждёт передачи" in admin.get("/admin/health").text
    with portal.work() as work:
        assert work.session.scalar(select(func.count(Task.id)).where(Task.name == "accounts.send_invitation")) == 0
