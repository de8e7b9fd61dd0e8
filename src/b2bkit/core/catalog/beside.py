"""What stands beside a product: its other variants, and products that may be taken in its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import aliased

from b2bkit.core.audit.service import record
from b2bkit.core.catalog.attributes import Listed, listed, said, texts_of
from b2bkit.core.catalog.facets.keeper import edited_beside
from b2bkit.core.catalog.goods import Good
from b2bkit.core.catalog.models import Analogue, Attribute, Product, ProductVariant
from b2bkit.core.catalog.product import visible_goods
from b2bkit.core.catalog.visibility import visible
from b2bkit.core.db.hold import hold
from b2bkit.core.db.rows import Change, Row, save
from b2bkit.core.db.session import PortalSession
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.pricing.terms import session_terms
from b2bkit.core.work import Work

MOST: Final = 60  # are shown
MOST_ANALOGUES: Final = 30
_mine, _other = aliased(ProductVariant), aliased(ProductVariant)


@dataclass(frozen=True, slots=True)
class Beside:
    """Products in their order, each with what it differs in ("" where nothing is known)."""

    goods: Sequence[Good]
    differences: Mapping[UUID, tuple[str, ...]]


def keep_families(session: PortalSession, families: Mapping[UUID, UUID]) -> Change:
    """product -> family: these products are variants, all of a family of the same goods. For unscoped sessions."""
    rows: dict[UUID, Row] = {product_id: {"family_id": family_id} for product_id, family_id in families.items()}
    return save(session, ProductVariant, rows, key="product_id")


def variants_of(work: Work, product_id: UUID) -> Beside | None:
    """All visible variants of the family, the product itself among them; None where there is no other, or the product is not visible."""
    statement = select(_other.product_id).join(_mine, _mine.family_id == _other.family_id).where(_mine.product_id == product_id)
    ids = work.session.scalars(statement.order_by(_other.product_id).limit(MOST)).all()
    found = visible_goods(work, ids, session_terms(work)) if len(ids) > 1 else {}
    if product_id not in found or len(found) < 2:
        return None
    goods = sorted(found.values(), key=lambda good: (good.row.sort_text, good.id))
    return Beside(goods, _differences(work, goods))


def analogues_of(work: Work, product_id: UUID) -> Beside | None:
    """Visible products that may be taken in place of this one; None where there is none, or the product is not visible."""
    ids = _analogue_ids(work, product_id)
    found = visible_goods(work, [product_id, *ids], session_terms(work)) if ids else {}
    if product_id not in found or len(found) < 2:
        return None
    del found[product_id]
    return Beside(sorted(found.values(), key=lambda good: (good.row.sort_text, good.id)), {})


def _analogue_ids(work: Work, product_id: UUID) -> list[UUID]:
    either = or_(Analogue.first_id == product_id, Analogue.second_id == product_id)
    rows = work.session.execute(select(Analogue.first_id, Analogue.second_id).where(either).limit(MOST))
    return [second if first == product_id else first for first, second in rows]


def _differences(work: Work, goods: Sequence[Good]) -> dict[UUID, tuple[str, ...]]:
    """In which attributes these differ, in the order in which a product's page has them."""
    given = [good.row.attributes for good in goods]
    names = dict.fromkeys(name for one in given for name in one)
    differing = [name for name in names if len({tuple(texts_of(one.get(name))) for one in given}) > 1]
    if not differing:
        return {}
    known = _definitions(work, differing)
    return {good.id: tuple(_told(known, good.row.attributes)) for good in goods}


def _definitions(work: Work, names: Collection[str]) -> list[Listed]:
    columns = (Attribute.name, Attribute.kind, Attribute.unit)
    rows = work.session.execute(select(*columns).where(Attribute.name.in_(names)).order_by(Attribute.position, Attribute.name))
    found = {row[0]: listed(*row) for row in rows}
    return [*found.values(), *(listed(name, "text", "") for name in names if name not in found)]


def _told(known: Sequence[Listed], given: Mapping[str, object]) -> list[str]:
    return [f"{one.label} {value}" for one in known if one.name in given and (value := said(one, given[one.name]))]


# by staff


def link(work: Work, *, product_id: UUID, article: str) -> UUID:
    """The product with this article may be taken in place of this one, and the other way round; returns its id.

    Raises NotFound for a product that the actor does not see, Refused for an article that names none or several.
    """
    require_product(work, product_id)
    found = work.session.scalars(select(Product.id).where(Product.article == article.strip(), visible(work)).limit(2)).all()
    if not article.strip() or not found:
        raise Refused(Problem("catalog.no_article", _("No product has this article. Write it as the product's page shows it."), "article"))
    if len(found) > 1:
        raise Refused(Problem("catalog.many_articles", _("Several products have this article; give one of them another in 1C."), "article"))
    if found[0] == product_id:
        raise Refused(Problem("catalog.own_article", _("This is the product itself. Enter the article of another one."), "article"))
    hold(work.session, Product, product_id, found[0])
    there = _analogue_ids(work, product_id)
    if found[0] in there:
        return found[0]
    if len(there) >= MOST_ANALOGUES:
        told = _("A product has at most %(most)d analogues. Remove one first.") % {"most": MOST_ANALOGUES}
        raise Refused(Problem("catalog.many_analogues", told, "article"))
    first, second = sorted((product_id, found[0]), key=lambda id_: id_.bytes)
    work.session.insert_rows(Analogue, [{"first_id": first, "second_id": second, "added_at": work.now}])
    edited_beside(work)
    record(work, action="catalog.analogue_added", entity="product", entity_id=product_id, details={"article": article.strip()})
    return found[0]


def unlink(work: Work, *, product_id: UUID, other_id: UUID) -> None:
    """The two are no analogues any more. Raises NotFound for what is not there."""
    require_product(work, product_id)
    hold(work.session, Product, product_id, other_id)
    if other_id not in _analogue_ids(work, product_id):
        raise NotFound("analogue")
    first, second = sorted((product_id, other_id), key=lambda id_: id_.bytes)
    work.session.execute(delete(Analogue).where(Analogue.first_id == first, Analogue.second_id == second))
    edited_beside(work)
    record(work, action="catalog.analogue_removed", entity="product", entity_id=product_id, details={"other": str(other_id)})


def require_product(work: Work, product_id: UUID) -> tuple[str, str]:
    """(name, article) of a product that the actor sees. Raises NotFound."""
    statement = select(Product.name, Product.article).where(Product.id == product_id, visible(work))
    found = work.session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("product")
    return found[0], found[1]
