"""Two companies whose every text betrays its owner, a model of a shop in small, and for each company a database with its rows alone.

A scoped session over everything must answer exactly what an unscoped one answers over the company's rows alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.schema import CreateIndex, CreateTable

from b2bkit.core.db.engine import Database
from b2bkit.core.db.session import ScopedSession, UnscopedSession
from b2bkit.core.extend.things import Scope
from b2bkit.core.work import Actor

A, B = UUID(int=0xA), UUID(int=0xB)
MARK = {A: "canary-a", B: "canary-b"}
ACTORS = {company: Actor(kind="client", company_id=company, user_id=UUID(int=company.int + 16)) for company in (A, B)}
OTHER = {A: B, B: A}
FIRST_ID = {A: 1, B: 101}
COUNT = 4


class Base(DeclarativeBase):
    """Apart from the portal's own tables. References are not constrained, so that rows can point into the other company."""


class Firm(Base):
    __tablename__ = "fuzz_firm"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str]
    size: Mapped[int]
    deals: Mapped[list[Deal]] = relationship(primaryjoin="foreign(Deal.company_id) == Firm.id", back_populates="firm")


class Thing(Base):
    """What everybody may see."""

    __tablename__ = "fuzz_thing"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    size: Mapped[int]
    parts: Mapped[list[Part]] = relationship(primaryjoin="foreign(Part.thing_id) == Thing.id", back_populates="thing")


class Deal(Base):
    __tablename__ = "fuzz_deal"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[UUID]
    text: Mapped[str]
    size: Mapped[int]
    firm: Mapped[Firm | None] = relationship(primaryjoin="foreign(Deal.company_id) == Firm.id", back_populates="deals")
    parts: Mapped[list[Part]] = relationship(primaryjoin="foreign(Part.deal_id) == Deal.id", back_populates="deal")


class Part(Base):
    __tablename__ = "fuzz_part"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[UUID]
    deal_id: Mapped[int]
    thing_id: Mapped[int]
    text: Mapped[str]
    size: Mapped[int]
    deal: Mapped[Deal | None] = relationship(primaryjoin="foreign(Part.deal_id) == Deal.id", back_populates="parts")
    thing: Mapped[Thing | None] = relationship(primaryjoin="foreign(Part.thing_id) == Thing.id", back_populates="parts")


class Memo(Base):
    """Scoped by a query over another table, and by a second scope."""

    __tablename__ = "fuzz_memo"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[UUID | None]
    text: Mapped[str]
    size: Mapped[int]


SCOPED: tuple[type[Any], ...] = (Firm, Deal, Part, Memo)
ENTITIES: tuple[type[Any], ...] = (*SCOPED, Thing)
_firm = Firm.__table__
SCOPES = (
    Scope(name="fuzz.firm", entity=Firm, criterion=lambda actor: Firm.id == actor.company_id),
    Scope(name="fuzz.deal", entity=Deal, criterion=lambda actor: Deal.company_id == actor.company_id),
    Scope(name="fuzz.part", entity=Part, criterion=lambda actor: Part.company_id == actor.company_id),
    Scope(
        name="fuzz.memo", entity=Memo, criterion=lambda actor: Memo.company_id.in_(select(_firm.c.id).where(_firm.c.id == actor.company_id))
    ),
    Scope(name="fuzz.size", entity=Memo, criterion=lambda actor: Memo.size >= 0),
)


def rows_of(company: UUID) -> list[Any]:
    """The rows of one company. Its last part points into the other company's deal."""
    mark, first = MARK[company], FIRST_ID[company]
    numbers = range(first, first + COUNT)
    rows: list[Any] = [Firm(id=company, text=mark, size=first)]
    rows += [Deal(id=number, company_id=company, text=f"{mark} deal", size=number % 3) for number in numbers]
    rows += [Memo(id=number, company_id=company, text=f"{mark} memo", size=number % 2) for number in numbers]
    deals = [*numbers[:-1], FIRST_ID[OTHER[company]]]
    rows += [
        Part(id=number, company_id=company, deal_id=deal, thing_id=number % 2 + 1, text=f"{mark} part", size=number % 3)
        for number, deal in zip(numbers, deals, strict=True)
    ]
    return rows


def _fill(database: Database, companies: tuple[UUID, ...]) -> None:
    with database.connection(write=True) as connection:
        for table in Base.metadata.sorted_tables:  # this world is no portal: its tables have no migrations
            connection.execute(CreateTable(table))
            for index in table.indexes:
                connection.execute(CreateIndex(index))
    with database.unscoped(write=True) as session:
        session.add_all([Thing(id=number, text=f"thing {number}", size=number) for number in (1, 2, 3)])
        for company in companies:
            session.add_all(rows_of(company))


class World:
    """`everything` holds both companies, on each kind of database; `alone[company]` the rows of one."""

    def __init__(self, urls: Sequence[str], folder: Path) -> None:
        self.everything = [Database(url) for url in urls]
        for database in self.everything:
            _fill(database, (A, B))
        self.alone = {company: Database(f"sqlite:///{folder}/alone-{company.int}.db") for company in (A, B)}
        for company, database in self.alone.items():
            _fill(database, (company,))

    def close(self) -> None:
        for database in (*self.everything, *self.alone.values()):
            database.dispose()

    @contextmanager
    def scoped(self, database: Database, company: UUID) -> Iterator[ScopedSession]:
        """A session of the company's actor over everything, rolled back."""
        with rolled_back(database.scoped(ACTORS[company], SCOPES, write=True)) as session:
            yield session

    @contextmanager
    def only(self, company: UUID) -> Iterator[UnscopedSession]:
        """A session over the company's rows alone, rolled back."""
        with rolled_back(self.alone[company].unscoped(write=True)) as session:
            yield session


class _Undone(Exception):
    """Leaves a transaction without a commit."""


@contextmanager
def rolled_back(transaction: Any) -> Iterator[Any]:
    try:
        with transaction as session:
            yield session
            raise _Undone
    except _Undone:
        pass


def raw_rows(session: ScopedSession | UnscopedSession, company: UUID) -> list[tuple[Any, ...]]:
    """What the database holds of a company in this transaction, read below every wall."""
    from sqlalchemy.orm import Session

    connection = Session.connection(session)
    own = company.hex if connection.dialect.name == "sqlite" else str(company)
    found: list[tuple[Any, ...]] = []
    for table, column, rest in (
        ("fuzz_firm", "id", "text"),
        ("fuzz_deal", "company_id", "id"),
        ("fuzz_part", "company_id", "deal_id"),
        ("fuzz_memo", "company_id", "id"),
    ):
        statement = f"SELECT '{table}', text, size, {rest} FROM {table} WHERE {column} = '{own}'"
        found += [tuple(row) for row in Connection.exec_driver_sql(connection, statement)]
    return sorted(found, key=repr)
