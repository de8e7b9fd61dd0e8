"""How a price came about, for staff: the price list of a product, and the steps to its price under a client's contract."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from b2bkit.core.accounts.models import Company, Contract
from b2bkit.core.extend.things import Explanation
from b2bkit.core.pricing.models import Price, PriceType
from b2bkit.core.pricing.service import price_lines
from b2bkit.core.work import Work


class ContractChoice(NamedTuple):
    """A contract whose prices staff can look at."""

    id: UUID
    number: str
    company: str


class ListedPrice(NamedTuple):
    """A row of the price list of one product."""

    price_type: str
    currency: str
    vat_included: bool
    min_quantity: Decimal
    value: Decimal


_CONTRACTS = (
    select(Contract.id, Contract.number, Company.name)
    .join(Company, Company.id == Contract.company_id)
    .where(Contract.active)
    .order_by(Company.name, Contract.number)
)
_LISTED = (
    select(PriceType.name, PriceType.currency, PriceType.vat_included, Price.min_quantity, Price.value)
    .join(PriceType, PriceType.id == Price.price_type_id)
    .where(Price.product_id == bindparam("product_id", type_=Uuid()))
    .order_by(PriceType.name, PriceType.id, Price.min_quantity)
)


def contracts_to_explain(work: Work) -> list[ContractChoice]:
    """Contracts of the clients that this member of staff sees; raises Forbidden without `pricing.explain`."""
    work.require("pricing.explain")
    return [ContractChoice._make(row) for row in work.session.execute(_CONTRACTS)]


def listed_prices(work: Work, *, product_id: UUID) -> list[ListedPrice]:
    """The product's prices in every price type; raises Forbidden without `pricing.explain`."""
    work.require("pricing.explain")
    return [ListedPrice._make(row) for row in work.session.execute(_LISTED, {"product_id": product_id})]


def explain_price(work: Work, *, contract_id: UUID, product_id: UUID, quantity: Decimal) -> tuple[Explanation, ...]:
    """How the price of this quantity (base units) comes about, step by step; raises Forbidden without `pricing.explain`."""
    work.require("pricing.explain")
    (line,) = price_lines(work, contract_id, [(product_id, quantity)])
    return line.explanation
