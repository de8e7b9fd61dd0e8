"""What prices are made of: a contract's terms and the steps of a price type, each read in one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from b2bkit.core.accounts.models import Contract
from b2bkit.core.db.plan import DIALECTS, one_of
from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import Quote
from b2bkit.core.pricing.models import Price, PriceType
from b2bkit.core.work import Work


class Terms(NamedTuple):
    """Under which prices a contract buys. `price_type_id` is None when the contract names none, or one that is switched off."""

    contract_id: UUID
    number: str
    currency: str
    price_type_id: UUID | None
    price_type: str | None
    price_currency: str | None
    vat_included: bool | None


class PriceRow(NamedTuple):
    """A price per base unit from `min_quantity` base units on."""

    product_id: UUID
    min_quantity: Decimal
    value: Decimal


Ladder = tuple[PriceRow, ...]  # of one product, lowest quantity first
Ladders = Mapping[UUID, Ladder]


class LivePrice(Protocol):
    """What the ERP said of a product's price a moment ago, for `quantity` base units. `plain`: the price of the smallest quantity."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def price(self) -> Decimal | None: ...
    @property
    def withdrawn(self) -> bool: ...
    @property
    def plain(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class LoadedQuote(Quote):
    """A quote that carries what the core's steps have read: `ladders` of the products, None until then; `live`: what the ERP just said."""

    terms: Terms | None = field(default=None, kw_only=True)
    ladders: Ladders | None = field(default=None, kw_only=True)
    live: Mapping[UUID, LivePrice] = field(default_factory=dict, kw_only=True)


TERMS = (  # of the contract `contract_id`, in the order of the fields of Terms
    select(
        Contract.id,
        Contract.number,
        Contract.currency,
        PriceType.id,
        PriceType.name,
        PriceType.currency,
        PriceType.vat_included,
    )
    .outerjoin(PriceType, (PriceType.id == Contract.price_type_id) & PriceType.active)
    .where(Contract.id == bindparam("contract_id", type_=Uuid()))
)
_LADDERS = {
    dialect: select(Price.product_id, Price.min_quantity, Price.value)
    .where(Price.price_type_id == bindparam("price_type_id", type_=Uuid()), one_of(Price.product_id, "product_ids", dialect))
    .order_by(Price.product_id, Price.min_quantity)
    for dialect in DIALECTS
}


def terms_of(work: Work, contract_id: UUID) -> Terms:
    """The terms of a contract that the actor may see; raises NotFound for any other."""
    found = work.session.rows(TERMS, {"contract_id": contract_id})
    if not found:
        raise NotFound("contract")
    return Terms._make(found[0])


def session_terms(work: Work) -> Terms | None:
    """The terms of the contract that the actor works under; None without one, or when it is gone."""
    if work.actor.contract_id is None:
        return None
    try:
        return terms_of(work, work.actor.contract_id)
    except NotFound:
        return None


def by_product(rows: Collection[PriceRow]) -> dict[UUID, Ladder]:
    """Rows in the order of their quantities -> the ladder of each product."""
    gathered: dict[UUID, list[PriceRow]] = {}
    for row in rows:
        gathered.setdefault(row.product_id, []).append(row)
    return {product_id: tuple(steps) for product_id, steps in gathered.items()}


def ladders_of(work: Work, price_type_id: UUID | None, product_ids: Collection[UUID]) -> Ladders:
    """The prices of these products in a price type; nothing for those that have none."""
    if price_type_id is None or not product_ids:
        return {}
    values = {"price_type_id": price_type_id, "product_ids": list(dict.fromkeys(product_ids))}
    rows = work.session.rows(_LADDERS[work.session.dialect], values)
    return by_product([PriceRow._make(row) for row in rows])


def step_at(ladder: Ladder, quantity: Decimal) -> PriceRow | None:
    """The step with the highest quantity that `quantity` reaches."""
    return next((step for step in reversed(ladder) if step.min_quantity <= quantity), None)
