"""What grants open: the criterion for statements, and the same in groups and products for the index of a large catalogue."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Uuid, and_, bindparam, false, or_, select

from b2bkit import CatalogFilter, Work
from b2bkit.core.catalog.models import CategoryClosure, Product
from b2bkit.core.catalog.visibility import alive
from b2bkit.core.extend.things import OpenedGroups
from b2bkit.plugins.catalog_requests.models import CatalogGrant

NOTHING: Final = OpenedGroups(frozenset(), live=True)


@lru_cache(maxsize=4096)
def _granted(contract_id: UUID, today: date) -> ColumnElement[bool]:
    """Live products that a grant of this contract opens on this day: the same object for the same two, so that statements are reused."""
    now = and_(CatalogGrant.contract_id == contract_id, CatalogGrant.valid_from <= today, CatalogGrant.valid_until >= today)
    groups = select(CategoryClosure.descendant_id).join(CatalogGrant, CatalogGrant.category_id == CategoryClosure.ancestor_id)
    products = select(CatalogGrant.product_id).where(now, CatalogGrant.product_id.is_not(None))
    return and_(alive, or_(Product.category_id.in_(groups.where(now)), Product.id.in_(products)))


def today(work: Work) -> date:
    """The day in the portal's business zone."""
    return work.now.astimezone(work.config.portal.zone).date()


def granted(work: Work) -> ColumnElement[bool]:
    """For a client what was opened under the session's contract; nothing for others."""
    actor = work.actor
    if actor.kind != "client" or actor.contract_id is None:
        return false()
    return _granted(actor.contract_id, today(work))


_NOW: Final = select(CatalogGrant.category_id, CatalogGrant.product_id).where(
    CatalogGrant.contract_id == bindparam("contract_id", type_=Uuid()),
    CatalogGrant.valid_from <= bindparam("today", type_=Date()),
    CatalogGrant.valid_until >= bindparam("today", type_=Date()),
)


def in_groups(work: Work) -> OpenedGroups:
    """The same in groups and products: one statement for a client, none for others."""
    actor = work.actor
    if actor.kind != "client" or actor.contract_id is None:
        return NOTHING
    rows = work.session.rows(_NOW, {"contract_id": actor.contract_id, "today": today(work)})
    groups = frozenset(row[0] for row in rows if row[0] is not None)
    return OpenedGroups(groups, True, frozenset(row[1] for row in rows if row[1] is not None))


FILTER: Final = CatalogFilter(
    name="catalog_requests.granted", order=200, criterion=granted, opened=in_groups, widens="catalog.contract_groups"
)
