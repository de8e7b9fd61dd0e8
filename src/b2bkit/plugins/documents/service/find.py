"""Requests for originals as people read them, the papers of an order, and the money of a list of papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from b2bkit import Badge, Work
from b2bkit.core.accounts.models import Company
from b2bkit.core.i18n import _, ngettext
from b2bkit.core.ordering.models import Order
from b2bkit.core.settlements.models import Paper
from b2bkit.core.settlements.scopes import PAPERS
from b2bkit.core.settlements.service import find as settled
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit.plugins.documents.models import OriginalsPaper, OriginalsRequest
from b2bkit.plugins.documents.scopes import ANSWER
from b2bkit.plugins.documents.service import originals, policy

KEY: Final = (datetime, UUID)
ON_OFFER: Final = 60


class PaperName(NamedTuple):
    """A paper that a request names."""

    id: UUID
    kind: str
    number: str
    on: date

    @property
    def said(self) -> str:
        """Kind and number."""
        return f"{_(settled.KINDS[self.kind])} {self.number}"


class Row(NamedTuple):
    """A request in a list, with its papers."""

    id: UUID
    company_id: UUID
    company: str
    state: str
    way: str
    note: str
    answer: str
    asker: str
    asked_at: datetime
    changed_at: datetime
    sent_at: datetime | None
    handed_at: datetime | None
    papers: Sequence[PaperName]


class Sum(NamedTuple):
    """Papers of a kind in a currency, added up."""

    kind: str
    currency: str
    papers: int
    total: Decimal
    vat: Decimal


def requests(
    work: Work, *, state: str = "", company_id: UUID | None = None, paper_id: UUID | None = None, at: str | None = None, size: int = 20
) -> Slice[Row]:
    """A page of the requests that the actor sees, what changed last first; two statements. `state`: one of them, or `open`."""
    work.require(PAPERS)
    cursor = Cursor.decode(at, KEY)
    backwards = cursor is not None and cursor.backwards
    columns = [column for name, column in _COLUMNS.items() if name != "papers"]
    statement: Any = select(*columns).join(Company, Company.id == OriginalsRequest.company_id)
    statement = statement.where(*_conditions(state, company_id, paper_id))
    if cursor is not None:
        statement = statement.where(_beyond(cursor))
    key = OriginalsRequest.changed_at, OriginalsRequest.id
    order = [column.asc() if backwards else column.desc() for column in key]
    rows = work.session.execute(statement.order_by(*order).limit(size + 1)).all()
    named = _papers(work, [row[0] for row in rows])
    made = [Row._make([*row, named.get(row[0], ())]) for row in rows]
    return slice_of(made, size, cursor, lambda row: (row.changed_at, row.id))


_COLUMNS: Final[dict[str, Any]] = {
    name: Company.name if name == "company" else getattr(OriginalsRequest, name) for name in Row._fields if name != "papers"
}


def _conditions(state: str, company_id: UUID | None, paper_id: UUID | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if state:
        found.append(OriginalsRequest.state.in_(originals.OPEN) if state == "open" else OriginalsRequest.state == state)
    if company_id is not None:
        found.append(OriginalsRequest.company_id == company_id)
    if paper_id is not None:
        found.append(OriginalsRequest.id.in_(select(OriginalsPaper.request_id).where(OriginalsPaper.paper_id == paper_id)))
    return found


def _beyond(cursor: Cursor) -> ColumnElement[bool]:
    moment, id_ = cursor.values
    if cursor.backwards:
        return or_(OriginalsRequest.changed_at > moment, and_(OriginalsRequest.changed_at == moment, OriginalsRequest.id > id_))
    return or_(OriginalsRequest.changed_at < moment, and_(OriginalsRequest.changed_at == moment, OriginalsRequest.id < id_))


def _papers(work: Work, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[PaperName]]:
    found: dict[UUID, list[PaperName]] = {}
    columns = (OriginalsPaper.request_id, Paper.id, Paper.kind, Paper.number, Paper.on)
    statement: Any = select(*columns).join(Paper, Paper.id == OriginalsPaper.paper_id).where(OriginalsPaper.request_id.in_(list(ids)))
    for request_id, *paper in work.session.execute(statement.order_by(Paper.on, Paper.id)) if ids else ():
        found.setdefault(request_id, []).append(PaperName._make(paper))
    return found


def on_offer(work: Work, *, order_id: UUID | None = None, paper_id: UUID | None = None) -> Sequence[settled.PaperFound]:
    """Papers of the actor's company whose original can be asked for now, the newest first: of an order, one, or all. Two statements."""
    if work.actor.company_id is None:
        return []
    wanted = settled.Wanted(company_id=work.actor.company_id, order_id=order_id)
    found = [row for row in settled.find_papers(work, wanted, size=ON_OFFER).items if policy.originals(work, row.kind)]
    if paper_id is not None and all(row.id != paper_id for row in found):
        found = [*_one(work, paper_id), *found]
    there = originals.states_of(work, [row.id for row in found])
    return [row for row in found if there.get(row.id) not in originals.OPEN]


def _one(work: Work, paper_id: UUID) -> Sequence[settled.PaperFound]:
    """An old paper that was chosen on its own page."""
    row = settled.paper(work, paper_id).paper
    mine = work.session.scalar(select(Paper.company_id).where(Paper.id == paper_id)) == work.actor.company_id
    return [row] if mine and policy.originals(work, row.kind) else []


def sums(work: Work, wanted: settled.Wanted) -> Sequence[Sum]:
    """Money of the papers that are searched for, by kind and currency, never added across them. One statement."""
    work.require(PAPERS)
    columns = (Paper.kind, Paper.currency, func.count(), func.sum(Paper.total), func.sum(Paper.vat))
    statement = select(*columns).outerjoin(Order, Order.id == Paper.order_id).where(Paper.active.is_(True), *settled.conditions(wanted))
    rows = work.session.execute(statement.group_by(Paper.kind, Paper.currency))
    places = list(settled.KINDS)
    return sorted((Sum(*row) for row in rows), key=lambda one: (places.index(one.kind), one.currency))


def periods(work: Work) -> Sequence[tuple[str, date, date]]:
    """Ready periods: (name, first day, last day), in the portal's time zone."""
    today = work.now.astimezone(work.config.portal.zone).date()
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return [
        (_("This month"), month, today),
        (_("Last month"), before, month - timedelta(days=1)),
        (_("This quarter"), quarter, today),
        (_("This year"), today.replace(month=1, day=1), today),
    ]


def staff_badge(work: Work) -> Badge | None:
    """Requests that nobody has dealt with."""
    if not work.may(ANSWER):
        return None
    count = work.session.scalar(select(func.count()).select_from(OriginalsRequest).where(OriginalsRequest.state == "asked")) or 0
    return Badge(count, "new", ngettext("request for originals waits", "requests for originals wait", count)) if count else None


def state_words(state: str) -> str:
    """A state in words."""
    return _(originals.STATES[state])
