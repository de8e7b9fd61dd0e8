"""What a client may read of money and papers. The session's scope says whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from b2bkit.core.accounts.models import LegalEntity
from b2bkit.core.settlements.models import Due, Paper, Settlement
from b2bkit.core.work import Work


class Money(NamedTuple):
    """Sums of one legal entity in one currency; `as_of` is the age of the oldest of them, `next_due` the nearest expected payment."""

    legal_entity_id: UUID
    name: str
    currency: str
    debt: Decimal
    overdue: Decimal
    prepaid: Decimal
    next_due: date | None
    as_of: datetime


class PaperRow(NamedTuple):
    """A paper in a list."""

    id: UUID
    kind: str
    number: str
    on: date
    legal_entity: str
    order_id: UUID | None
    currency: str
    total: Decimal
    due_on: date | None
    status: str
    as_of: datetime


_MONEY = (
    select(
        Settlement.legal_entity_id,
        LegalEntity.name,
        Settlement.currency,
        func.sum(Settlement.debt).label("debt"),
        func.sum(Settlement.overdue).label("overdue"),
        func.sum(Settlement.prepaid).label("prepaid"),
        func.min(Settlement.as_of).label("as_of"),
    )
    .join(LegalEntity, LegalEntity.id == Settlement.legal_entity_id)
    .group_by(Settlement.legal_entity_id, LegalEntity.name, Settlement.currency)
    .order_by(LegalEntity.name, Settlement.currency)
)
_NEXT = select(Due.legal_entity_id, Due.currency, func.min(Due.due_on)).group_by(Due.legal_entity_id, Due.currency)
_PAPERS = (
    select(
        Paper.id, Paper.kind, Paper.number, Paper.on, LegalEntity.name, Paper.order_id, Paper.currency, Paper.total, Paper.due_on,
        Paper.status, Paper.as_of,
    )
    .join(LegalEntity, LegalEntity.id == Paper.legal_entity_id)
    .where(Paper.active)
    .order_by(Paper.on.desc(), Paper.id.desc())
)  # fmt: skip


def money(work: Work) -> Sequence[Money]:
    """Settlements of each legal entity, one row a currency; two queries."""
    due = {(entity, currency): day for entity, currency, day in work.session.execute(_NEXT)}
    return [
        Money(row[0], row[1], row[2], row.debt, row.overdue, row.prepaid, due.get((row[0], row[2])), row.as_of)
        for row in work.session.execute(_MONEY)
    ]


def papers(work: Work, *, order_id: UUID | None = None, limit: int = 50) -> Sequence[PaperRow]:
    """The newest papers, of one order or of all; one query."""
    statement = _PAPERS if order_id is None else _PAPERS.where(Paper.order_id == order_id)
    return [PaperRow(*row) for row in work.session.execute(statement.limit(limit))]
