"""The wall between clients, rule by rule, on the core's own tables. Random shapes are in tests/fuzz."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import false, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from b2bkit.core.accounts.models import Address, Company, Contract, LegalEntity, User
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.db.base import Base, CompanyOwned
from b2bkit.core.db.engine import Database
from b2bkit.core.db.revise import import_core_models
from b2bkit.core.db.scope import ScopeViolation, scope_map, unscoped_entities
from b2bkit.core.db.session import ScopedSession
from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import Scope
from b2bkit.core.ordering.models import Order
from b2bkit.core.work import Actor

import_core_models()
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
OWN, FOREIGN, MANAGER = UUID(int=1), UUID(int=2), UUID(int=3)
BUYER = Actor(kind="client", company_id=OWN, user_id=UUID(int=4))
_company = Company.__table__


def _within(actor: Actor, column: Any) -> Any:
    if actor.kind == "client":
        return column == actor.company_id
    if actor.user_id is None:
        return false()  # a comparison with None would be IS NULL
    return column.in_(select(_company.c.id).where(_company.c.manager_id == actor.user_id))


def _scope(entity: Any, column: Any) -> Scope:
    return Scope(name=f"test.{entity.__name__.lower()}", entity=entity, criterion=lambda actor: _within(actor, column))


OWNED = (LegalEntity, Contract, Address, Order, AuditEntry)
SCOPES = (_scope(Company, Company.id), *(_scope(entity, entity.company_id) for entity in OWNED))


@pytest.fixture
def shop(database: Database) -> Database:
    """Two companies with an address and a contract each; the first one has a manager."""
    with database.unscoped(write=True) as session:
        session.insert_rows(User, [{"id": MANAGER, "email": "m@example.com", "name": "M", "created_at": NOW}])
        session.insert_rows(
            Company,
            [
                {"id": OWN, "name": "own", "manager_id": MANAGER, "created_at": NOW},
                {"id": FOREIGN, "name": "foreign", "manager_id": None, "created_at": NOW},
            ],
        )
        for number, company in enumerate((OWN, FOREIGN), 10):
            session.insert_rows(LegalEntity, [{"id": UUID(int=number), "company_id": company, "name": f"entity {company.int}"}])
            session.insert_rows(
                Address, [{"id": UUID(int=number), "company_id": company, "label": "gate", "text": f"address {company.int}"}]
            )
            contract = {
                "id": UUID(int=number),
                "company_id": company,
                "legal_entity_id": UUID(int=number),
                "number": "1",
                "currency": "RUB",
            }
            session.insert_rows(Contract, [contract])
    return database


@contextmanager
def buying(shop: Database, actor: Actor = BUYER, write: bool = True) -> Iterator[ScopedSession]:
    with shop.scoped(actor, SCOPES, write) as session:
        yield session


def test_an_actor_sees_his_companys_rows_and_the_same_statement_serves_the_next_actor(shop: Database) -> None:
    other = aliased(Address)
    statement = select(Address.text, other.text).join(other, other.label == Address.label)
    for company in (OWN, FOREIGN, OWN):
        with buying(shop, Actor(kind="client", company_id=company), write=False) as session:
            assert session.execute(statement).all() == [(f"address {company.int}", f"address {company.int}")]


def test_a_criterion_may_ask_other_tables(shop: Database) -> None:
    with buying(shop, Actor(kind="staff", user_id=MANAGER)) as session:
        assert list(session.scalars(select(Address.text))) == ["address 1"]
        session.add(Address(company_id=OWN, label="l", text="by the manager"))
    with pytest.raises(ScopeViolation), buying(shop, Actor(kind="staff", user_id=MANAGER)) as session:
        session.add(Address(company_id=FOREIGN, label="l", text="t"))
    with buying(shop, Actor(kind="anonymous")) as session:
        assert session.scalar(select(func.count()).select_from(Address)) == 0


def test_a_joined_alias_is_guarded_itself(shop: Database) -> None:
    other = aliased(Address)
    with buying(shop) as session:
        assert session.execute(select(Address.text, other.text).join(other, other.id != Address.id)).all() == []


def test_foreign_is_absent_by_key(shop: Database) -> None:
    with buying(shop) as session:
        assert session.get(Address, UUID(int=11)) is None
        assert session.get(Address, UUID(int=99)) is None
        own = session.get_one(Address, UUID(int=10))
        session.refresh(own)
        with pytest.raises(NotFound):
            session.refresh(Address(id=UUID(int=11)))


def test_merge_says_the_same_of_a_foreign_and_an_absent_row(shop: Database) -> None:
    refusals = []
    for identity in (UUID(int=11), UUID(int=99)):
        with buying(shop) as session, pytest.raises(ScopeViolation) as refused:
            session.merge(Address(id=identity, company_id=OWN, label="l", text="t"))
        refusals.append(str(refused.value))
    assert refusals[0] == refusals[1]


def test_rows_are_written_for_ones_own_company_only(shop: Database) -> None:
    row = {"label": "l", "text": "t"}
    with buying(shop) as session:
        session.insert_rows(Address, [{**row, "company_id": OWN}, {**row, "company_id": OWN}])
        with pytest.raises(ScopeViolation, match="belongs to a company that the actor does not act for"):
            session.insert_rows(Address, [{**row, "company_id": OWN}, {**row, "company_id": FOREIGN}])
        session.add(AuditEntry(at=NOW, company_id=None, actor="a", action="a", entity="e", entity_id="1"))
        session.flush()
        found = session.scalars(select(Address)).first()
        assert found is not None
        found.company_id = FOREIGN
        with pytest.raises(ScopeViolation, match="never changes its company"):
            session.flush()
        session.expunge_all()
        with pytest.raises(ScopeViolation, match="never changes its company"):
            session.execute(update(Address).values(company_id=OWN))


def test_a_refusal_names_the_way_that_is_allowed(shop: Database) -> None:
    with buying(shop) as session:
        with pytest.raises(ScopeViolation, match=r"core_address is scoped.*select\(Entity.id, Entity.name\)"):
            session.execute(select(Address.__table__))
        with pytest.raises(ScopeViolation, match=r"session.add\(Entity\(...\)\) or session.insert_rows"):
            session.execute(Address.__table__.insert(), [{"label": "l"}])  # type: ignore[attr-defined]
        with pytest.raises(ScopeViolation, match="unscoped session"):
            session.connection()


def test_insert_rows_refuses_names_and_rows_that_do_not_fit(shop: Database) -> None:
    with shop.unscoped(write=True) as session:
        with pytest.raises(ValueError, match="Address has no attribute colour"):
            session.insert_rows(Address, [{"colour": "red"}])
        with pytest.raises(ValueError, match="row 1 differs from the first one in: label"):
            session.insert_rows(Address, [{"company_id": OWN, "label": "", "text": ""}, {"company_id": OWN, "text": ""}])
        session.insert_rows(Address, [])


def test_a_reference_across_companies_cannot_be_stored_even_without_scope(shop: Database) -> None:
    foreign_entity = {"id": UUID(int=50), "company_id": OWN, "legal_entity_id": UUID(int=11), "number": "2", "currency": "RUB"}
    with pytest.raises(IntegrityError), shop.unscoped(write=True) as session:
        session.insert_rows(Contract, [foreign_entity])
    owned = {mapper.local_table for mapper in Base.registry.mappers if issubclass(mapper.class_, CompanyOwned)}
    loose = [
        f"{table.name}: {', '.join(key.column_keys)}"  # type: ignore[attr-defined]
        for table in owned
        for key in table.foreign_key_constraints  # type: ignore[attr-defined]
        if key.referred_table in owned and "company_id" not in key.column_keys
    ]
    assert loose == []


def test_two_scopes_of_one_entity_both_apply(shop: Database) -> None:
    labelled = Scope(name="test.label", entity=Address, criterion=lambda actor: Address.label == "other")
    with shop.scoped(BUYER, (*SCOPES, labelled), write=False) as session:
        assert session.scalars(select(Address)).all() == []


def test_an_entity_that_belongs_to_companies_without_a_scope_is_named() -> None:
    missing = unscoped_entities(SCOPES)
    assert Address not in missing
    assert "Membership" in [entity.__name__ for entity in missing]
    assert Address in unscoped_entities([scope for scope in SCOPES if scope.entity is not Address])


def test_a_relationship_that_reaches_a_scoped_entity_counts_as_naming_it() -> None:
    from tests.fuzz.world import SCOPES as WORLD
    from tests.fuzz.world import Thing

    names = {mapper.class_.__name__ for mapper in scope_map(WORLD).found_in(select(Thing))}
    assert names == {"Part", "Deal", "Firm"}


def test_the_scope_asks_its_criterion_once_per_work_and_only_for_what_occurs(shop: Database) -> None:
    asked: list[str] = []

    def criterion(actor: Actor) -> Any:
        asked.append("address")
        return Address.company_id == actor.company_id

    scopes = (Scope(name="test.a", entity=Address, criterion=criterion), _scope(Contract, Contract.company_id))
    with shop.scoped(BUYER, scopes, write=False) as session:
        session.scalars(select(Contract.id)).all()
        assert asked == []
        for _ in range(3):
            session.scalars(select(Address.id)).all()
        assert asked == ["address"]
