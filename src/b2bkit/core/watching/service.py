"""Watching products: begin, end, list; and what follows when the ERP has told stock or prices."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select

from b2bkit.core.access.actors import actor_of, within
from b2bkit.core.access.book import rules_of
from b2bkit.core.access.rights import Holder, role_subject, settle
from b2bkit.core.accounts.models import Company, Contract, Membership, User
from b2bkit.core.catalog.models import Product, Stock, Warehouse
from b2bkit.core.catalog.service import Good, visible, visible_goods
from b2bkit.core.db.types import Quantity
from b2bkit.core.erp.events import DataTold
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.extend.things import Follower
from b2bkit.core.i18n import _
from b2bkit.core.pricing.service import VolumeTable, volume_table
from b2bkit.core.watching.events import BackInStock, PriceChanged
from b2bkit.core.watching.models import Watch
from b2bkit.core.work import Work

Kind = Literal["stock", "price"]
KINDS: Final[tuple[Kind, ...]] = ("stock", "price")
MOST: Final = 500  # that one person watches under one contract


class Watched(NamedTuple):
    """A line of a person's own list. `price` is the one told last."""

    id: UUID
    product_id: UUID
    kind: str
    name: str
    article: str
    since: datetime


def watch(work: Work, *, product_id: UUID, kind: Kind) -> UUID:
    """Begins to watch a product for the actor under the session's contract; the same again is the same. Returns the watch's id.

    Raises NotFound for a product that is not visible, Refused without a contract, beyond 500, and for stock that is there.
    """
    contract_id = work.actor.contract_id
    if work.actor.user_id is None or work.actor.company_id is None or contract_id is None:
        raise Refused(Problem("watching.no_contract", _("Choose a contract first: stock and prices are watched under it."), "product_id"))
    good = visible_goods(work, [product_id]).get(product_id)
    if good is None:
        raise NotFound("product")
    if kind == "stock" and in_stock(good):
        raise Refused(Problem("watching.in_stock", _("The product is in stock: it can be ordered now."), "kind"))
    mine = (Watch.user_id == work.actor.user_id, Watch.contract_id == contract_id)
    known = work.session.scalar(select(Watch.id).where(*mine, Watch.product_id == product_id, Watch.kind == kind))
    if known is not None:
        return known
    if (work.session.scalar(select(func.count(Watch.id)).where(*mine)) or 0) >= MOST:
        raise Refused(Problem("watching.too_many", _("You watch %(most)s products. Remove some first.") % {"most": MOST}, "product_id"))
    row = Watch(
        company_id=work.actor.company_id, user_id=work.actor.user_id, contract_id=contract_id, product_id=product_id, kind=kind,
        price=_price_now(work, contract_id, product_id) if kind == "price" else None, since=work.now,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    return row.id


def in_stock(good: Good) -> bool:
    """Whether the least order of a product is there."""
    return good.available >= good.rules.minimum


def waits_for_stock(work: Work, product_id: UUID) -> bool:
    """Whether the actor sees the product, and the least order is not there."""
    good = visible_goods(work, [product_id]).get(product_id)
    return good is not None and not in_stock(good)


def _price_now(work: Work, contract_id: UUID, product_id: UUID) -> Decimal | None:
    least = work.session.scalar(select(Product.minimum).where(Product.id == product_id)) or Decimal(0)
    return _at(volume_table(work, contract_id, [product_id])[product_id], least)


def _at(table: VolumeTable, least: Decimal) -> Decimal | None:
    step = table.at(least)
    return step.price if step is not None else None


def unwatch(work: Work, watch_id: UUID) -> None:
    """Ends one of the actor's watches. Raises NotFound for what is not his."""
    found = work.session.scalars(select(Watch).where(Watch.id == watch_id, Watch.user_id == work.actor.user_id)).one_or_none()
    if found is None:
        raise NotFound("watch")
    work.session.delete(found)
    work.session.flush()


def watches_of(work: Work, product_id: UUID) -> Mapping[str, UUID]:
    """Kind -> id of the actor's watches of a product under the session's contract."""
    mine = (Watch.user_id == work.actor.user_id, Watch.contract_id == work.actor.contract_id, Watch.product_id == product_id)
    return dict(work.session.execute(select(Watch.kind, Watch.id).where(*mine)).all())


def watched(work: Work) -> list[Watched]:
    """What the actor watches under the session's contract, the newest first; products that he may not see any more are left out."""
    columns = (Watch.id, Watch.product_id, Watch.kind, Product.name, Product.article, Watch.since)
    statement = select(*columns).join(Product, Product.id == Watch.product_id)
    statement = statement.where(Watch.user_id == work.actor.user_id, Watch.contract_id == work.actor.contract_id, visible(work))
    return [Watched(*row) for row in work.session.execute(statement.order_by(Watch.since.desc(), Watch.id.desc()))]


# after the ERP told something


class _Waiting(NamedTuple):
    """A watch with all that its person's rights come from."""

    id: UUID
    kind: str
    company_id: UUID
    user_id: UUID
    contract_id: UUID
    product_id: UUID
    price: Decimal | None
    least: Decimal
    role: str
    profile: str


def follow(work: Work, event: DataTold) -> None:
    """Subscriber: tells those who wait for what the ERP just told. As the system; told again it finds nothing left to tell."""
    waiting = _waiting(work, "stock" if event.kind == "stock" else "price")
    for (contract_id, *_holder), group in _grouped(waiting).items():
        seen = _still_seen(work, group)
        if event.kind == "stock":
            _tell_stock(work, seen)
        else:
            _tell_prices(work, contract_id, seen)


def _waiting(work: Work, kind: Kind) -> list[_Waiting]:
    columns: tuple[Any, ...] = (
        Watch.id, Watch.kind, Watch.company_id, Watch.user_id, Watch.contract_id, Watch.product_id, Watch.price, Product.minimum,
        Membership.role, Company.profile,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Product, Product.id == Watch.product_id)
        .join(Contract, Contract.id == Watch.contract_id)
        .join(Company, Company.id == Watch.company_id)
        .join(User, User.id == Watch.user_id)
        .join(Membership, (Membership.user_id == Watch.user_id) & (Membership.company_id == Watch.company_id))
        .where(
            Watch.kind == kind, Contract.active, Membership.dismissed_at.is_(None), User.blocked.is_(False), Company.suspended.is_(False)
        )
    )
    return [_Waiting(*row) for row in work.session.execute(statement.order_by(Watch.id))]


