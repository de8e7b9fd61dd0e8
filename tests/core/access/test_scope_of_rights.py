"""Rows under random rights: what the scoped session shows is what a plain reading of the rules says, entity by entity."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from b2bkit.core.accounts.models import Address, Company, Contract, LegalEntity, Membership
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.visibility import visible
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import Level
from b2bkit.core.ordering.models import Order, OrderEvent, OrderLine
from b2bkit.core.settlements.models import Due, Paper, PaperLine, Settlement
from b2bkit.core.work import Actor, Work
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal
from tests.core.admin.conftest import place

REGIONS = ("Минск", "Брест", "")
KINDS = ("invoice", "shipment", "act")
VIEW, SUMS, PAPERS, CLIENTS = "ordering.view", "settlements.view", "settlements.papers", "accounts.clients"


@dataclass
class Row:
    """A row as the oracle knows it."""

    id: UUID
    company: UUID
    contract: UUID | None = None
    owner: UUID | None = None
    kind: str = ""


@dataclass
class Market:
    """A distributor with two dealers and a stranger, of two managers and three regions; all rows by entity."""

    companies: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    managers: list[UUID] = field(default_factory=list)
    people: list[tuple[UUID, UUID]] = field(default_factory=list)
    rows: dict[type, list[Row]] = field(default_factory=dict)
    groups: list[UUID] = field(default_factory=list)
    products: dict[UUID, UUID] = field(default_factory=dict)

    def add(self, entity: type, row: Row) -> None:
        self.rows.setdefault(entity, []).append(row)


def _papers(work: Work, market: Market, company: UUID, entity: UUID, contract: UUID, number: int) -> None:
    common = {"company_id": company, "legal_entity_id": entity, "contract_id": contract, "currency": "BYN", "as_of": work.now}
    for kind in KINDS:
        paper = Paper(
            id=new_id(), kind=kind, number=f"{number}", on=work.now.date(), total=Decimal(1), vat=Decimal(0), active=True, status="",
            version="", **common,
        )  # fmt: skip
        line = PaperLine(
            id=new_id(), company_id=company, paper_id=paper.id, position=1, name="x", unit="кг", quantity=Decimal(1), price=Decimal(1),
            total=Decimal(1), vat=Decimal(0),
        )  # fmt: skip
        work.session.add(paper)
        work.session.flush()
        work.session.add(line)
        market.add(Paper, Row(paper.id, company, contract, kind=kind))
        market.add(PaperLine, Row(line.id, company, contract, kind=kind))
    due = Due(id=new_id(), place=f"{contract}", due_on=work.now.date(), amount=Decimal(1), **common)
    owed = Settlement(id=new_id(), place=f"{contract}", debt=Decimal(1), overdue=Decimal(0), prepaid=Decimal(0), **common)
    work.session.add_all([due, owed])
    work.session.flush()
    market.add(Due, Row(due.id, company, contract))
    market.add(Settlement, Row(owed.id, company, contract))


def _company(work: Work, market: Market, number: int, **values: Any) -> UUID:
    company = make.company(work, **values)
    market.companies[company.id] = {"region": company.region, "manager": company.manager_id, "dealer_of": company.dealer_of}
    entity = make.legal_entity(work, company=company)
    people = [make.member(work, company=company).id for _ in range(2)]
    market.people += [(person, company.id) for person in people]
    market.add(Company, Row(company.id, company.id))
    market.add(LegalEntity, Row(entity.id, company.id))
    address = Address(id=new_id(), company_id=company.id, label="ворота", text="Минск")
    work.session.add(address)
    work.session.flush()
    market.add(Address, Row(address.id, company.id))
    for place_of in range(2):
        contract = make.contract(work, company=company, entity=entity, whole_catalogue=True)
        market.add(Contract, Row(contract.id, company.id, contract.id))
        order = place(work, company.id, entity.id, contract.id, number=f"П-{number}{place_of}", placed_by=people[place_of])
        market.add(Order, Row(order.id, company.id, contract.id, owner=order.placed_by))
        for part in (OrderLine, OrderEvent):
            for row in work.session.query(part.id).filter(part.order_id == order.id):
                market.add(part, Row(row[0], company.id, contract.id, owner=order.placed_by))
        _papers(work, market, company.id, entity.id, contract.id, number * 10 + place_of)
    return company.id


@pytest.fixture
def market(portal: Portal) -> Market:
    found = Market()
    with portal.work() as work:
        one, other = make.staff(work), make.staff(work)
        found.managers = [one.id, other.id]
        distributor = _company(work, found, 1, manager=one, region="Минск")
        _company(work, found, 2, manager=one, region="Брест", dealer_of=distributor)
        _company(work, found, 3, manager=other, region="Минск", dealer_of=distributor)
        _company(work, found, 4, manager=other)
        for number in range(3):
            group = make.category(work, name=f"Группа {number}")
            found.groups.append(group.id)
            found.products[make.product(work, category=group, article=f"G-{number}").id] = group.id
    return found


def _some(dice: random.Random, values: list[str]) -> frozenset[str]:
    return frozenset(dice.sample(values, dice.randint(0, len(values))))


def draw(dice: random.Random, market: Market) -> Actor:
    """Somebody with random rights."""
    contracts = [str(row.id) for row in market.rows[Contract]]
    possible = {"region": list(REGIONS), "contract": contracts, "paper": list(KINDS), "category": [str(one) for one in market.groups]}
    places = [(name, dimension) for name in ("", VIEW, SUMS, PAPERS, CLIENTS, "catalog.view") for dimension in possible]
    limits = {place: _some(dice, possible[place[1]]) for place in dice.sample(places, dice.choice((0, 0, 1, 2, 4)))}
    if dice.random() < 0.5:
        ways = [Level.OWN, Level.COMPANY, Level.NETWORK]
        user, company = dice.choice(market.people)
        levels = {VIEW: dice.choice(ways), **{name: dice.choice(ways[1:]) for name in (SUMS, PAPERS)}}
        contract = dice.choice([row.id for row in market.rows[Contract] if row.company == company])
        return Actor(kind="client", user_id=user, company_id=company, contract_id=contract, levels=levels, limits=limits)
    mine = dice.choice(market.managers)
    stands_for = tuple(dice.sample(market.managers, dice.choice((0, 0, 1, 2))))
    levels = {name: dice.choice([Level.ASSIGNED, Level.ALL]) for name in (VIEW, SUMS, PAPERS, CLIENTS) if dice.random() < 0.9}
    return Actor(kind="staff", user_id=mine, levels=levels, limits=limits, stands_for=stands_for)


GOVERNED: Mapping[type, tuple[str, ...]] = {
    Order: (VIEW,), OrderLine: (VIEW,), OrderEvent: (VIEW,), Settlement: (SUMS,), Due: (SUMS,), Paper: (PAPERS,), PaperLine: (PAPERS,),
    Address: ("",), Contract: ("",), Company: ("", VIEW, SUMS, PAPERS), LegalEntity: ("", VIEW, SUMS, PAPERS),
}  # fmt: skip


def _left(actor: Actor, dimension: str, names: set[str], value: str) -> bool:
    return all(value in actor.limits[name, dimension] for name in names if (name, dimension) in actor.limits)


def _company_seen(actor: Actor, market: Market, company: UUID, permission: str) -> bool:
    facts = market.companies[company]
    in_region = _left(actor, "region", {"", CLIENTS, permission}, facts["region"])
    if actor.kind == "client":
        far = bool(permission) and actor.levels.get(permission) is Level.NETWORK
        return company == actor.company_id or (far and facts["dealer_of"] == actor.company_id and in_region)
    levels = {actor.levels.get(CLIENTS), actor.levels.get(permission) if permission else Level.ALL}
    if None in levels or not in_region:
        return False
    return Level.ASSIGNED not in levels or facts["manager"] in (actor.user_id, *actor.stands_for)


def expected(actor: Actor, market: Market, entity: type) -> set[UUID]:
    """The plain reading of the rules."""
    names = GOVERNED[entity] if actor.kind == "client" else GOVERNED[entity][:1]
    found = set()
    for row in market.rows[entity]:
        seen = any(_company_seen(actor, market, row.company, name) for name in names)
        if row.contract is not None:
            seen = seen and _left(actor, "contract", {"", names[0]}, str(row.contract))
        if row.kind:
            seen = seen and _left(actor, "paper", {"", names[0]}, row.kind)
        if entity in (Order, OrderLine, OrderEvent) and actor.kind == "client" and actor.levels[VIEW] is Level.OWN:
            seen = seen and row.owner == actor.user_id
        if seen:
            found.add(row.id)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_random_rights_show_what_the_rules_say_and_nothing_else(portal: Portal, market: Market, seed: int) -> None:
    dice = random.Random(seed)
    for _turn in range(30):
        actor = draw(dice, market)
        with portal.app.work(actor, write=False) as work:
            for entity in GOVERNED:
                shown = set(work.session.scalars(select(entity.id)))  # type: ignore[attr-defined]
                assert shown == expected(actor, market, entity), (entity, actor)
                hidden = next((row.id for row in market.rows[entity] if row.id not in shown), None)
                assert hidden is None or work.session.get(entity, hidden) is None
            buys = actor.kind == "staff" or _left(actor, "contract", {""}, str(actor.contract_id))
            groups = {group for group in market.groups if buys and _left(actor, "category", {"", "catalog.view"}, str(group))}
            goods = {product for product, group in market.products.items() if group in groups}
            assert set(work.session.scalars(select(Product.id).where(visible(work)))) == goods, actor


def distributor(market: Market) -> Actor:
    user, company = market.people[0]
    return Actor(kind="client", user_id=user, company_id=company, levels={VIEW: Level.NETWORK, PAPERS: Level.NETWORK, SUMS: Level.NETWORK})


def test_a_distributor_reads_of_its_dealers_and_changes_nothing_of_theirs(portal: Portal, market: Market) -> None:
    actor = distributor(market)
    theirs = next(row for row in market.rows[Order] if market.companies[row.company]["dealer_of"] == actor.company_id)
    with portal.app.work(actor, write=False) as work:
        assert work.session.get(Order, theirs.id) is not None
    for change in ("attribute", "delete"):
        with portal.app.work(actor) as work:
            order = work.session.get_one(Order, theirs.id)
            if change == "attribute":
                order.comment = "наш"
            else:
                work.session.delete(order)
            with pytest.raises(NotFound):
                work.session.flush()
            work.session.expunge_all()
    with portal.app.work(actor) as work:
        work.session.execute(update(Order).values(comment="наш"))
        work.session.execute(update(Company).values(name="наша"))
        work.session.execute(delete(OrderEvent).where(OrderEvent.order_id == theirs.id))
    with portal.work(write=False) as work:
        commented = set(work.session.scalars(select(Order.company_id).where(Order.comment == "наш")))
        assert commented == {actor.company_id}
        assert list(work.session.scalars(select(Company.id).where(Company.name == "наша"))) == [actor.company_id]
        assert work.session.scalars(select(OrderEvent).where(OrderEvent.order_id == theirs.id)).first() is not None


def test_the_people_and_addresses_of_dealers_stay_their_own(portal: Portal, market: Market) -> None:
    actor = distributor(market)
    with portal.app.work(actor, write=False) as work:
        for entity in (Membership, Address, Contract):
            assert set(work.session.scalars(select(entity.company_id))) == {actor.company_id}
