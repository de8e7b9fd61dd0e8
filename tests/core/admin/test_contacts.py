"""Staff keep a client's contact persons: by a task where the ERP takes it, at once where it does not, and only of clients that they see."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from b2bkit.core.accounts.models_requests import ChangeRequest
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.db.types import new_id
from b2bkit.core.settlements.models import ContactPerson
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import MakePortal, Portal
from tests.core.accounts.test_changes_reach_erp import Desk, DeskPlugin
from tests.core.test_statements import counted

ANNA = {"name": "Анна Кит", "position": "Бухгалтер", "phone": "+375 29 111-22-33", "email": "anna@film.example"}


class Clients:
    """A client with a contact person, whose manager is one of two; and another manager's client with one."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        with portal.work() as work:
            self.manager, self.other_manager = make.staff(work), make.staff(work)
            self.company, self.foreign = make.company(work, manager=self.manager), make.company(work, manager=self.other_manager)
            self.person, self.stranger = (new_id(), new_id())
            for id_, company in ((self.person, self.company), (self.stranger, self.foreign)):
                work.session.insert_rows(ContactPerson, [{"id": id_, "company_id": company.id, **ANNA}])
        self.path = f"/admin/clients/{self.company.id}/contacts"

    def staff(self) -> Client:
        client = self.portal.sign_in(self.manager)
        client.cookies["b2bkit-lang"] = "en"
        return client

    def people(self) -> list[tuple[str, str, bool]]:
        with self.portal.work(write=False) as work:
            rows = work.session.scalars(select(ContactPerson).where(ContactPerson.company_id == self.company.id)).all()
            return sorted((one.name, one.position, one.active) for one in rows)


@pytest.fixture
def clients(portal: Portal) -> Clients:
    return Clients(portal)


def test_without_an_erp_staff_add_change_and_end_contact_persons_at_once(clients: Clients) -> None:
    staff = clients.staff()
    card = f"/admin/clients/{clients.company.id}"
    assert "Анна Кит" in staff.get(card).text
    staff.get(clients.path)
    assert staff.post(clients.path, {**ANNA, "name": "Олег Витко", "email": "oleg@film.example"}).status_code == 303
    one = f"{clients.path}/{clients.person}"
    assert 'value="Бухгалтер"' in staff.get(one).text
    assert staff.post(one, {**ANNA, "position": "Главный бухгалтер"}).status_code == 303
    assert clients.people() == [("Анна Кит", "Главный бухгалтер", True), ("Олег Витко", "Бухгалтер", True)]
    staff.get(one)
    assert staff.post(one, {"action": "leave"}).status_code == 303
    assert clients.people() == [("Анна Кит", "Главный бухгалтер", False), ("Олег Витко", "Бухгалтер", True)]
    assert staff.get(one).status_code == 404
    assert "Анна Кит" not in staff.get(card).text.partition('id="h-contacts"')[2].partition("</section>")[0]
    with clients.portal.work(write=False) as work:
        wishes = work.session.scalars(select(ChangeRequest)).all()
        assert {(one.state, one.requested_by) for one in wishes} == {("confirmed", clients.manager.id)}
        trail = work.session.scalars(select(AuditEntry).where(AuditEntry.action.like("accounts.change%"))).all()
        assert {one.company_id for one in trail} == {clients.company.id}
        assert len(trail) == 6, "asked and confirmed, three times"


def test_where_the_erp_takes_tasks_nothing_changes_here_until_it_has(make_portal: MakePortal) -> None:
    DeskPlugin.desk = desk = Desk()
    clients = Clients(make_portal(classes=(DeskPlugin,)))
    staff = clients.staff()
    one = f"{clients.path}/{clients.person}"
    staff.get(one)
    assert staff.post(one, {**ANNA, "position": "Директор"}).status_code == 303
    clients.portal.run_jobs()
    (task,) = desk.tasks.values()
    assert "Директор" in task.text
    assert clients.people() == [("Анна Кит", "Бухгалтер", True)]
    assert "Waits" in staff.get(f"/admin/clients/{clients.company.id}").text


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(clients: Clients) -> None:
    staff = clients.staff()
    staff.get(clients.path)
    answer = staff.post(clients.path, {"name": "", "position": "Логист", "phone": "", "email": "no address"})
    assert answer.status_code == 422
    for said in ("Write the person", "name@company.com", 'value="Логист"', 'value="no address"'):
        assert said in answer.text
    assert clients.people() == [("Анна Кит", "Бухгалтер", True)]


def test_persons_of_clients_that_one_does_not_see_are_answered_like_absent_ones(clients: Clients) -> None:
    staff = clients.staff()
    staff.get(clients.path)
    foreign = f"/admin/clients/{clients.foreign.id}/contacts"
    addresses = [foreign, f"{foreign}/{clients.stranger}", f"{clients.path}/{clients.stranger}", f"{clients.path}/{uuid4()}"]
    for address in addresses:
        assert staff.get(address).status_code == 404
        assert staff.post(address, ANNA | {"name": "Кто-то"}).status_code == 404
    with clients.portal.work(write=False) as work:
        assert work.session.scalars(select(ChangeRequest)).all() == []


def test_a_card_takes_as_many_statements_for_one_person_as_for_many(clients: Clients) -> None:
    staff = clients.staff()
    card = f"/admin/clients/{clients.company.id}"
    staff.get(card)
    with counted() as few:
        staff.get(card)
    with clients.portal.work() as work:
        rows = [{**ANNA, "id": new_id(), "company_id": clients.company.id, "name": f"Имя {number}"} for number in range(30)]
        work.session.insert_rows(ContactPerson, rows)
    with counted() as many:
        assert "and 11 more" in staff.get(card).text
    assert len(many) == len(few)
