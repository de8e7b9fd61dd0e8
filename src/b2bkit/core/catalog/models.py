"""Tables of the catalogue."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.catalog.saved.models import SavedFilter as SavedFilter
from b2bkit.core.catalog.search import MAX_TEXT
from b2bkit.core.catalog.words.models import CatalogMark as CatalogMark
from b2bkit.core.catalog.words.models import CatalogWord as CatalogWord
from b2bkit.core.db.base import Base, Identified, factor, quantity, title


def _by_codepoint(length: int) -> String:
    """Text that both databases sort alike."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Category(Identified, Base):
    """A group of products (1C: группа справочника Номенклатура, Классификатор/Группы in CommerceML)."""

    __tablename__ = "core_category"

    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_category.id", ondelete="SET NULL"), index=True)
    name: Mapped[title]
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class CategoryClosure(Base):
    """Every category with each of its ancestors and itself: what a contract opens reaches everything below."""

    __tablename__ = "core_category_closure"

    ancestor_id: Mapped[UUID] = mapped_column(ForeignKey("core_category.id", ondelete="CASCADE"), primary_key=True)
    descendant_id: Mapped[UUID] = mapped_column(ForeignKey("core_category.id", ondelete="CASCADE"), primary_key=True, index=True)
    depth: Mapped[int]


class Product(Identified, Base):
    """A product (1C: Номенклатура, with Характеристика when it has variants). Quantities are in its base unit.

    minimum, multiple   the least amount and the step in base units; packagings may ask for more
    unit_code           the base unit's code in the classifier ОКЕИ, as the ERP has it; "": the ERP told none
    attributes          name -> value, or a list of values; `AttributeValue` holds the same for filters, written by `attributes.keep_values`
    search_text         made by `catalog.service.search_text`, whenever a field of it changes: products are found and sorted by it
    """

    __tablename__ = "core_product"
    __table_args__ = (
        CheckConstraint("minimum > 0", name="minimum"),
        CheckConstraint("multiple > 0", name="multiple"),
        Index("ix_core_product_category_id", "category_id"),
        Index("ix_core_product_by_name", "search_text", "id"),
        Index("ix_core_product_by_article", "article", "id"),
    )

    article: Mapped[str] = mapped_column(_by_codepoint(100), default="")
    name: Mapped[title]
    full_name: Mapped[str] = mapped_column(String(1100), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_category.id", ondelete="SET NULL"))
    unit: Mapped[str] = mapped_column(String(50))
    unit_code: Mapped[str] = mapped_column(String(10), default="")
    vat_rate: Mapped[quantity | None]  # percent; None: without VAT
    minimum: Mapped[quantity]
    multiple: Mapped[quantity]
    producer: Mapped[title] = mapped_column(default="")
    barcode: Mapped[str] = mapped_column(String(50), default="")
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    search_text: Mapped[str] = mapped_column(_by_codepoint(MAX_TEXT), default="")
    active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime]


class Packaging(Identified, Base):
    """A unit in which a product can be ordered besides its base unit (1C: Упаковка): a bag of 25 kg, a pallet, a big bag."""

    __tablename__ = "core_packaging"
    __table_args__ = (UniqueConstraint("product_id", "name"), CheckConstraint("factor > 0", name="factor"))

    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(50))
    factor: Mapped[factor]  # base units in one
    position: Mapped[int] = mapped_column(default=0)


class Attribute(Identified, Base):
    """A property of products (1C: ДополнительныеРеквизиты, Свойство of CommerceML; Характеристика where variants differ in it).

    name        as the ERP has it, unit included: `ПТР, г/10 мин`; the key of `Product.attributes`
    kind        text, number, flag or choice (of a reference book)
    unit        of a number, as the ERP has it; ""
    position    its place among the attributes
    in_list, in_product, in_filter   where it is shown: in a row of the list, on the product's page, among the filters
    """

    __tablename__ = "core_attribute"

    name: Mapped[title] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(10), default="text")
    unit: Mapped[str] = mapped_column(String(50), default="")
    position: Mapped[int] = mapped_column(default=0)
    in_list: Mapped[bool] = mapped_column(default=False)
    in_product: Mapped[bool] = mapped_column(default=True)
    in_filter: Mapped[bool] = mapped_column(default=False)


class AttributeValue(Base):
    """A value of an attribute of a product (1C: ЗначенияСвойств); one with several values has as many rows, numbered from 0.

    text     as the ERP has it, cut to what fits; of a choice the words of the reference book
    number   of a number exactly, of a flag 1 or 0; None when the text is none
    """

    __tablename__ = "core_attribute_value"
    __table_args__ = (Index("ix_core_attribute_value_by_text", "attribute_id", "text"),)

    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"), primary_key=True)
    attribute_id: Mapped[UUID] = mapped_column(ForeignKey("core_attribute.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0, primary_key=True, autoincrement=False)
    text: Mapped[title]
    number: Mapped[factor | None]


class ProductVariant(Base):
    """A product that is one of several variants of the same goods (1C: ХарактеристикаНоменклатуры).

    family_id   the same for all of a family, an id of nothing else
    """

    __tablename__ = "core_product_variant"

    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"), primary_key=True)
    family_id: Mapped[UUID] = mapped_column(index=True)


class Analogue(Base):
    """Two products of which one may be taken in place of the other (1C: Аналоги номенклатуры); it holds both ways, so it is kept once,
    with the smaller id first.
    """

    __tablename__ = "core_analogue"

    first_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"), primary_key=True, index=True)
    added_at: Mapped[datetime]


class Warehouse(Identified, Base):
    """A place that holds stock (1C: Склад)."""

    __tablename__ = "core_warehouse"

    name: Mapped[title]
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Stock(Base):
    """What is free to order of a product in a warehouse, in base units, as the ERP said at `as_of`."""

    __tablename__ = "core_stock"

    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"), primary_key=True)
    warehouse_id: Mapped[UUID] = mapped_column(ForeignKey("core_warehouse.id", ondelete="CASCADE"), primary_key=True)
    quantity: Mapped[quantity]
    as_of: Mapped[datetime]
