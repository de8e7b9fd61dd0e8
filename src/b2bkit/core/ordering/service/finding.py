"""Which orders a person looks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from b2bkit.core.accounts.models import LegalEntity, Membership, User
from b2bkit.core.ordering.models import Order, OrderLine
from b2bkit.core.ordering.service.life import OPEN
from b2bkit.core.work import Work

Group = Literal["open", "shipped", "closed", "cancelled", "refused", "all"]
GROUPS: Final[Mapping[Group, tuple[str, ...]]] = {
    "open": OPEN,
    "shipped": ("shipped",),
    "closed": ("closed",),
    "cancelled": ("cancelled",),
    "refused": (),
    "all": (),
}
FEW: Final = 2_000  # orders that are looked up by their ids at once
_LAST: Final = "\U0010ffff"
_LARGEST: Final = Decimal(10) ** 15
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of all orders is looked for; each field narrows.

    text           part of the portal's number or 1C's
    since, until   days of the business zone on which the order was placed, both included
    person         who placed it
    legal_entity   for which it was placed
    company        whose it is, of several that somebody sees: a distributor's dealers
    article        beginning of an article in it
    least, most    bounds of the sum with VAT
    archived       those that the client put into the archive instead of the others; staff have no archive
    """

    group: Group = "all"
    text: str = ""
    since: date | None = None
    until: date | None = None
    person: UUID | None = None
    legal_entity: UUID | None = None
    company: UUID | None = None
    article: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    archived: bool = False


EVERY: Final = Wanted()


def narrowed(work: Work, statement: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """The statement over `Order` with what is wanted of it; one more statement is sent for an article."""
    if wanted.group == "refused":
        statement = statement.where(Order.erp_state == "refused")
    elif GROUPS[wanted.group]:
        statement = statement.where(Order.status.in_(GROUPS[wanted.group]))
    if work.actor.kind == "client":
        statement = statement.where(Order.archived_at.is_not(None) if wanted.archived else Order.archived_at.is_(None))
    text = wanted.text.strip()[:40]
    if text:
        numbers = (Order.number, Order.erp_number)
        statement = statement.where(or_(*(column.like(part, escape="/") for part in _parts(text) for column in numbers)))
    for condition in _plain_conditions(work, wanted):
        statement = statement.where(condition)
    article = wanted.article.strip()[:100]
    return statement.where(_holds(work, article)) if article else statement


def _plain_conditions(work: Work, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(Order.placed_at >= _start_of(work, wanted.since))
    if wanted.until is not None:
        found.append(Order.placed_at < _start_of(work, min(wanted.until, _LAST_DAY) + timedelta(days=1)))
    if wanted.person is not None:
        found.append(Order.placed_by == wanted.person)
    if wanted.legal_entity is not None:
        found.append(Order.legal_entity_id == wanted.legal_entity)
    if wanted.company is not None:
        found.append(Order.company_id == wanted.company)
    if wanted.least is not None:
        found.append(Order.total >= _sum(wanted.least, ROUND_CEILING))
    if wanted.most is not None:
        found.append(Order.total <= _sum(wanted.most, ROUND_FLOOR))
    return found


def _start_of(work: Work, day: date) -> datetime:
    return datetime.combine(min(max(day, _FIRST_DAY), _LAST_DAY), time(), work.config.portal.zone).astimezone(UTC)


def _sum(bound: Decimal, rounding: str) -> Decimal:
    """A bound as far and as fine as sums go."""
    return min(max(bound, -_LARGEST), _LARGEST).quantize(Decimal("0.01"), rounding)


def _parts(wanted: str) -> list[str]:
    """Patterns for a part of a number, as typed and in capitals: SQLite folds Latin letters only."""
    spelt = dict.fromkeys((wanted, wanted.upper()))
    return ["%" + _escaped(part) + "%" for part in spelt]


def _escaped(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


# by article: a rare one is found from its lines, a frequent one from the newest orders, so that neither reads everything


def _holds(work: Work, article: str) -> ColumnElement[bool]:
    """Orders with this article. Where few have it, their ids are read first; where many have it, the first page is soon full."""
    lines = _lines_of(work, article)
    few = work.session.scalars(select(OrderLine.order_id).where(lines).limit(FEW + 1)).all()
    if len(few) <= FEW:
        return Order.id.in_(set(few))
    return select(OrderLine.id).where(OrderLine.order_id == Order.id, lines).exists()


def _lines_of(work: Work, article: str) -> ColumnElement[bool]:
    """Lines whose article begins so, as typed or in capitals or small letters, in the words whose index each database uses."""
    column, starts = OrderLine.article, list[ColumnElement[bool]]()
    for spelt in dict.fromkeys((article, article.upper(), article.lower())):
        if work.session.dialect == "postgresql":
            starts.append(column.like(_escaped(spelt) + "%", escape="/"))
        else:  # its LIKE finds no use for an index that tells capitals apart
            starts.append(column.between(spelt, spelt + _LAST))
    return or_(*starts)


# what can be chosen


def people(work: Work) -> list[tuple[str, str]]:
    """Who may have placed orders of the actor's company, dismissed people included: (id, name). Nobody for staff."""
    if work.actor.kind != "client":
        return []
    statement = select(User.id, User.name).join(Membership, Membership.user_id == User.id)
    rows = work.session.execute(statement.where(Membership.company_id == work.actor.company_id).order_by(User.name, User.id))
    return [(str(id_), name) for id_, name in rows]


def legal_entities(work: Work) -> list[tuple[str, str]]:
    """Legal entities of the actor's company: (id, name). None for staff."""
    if work.actor.kind != "client":
        return []
    statement = select(LegalEntity.id, LegalEntity.name).where(LegalEntity.company_id == work.actor.company_id)
    return [(str(id_), name) for id_, name in work.session.execute(statement.order_by(LegalEntity.name, LegalEntity.id))]
