"""Announcements as people read them: of products that they see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from b2bkit import Work
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.service import visible
from b2bkit.core.catalog.units import counted, spelt
from b2bkit.core.i18n import N_, _
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit.plugins.availability.models import Announcement
from b2bkit.plugins.availability.service.tell import followers

KEY: Final = (datetime, UUID)
PAGE: Final = 30
FOLLOWED: Final = 500  # of the newest, among which one's own are looked for
KINDS: Final[Mapping[str, str]] = {"expected": N_("Expected"), "back": N_("Back in stock"), "low": N_("Runs out")}
TONES: Final[Mapping[str, tuple[str, str]]] = {
    "expected": ("info", "clock"),
    "back": ("ok", "circle-check"),
    "low": ("warn", "package-export"),
}


class Row(NamedTuple):
    """An announcement with its product."""

    id: UUID
    product_id: UUID
    product: str
    article: str
    kind: str
    source: str
    on: date | None
    amount: Decimal | None
    unit: str
    unit_code: str
    note: str
    made_at: datetime
    ended_at: datetime | None

    @property
    def amount_said(self) -> str:
        """`20 000 кг`; "" where it is not known."""
        return counted(self.amount, spelt(self.unit, self.unit_code)) if self.amount is not None else ""

    @property
    def look(self) -> tuple[str, str, str]:
        """(words, tone, icon)."""
        return (_(KINDS[self.kind]), *TONES[self.kind])


_COLUMNS: Final[tuple[Any, ...]] = (
    Announcement.id, Announcement.product_id, Product.name, Product.article, Announcement.kind, Announcement.source, Announcement.on,
    Announcement.amount, Product.unit, Product.unit_code, Announcement.note, Announcement.made_at, Announcement.ended_at,
)  # fmt: skip


def live(work: Work) -> list[ColumnElement[bool]]:
    """What stands now."""
    return [Announcement.ended_at.is_(None), or_(Announcement.until.is_(None), Announcement.until > work.now)]


def of_products(work: Work, product_ids: Sequence[UUID]) -> Mapping[UUID, Row]:
    """What stands of these products, which somebody else has found visible. One statement."""
    statement = select(*_COLUMNS).join(Product, Product.id == Announcement.product_id).where(Announcement.product_id.in_(list(product_ids)))
    return {row.product_id: row for row in map(Row._make, work.session.execute(statement.where(*live(work))))} if product_ids else {}


def feed(work: Work, *, kind: str = "", mine: bool = False, at: str | None = None, size: int = PAGE) -> Slice[Row]:
    """A page of what stands for the actor, the newest first. `mine`: of products that he watches, keeps or has in a cart."""
    cursor = Cursor.decode(at, KEY)
    statement = select(*_COLUMNS).join(Product, Product.id == Announcement.product_id).where(*live(work), visible(work))
    if kind:
        statement = statement.where(Announcement.kind == kind)
    if mine:
        statement = statement.where(Announcement.product_id.in_(followed(work)))
    return _page(work, statement, cursor, size)


def every(work: Work, *, ended: bool = False, at: str | None = None, size: int = PAGE) -> Slice[Row]:
    """For staff: what stands, or what has ended."""
    cursor = Cursor.decode(at, KEY)
    statement = select(*_COLUMNS).join(Product, Product.id == Announcement.product_id)
    return _page(work, statement.where(Announcement.ended_at.is_not(None) if ended else and_(*live(work))), cursor, size)


def _page(work: Work, statement: Any, cursor: Cursor | None, size: int) -> Slice[Row]:
    backwards = cursor is not None and cursor.backwards
    if cursor is not None:
        statement = statement.where(_beyond(cursor))
    order = [column.asc() if backwards else column.desc() for column in (Announcement.made_at, Announcement.id)]
    rows = [Row._make(row) for row in work.session.execute(statement.order_by(*order).limit(size + 1))]
    return slice_of(rows, size, cursor, lambda row: (row.made_at, row.id))


def _beyond(cursor: Cursor) -> ColumnElement[bool]:
    moment, id_ = cursor.values
    if cursor.backwards:
        return or_(Announcement.made_at > moment, and_(Announcement.made_at == moment, Announcement.id > id_))
    return or_(Announcement.made_at < moment, and_(Announcement.made_at == moment, Announcement.id < id_))


def followed(work: Work) -> list[UUID]:
    """Products of the newest announcements that the actor follows."""
    newest = select(Announcement.product_id).where(*live(work)).order_by(Announcement.made_at.desc(), Announcement.id.desc())
    ids = list(work.session.scalars(newest.limit(FOLLOWED)))
    return sorted({one.product_id for one in followers(work, ids)}) if ids else []
