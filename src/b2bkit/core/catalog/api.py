"""The catalogue as JSON: products with stock and prices, one product, the tree of categories. Decimals are strings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from b2bkit.core.catalog.attributes import texts_of
from b2bkit.core.catalog.cursor import Sort
from b2bkit.core.catalog.facets.api import NarrowQuery, chosen_by
from b2bkit.core.catalog.facets.browse import found_products
from b2bkit.core.catalog.goods import Good
from b2bkit.core.catalog.listing import MOST, PAGE, ListQuery, list_products
from b2bkit.core.catalog.product import ProductDetails, product_details
from b2bkit.core.catalog.tree import category_tree
from b2bkit.core.extend.things import Operation
from b2bkit.core.web.handling import read_query, ready, reply, work_of

Number = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="A decimal number as text.")]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PackagingOut(_Closed):
    """A unit besides the base unit; `factor` base units make one (1C: Упаковка)."""

    name: str
    factor: Number


class WarehouseStockOut(_Closed):
    """What is free in a warehouse, in base units (1C: Склад)."""

    warehouse: str
    quantity: Number


class StockOut(_Closed):
    """Stock in base units; `as_of` is when the ERP last told it, null when it never did."""

    total: Number
    as_of: datetime | None
    warehouses: list[WarehouseStockOut]


class VolumePriceOut(_Closed):
    """The price of one base unit from `min_quantity` base units on."""

    min_quantity: Number
    price: Number


class PriceOut(_Closed):
    """Prices under the contract of the session. `price` is that of the least order; it is null when the price is on request."""

    price: Number | None
    currency: str
    vat_included: bool
    steps: list[VolumePriceOut]


class ProductOut(_Closed):
    """A product (1C: Номенклатура). Quantities are in its base unit `unit`."""

    id: UUID
    article: str
    name: str
    category_id: UUID | None
    unit: str
    minimum: Number
    multiple: Number
    vat_rate: Number | None
    producer: str
    packagings: list[PackagingOut]
    stock: StockOut
    price: PriceOut


class ProductsOut(_Closed):
    """A page of products; `next` and `previous` go into `cursor`, null at the ends."""

    items: list[ProductOut]
    next: str | None
    previous: str | None


class ProductDetailsOut(ProductOut):
    """A product with its description and attributes (name and value as the ERP has them)."""

    full_name: str
    description: str
    barcode: str
    attributes: dict[str, str]


class CategoryOut(_Closed):
    """A category with the number of visible products in it and below."""

    id: UUID
    parent_id: UUID | None
    name: str
    products: int


class CategoriesOut(_Closed):
    """Categories that hold something for this person, each followed by what is below it."""

    items: list[CategoryOut]


class ProductsQuery(NarrowQuery):
    """What to list."""

    sort: Sort = "name"
    cursor: str | None = Field(None, max_length=4000, description="`next` or `previous` of another page.")
    limit: int = Field(PAGE, ge=1, le=MOST)


LIST = {"GET": Operation(summary="List products with stock and prices", query=ProductsQuery, answer=ProductsOut, errors=(422,))}
ONE = {"GET": Operation(summary="Read a product", answer=ProductDetailsOut)}
TREE = {"GET": Operation(summary="List categories with counts", answer=CategoriesOut)}


def product_json(good: Good) -> dict[str, object]:
    """A product in the form of `ProductOut`, made by hand: lists are what programs ask for most. Ids and moments are left to orjson."""
    row, table = good.row, good.table
    least = table.at(row.minimum)
    return {
        "id": row.id,
        "article": row.article,
        "name": row.name,
        "category_id": row.category_id,
        "unit": row.unit,
        "minimum": str(row.minimum),
        "multiple": str(row.multiple),
        "vat_rate": str(row.vat_rate) if row.vat_rate is not None else None,
        "producer": row.producer,
        "packagings": [{"name": pack.name, "factor": str(pack.factor)} for pack in good.rules.packs],
        "stock": {
            "total": str(good.available),
            "as_of": good.stock_as_of,
            "warehouses": [{"warehouse": found.warehouse, "quantity": str(found.quantity)} for found in good.stock],
        },
        "price": {
            "price": str(least.price) if least else None,
            "currency": table.currency,
            "vat_included": table.vat_included,
            "steps": [{"min_quantity": str(step.min_quantity), "price": str(step.price)} for step in table.steps],
        },
    }


def details_json(details: ProductDetails) -> dict[str, object]:
    """A product in the form of `ProductDetailsOut`."""
    return {
        **product_json(details.good),
        "full_name": details.full_name,
        "description": details.description,
        "barcode": details.barcode,
        "attributes": {name: ", ".join(texts_of(value)) for name, value in details.good.row.attributes.items()},
    }


class Products:
    """`/api/v1/products`."""

    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, ProductsQuery)
        work, asked = work_of(req), ListQuery(q=query.q, category=query.category, sort=query.sort, cursor=query.cursor, limit=query.limit)
        chosen = chosen_by(work, query)
        page = found_products(work, asked, chosen) if chosen else list_products(work, asked)
        items = page.goods.once("json", lambda goods: ready(product_json(good) for good in goods))
        reply(req, resp, {"items": items, "next": page.next, "previous": page.previous})


class Product:
    """`/api/v1/products/{id}`."""

    def on_get(self, req: Request, resp: Response, product_id: UUID) -> None:
        reply(req, resp, details_json(product_details(work_of(req), product_id=product_id)))


class Categories:
    """`/api/v1/categories`."""

    def on_get(self, req: Request, resp: Response) -> None:
        groups = category_tree(work_of(req)).groups
        items = [
            {
                "id": str(group.id),
                "parent_id": str(group.parent_id) if group.parent_id else None,
                "name": group.name,
                "products": group.total,
            }
            for group in groups
        ]
        reply(req, resp, {"items": items})
