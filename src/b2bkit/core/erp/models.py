"""Tables of the line to the ERP."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, Identified, unit_price, within
from b2bkit.core.db.base import quantity as measure


class ExternalRef(Identified, Base):
    """What another system calls one of our rows: `ref` is 1C's Ссылка (a GUID) or whatever its exporter sends as Ид."""

    __tablename__ = "core_external_ref"
    __table_args__ = (
        UniqueConstraint("system", "entity", "ref"),
        Index("ix_core_external_ref_entity", "entity_id", "entity"),  # led by entity, a planner without statistics would take it for a ref
    )

    system: Mapped[str] = mapped_column(String(30))
    entity: Mapped[str] = mapped_column(String(30))  # product, category, company, legal_entity, contract, price_type, warehouse, order
    entity_id: Mapped[UUID]
    ref: Mapped[str] = mapped_column(String(200))


class Freshness(Base):
    """When the ERP last told a kind of data, and how often it should."""

    __tablename__ = "core_freshness"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)  # catalog, prices, stock, companies, order_status
    as_of: Mapped[datetime]
    rows: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)


class Contact(Base):
    """The last signs of life of an ERP.

    first_good        the first exchange that went well: before it nothing is known
    last_good         the last one
    last_bad, error   the last that did not go well, and what was said
    bad_since         the first of those that failed since `last_good`
    """

    __tablename__ = "core_erp_contact"

    system: Mapped[str] = mapped_column(String(30), primary_key=True)
    first_good: Mapped[datetime | None]
    last_good: Mapped[datetime | None]
    last_bad: Mapped[datetime | None]
    bad_since: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(500), default="")


class LineBreak(Identified, Base):
    """A time in which the line to an ERP was not up; written when it is over, kept for a week.

    slow_at   when it began to be slow
    down_at   when it was down; None: it never was
    """

    __tablename__ = "core_erp_break"
    __table_args__ = (Index("ix_core_erp_break_system_ended_at", "system", "ended_at"),)

    system: Mapped[str] = mapped_column(String(30))
    slow_at: Mapped[datetime]
    down_at: Mapped[datetime | None]
    ended_at: Mapped[datetime]


class LiveAnswer(CompanyOwned, Base):
    """What the ERP said of a product when somebody was about to order it: the last answer under each contract.

    quantity              base units that were asked for
    price, free           None: it did not say
    known, withdrawn, plain   as in `LineAnswer`
    """

    __tablename__ = "core_live_answer"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("contract_id", "product_id"),
        within("contract_id", "core_contract", "CASCADE"),
    )

    contract_id: Mapped[UUID]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"))
    quantity: Mapped[measure]
    price: Mapped[unit_price | None]
    free: Mapped[measure | None]
    known: Mapped[bool] = mapped_column(default=True)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    plain: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(index=True)


class Handover(CompanyOwned, Base):
    """An order on its way to the ERP: the record of what is owed.

    state   waiting (not yet given), offered (given, not confirmed), taken (the ERP confirmed this very order), refused (a person decides)
    batch   which exchange it was offered in; only that one can confirm it
    """

    __tablename__ = "core_handover"
    __table_args__ = (
        UniqueConstraint("order_id"),
        within("order_id", "core_order", "CASCADE"),
        Index("ix_core_handover_state", "state", "created_at"),
    )

    order_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    batch: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(1000), default="")
    ref: Mapped[str] = mapped_column(String(200), default="")


from b2bkit.core.erp import models_tasks  # noqa: E402, F401  (a table of the same domain)
