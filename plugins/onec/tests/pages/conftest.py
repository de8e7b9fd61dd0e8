"""A portal with staff, two clients of different managers, an exchange that took place, and orders that are owed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from b2bkit.core.accounts.models import User
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.models import Handover
from b2bkit.core.ordering.models import Order
from b2bkit.core.work import Work
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.archive.message import Message
from b2bkit_onec.archive.store import keep_within
from plugins.onec.tests.exchange.onec import PASSWORD, OneC

GOODS = """<?xml version="1.0" encoding="UTF-8"?>
<КоммерческаяИнформация ВерсияСхемы="2.10" ДатаФормирования="2026-11-24T10:00:00"><Классификатор><Ид>k</Ид><Наименование>К</Наименование>
<Группы><Группа><Ид>g-1</Ид><Наименование>Полиэтилен</Наименование></Группа></Группы></Классификатор>
<Каталог><Ид>c</Ид><Наименование>Каталог</Наименование><Товары>
<Товар><Ид>p-1</Ид><Наименование>ПЭВД 15803-020</Наименование><Группы><Ид>g-1</Ид></Группы></Товар>
<Товар><Ид>p-2</Ид><Наименование>{name}</Наименование><Группы><Ид>g-1</Ид></Группы></Товар>
</Товары></Каталог></КоммерческаяИнформация>"""


@dataclass
class Stage:
    """Who and what there is."""

    portal: Portal
    onec: OneC
    manager: User
    admin: User
    buyer: User
    mine: UUID  # an order of the manager's client, owed
    foreign: UUID  # an order of another one's, owed
    message: UUID  # about the first
    foreign_message: UUID


@pytest.fixture
def settings() -> dict[str, Any]:
    return {}


@pytest.fixture
def portal(make_portal: MakePortal, settings: dict[str, Any]) -> Portal:
    return make_portal(plugins={"onec": settings}, extra='languages = ["en", "ru"]\n', environment={"B2BKIT_ONEC_PASSWORD": PASSWORD})


@pytest.fixture
def stage(portal: Portal) -> Stage:
    with portal.work() as work:
        manager, other = make.staff(work), make.staff(work, name="Пётр Зайцев")
        admin = make.staff(work, role="admin", name="Анна Круглова")
        buyer, mine, message = _client(work, manager, "ООО «Плёнка-Сервис»", "П-10461")
        _other, foreign, foreign_message = _client(work, other, "ЧУП «Литьё Сервис»", "П-10477")
    return Stage(portal, OneC(portal), manager, admin, buyer, mine, foreign, message, foreign_message)


def goods(name: str = "Стрейч-плёнка 20 мкм") -> bytes:
    """A catalogue of two products."""
    return GOODS.format(name=name).encode()


def _client(work: Work, manager: User, name: str, number: str) -> tuple[User, UUID, UUID]:
    company = make.company(work, name=name, manager=manager)
    entity = make.legal_entity(work, company=company)
    contract = make.contract(work, company=company, entity=entity)
    buyer = make.member(work, company=company, role="buyer", name=f"Закупщик {number}")
    order = Order(
        id=new_id(), company_id=company.id, number=number, legal_entity_id=entity.id, contract_id=contract.id, placed_at=work.now,
        currency="BYN", net=Decimal("115.50"), vat=Decimal("23.10"), total=Decimal("138.60"), status="placed", erp_state="waiting",
    )  # fmt: skip
    work.session.add(order)
    work.session.flush()
    work.session.add(Handover(company_id=company.id, order_id=order.id, state="waiting", created_at=work.now, changed_at=work.now))
    work.session.flush()
    body = f'{{"Number": "{number}", "Сумма": 138.60}}'.encode()
    said = Message(at=work.now, direction="out", way="odata", name=f"POST Document_ЗаказКлиента {number}", flow="orders", body=body,
                   subject=("order", order.id), number=number, status="", content_type="application/json")  # fmt: skip
    keep_within(work, said, work.kit.plugins["onec"].settings)  # type: ignore[arg-type]
    from b2bkit_onec.models import Kept

    kept = work.session.query(Kept.id).filter_by(subject_id=order.id).one()[0]
    return buyer, order.id, kept
