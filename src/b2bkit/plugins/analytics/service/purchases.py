"""What a client bought: by period, group and legal entity, savings, top goods. From aggregates alone, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from b2bkit import NotFound, Work
from b2bkit.core.accounts.models import LegalEntity
from b2bkit.core.catalog.models import Category, Product
from b2bkit.core.catalog.units import unit_label
from b2bkit.core.catalog.visibility import visible
from b2bkit.core.i18n import _
from b2bkit.plugins.analytics.models import AnalyticsDay, AnalyticsGoods
from b2bkit.plugins.analytics.scopes import VIEW
from b2bkit.plugins.analytics.service.periods import Period, Span
from b2bkit.plugins.analytics.service.sums import Bar, DayRow, Totals, bars, currencies, day_rows, percent, totals

MOST: Final = 20_000  # rows of a file
CATALOG: Final = "catalog.view"


class Share(NamedTuple):
    """A row of a list. `id` is None for what has no page for the actor, as goods that he sees no more; percent: of the whole."""

    id: UUID | None
    name: str
    total: Decimal
    percent: Decimal | None
    quantity: Decimal | None = None
    unit: str = ""
    saved: Decimal | None = None


class Entity(NamedTuple):
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Purchases:
    """A period of purchases.

    savings_since  the first day of orders whose list price is known; None: of none it is
    """

    period: Period
    currency: str
    currencies: Sequence[str]
    now: Totals
    before: Totals
    bars: Sequence[Bar]
    groups: Sequence[Share]
    goods: Sequence[Share]
    entities: Sequence[Share]
    choices: Sequence[Entity]
    savings_since: date | None


def purchases(work: Work, period: Period, *, currency: str = "", entity: UUID | None = None, top: int = 10) -> Purchases:
    """Seven statements. Raises Forbidden without the right, NotFound for who works for no company."""
    work.require(VIEW)
    if work.actor.company_id is None:
        raise NotFound("analytics")
    mine = [AnalyticsDay.legal_entity_id == entity] if entity is not None else []
    rows = day_rows(work, period, *mine)
    known = currencies(rows, work.config.portal.currency)
    chosen = currency if currency in known else known[0]
    now = totals(rows, period.span, chosen)
    whole = now.total
    return Purchases(
        period, chosen, known, now, totals(rows, period.before, chosen), bars(rows, period, chosen),
        _groups(work, period.span, chosen, entity, top), _goods(work, period.span, chosen, entity, top, whole),
        _entities(work, period.span, chosen, mine), _choices(work), _savings_since(work),
    )  # fmt: skip


def days_of(work: Work, period: Period) -> list[DayRow]:
    """Sums by day, for the first page. One statement."""
    work.require(VIEW)
    return day_rows(work, period)


def _of_goods(span: Span, currency: str, entity: UUID | None) -> list[Any]:
    found = [AnalyticsGoods.day >= span.first, AnalyticsGoods.day <= span.last, AnalyticsGoods.currency == currency]
    return found if entity is None else [*found, AnalyticsGoods.legal_entity_id == entity]


def _goods(work: Work, span: Span, currency: str, entity: UUID | None, top: int, whole: Decimal) -> list[Share]:
    total = func.sum(AnalyticsGoods.total)
    keys = (AnalyticsGoods.product_id, AnalyticsGoods.article, AnalyticsGoods.unit)
    saved = func.sum(AnalyticsGoods.listed), func.sum(AnalyticsGoods.known)
    statement = select(*keys, func.max(AnalyticsGoods.name), total, func.sum(AnalyticsGoods.quantity), *saved)
    statement = statement.where(*_of_goods(span, currency, entity)).group_by(*keys).order_by(total.desc(), func.max(AnalyticsGoods.name))
    rows = work.session.execute(statement.limit(top)).all()
    there = select(Product.id).where(Product.id.in_([row[0] for row in rows if row[0] is not None]), visible(work))
    seen = {row[0] for row in work.session.execute(there)} if work.may(CATALOG) else set()
    return [
        Share(
            row[0] if row[0] in seen else None, row[3], row[4], percent(row[4], whole), row[5], unit_label(row[2]),
            row[6] - row[7] if row[6] else None,
        )
        for row in rows
    ]  # fmt: skip


def _groups(work: Work, span: Span, currency: str, entity: UUID | None, top: int) -> list[Share]:
    """Groups in which the goods stand now; what stands in none, and what is beyond the first ones, together at the end."""
    total = func.sum(AnalyticsGoods.total)
    statement = select(Category.id, Category.name, total).select_from(AnalyticsGoods)
    statement = statement.outerjoin(Product, Product.id == AnalyticsGoods.product_id).outerjoin(
        Category, Category.id == Product.category_id
    )
    statement = statement.where(*_of_goods(span, currency, entity)).group_by(Category.id, Category.name)
    rows = work.session.execute(statement.order_by(total.desc(), Category.name)).all()
    whole = sum((row[2] for row in rows), Decimal(0))
    named: list[Any] = [row for row in rows if row.id is not None]
    rest = whole - sum((row[2] for row in named[:top]), Decimal(0))
    found = [Share(row[0], row[1], row[2], percent(row[2], whole)) for row in named[:top]]
    return [*found, Share(None, _("Other groups"), rest, percent(rest, whole))] if rest else found


def _entities(work: Work, span: Span, currency: str, mine: list[Any]) -> list[Share]:
    total = func.sum(AnalyticsDay.total)
    statement = select(LegalEntity.id, LegalEntity.name, total).join(LegalEntity, LegalEntity.id == AnalyticsDay.legal_entity_id)
    statement = statement.where(AnalyticsDay.day >= span.first, AnalyticsDay.day <= span.last, AnalyticsDay.currency == currency, *mine)
    rows = work.session.execute(statement.group_by(LegalEntity.id, LegalEntity.name).order_by(total.desc(), LegalEntity.name)).all()
    whole = sum((row[2] for row in rows), Decimal(0))
    return [Share(None, row[1], row[2], percent(row[2], whole)) for row in rows]


def _choices(work: Work) -> list[Entity]:
    """Legal entities whose figures the actor sees, where there is a choice."""
    seen = select(AnalyticsDay.legal_entity_id)
    statement = select(LegalEntity.id, LegalEntity.name).where(LegalEntity.id.in_(seen)).order_by(LegalEntity.name, LegalEntity.id)
    found = [Entity(*row) for row in work.session.execute(statement)]
    return found if len(found) > 1 else []


def _savings_since(work: Work) -> date | None:
    found: date | None = work.session.scalar(select(func.min(AnalyticsDay.day)).where(AnalyticsDay.listed > Decimal(0)))
    return found


class Bought(NamedTuple):
    """A row of the file: a product of a legal entity in a month. `listed` is what `known` of its sum would have cost."""

    day: date
    entity: str
    article: str
    name: str
    unit: str
    quantity: Decimal
    currency: str
    total: Decimal
    known: Decimal
    listed: Decimal


def bought(work: Work, period: Period, *, entity: UUID | None = None) -> Iterator[Bought]:
    """Goods of the period by day and legal entity, in all currencies, at most `MOST` rows. One statement."""
    work.require(VIEW)
    keys = (
        AnalyticsGoods.day, LegalEntity.name, AnalyticsGoods.article, AnalyticsGoods.name, AnalyticsGoods.unit, AnalyticsGoods.currency,
    )  # fmt: skip
    summed = [func.sum(getattr(AnalyticsGoods, name)) for name in ("quantity", "total", "known", "listed")]
    statement = select(*keys, *summed).join(LegalEntity, LegalEntity.id == AnalyticsGoods.legal_entity_id).group_by(*keys)
    statement = statement.where(AnalyticsGoods.day >= period.span.first, AnalyticsGoods.day <= period.span.last)
    if entity is not None:
        statement = statement.where(AnalyticsGoods.legal_entity_id == entity)
    for row in work.session.execute(statement.order_by(*keys).limit(MOST)):
        yield Bought._make((*row[:5], row[6], row[5], *row[7:]))
