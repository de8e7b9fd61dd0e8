"""Announcements are made by staff and by the ERP's stock, and end. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from sqlalchemy import func, select, update

from b2bkit import NotFound, Problem, Refused, Work
from b2bkit.core.audit.service import record
from b2bkit.core.catalog.models import Product, Stock, Warehouse
from b2bkit.core.db.hold import hold
from b2bkit.core.db.types import Quantity, new_id
from b2bkit.core.erp.events import DataTold
from b2bkit.core.i18n import _
from b2bkit.plugins.availability.models import Announcement, StockState
from b2bkit.plugins.availability.settings import AvailabilitySettings

if TYPE_CHECKING:
    from b2bkit.plugins.availability.plugin import AvailabilityPlugin

WRITE: Final = "availability.announce"
TELL: Final = "availability.tell"
AT_ONCE: Final = 200  # announcements in one job
_BATCH: Final = 500


def settings_of(work: Work) -> AvailabilitySettings:
    """The plugin's settings."""
    return cast("AvailabilityPlugin", work.kit.plugins["availability"]).own


def announce(work: Work, *, article: str, kind: str, on: date | None = None, amount: Decimal | None = None, note: str = "") -> UUID:
    """Staff say something of a product; what was said of it before ends. Returns the id. Refused with every problem, by field."""
    work.require(WRITE)
    product_id = work.session.scalar(select(Product.id).where(Product.article == article.strip(), Product.active.is_(True)).limit(1))
    problems = _wrong(work, kind, on, note)
    if product_id is None:
        problems.insert(0, Problem("article", _("There is no product with this article that is sold."), "article"))
    if problems or product_id is None:
        raise Refused(problems)
    hold(work.session, Product, product_id)
    end_of(work, [product_id])
    until = _end_of_day(work, on + timedelta(days=settings_of(work).days)) if on is not None and kind == "expected" else None
    made = _row(work, product_id, kind, source="staff", until=until)
    made |= {"on": on if kind == "expected" else None, "amount": amount if kind == "expected" else None, "note": note.strip()}
    work.session.insert_rows(Announcement, [made])
    record(work, action="availability.announced", entity="product", entity_id=product_id, details={"kind": kind, "on": str(on or "")})
    _spread(work, [made["id"]])
    return cast(UUID, made["id"])


def _wrong(work: Work, kind: str, on: date | None, note: str) -> list[Problem]:
    problems = []
    if kind not in ("expected", "back", "low"):
        problems.append(Problem("kind", _("Choose what is announced."), "kind"))
    if kind == "expected" and on is None:
        problems.append(Problem("on_missing", _("Say from which day it is expected."), "on"))
    if kind == "expected" and on is not None and on < work.now.astimezone(work.config.portal.zone).date():
        problems.append(Problem("on_past", _("This day has passed."), "on"))
    if len(note) > 500:
        problems.append(Problem("note_long", _("At most {most} characters fit here.").format(most=500), "note"))
    return problems


def _end_of_day(work: Work, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=work.config.portal.zone)


def _row(work: Work, product_id: UUID, kind: str, *, source: str, until: datetime | None) -> dict[str, Any]:
    return {
        "id": new_id(), "product_id": product_id, "kind": kind, "source": source, "on": None, "amount": None, "note": "",
        "made_by": work.actor.user_id, "made_at": work.now, "until": until, "ended_at": None,
    }  # fmt: skip


