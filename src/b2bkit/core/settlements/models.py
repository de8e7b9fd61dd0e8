"""Tables of money and papers as the ERP last told them. Nothing here is decided by the portal."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, amount, currency, quantity, title, unit_price, within
from b2bkit.core.db.types import Amount


def _parties() -> tuple[ForeignKeyConstraint, ...]:
    return within("legal_entity_id", "core_legal_entity", "CASCADE"), within("contract_id", "core_contract")


class Terms(CompanyOwned, Base):
    """Terms of payment under a contract (1C: ДоговорыКонтрагентов, СоглашенияСКлиентами).

    credit_limit   debt that is allowed, in the contract's currency; None: 1C sets no limit
    stops_overdue  overdue debt stops new orders
    prepayment     percent to be paid before shipment; None: not told
    """

    __tablename__ = "core_terms"
    __table_args__ = (
        UniqueConstraint("contract_id"),
        UniqueConstraint("company_id", "id"),
        within("contract_id", "core_contract", "CASCADE"),
    )

    contract_id: Mapped[UUID]
    name: Mapped[title] = mapped_column(default="")
    valid_until: Mapped[date | None]
    credit_limit: Mapped[Decimal | None] = mapped_column(Amount)
    stops_overdue: Mapped[bool] = mapped_column(default=False)
    prepayment: Mapped[Decimal | None] = mapped_column(Amount)
    as_of: Mapped[datetime]


class ContactPerson(CompanyOwned, Base):
    """Somebody at the client's whom the supplier knows (1C: КонтактныеЛицаПартнеров); not a user of the portal."""

    __tablename__ = "core_contact_person"
    __table_args__ = (UniqueConstraint("company_id", "id"),)

    name: Mapped[title]
    position: Mapped[title] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(String(100), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    active: Mapped[bool] = mapped_column(default=True)


class Settlement(CompanyOwned, Base):
    """What one legal entity owes or has paid in advance, per contract and currency (1C: РасчетыСКлиентами).

    place   says which settlement it is: legal entity, contract or none, currency; one row for each
    """

    __tablename__ = "core_settlement"
    __table_args__ = (UniqueConstraint("place"), UniqueConstraint("company_id", "id"), *_parties())

    place: Mapped[str] = mapped_column(String(100))
    legal_entity_id: Mapped[UUID] = mapped_column(index=True)
    contract_id: Mapped[UUID | None]
    currency: Mapped[currency]
    debt: Mapped[amount]
    overdue: Mapped[amount]
    prepaid: Mapped[amount]
    as_of: Mapped[datetime]


class Due(CompanyOwned, Base):
    """A payment that the supplier expects (1C: РасчетыСКлиентамиПланОплат).

    place   says which one it is: legal entity, contract, deal, day, currency
    deal    the order or shipment it is for, as 1C names it; order_id when it is an order that the portal knows
    """

    __tablename__ = "core_due"
    __table_args__ = (
        UniqueConstraint("place"),
        UniqueConstraint("company_id", "id"),
        *_parties(),
        within("order_id", "core_order"),
        Index("ix_core_due_company_day", "company_id", "due_on"),
    )

    place: Mapped[str] = mapped_column(String(400))
    legal_entity_id: Mapped[UUID] = mapped_column(index=True)
    contract_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    deal: Mapped[title] = mapped_column(default="")
    due_on: Mapped[date]
    amount: Mapped[amount]
    currency: Mapped[currency]
    as_of: Mapped[datetime]


class Paper(CompanyOwned, Base):
    """A document that the supplier made out (1C: СчетНаОплатуКлиенту, РеализацияТоваровУслуг, СчетФактураВыданный, Сверка...).

    kind     invoice, shipment, tax_invoice, act, correction, reconciliation, other
    version  of the ERP's object (1C: DataVersion); versions are equal or not, their order says nothing
    active   False: unposted or deleted there, the client does not see it
    """

    __tablename__ = "core_paper"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        *_parties(),
        within("order_id", "core_order"),
        Index("ix_core_paper_company_on", "company_id", "on"),
        Index("ix_core_paper_order", "order_id"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(50))
    on: Mapped[date]
    legal_entity_id: Mapped[UUID] = mapped_column(index=True)
    contract_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    currency: Mapped[currency]
    total: Mapped[amount]
    vat: Mapped[amount]
    due_on: Mapped[date | None]
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(100), default="")
    version: Mapped[str] = mapped_column(String(50), default="")
    active: Mapped[bool] = mapped_column(default=True)
    as_of: Mapped[datetime]


class PaperLine(CompanyOwned, Base):
    """A line of a paper; sums are of the whole line."""

    __tablename__ = "core_paper_line"
    __table_args__ = (
        UniqueConstraint("paper_id", "position"),
        within("paper_id", "core_paper", "CASCADE"),
    )

    paper_id: Mapped[UUID]
    position: Mapped[int]
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_product.id", ondelete="SET NULL"))
    name: Mapped[title]
    unit: Mapped[str] = mapped_column(String(50), default="")
    quantity: Mapped[quantity]
    price: Mapped[unit_price]
    total: Mapped[amount]
    vat: Mapped[amount]
    vat_rate: Mapped[Decimal | None] = mapped_column(Amount)
