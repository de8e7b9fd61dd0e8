"""Tables of carts and orders."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, amount, currency, factor, title, unit_price, within
from b2bkit.core.db.base import quantity as measure


class Cart(CompanyOwned, Base):
    """What a person is about to order under one contract.

    version   grows with each change: two tabs notice each other
    total     with VAT, as the person last saw it; None while a line has no price
    """

    __tablename__ = "core_cart"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        UniqueConstraint("company_id", "user_id", "id"),
        UniqueConstraint("user_id", "contract_id"),
        within("contract_id", "core_contract", "CASCADE"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"))
    contract_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(default=0)
    total: Mapped[amount | None]
    updated_at: Mapped[datetime]


class CartLine(CompanyOwned, Base):
    """A product in a cart. `quantity` is in `unit`, `base_quantity` the same in base units; kept as typed, also when it breaks a rule.

    seen_price   per base unit, what the buyer saw when he put it in or accepted it; None: there was no price
    seen_free    base units that were free then; None: nobody had told
    """

    __tablename__ = "core_cart_line"
    __table_args__ = (
        UniqueConstraint("cart_id", "product_id", "unit"),
        ForeignKeyConstraint(
            ["company_id", "user_id", "cart_id"], ["core_cart.company_id", "core_cart.user_id", "core_cart.id"], ondelete="CASCADE"
        ),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("base_quantity > 0", name="base_quantity"),
    )

    user_id: Mapped[UUID]
    cart_id: Mapped[UUID] = mapped_column(index=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"))
    unit: Mapped[str] = mapped_column(String(50))
    quantity: Mapped[measure]
    base_quantity: Mapped[measure]
    seen_price: Mapped[unit_price | None]
    seen_free: Mapped[measure | None]
    position: Mapped[int]


class OrderNumber(Base):
    """Hands out order numbers: one row each, so that two orders never wait for the same counter."""

    __tablename__ = "core_order_number"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


class Order(CompanyOwned, Base):
    """An order (1C: Заказ клиента). Prices, sums and the delivery address are frozen when it is placed.

    source       portal: placed here; erp: came from the ERP as history
    status       placed, confirmed, ready, shipped, closed, cancelled: compare-and-set along ordering.service.STATUS_GRAPH
    erp_state    none (nothing is owed: no ERP, or it came from there), waiting, offered, taken, posted, refused
    erp_version  of the last status that the ERP sent; an older one is ignored
    contract_id  None only for an order from the ERP that names no contract
    consignee_id who receives the goods, where it is another legal entity than the one that buys (1C: Грузополучатель)
    checked_at   when the ERP said prices and stock of its lines before it was placed; None: it was silent, or nobody asked
    archived_at  when the client's people took it out of their list; staff see it all the same
    cancel_asked_at  when the client asked to cancel an order that the ERP has; the ERP decides
    """

    __tablename__ = "core_order"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        within("legal_entity_id", "core_legal_entity"),
        within("contract_id", "core_contract"),
        within("consignee_id", "core_legal_entity"),
        Index("ix_core_order_company_placed", "company_id", "placed_at"),
        # numbers of the ERP begin anew each year
        Index(
            "uq_core_order_number",
            "number",
            unique=True,
            postgresql_where=text("source = 'portal'"),
            sqlite_where=text("source = 'portal'"),
        ),
        CheckConstraint("total >= 0", name="total"),
    )

    source: Mapped[str] = mapped_column(String(10), default="portal")
    number: Mapped[str] = mapped_column(String(40), index=True)
    legal_entity_id: Mapped[UUID]
    contract_id: Mapped[UUID | None]
    consignee_id: Mapped[UUID | None]
    placed_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    placed_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(1000), default="")
    comment: Mapped[str] = mapped_column(String(3000), default="")
    wanted_on: Mapped[date | None]
    currency: Mapped[currency]
    net: Mapped[amount]
    vat: Mapped[amount]
    total: Mapped[amount]
    paid: Mapped[bool] = mapped_column(default=False)
    erp_state: Mapped[str] = mapped_column(String(20), default="waiting", index=True)
    erp_number: Mapped[str] = mapped_column(String(40), default="")
    erp_version: Mapped[str] = mapped_column(String(40), default="")
    erp_as_of: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]


class OrderLine(CompanyOwned, Base):
    """A line of an order as it was placed. `price` per base unit (with VAT if `vat_included`), `explanation` says why;
    sums are rounded per line.

    A line that came from the ERP may name goods that the portal does not know: then `product_id` is None.
    """

    __tablename__ = "core_order_line"
    __table_args__ = (
        within("order_id", "core_order", "CASCADE"),
        UniqueConstraint("order_id", "product_id", "unit", "price"),  # the ERP may split a product by price, the portal never does
        CheckConstraint("quantity > 0", name="quantity"),
        # orders that hold an article, by its beginning
        Index("ix_core_order_line_article", "article", postgresql_ops={"article": "varchar_pattern_ops"}),
    )

    order_id: Mapped[UUID]
    position: Mapped[int]
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_product.id", ondelete="SET NULL"), index=True)
    article: Mapped[str] = mapped_column(String(100), default="")
    name: Mapped[title]
    unit: Mapped[str] = mapped_column(String(50))
    factor: Mapped[factor]
    quantity: Mapped[measure]
    base_unit: Mapped[str] = mapped_column(String(50))
    base_unit_code: Mapped[str] = mapped_column(String(10), default="")  # ОКЕИ, as the product had it
    base_quantity: Mapped[measure]
    price: Mapped[unit_price]
    vat_included: Mapped[bool] = mapped_column(default=False)
    vat_rate: Mapped[measure | None]
    net: Mapped[amount]
    vat: Mapped[amount]
    total: Mapped[amount]
    explanation: Mapped[list[dict[str, Any]]] = mapped_column(default=list)

    @property
    def unit_price(self) -> Decimal:
        """Price of one ordered unit (not of a base unit)."""
        return self.price * self.factor


class OrderEvent(CompanyOwned, Base):
    """A step in an order's life, for its timeline: `kind` is a status, an erp_state or `paid`.

    exact   False: the ERP told the day alone, no time of day is known
    """

    __tablename__ = "core_order_event"
    __table_args__ = (within("order_id", "core_order", "CASCADE"),)

    order_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]
    exact: Mapped[bool] = mapped_column(default=True)
    actor: Mapped[title] = mapped_column(default="")
    note: Mapped[str] = mapped_column(String(1000), default="")


class SavedCart(CompanyOwned, Base):
    """A cart that was put aside under a name.

    kind     draft: goes back into the cart once; template: is ordered from again and again
    shared   True: the whole company's; False: the person's own
    """

    __tablename__ = "core_saved_cart"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        CheckConstraint("kind in ('draft', 'template')", name="kind"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[title]
    shared: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SavedCartLine(CompanyOwned, Base):
    """An amount of a product in a cart that was put aside; no price is kept, that of the day on which it is ordered applies."""

    __tablename__ = "core_saved_cart_line"
    __table_args__ = (
        UniqueConstraint("saved_cart_id", "product_id", "unit"),
        within("saved_cart_id", "core_saved_cart", "CASCADE"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("base_quantity > 0", name="base_quantity"),
    )

    saved_cart_id: Mapped[UUID]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"))
    unit: Mapped[str] = mapped_column(String(50))
    quantity: Mapped[measure]
    base_quantity: Mapped[measure]
    position: Mapped[int]
