"""What goes into an exact column comes out of it, on both databases, and what it cannot keep is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Double, Float, Integer, MetaData, Numeric, Table, insert, literal, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from b2bkit.core.db.base import Base
from b2bkit.core.db.engine import Database
from b2bkit.core.db.revise import import_core_models
from b2bkit.core.db.types import Amount, Factor, Instant, Quantity, UnitPrice, round_money

PLACES = {Amount: 2, UnitPrice: 4, Quantity: 3, Factor: 6}
BIGGEST = Decimal(9_000_000_000_000_000_000)
STORE = Table(
    "exact",
    MetaData(),
    Column("id", Integer, primary_key=True),
    *(Column(kind.__name__, kind()) for kind in PLACES),
    Column("Instant", Instant()),
)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.connection(write=True) as connection:
        STORE.create(connection)
        yield connection


def _stored(connection: Connection, **values: Any) -> Any:
    key: Any = connection.execute(insert(STORE).values(**values)).inserted_primary_key
    return connection.execute(select(*(STORE.c[name] for name in values)).where(STORE.c.id == key[0])).one()


@pytest.mark.parametrize("kind", PLACES)
def test_decimals_come_back_exactly(connection: Connection, kind: type[Amount]) -> None:
    places = PLACES[kind]

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.integers(-int(BIGGEST), int(BIGGEST)))
    def check(whole: int) -> None:
        value = Decimal(whole).scaleb(-places)
        (found,) = _stored(connection, **{kind.__name__: value})
        assert isinstance(found, Decimal)
        assert found == value

    check()


def test_what_a_binary_float_would_spoil_stays_right(connection: Connection) -> None:
    assert _stored(connection, Amount=Decimal("99999999999999.99")) == (Decimal("99999999999999.99"),)
    tenth, fifth = (literal(Decimal(text), Amount()) for text in ("0.1", "0.2"))
    _stored(connection, Amount=Decimal("0.3"))
    assert connection.scalar(select(STORE.c.Amount).where(STORE.c.Amount == tenth + fifth)) == Decimal("0.3")


@pytest.mark.parametrize("wrong", [0.1, "1", True, Decimal("0.001"), Decimal("NaN"), Decimal("Infinity"), Decimal(10) ** 18])
def test_what_an_amount_cannot_keep_is_refused(connection: Connection, wrong: object) -> None:
    with pytest.raises(StatementError, match=r"Decimal or int|places|finite|too large"):
        connection.execute(insert(STORE).values(Amount=wrong))


def test_instants_are_aware_utc_to_the_microsecond(connection: Connection) -> None:
    moment = datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=timezone(timedelta(hours=5)))
    (found,) = _stored(connection, Instant=moment)
    assert (found, found.utcoffset()) == (moment, timedelta(0))
    with pytest.raises(StatementError, match="time zone"):
        connection.execute(insert(STORE).values(Instant=datetime(2026, 1, 1)))  # noqa: DTZ001
    assert found.tzinfo is UTC


def test_half_a_cent_goes_away_from_zero() -> None:
    assert [round_money(Decimal(text)) for text in ("0.005", "-0.005", "2.675", "0.00499")] == list(
        map(Decimal, ("0.01", "-0.01", "2.68", "0.00"))
    )


def test_no_column_is_a_binary_float_on_sqlite() -> None:
    import_core_models()
    dialect = sqlite.dialect()
    inexact = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(_kept_as(column, dialect), Float | Double | Numeric)
    ]
    assert inexact == []
    assert isinstance(_kept_as(Column("x", Numeric(10, 2)), dialect), Numeric)  # the guard sees what it is for


def _kept_as(column: Column[Any], dialect: Any) -> Any:
    found = column.type.dialect_impl(dialect)
    return getattr(found, "impl_instance", found)