def _grouped(waiting: Iterable[_Waiting]) -> dict[tuple[UUID, UUID], list[_Waiting]]:
    """Of one person under one contract together."""
    found: dict[tuple[UUID, UUID], list[_Waiting]] = {}
    for one in waiting:
        found.setdefault((one.contract_id, one.user_id), []).append(one)
    return found


def _still_seen(work: Work, group: Sequence[_Waiting]) -> list[_Waiting]:
    """Those whose product the person may see at this moment: what he may not see does not exist, here too."""
    first = group[0]
    holder = Holder(first.role, first.user_id, first.company_id, first.profile or "")
    ids = seen_by(work, holder, contract_id=first.contract_id, product_ids=[one.product_id for one in group])
    return [one for one in group if one.product_id in ids]


def seen_by(work: Work, holder: Holder, *, contract_id: UUID | None, product_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the products that a person of a client may see at this moment, under this contract. For jobs."""
    role = work.kit.roles.get(holder.role)
    rules = rules_of(work.session, [role_subject(role.code if role is not None else holder.role), holder.person])
    actor = actor_of(holder, settle(work.kit, holder, rules), "")
    if not actor.may("catalog.view") or within(actor, contract_id) != contract_id:
        return set()
    theirs = copy.copy(work)
    theirs.actor = replace(actor, contract_id=contract_id)
    return set(work.session.scalars(select(Product.id).where(Product.id.in_(product_ids), visible(theirs))))


def followers(work: Work, product_ids: Collection[UUID]) -> Iterable[Follower]:
    """Who watches these products."""
    columns = (Watch.user_id, Watch.company_id, Watch.contract_id, Watch.product_id)
    return [Follower._make(row) for row in work.session.execute(select(*columns).where(Watch.product_id.in_(product_ids)))]


def _tell_stock(work: Work, waiting: Sequence[_Waiting]) -> None:
    ids = [one.product_id for one in waiting]
    total = func.sum(Stock.quantity, type_=Quantity)
    statement = select(Stock.product_id, total).join(Warehouse, Warehouse.id == Stock.warehouse_id)
    free = dict(work.session.execute(statement.where(Stock.product_id.in_(ids), Warehouse.active).group_by(Stock.product_id)).all())
    for one in waiting:
        if free.get(one.product_id, Decimal(0)) >= one.least:
            fact = BackInStock(one.user_id, one.company_id, one.contract_id, one.product_id, free[one.product_id])
            work.publish(fact, key=f"watch:{one.id}")
            work.session.execute(delete(Watch).where(Watch.id == one.id))


def _tell_prices(work: Work, contract_id: UUID, waiting: Sequence[_Waiting]) -> None:
    tables = volume_table(work, contract_id, [one.product_id for one in waiting]) if waiting else {}
    for one in waiting:
        table = tables[one.product_id]
        now = _at(table, one.least)
        if now is None or now == one.price:
            continue
        fact = PriceChanged(one.user_id, one.company_id, one.contract_id, one.product_id, one.price, now, table.currency)
        work.publish(fact, key=f"watch:{one.id}")
        row = work.session.get_one(Watch, one.id)
        row.price = now
    work.session.flush()