def end(work: Work, *, announcement_id: UUID) -> None:
    """Staff end an announcement. Twice is once; NotFound for one that is not there."""
    work.require(WRITE)
    row = work.session.scalars(select(Announcement).where(Announcement.id == announcement_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("announcement")
    if row.ended_at is None:
        row.ended_at = work.now
        work.session.flush()
        record(work, action="availability.ended", entity="product", entity_id=row.product_id, details={"kind": row.kind})
        work.signal("availability", row.product_id, staff=True)


def end_of(work: Work, products: Sequence[UUID], kinds: Sequence[str] = ("expected", "back", "low")) -> None:
    """What is said of these products ends."""
    for start in range(0, len(products), _BATCH):
        part = products[start : start + _BATCH]
        mine = (Announcement.product_id.in_(part), Announcement.ended_at.is_(None), Announcement.kind.in_(kinds))
        rows = work.session.scalars(select(Announcement).where(*mine)).all()
        for row in rows:
            row.ended_at = work.now
    work.session.flush()


def _spread(work: Work, ids: Sequence[UUID]) -> None:
    if settings_of(work).tell:
        for start in range(0, len(ids), AT_ONCE):
            work.enqueue(TELL, announcements=[str(one) for one in ids[start : start + AT_ONCE]])
    work.signal("availability", "", staff=True)


# the ERP's stock


def follow(work: Work, event: DataTold) -> None:
    """Subscriber: the stock was told. What has come back or runs out is announced; told again it finds nothing new.

    The first time nothing is announced: a portal that has just got its stock has no news of it.
    """
    if event.kind != "stock":
        return
    before = {row[0]: row[1] for row in work.session.execute(select(StockState.product_id, StockState.state))}
    now = _states(work)
    changed = {id_: state for id_, state in now.items() if before.get(id_) != state}
    _keep(work, changed, before.keys())
    if not before or not changed:
        return
    end_of(work, [id_ for id_, state in changed.items() if state == "out"], ("back", "low"))
    end_of(work, [id_ for id_, state in changed.items() if state == "in"], ("low", "expected"))
    end_of(work, [id_ for id_, state in changed.items() if state == "low"], ("back", "expected"))
    _say(work, {id_: said for id_, state in changed.items() if (said := _news(before.get(id_), state))})


def _news(before: str | None, now: str) -> str:
    """What is said of a change; "": nothing. A product that was never seen is new, which is no news of its stock."""
    if before == "out" and now in ("in", "low"):
        return "back"
    return "low" if before == "in" and now == "low" else ""


def _say(work: Work, found: dict[UUID, str]) -> None:
    wanted = settings_of(work).stock
    until = work.now + timedelta(days=settings_of(work).days)
    said = {id_: kind for id_, kind in found.items() if kind in wanted}
    standing = set[UUID]()
    ids = list(said)
    for start in range(0, len(ids), _BATCH):
        mine = (Announcement.product_id.in_(ids[start : start + _BATCH]), Announcement.ended_at.is_(None))
        standing |= set(work.session.scalars(select(Announcement.product_id).where(*mine)))
    rows = [_row(work, id_, kind, source="stock", until=until) for id_, kind in said.items() if id_ not in standing]
    work.session.insert_rows(Announcement, rows)
    if rows:
        _spread(work, [row["id"] for row in rows])


def _states(work: Work) -> dict[UUID, str]:
    """How each product that is sold stands now; one that has no stock told of it is out."""
    free = select(Stock.product_id, func.sum(Stock.quantity, type_=Quantity).label("free"))
    free = free.join(Warehouse, Warehouse.id == Stock.warehouse_id).where(Warehouse.active).group_by(Stock.product_id)
    there = free.subquery()
    statement = select(Product.id, Product.minimum, there.c.free).outerjoin(there, there.c.product_id == Product.id)
    low = settings_of(work).low
    rows = work.session.execute(statement.where(Product.active.is_(True)))
    return {id_: _state(quantity or Decimal(0), least, low) for id_, least, quantity in rows}


def _state(free: Decimal, least: Decimal, low: int) -> str:
    if free < least:
        return "out"
    return "low" if free < least * low else "in"


def _keep(work: Work, changed: dict[UUID, str], known: Any) -> None:
    fresh = [{"product_id": id_, "state": state} for id_, state in changed.items() if id_ not in known]
    work.session.insert_rows(StockState, fresh)
    for state in ("in", "low", "out"):
        moved = [id_ for id_, now in changed.items() if now == state and id_ in known]
        for start in range(0, len(moved), _BATCH):
            mine = StockState.product_id.in_(moved[start : start + _BATCH])
            work.session.execute(update(StockState).where(mine).values(state=state), execution_options={"synchronize_session": False})


def expire(work: Work) -> None:
    """Job: announcements whose time is over end."""
    over = select(Announcement).where(Announcement.ended_at.is_(None), Announcement.until < work.now).limit(_BATCH)
    for row in work.session.scalars(over):
        row.ended_at = work.now
    work.session.flush()
