"""Papers as a client searches them, and one of them with its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from b2bkit.core.accounts.models import Contract, LegalEntity
from b2bkit.core.errors import NotFound, Problem
from b2bkit.core.i18n import N_, _
from b2bkit.core.ordering.models import Order
from b2bkit.core.settlements.models import Paper, PaperLine
from b2bkit.core.web.errors import BadRequest
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit.core.work import Work

SEE: Final = "settlements.papers"
KINDS: Final[Mapping[str, str]] = {
    "invoice": N_("Invoice for payment"),
    "shipment": N_("Shipment"),
    "tax_invoice": N_("Tax invoice"),
    "act": N_("Act"),
    "correction": N_("Correction"),
    "reconciliation": N_("Act of reconciliation"),
    "other": N_("Other paper"),
}
_KEY: Final = (str, UUID)


class PaperFound(NamedTuple):
    """A paper in the list."""

    id: UUID
    kind: str
    number: str
    on: date
    legal_entity: str
    order_id: UUID | None
    order_number: str | None
    currency: str
    total: Decimal
    vat: Decimal
    due_on: date | None
    status: str
    as_of: datetime


class Line(NamedTuple):
    """A line of a paper."""

    position: int
    product_id: UUID | None
    name: str
    unit: str
    quantity: Decimal
    price: Decimal
    total: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper with its lines and the contract it belongs to."""

    paper: PaperFound
    contract: str
    period: tuple[date, date] | None
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is searched for; empty fields restrict nothing.

    text         part of the paper's number or of its order's
    least, most  of its sum, both counted in
    """

    kind: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None
    company_id: UUID | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    order_id: UUID | None = None

    @property
    def asked(self) -> bool:
        """Whether anything restricts the list."""
        return any(getattr(self, name) not in ("", None) for name in self.__slots__)


_ROWS = (
    select(
        Paper.id, Paper.kind, Paper.number, Paper.on, LegalEntity.name, Paper.order_id, Order.number, Paper.currency, Paper.total,
        Paper.vat,
        Paper.due_on, Paper.status, Paper.as_of,
    )
    .join(LegalEntity, LegalEntity.id == Paper.legal_entity_id)
    .outerjoin(Order, Order.id == Paper.order_id)
    .where(Paper.active.is_(True))
)  # fmt: skip


def find_papers(work: Work, wanted: Wanted, *, at: str | None = None, size: int = 30) -> Slice[PaperFound]:
    """A page of the papers that the actor may see, newest first; one statement. `at`: a cursor of the page before."""
    work.require(SEE)
    cursor = Cursor.decode(at, _KEY)
    statement = _ROWS.where(*conditions(wanted))
    backwards = cursor is not None and cursor.backwards
    if cursor is not None:
        statement = statement.where(_beyond(cursor))
    order = (Paper.on.asc(), Paper.id.asc()) if backwards else (Paper.on.desc(), Paper.id.desc())
    rows = [PaperFound._make(row) for row in work.session.execute(statement.order_by(*order).limit(size + 1))]
    return slice_of(rows, size, cursor, lambda row: (row.on.isoformat(), row.id))


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a statement over papers and their orders (an outer join) must hold, besides that a paper is active."""
    found: list[ColumnElement[bool]] = []
    if wanted.company_id is not None:
        found.append(Paper.company_id == wanted.company_id)
    if wanted.kind:
        found.append(Paper.kind == wanted.kind)
    if wanted.order_id is not None:
        found.append(Paper.order_id == wanted.order_id)
    if wanted.least is not None:
        found.append(Paper.total >= wanted.least)
    if wanted.most is not None:
        found.append(Paper.total <= wanted.most)
    if wanted.since is not None:
        found.append(Paper.on >= wanted.since)
    if wanted.until is not None:
        found.append(Paper.on <= wanted.until)
    text = wanted.text.strip()[:50]
    if text:
        parts = ["%" + part.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%" for part in dict.fromkeys((text, text.upper()))]
        found.append(or_(*(column.like(part, escape="/") for part in parts for column in (Paper.number, Order.number, Order.erp_number))))
    return found


def _beyond(cursor: Cursor) -> ColumnElement[bool]:
    day, paper_id = cursor.values
    try:
        on = date.fromisoformat(str(day))
    except ValueError:
        raise BadRequest(Problem("bad_cursor", _("This place in the list is not known. Start from the first page."), "after")) from None
    if cursor.backwards:
        return or_(Paper.on > on, and_(Paper.on == on, Paper.id > paper_id))
    return or_(Paper.on < on, and_(Paper.on == on, Paper.id < paper_id))


def paper(work: Work, paper_id: UUID) -> PaperView:
    """One paper with its lines; NotFound for one that is absent, taken back, or another company's: the same answer. Two statements."""
    work.require(SEE)
    statement: Any = _ROWS.outerjoin(Contract, Contract.id == Paper.contract_id)
    statement = statement.add_columns(Contract.number, Paper.period_from, Paper.period_to).where(Paper.id == paper_id)
    row = work.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("paper")
    *plain, contract, start, end = row
    columns = (
        PaperLine.position, PaperLine.product_id, PaperLine.name, PaperLine.unit, PaperLine.quantity, PaperLine.price, PaperLine.total,
        PaperLine.vat,
    )  # fmt: skip
    lines = work.session.execute(select(*columns).where(PaperLine.paper_id == paper_id).order_by(PaperLine.position))
    period = (start, end) if start is not None and end is not None else None
    return PaperView(PaperFound._make(plain), contract or "", period, [Line._make(line) for line in lines])
