"""Plans: the short way for statements that are asked often gives what SQLAlchemy gives, to each actor his own, behind the same wall."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import bindparam, event, select
from sqlalchemy.engine import Engine

from b2bkit.core.accounts.models import Address, Company, LegalEntity
from b2bkit.core.catalog.models import Product
from b2bkit.core.db.engine import Database, WriteInRead
from b2bkit.core.db.plan import DIALECTS, one_of
from b2bkit.core.db.revise import import_core_models
from b2bkit.core.db.scope import ScopeViolation
from b2bkit.core.db.session import PortalSession
from b2bkit.core.db.types import new_id
from b2bkit.core.extend.things import Scope
from b2bkit.core.work import Actor

import_core_models()
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
SCOPES = (
    Scope(name="test.company", entity=Company, criterion=lambda actor: Company.id == actor.company_id),
    Scope(name="test.address", entity=Address, criterion=lambda actor: Address.company_id == actor.company_id),
    Scope(name="test.entity", entity=LegalEntity, criterion=lambda actor: LegalEntity.company_id == actor.company_id),
)
TEXTS = select(Address.text, Company.name).join(Company, Company.id == Address.company_id).where(Address.label == bindparam("label"))
PRODUCTS = {
    dialect: select(Product.id, Product.minimum, Product.updated_at).where(one_of(Product.id, "ids", dialect)).order_by(Product.article)
    for dialect in DIALECTS
}


def client(company: UUID) -> Actor:
    return Actor(kind="client", company_id=company, user_id=UUID(int=9))


@pytest.fixture
def shop(database: Database) -> Database:
    """Two companies with an address each."""
    with database.unscoped(write=True) as session:
        session.insert_rows(Company, [{"id": one, "name": f"company {one.int}", "created_at": NOW} for one in (ONE, TWO)])
        rows = [{"id": new_id(), "company_id": one, "label": "gate", "text": f"address {one.int}"} for one in (ONE, TWO)]
        session.insert_rows(Address, rows)
    return database


def test_a_plan_that_one_actor_made_shows_the_next_one_only_his_own(shop: Database) -> None:
    for company in (ONE, TWO, ONE, TWO):
        with shop.scoped(client(company), SCOPES, write=False) as session:
            assert session.rows(TEXTS, {"label": "gate"}) == [(f"address {company.int}", f"company {company.int}")]
            assert session.rows(TEXTS, {"label": "none"}) == []
    with shop.unscoped(write=False) as everything:
        for _again in range(2):
            assert len(everything.rows(TEXTS, {"label": "gate"})) == 2


def test_a_plan_reads_exact_figures_and_moments_as_sqlalchemy_does(shop: Database) -> None:
    ids = [new_id() for _ in range(60)]
    with shop.unscoped(write=True) as session:
        session.insert_rows(Product, [_product(id_, number) for number, id_ in enumerate(ids)])
    for _again in range(2):
        with shop.scoped(client(ONE), SCOPES, write=False) as reading:
            found = reading.rows(PRODUCTS[shop.dialect], {"ids": ids[:55]})
            assert found == [tuple(row) for row in reading.execute(PRODUCTS[shop.dialect], {"ids": ids[:55]})]
            assert [row[0] for row in found] == ids[:55]
            assert found[3][1:] == (Decimal("3.125"), NOW)
            assert found[3][2].tzinfo is UTC
            assert str(found[3][1]) == "3.125"


def test_rows_see_what_is_pending(shop: Database) -> None:
    with shop.scoped(client(ONE), SCOPES, write=True) as session:
        session.rows(TEXTS, {"label": "dock"})
        session.add(Address(company_id=ONE, label="dock", text="new"))
        assert session.rows(TEXTS, {"label": "dock"}) == [("new", "company 1")]


def test_rows_refuse_what_the_wall_refuses(shop: Database) -> None:
    with shop.scoped(client(ONE), SCOPES, write=False) as session:
        for _again in range(2):
            with pytest.raises(ScopeViolation):
                session.rows(select(Address.__table__.c.text))


def test_a_plan_is_counted_and_its_errors_are_told_as_any_statements(shop: Database) -> None:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, _values: object, _context: object, _many: bool) -> None:
        sent.append(sql)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with shop.scoped(client(ONE), SCOPES, write=False) as session:
            for _again in range(3):
                session.rows(TEXTS, {"label": "gate"})
            with pytest.raises(KeyError, match="label"):
                session.rows(TEXTS)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(sent) == 3
    assert len(set(sent)) == 1


def test_a_visit_finds_its_actor_and_reads_for_him_in_one_transaction_that_cannot_write(shop: Database) -> None:
    begun: list[object] = []

    def enter(asking: object) -> Actor:
        assert len(asking.rows(TEXTS, {"label": "gate"})) == 2  # type: ignore[attr-defined]  # nobody's scope yet
        return client(TWO)

    for _again in range(3):
        begun.clear()
        with Begins(begun), shop.visit(SCOPES, enter) as session:
            assert session.rows(TEXTS, {"label": "gate"}) == [("address 2", "company 2")]
            assert [address.text for address in session.scalars(select(Address))] == ["address 2"]
    assert len(begun) == 1
    with pytest.raises(WriteInRead), shop.visit(SCOPES, enter) as session:
        _rename(session)


def _rename(session: PortalSession) -> None:
    session.add(Address(company_id=TWO, label="x", text="y"))
    session.flush()


class Begins:
    def __init__(self, found: list[object]) -> None:
        self.found = found

    def note(self, connection: object) -> None:
        self.found.append(connection)

    def __enter__(self) -> None:
        event.listen(Engine, "begin", self.note)

    def __exit__(self, *error: object) -> None:
        event.remove(Engine, "begin", self.note)


def _product(id_: UUID, number: int) -> dict[str, object]:
    return {
        "id": id_, "article": f"{number:03}", "name": "x", "full_name": "x", "description": "", "category_id": None, "unit": "kg",
        "vat_rate": None, "minimum": Decimal("0.125") + number, "multiple": Decimal(1), "producer": "", "barcode": "", "attributes": {},
        "active": True, "updated_at": NOW, "search_text": "x",
    }  # fmt: skip
