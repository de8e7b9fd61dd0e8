"""A client's wish for other data is a task for the manager in the ERP, and both sides show how far it has come."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from b2bkit import ErpState, ErpTask, Plugin, Receipt, TaskReceipt, TryLater, hookimpl
from b2bkit.core.accounts import changes
from b2bkit.core.accounts.models import LegalEntity
from b2bkit.core.accounts.models_requests import ChangeRequest
from b2bkit.core.erp import service as erp
from b2bkit.core.erp.models_tasks import GivenTask
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from tests.core.accounts.conftest import Firm


class Desk:
    """An ERP whose managers get tasks. `away`: it does not answer; `refuses`: it does not take tasks, with these words."""

    name = "desk"

    def __init__(self) -> None:
        self.tasks: dict[UUID, ErpTask] = {}
        self.sent, self.away, self.refuses = 0, False, ""

    def capabilities(self) -> frozenset[str]:
        return frozenset({"tasks.out"})

    def send_order(self, open_work, order_id, idempotency_key) -> Receipt:
        return Receipt("queued")

    def put_task(self, open_work, task: ErpTask) -> TaskReceipt:
        self.sent += 1
        if self.away:
            raise TryLater(60)
        if self.refuses:
            return TaskReceipt("refused", words=self.refuses)
        self.tasks[task.id] = task
        return TaskReceipt("open", number="000000017")

    def state(self, work) -> ErpState:
        return ErpState("up")


class DeskPlugin(Plugin):
    name = "desk"
    label = "Desk"
    version = "0.1.0"
    desk = Desk()

    @classmethod
    def folder(cls) -> Path:
        return Path(__file__).parent / "absent"

    @hookimpl
    def register_erp_gateway(self) -> Iterable[Desk]:
        yield self.desk


@pytest.fixture
def desk() -> Desk:
    DeskPlugin.desk = Desk()
    return DeskPlugin.desk


@pytest.fixture
def portal(make_portal: MakePortal, desk: Desk) -> Portal:
    return make_portal(classes=(DeskPlugin,))


@pytest.fixture
def entity(portal: Portal, firm: Firm) -> LegalEntity:
    with portal.work() as work:
        found = work.session.scalars(select(LegalEntity).where(LegalEntity.company_id == firm.company.id)).one()
        found.tax_id, found.address = "200988541", "Минск, Старая, 1"
        return found


def ask(browser, path: str, entity: LegalEntity, **values: str):
    browser.get(path)
    return browser.post(path, {name: getattr(entity, name) for name in changes.OF_ENTITY} | {"note": ""} | values)


def wish(portal: Portal, firm: Firm, entity: LegalEntity):
    owner = portal.sign_in(firm.owner)
    assert ask(owner, f"/company/details/entities/{entity.id}", entity, address="Минск, Новая, 2", note="Переехали").status_code == 303
    return owner


def answer(portal: Portal, state: str, text: str) -> None:
    with portal.work() as work:
        task_id = work.session.scalars(select(GivenTask.id)).one()
        erp.task_answered(work, task_id=task_id, state=state, text=text, author="Петрова", at=work.now)
    portal.run_jobs()


def request_of(portal: Portal) -> ChangeRequest:
    with portal.work(write=False) as work:
        return work.session.scalars(select(ChangeRequest)).one()


def test_a_wish_is_one_task_for_the_clients_manager_and_both_sides_show_it(portal, firm, entity, desk):
    owner = wish(portal, firm, entity)
    assert "передаём в 1С" in owner.get("/company/details").text
    portal.run_jobs()
    (task,) = desk.tasks.values()
    assert task.title == "ООО «Плёнка-Сервис»: изменить данные, ООО «Плёнка-Сервис»"
    assert "Минск, Старая, 1 → Минск, Новая, 2" in task.text
    assert "Переехали" in task.text
    assert (task.performer.endswith("@portal.example"), task.author) == (True, "Владелец")
    assert "в 1С, задача 000000017" in owner.get("/company/details").text
    with portal.work() as work:
        admin = make.staff(work, role="admin")
    assert "в 1С, задача 000000017" in portal.sign_in(admin).get("/admin/requests").text


def test_the_task_waits_while_the_erp_is_silent_and_is_one_when_it_is_back(portal, firm, entity, desk):
    desk.away = True
    wish(portal, firm, entity)
    for _try in range(3):
        portal.run_jobs()
        portal.pass_time(minutes=15)
    assert desk.tasks == {}
    assert desk.sent >= 2
    desk.away = False
    portal.run_jobs()
    assert len(desk.tasks) == 1


def test_done_in_the_erp_it_waits_for_the_data_and_holds_with_them(portal, firm, entity, desk):
    owner = wish(portal, firm, entity)
    portal.run_jobs()
    answer(portal, "done", "Внесла")
    assert "выполнено в 1С" in owner.get("/company/details").text
    assert request_of(portal).state == "waiting"
    with portal.work() as work:
        work.session.get_one(LegalEntity, entity.id).address = "Минск, Новая, 2"
    with portal.work() as work:
        changes.confirm_by_erp(work)
    assert request_of(portal).state == "confirmed"


def test_refused_by_the_manager_in_the_erp_it_is_declined_with_the_reason(portal, firm, entity, desk):
    owner = wish(portal, firm, entity)
    portal.run_jobs()
    answer(portal, "refused", "Нужна выписка из реестра")
    assert request_of(portal).state == "declined"
    assert "Нужна выписка из реестра" in owner.get("/company/details").text
    answer(portal, "done", "поздно")
    assert request_of(portal).state == "declined"


def test_what_the_erp_does_not_take_stays_with_the_manager_here(portal, firm, entity, desk):
    desk.refuses = "Нет прав на задачи"
    wish(portal, firm, entity)
    portal.run_jobs()
    assert request_of(portal).state == "waiting"
    with portal.work() as work:
        admin = make.staff(work, role="admin")
    assert "1С задачу не приняла" in portal.sign_in(admin).get("/admin/requests").text


def test_taken_back_the_task_in_the_erp_says_so(portal, firm, entity, desk):
    owner = wish(portal, firm, entity)
    portal.run_jobs()
    owner.get("/company/details")
    owner.post(f"/company/details/requests/{request_of(portal).id}", {})
    portal.run_jobs()
    (task,) = desk.tasks.values()
    assert task.title.startswith("Больше не нужно")


def test_staff_change_data_by_a_task_where_the_erp_takes_it_and_at_once_where_it_does_not(
    portal, make_portal, firm, entity, desk, password_hash
):
    with portal.work() as work:
        admin = make.staff(work, role="admin")
    path = f"/admin/clients/{firm.company.id}/entities/{entity.id}"
    assert ask(portal.sign_in(admin), path, entity, address="Минск, Новая, 2").status_code == 303
    portal.run_jobs()
    assert len(desk.tasks) == 1
    with portal.work(write=False) as work:
        assert work.session.get_one(LegalEntity, entity.id).address == "Минск, Старая, 1"


def test_without_an_erp_what_staff_enter_holds_at_once(make_portal, password_hash):
    alone = make_portal()
    firm = Firm(alone, password_hash)
    with alone.work() as work:
        admin = make.staff(work, role="admin")
        entity = work.session.scalars(select(LegalEntity)).one()
        other = make.legal_entity(work, company=make.company(work))
    browser = alone.sign_in(admin)
    path = f"/admin/clients/{firm.company.id}/entities/{entity.id}"
    assert ask(browser, path, entity, address="Минск, Новая, 2").status_code == 303
    with alone.work(write=False) as work:
        assert work.session.get_one(LegalEntity, entity.id).address == "Минск, Новая, 2"
    assert request_of(alone).state == "confirmed"
    assert browser.get(f"/admin/clients/{firm.company.id}/entities/{other.id}").status_code == 404
