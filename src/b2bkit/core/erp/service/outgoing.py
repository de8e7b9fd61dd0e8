"""What a gateway needs to write an order for the ERP, read in a handful of queries for a whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from b2bkit.core.accounts.models import Company, Contract, LegalEntity, User
from b2bkit.core.erp.service.refs import refs_for
from b2bkit.core.ordering.models import Order, OrderLine
from b2bkit.core.work import Work


class OutgoingParty(NamedTuple):
    """Who orders (1C: Контрагент); `ref` is the ERP's own reference, None while it has none of this one."""

    id: UUID
    ref: str | None
    name: str
    full_name: str
    tax_id: str
    tax_code: str
    address: str


class OutgoingLine(NamedTuple):
    """A line with frozen price. `price` is per base unit, without or with VAT as `vat_included` says; sums are of the whole line.

    `base_unit_code` is the base unit's code in the classifier ОКЕИ; "" when the ERP told none.
    """

    position: int
    product_id: UUID | None
    product_ref: str | None
    article: str
    name: str
    unit: str
    factor: Decimal
    quantity: Decimal
    base_unit: str
    base_quantity: Decimal
    price: Decimal
    vat_included: bool
    vat_rate: Decimal | None
    net: Decimal
    vat: Decimal
    total: Decimal
    base_unit_code: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingOrder:
    """An order on its way to the ERP (1C: Заказ клиента). `id` is the key under which the ERP must find a resent order again.

    cancelled   the client wants it no more: whether it is cancelled the ERP decides
    consignee   who receives the goods (1C: Грузополучатель), where it is not `party`
    """

    id: UUID
    ref: str | None
    number: str
    placed_at: datetime
    company: str
    company_ref: str | None
    party: OutgoingParty
    contract_number: str
    contract_ref: str | None
    currency: str
    net: Decimal
    vat: Decimal
    total: Decimal
    address: str
    comment: str
    wanted_on: date | None
    placed_by: str
    email: str
    cancelled: bool
    lines: Sequence[OutgoingLine]
    consignee: OutgoingParty | None = None


_Consignee = aliased(LegalEntity)
_ORDERS = (
    select(Order, LegalEntity, Company.name, Contract.number, User.name, User.email, _Consignee)
    .join(LegalEntity, LegalEntity.id == Order.legal_entity_id)
    .join(Company, Company.id == Order.company_id)
    .outerjoin(Contract, Contract.id == Order.contract_id)
    .outerjoin(User, User.id == Order.placed_by)
    .outerjoin(_Consignee, _Consignee.id == Order.consignee_id)
)


def outgoing(work: Work, order_ids: Sequence[UUID], *, system: str) -> list[OutgoingOrder]:
    """These orders in the order given, with the references by which `system` knows their parts. Absent ones are left out."""
    rows = {row[0].id: row for row in work.session.execute(_ORDERS.where(Order.id.in_(order_ids)))}
    lines: dict[UUID, list[OrderLine]] = {}
    for line in work.session.scalars(
        select(OrderLine).where(OrderLine.order_id.in_(order_ids)).order_by(OrderLine.order_id, OrderLine.position)
    ):
        lines.setdefault(line.order_id, []).append(line)
    refs = _Refs(work, system, [row[0] for row in rows.values()], [line for group in lines.values() for line in group])
    return [_outgoing(rows[id_], lines.get(id_, []), refs) for id_ in order_ids if id_ in rows]


def _entities(orders: Sequence[Order]) -> list[UUID]:
    return [id_ for order in orders for id_ in (order.legal_entity_id, order.consignee_id) if id_ is not None]


def _party(entity: LegalEntity, refs: _Refs) -> OutgoingParty:
    named = (entity.name, entity.full_name, entity.tax_id, entity.tax_code, entity.address)
    return OutgoingParty(entity.id, refs.entities.get(entity.id), *named)


class _Refs:
    """References of everything in a batch, one query a kind."""

    def __init__(self, work: Work, system: str, orders: Sequence[Order], lines: Sequence[OrderLine]) -> None:
        self.orders = refs_for(work, system=system, entity="order", ids=[order.id for order in orders])
        self.companies = refs_for(work, system=system, entity="company", ids=[order.company_id for order in orders])
        self.entities = refs_for(work, system=system, entity="legal_entity", ids=_entities(orders))
        self.contracts = refs_for(work, system=system, entity="contract", ids=[order.contract_id for order in orders if order.contract_id])
        self.products = refs_for(work, system=system, entity="product", ids=[line.product_id for line in lines if line.product_id])


def _outgoing(
    row: tuple[Order, LegalEntity, str, str | None, str | None, str | None, LegalEntity | None], lines: Sequence[OrderLine], refs: _Refs
) -> OutgoingOrder:
    order, entity, company, contract_number, placed_by, email, consignee = row
    return OutgoingOrder(
        id=order.id,
        ref=refs.orders.get(order.id),
        number=order.number,
        placed_at=order.placed_at,
        company=company,
        company_ref=refs.companies.get(order.company_id),
        party=_party(entity, refs),
        contract_number=contract_number or "",
        contract_ref=refs.contracts.get(order.contract_id) if order.contract_id else None,
        currency=order.currency,
        net=order.net,
        vat=order.vat,
        total=order.total,
        address=order.address,
        comment=order.comment,
        wanted_on=order.wanted_on,
        placed_by=placed_by or "",
        email=email or "",
        cancelled=order.status == "cancelled" or order.cancel_asked_at is not None,
        lines=[_line(line, refs) for line in lines],
        consignee=_party(consignee, refs) if consignee is not None else None,
    )


def _line(line: OrderLine, refs: _Refs) -> OutgoingLine:
    return OutgoingLine(
        position=line.position,
        product_id=line.product_id,
        product_ref=refs.products.get(line.product_id) if line.product_id else None,
        article=line.article,
        name=line.name,
        unit=line.unit,
        factor=line.factor,
        quantity=line.quantity,
        base_unit=line.base_unit,
        base_quantity=line.base_quantity,
        price=line.price,
        vat_included=line.vat_included,
        vat_rate=line.vat_rate,
        net=line.net,
        vat=line.vat,
        total=line.total,
        base_unit_code=line.base_unit_code,
    )
