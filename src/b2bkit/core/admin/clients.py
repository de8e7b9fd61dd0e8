"""Clients: the list that a manager searches, and the card of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from b2bkit.core.accounts import companies, people
from b2bkit.core.accounts.companies import ContractRow
from b2bkit.core.accounts.models import Address, Company, Contract, ContractCategory, Invitation, LegalEntity, Membership, User
from b2bkit.core.accounts.people import Person
from b2bkit.core.admin.history import Change, of_company
from b2bkit.core.admin.orders import Filter, OrderRow, orders
from b2bkit.core.admin.search import begins, holds
from b2bkit.core.catalog.models import Category
from b2bkit.core.errors import NotFound
from b2bkit.core.ordering.models import Order
from b2bkit.core.ordering.service.life import OPEN
from b2bkit.core.pricing.models import PriceType
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit.core.work import Work

KEY: Final = (str, UUID)
ORDERS_SHOWN: Final = 8


class ClientRow(NamedTuple):
    """A client in the list; `last_order` is None for one that never ordered."""

    id: UUID
    name: str
    suspended: bool
    manager: str
    entities: Sequence[tuple[str, str]]
    contracts: int
    open_orders: int
    last_order: datetime | None


class Terms(NamedTuple):
    """A contract with what it opens: price type and groups; `groups` is empty when the whole catalogue is open."""

    contract: ContractRow
    price_type: str
    whole_catalogue: bool
    groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything about one client that its page shows."""

    company: Company
    manager: User | None
    entities: Sequence[LegalEntity]
    terms: Sequence[Terms]
    people: Sequence[Person]
    invitations: Sequence[Invitation]
    addresses: Sequence[Address]
    orders: Sequence[OrderRow]
    open_orders: int
    history: Sequence[Change]

    @property
    def active_people(self) -> int:
        return sum(not person.dismissed for person in self.people)


_ROWS: Final[Select[*tuple[Any, ...]]] = select(Company.id, Company.name, Company.suspended, User.name).outerjoin(
    User, User.id == Company.manager_id
)


def clients(work: Work, *, search: str = "", mine: bool = False, after: str | None = None, size: int = 40) -> Slice[ClientRow]:
    """A page of the clients that the actor sees, by name. `search`: part of a name, or the beginning of a tax number."""
    work.require("accounts.clients")
    at = Cursor.decode(after, KEY)
    statement = _found(_ROWS, search)
    if mine:
        statement = statement.where(Company.manager_id.in_((work.actor.user_id, *work.actor.stands_for)))
    upwards = at is not None and at.backwards
    if at is not None:
        name, company_id = at.values
        later = or_(Company.name > name, and_(Company.name == name, Company.id > company_id))
        earlier = or_(Company.name < name, and_(Company.name == name, Company.id < company_id))
        statement = statement.where(earlier if upwards else later)
    sort = (Company.name.desc(), Company.id.desc()) if upwards else (Company.name, Company.id)
    rows = work.session.execute(statement.order_by(*sort).limit(size + 1)).all()
    page = slice_of(rows, size, at, lambda row: (row[1], row[0]))
    return Slice(tuple(_with_counts(work, page.items)), page.previous, page.next)


def _found(statement: Select[*tuple[Any, ...]], search: str) -> Select[*tuple[Any, ...]]:
    text = " ".join(search.split())[:100]
    if not text:
        return statement
    named = holds((Company.name, LegalEntity.name), text)
    within = select(LegalEntity.company_id).join(Company, Company.id == LegalEntity.company_id)
    within = within.where(or_(*named, begins(LegalEntity.tax_id, text)))
    return statement.where(or_(Company.id.in_(within), *holds((Company.name,), text)))  # also one without legal entities


def _with_counts(work: Work, rows: Sequence[Any]) -> list[ClientRow]:
    ids = [row[0] for row in rows]
    entities: dict[UUID, list[tuple[str, str]]] = {}
    named = select(LegalEntity.company_id, LegalEntity.name, LegalEntity.tax_id).where(LegalEntity.company_id.in_(ids))
    for company_id, name, tax_id in work.session.execute(named.order_by(LegalEntity.name)):
        entities.setdefault(company_id, []).append((name, tax_id))
    contracts = _counted(
        work, select(Contract.company_id, func.count(Contract.id)).where(Contract.active.is_(True)), Contract.company_id, ids
    )
    open_now = _counted(work, select(Order.company_id, func.count(Order.id)).where(Order.status.in_(OPEN)), Order.company_id, ids)
    last = _counted(work, select(Order.company_id, func.max(Order.placed_at)), Order.company_id, ids)
    return [
        ClientRow(
            row[0],
            row[1],
            row[2],
            row[3] or "",
            entities.get(row[0], []),
            contracts.get(row[0], 0),
            open_now.get(row[0], 0),
            last.get(row[0]),
        )
        for row in rows
    ]


def _counted(work: Work, statement: Select[*tuple[Any, ...]], company: Any, ids: Sequence[UUID]) -> Mapping[UUID, Any]:
    return {row[0]: row[1] for row in work.session.execute(statement.where(company.in_(ids)).group_by(company))}


def card(work: Work, company_id: UUID) -> Card:
    """One client; NotFound for one that is absent or another manager's: the same answer."""
    work.require("accounts.clients")
    company = seen(work, company_id)
    entities = select(LegalEntity).where(LegalEntity.company_id == company_id).order_by(LegalEntity.active.desc(), LegalEntity.name)
    return Card(
        company=company,
        manager=companies.manager_of(work, company_id=company_id),
        entities=list(work.session.scalars(entities)),
        terms=_terms(work, company_id),
        people=people.people(work, company_id=company_id),
        invitations=people.invitations(work, company_id=company_id),
        addresses=companies.addresses(work, company_id=company_id),
        orders=orders(work, Filter(client=company_id), size=ORDERS_SHOWN).items,
        open_orders=_open_orders(work, company_id),
        history=of_company(work, company_id),
    )


def seen(work: Work, company_id: UUID) -> Company:
    """The client, when the actor may see it; NotFound otherwise."""
    company = work.session.get(Company, company_id)
    if company is None:
        raise NotFound("company")
    return company


def belongs(work: Work, entity: type[Membership] | type[Invitation], row_id: UUID, company_id: UUID) -> None:
    """NotFound unless the row is this very client's: an address that mixes two clients opens nothing."""
    row = work.session.get(entity, row_id)
    if not isinstance(row, Membership | Invitation) or row.company_id != company_id:
        raise NotFound(entity.__tablename__)


def _open_orders(work: Work, company_id: UUID) -> int:
    return work.session.scalar(select(func.count(Order.id)).where(Order.company_id == company_id, Order.status.in_(OPEN))) or 0


def _terms(work: Work, company_id: UUID) -> list[Terms]:
    named = select(Contract.id, PriceType.name, Contract.whole_catalogue).outerjoin(PriceType, PriceType.id == Contract.price_type_id)
    known = {row[0]: row for row in work.session.execute(named.where(Contract.company_id == company_id))}
    groups: dict[UUID, list[str]] = {}
    opened = select(ContractCategory.contract_id, Category.name).join(Category, Category.id == ContractCategory.category_id)
    for contract_id, name in work.session.execute(opened.where(ContractCategory.company_id == company_id).order_by(Category.name)):
        groups.setdefault(contract_id, []).append(name)
    rows = companies.contracts(work, company_id=company_id)
    return [Terms(row, known[row.id][1] or "", known[row.id][2], groups.get(row.id, [])) for row in rows]
