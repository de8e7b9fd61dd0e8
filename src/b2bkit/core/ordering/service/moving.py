"""Carts of one person under several contracts: what lies in the others, and taking a cart along to another contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select

from b2bkit.core.accounts import companies
from b2bkit.core.accounts.models import Contract, LegalEntity
from b2bkit.core.errors import NotFound
from b2bkit.core.ordering.models import Cart, CartLine
from b2bkit.core.ordering.service import cart as carts
from b2bkit.core.ordering.service import filling
from b2bkit.core.ordering.service.contract import terms_of
from b2bkit.core.work import Work


class OtherCart(NamedTuple):
    """A cart under another contract. `total` with VAT, as it was last seen."""

    contract_id: UUID
    number: str
    legal_entity: str
    currency: str
    lines: int
    total: Decimal | None


_OTHERS = (
    select(Cart.contract_id, Contract.number, LegalEntity.name, Contract.currency, func.count(CartLine.id), func.max(Cart.total))
    .select_from(Cart)
    .join(CartLine, CartLine.cart_id == Cart.id)
    .join(Contract, Contract.id == Cart.contract_id)
    .join(LegalEntity, LegalEntity.id == Contract.legal_entity_id)
    .group_by(Cart.contract_id, Contract.number, LegalEntity.name, Contract.currency)
    .order_by(LegalEntity.name, Contract.number)
)


def other_carts(work: Work) -> Sequence[OtherCart]:
    """The actor's filled carts under other contracts of the company; one statement."""
    mine = (Cart.user_id == work.actor.user_id, Cart.contract_id != work.actor.contract_id, Contract.active.is_(True))
    return [OtherCart._make(row) for row in work.session.execute(_OTHERS.where(*mine))]


def move(work: Work, *, contract_id: UUID) -> int:
    """Puts what is in the cart into the cart under another contract of the company, at the prices of now, and works under it from here on.

    Returns how many lines the other contract does not sell: they stay where they are. NotFound for a contract of somebody else, or a
    closed one; Refused when the other cart cannot hold so much.
    """
    terms = carts.require_terms(work)
    other = terms_of(work, contract_id)
    if other is None or other.company_id != work.actor.company_id or not other.open:
        raise NotFound("contract")
    if contract_id == terms.contract_id:
        return 0
    cart = carts.find(work, terms)
    lines = carts.view_under(work, terms).lines
    asked = [filling.Asked(line.product_id, line.unit, line.quantity, line.base_quantity) for line in lines]
    companies.switch(work, choice_id=contract_id)
    work.actor = replace(work.actor, contract_id=contract_id)
    _shown, left = filling.add_lines(work, asked) if asked else (None, [])
    stays = {(one.product_id, one.unit) for one in left}
    moved = [line.line_id for line in lines if (line.product_id, line.unit) not in stays]
    if cart is not None and moved:
        carts.take(work, cart.id, None)
        work.session.execute(delete(CartLine).where(CartLine.id.in_(moved)), execution_options={"synchronize_session": False})
    return len(left)
