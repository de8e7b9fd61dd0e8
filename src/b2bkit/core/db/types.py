"""Exact column types. Money and quantities are NUMERIC on PostgreSQL and scaled INTEGER on SQLite, whose own Numeric is a binary float."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import uuid_utils.compat
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BIGGEST = 9_000_000_000_000_000_000
_NUMERIC_OID = 1700
CENT = Decimal("0.01")

Json = JSON().with_variant(JSONB(), "postgresql")


def new_id() -> uuid.UUID:
    """A new identifier: UUID version 7, so that rows made later sort later."""
    return uuid_utils.compat.uuid7()


def round_money(value: Decimal) -> Decimal:
    """To whole cents as 1C's Окр does by default (half away from zero). A line is rounded first, then lines are summed."""
    return value.quantize(CENT, ROUND_HALF_UP)


class _Scaled(TypeDecorator[Decimal]):
    """A decimal with a fixed number of places; refuses floats, NaN, infinities, more places than it keeps and what does not fit."""

    impl = Numeric
    cache_ok = True
    places = 2
    digits = 19

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(self.digits, self.places))

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            raise TypeError(f"{type(self).__name__} takes Decimal or int, not {type(value).__name__}")
        exact = Decimal(value)
        if not exact.is_finite():
            raise ValueError(f"{type(self).__name__} takes finite numbers, not {exact}")
        scaled = exact.scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{exact} has more than {self.places} decimal places")
        if abs(scaled) > _BIGGEST:
            raise ValueError(f"{exact} is too large")
        return int(scaled) if dialect.name == "sqlite" else exact

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Decimal | None] | None:
        if coltype == _NUMERIC_OID:  # PostgreSQL's own decimal comes as one
            return None
        if dialect.name != "sqlite":
            return lambda value: None if value is None else Decimal(value)
        return lambda value: None if value is None else Decimal(value).scaleb(-self.places)


class Amount(_Scaled):
    """Money per line, per order, per balance: two places. The currency stands in a column beside it (ISO 4217 letters)."""

    cache_ok = True
    places = 2


class UnitPrice(_Scaled):
    """Money per base unit: four places, since bulk goods are priced per kilogram or litre."""

    cache_ok = True
    places = 4


class Quantity(_Scaled):
    """An amount of goods in a unit: three places (tonnes, litres); packs are whole."""

    cache_ok = True
    places = 3


class Factor(_Scaled):
    """How many base units one unit holds (1C: Коэффициент, Числитель/Знаменатель): six places."""

    cache_ok = True
    places = 6


class Instant(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, timestamptz on PostgreSQL, microseconds since 1970 on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        moment = value.astimezone(UTC)
        return (moment - _EPOCH) // timedelta(microseconds=1) if dialect.name == "sqlite" else moment

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        if dialect.name != "sqlite":  # a connection's time zone is UTC, so moments come in it
            return None
        return lambda value: None if value is None else _EPOCH + timedelta(microseconds=value)
