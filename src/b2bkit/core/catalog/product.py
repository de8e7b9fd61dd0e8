"""A single product, and several by their ids: what is not visible is not there."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, select

from b2bkit.core.catalog.goods import PRODUCT_COLUMNS, Good, ProductRow, good_with_path, goods_of
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.visibility import prepared
from b2bkit.core.db.plan import one_of
from b2bkit.core.errors import NotFound
from b2bkit.core.pricing.terms import Terms, session_terms, terms_of
from b2bkit.core.work import Work

_Statement = Select[*tuple[object, ...]]


class Crumb(NamedTuple):
    """A category above a product."""

    id: UUID
    name: str


class ProductDetails(NamedTuple):
    """A product's page. `id` is the product's, for the widgets of the slot `product`."""

    id: UUID
    good: Good
    full_name: str
    description: str
    barcode: str
    path: tuple[Crumb, ...]
    terms: Terms | None


def _one(criterion: ColumnElement[bool]) -> _Statement:
    columns = (*PRODUCT_COLUMNS, Product.full_name, Product.description, Product.barcode)
    return select(*columns).where(criterion, Product.id == bindparam("product_id", type_=Uuid()))


def product_details(work: Work, *, product_id: UUID, contract_id: UUID | None = None) -> ProductDetails:
    """A product that the actor may see, with its prices under the session's contract, or another that the actor may see: three statements.

    Raises NotFound for a product that is not visible and for a foreign contract.
    """
    statement, values = prepared(work, "one", _one)
    found = work.session.rows(statement, {**values, "product_id": product_id})
    if not found:
        raise NotFound("product")
    *known_values, full_name, description, barcode = found[0]
    known = ProductRow._make(known_values)
    terms = session_terms(work) if contract_id is None else terms_of(work, contract_id)
    good, path = good_with_path(work, known, terms)
    return ProductDetails(known.id, good, str(full_name), str(description), str(barcode), tuple(map(Crumb._make, path)), terms)


def _several(dialect: str, criterion: ColumnElement[bool]) -> _Statement:
    return select(*PRODUCT_COLUMNS).where(criterion, one_of(Product.id, "product_ids", dialect))


def rows_of(work: Work, product_ids: Collection[UUID]) -> list[ProductRow]:
    """Of these products those that the actor may see, in no order; one statement."""
    dialect = work.session.dialect
    statement, values = prepared(work, ("several", dialect), partial(_several, dialect))
    rows = work.session.rows(statement, {**values, "product_ids": list(dict.fromkeys(product_ids))})
    return [ProductRow._make(row) for row in rows]


def visible_goods(work: Work, product_ids: Collection[UUID], terms: Terms | None = None) -> dict[UUID, Good]:
    """Of these products those that the actor may see; with prices when `terms` are given. Two statements."""
    if not product_ids:
        return {}
    return {good.id: good for good in goods_of(work, rows_of(work, product_ids), terms)}
