"""A small world for the workspace: two clients of different managers, an administrator, one order each."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

import pytest

from b2bkit.core.accounts.models import User
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.models import Handover
from b2bkit.core.ordering.models import Order, OrderEvent, OrderLine
from b2bkit.core.work import Work
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal


@dataclass
class Client:
    """One of the two clients, by ids."""

    company_id: UUID
    name: str
    owner: User
    buyer: User
    entity_id: UUID
    tax_id: str
    contract_id: UUID
    order_id: UUID
    number: str


@dataclass
class World:
    """Who and what there is."""

    manager: User
    other_manager: User
    admin: User
    mine: Client
    foreign: Client
    extra: dict[str, UUID] = field(default_factory=dict)


def place(work: Work, client_id: UUID, entity_id: UUID, contract_id: UUID, *, number: str, **values: object) -> Order:
    """An order of one line, 25 kg at 4.62, with the explanation that a placed order keeps."""
    order = Order(
        id=new_id(),
        company_id=client_id,
        number=number,
        legal_entity_id=entity_id,
        contract_id=contract_id,
        placed_at=work.now,
        currency="BYN",
        net=Decimal("115.50"),
        vat=Decimal("23.10"),
        total=Decimal("138.60"),
        **{"status": "placed", "erp_state": "waiting", **values},
    )
    work.session.add(order)
    work.session.flush()
    why = [{"step": "pricing.price_type", "text": "Price type “Wholesale”", "before": None, "after": "4.62"}]
    work.session.add(
        OrderLine(
            company_id=client_id, order_id=order.id, position=1, product_id=None, name="ПЭВД 15803-020", article="PE-1", unit="кг",
            factor=Decimal(1), quantity=Decimal(25), base_unit="кг", base_quantity=Decimal(25), price=Decimal("4.62"), vat_rate=Decimal(20),
            net=Decimal("115.50"), vat=Decimal("23.10"), total=Decimal("138.60"), explanation=why,
        )
    )  # fmt: skip
    work.session.add(OrderEvent(company_id=client_id, order_id=order.id, kind="placed", at=work.now, actor="Ирина Лапко"))
    work.session.flush()
    return order


def owe(work: Work, order: Order, *, state: str = "waiting", reason: str = "", attempts: int = 1) -> Handover:
    """What is owed to the ERP for the order."""
    row = Handover(
        company_id=order.company_id,
        order_id=order.id,
        state=state,
        reason=reason,
        attempts=attempts,
        created_at=work.now,
        changed_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return row


def _client(work: Work, manager: User, name: str, number: str) -> Client:
    company = make.company(work, name=name, manager=manager)
    entity = make.legal_entity(work, company=company)
    group = make.category(work, name=f"Полиэтилен {number}")
    contract = make.contract(work, company=company, entity=entity, prices=make.price_type(work, name=f"Опт {number}"), categories=(group,))
    owner = make.member(work, company=company, role="owner", name=f"Владелец {number}")
    buyer = make.member(work, company=company, role="buyer", name=f"Закупщик {number}")
    order = place(work, company.id, entity.id, contract.id, number=number)
    owe(work, order)
    return Client(company.id, company.name, owner, buyer, entity.id, entity.tax_id, contract.id, order.id, number)


@pytest.fixture
def world(portal: Portal) -> World:
    """Written once for each test, on each database."""
    with portal.work() as work:
        manager, other = make.staff(work), make.staff(work, name="Пётр Зайцев")
        admin = make.staff(work, role="admin", name="Анна Круглова")
        mine = _client(work, manager, "ООО «Плёнка-Сервис»", "П-10461")
        foreign = _client(work, other, "ЧУП «Литьё Сервис»", "П-10477")
    return World(manager, other, admin, mine, foreign)
