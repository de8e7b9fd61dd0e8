"""One MetaData, one declarative base; a table's owner is the prefix of its name."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from b2bkit.core.db.types import Amount, Factor, Instant, Json, Quantity, UnitPrice, new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

JsonType = Json
amount = Annotated[Decimal, mapped_column(Amount)]
unit_price = Annotated[Decimal, mapped_column(UnitPrice)]
quantity = Annotated[Decimal, mapped_column(Quantity)]
factor = Annotated[Decimal, mapped_column(Factor)]
currency = Annotated[str, mapped_column(String(3))]
code = Annotated[str, mapped_column(String(64))]
title = Annotated[str, mapped_column(String(250))]


class Base(DeclarativeBase):
    """Base of every table, the core's and the plugins'."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012
        datetime: Instant,
        Decimal: Amount,
        dict[str, Any]: JsonType,
        list[str]: JsonType,
        list[dict[str, Any]]: JsonType,
    }


class Identified:
    """A row with a UUIDv7 of its own, made in Python."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class CompanyOwned(Identified):
    """A row that belongs to one client company: scoped. Its owner cannot change.

    Every such table also has UNIQUE (company_id, id), so that references which could cross companies are composite.
    """

    @declared_attr
    def company_id(cls) -> Mapped[UUID]:  # noqa: N805
        return mapped_column(ForeignKey("core_company.id", ondelete="CASCADE"), index=True)


def within(column: str, table: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A reference from one company's row to another row of the same company: for `__table_args__`.

    The column has no ForeignKey of its own. `ondelete="SET NULL"` would empty `company_id` too: leave it out, or take CASCADE.
    """
    return ForeignKeyConstraint(["company_id", column], [f"{table}.company_id", f"{table}.id"], ondelete=ondelete)
