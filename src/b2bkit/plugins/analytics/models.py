"""Tables of analytics: figures by day. Whatever stands here is reckoned from orders, sessions and carts, and can be reckoned again."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, Identified, amount, currency, quantity, title, within


class AnalyticsDay(CompanyOwned, Base):
    """Orders of a day of one legal entity under one contract, placed by one person, in one currency.

    day        of the portal's time zone
    place      says which row of the day it is
    person_id  who placed them; None: the ERP brought them
    orders     without cancelled ones, which `cancelled` counts
    by_hand    those of `orders` in which somebody of the supplier had a hand
    total      with VAT, of `orders`
    known      the part of `total` of which the list price is known
    listed     what that part would have cost at the list price; never less than it cost
    """

    __tablename__ = "analytics_day"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("company_id", "day", "place"),
        within("legal_entity_id", "core_legal_entity", "CASCADE"),
        within("contract_id", "core_contract", "CASCADE"),
        Index("ix_analytics_day_day", "day"),
    )

    day: Mapped[date]
    place: Mapped[str] = mapped_column(String(200))
    legal_entity_id: Mapped[UUID]
    contract_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    currency: Mapped[currency]
    orders: Mapped[int]
    by_hand: Mapped[int]
    cancelled: Mapped[int]
    total: Mapped[amount]
    known: Mapped[amount]
    listed: Mapped[amount]


class AnalyticsGoods(CompanyOwned, Base):
    """A product in the orders of a day, parted as `AnalyticsDay` is. `quantity` in `unit`, the product's base unit.

    product_id  None for goods that the portal does not know; `name` is that of the order's line
    """

    __tablename__ = "analytics_goods"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("company_id", "day", "place"),
        within("legal_entity_id", "core_legal_entity", "CASCADE"),
        within("contract_id", "core_contract", "CASCADE"),
    )

    day: Mapped[date]
    place: Mapped[str] = mapped_column(String(500))
    legal_entity_id: Mapped[UUID]
    contract_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_product.id", ondelete="SET NULL"), index=True)
    article: Mapped[str] = mapped_column(String(100), default="")
    name: Mapped[title]
    unit: Mapped[str] = mapped_column(String(50))
    currency: Mapped[currency]
    quantity: Mapped[quantity]
    total: Mapped[amount]
    known: Mapped[amount]
    listed: Mapped[amount]


class AnalyticsPeople(CompanyOwned, Base):
    """How many people of a client were in the portal on a day, how many filled a cart, how many placed an order."""

    __tablename__ = "analytics_people"
    __table_args__ = (UniqueConstraint("company_id", "id"), UniqueConstraint("company_id", "day"), Index("ix_analytics_people_day", "day"))

    day: Mapped[date]
    came: Mapped[int]
    filled: Mapped[int]
    ordered: Mapped[int]


class AnalyticsVisit(CompanyOwned, Base):
    """That a person was there on a day, kept for the few days in which the day may still be counted anew."""

    __tablename__ = "analytics_visit"
    __table_args__ = (UniqueConstraint("company_id", "id"), UniqueConstraint("company_id", "day", "user_id"))

    day: Mapped[date] = mapped_column(index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    filled: Mapped[bool] = mapped_column(default=False)
    ordered: Mapped[bool] = mapped_column(default=False)


class AnalyticsStale(CompanyOwned, Base):
    """A day of a client that has to be reckoned again. One day may stand here several times: adding a row never waits for another."""

    __tablename__ = "analytics_stale"
    __table_args__ = (UniqueConstraint("company_id", "id"),)

    day: Mapped[date]


class AnalyticsSearch(Identified, Base):
    """How often words were searched for on a day by clients, and how often that found something. Whose words they were is not kept."""

    __tablename__ = "analytics_search"
    __table_args__ = (UniqueConstraint("day", "words"),)

    day: Mapped[date]
    words: Mapped[str] = mapped_column(String(100))
    found: Mapped[int]
    missed: Mapped[int]


class AnalyticsMark(Base):
    """Up to when something was looked through: `orders`, the news of the ERP about orders."""

    __tablename__ = "analytics_mark"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
