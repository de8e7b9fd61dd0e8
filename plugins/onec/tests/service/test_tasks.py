"""Tasks for managers between a whole portal and the 1C in the box: given once, answered, and the answer taken."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import select

from b2bkit.core.erp.models_tasks import GivenTask
from b2bkit.core.erp.service import tasks
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import TASK
from b2bkit_onec.simulate.tasks import finish_task
from plugins.onec.tests.service.conftest import KEY, PASSWORD


@pytest.fixture
def portal(make_portal: MakePortal, address: str) -> Portal:
    table = f'[plugins.onec.service]\nurl = "{address}"\nlogin = "portal"\n'
    environment = {
        "B2BKIT_ONEC_PASSWORD": "only-for-tests", "B2BKIT_ONEC_SERVICE_PASSWORD": PASSWORD, "B2BKIT_ONEC_SERVICE_KEY": KEY,
    }  # fmt: skip
    return make_portal(plugins={"onec": {}}, extra=table, environment=environment)


def until(portal: Portal, condition: Callable[[], bool]) -> None:
    for _minute in range(8):
        portal.run_jobs()
        if condition():
            return
        portal.pass_time(seconds=61)
        with portal.work() as work:
            work.enqueue("onec.wind", unique="test")
    assert condition()


def row(portal: Portal) -> GivenTask:
    with portal.work(write=False) as work:
        return work.session.scalars(select(GivenTask)).one()


def test_a_task_is_there_once_and_its_answer_comes_back(portal: Portal, base: Infobase) -> None:
    with portal.work() as work:
        company = make.company(work, manager=make.staff(work))
        wanted = {"title": "Изменить адрес", "text": "Минск, Новая, 2", "author": "Владелец"}
        task_id = tasks.give(work, kind="accounts.change", about=uuid4(), company_id=company.id, **wanted)
    assert task_id is not None
    until(portal, lambda: row(portal).state == "open")
    tasks.send(portal.app.work, task_id=str(task_id))
    with base.read() as db:
        told = [body for ref, body in objects.every(db, TASK) if ref == str(task_id)]
    assert [objects.text(body, "Description") for body in told] == ["Изменить адрес"]
    finish_task(base, str(task_id), "Внесла")
    until(portal, lambda: row(portal).state == "done")
    assert row(portal).words == "Внесла"
