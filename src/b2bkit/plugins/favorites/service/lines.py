"""Lines of a list: what is in it at this moment's prices, and every change of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update

from b2bkit import Follower, NotFound, Problem, Refused, Work
from b2bkit.core.accounts.models import User
from b2bkit.core.catalog.goods import Good
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.quantities import base_quantity, check_quantity, plain, start_of
from b2bkit.core.catalog.service import session_terms, visible, visible_goods
from b2bkit.core.catalog.units import counted, unit_label
from b2bkit.core.db.types import new_id
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service.filling import storable
from b2bkit.plugins.favorites.models import FavoriteLine, FavoriteList
from b2bkit.plugins.favorites.service.lists import UNSYNCED, ListRow, find, own, settings_of, take

Way = Literal["up", "down"]


class LineView(NamedTuple):
    """A line of a list that the actor may see. `quantity` in `unit` is what would be ordered, `typed` what was kept ("" for the least);
    `price` per base unit at this quantity; `why_not`: why it cannot be ordered, "" where it can.
    """

    id: UUID
    good: Good
    unit: str
    quantity: Decimal
    typed: str
    base: Decimal
    price: Decimal | None
    note: str
    changed_by: str
    changed_at: datetime
    why_not: str

    @property
    def units(self) -> list[tuple[str, str]]:
        """Units to choose from, the one that is not sold any more included."""
        rules = self.good.rules
        units = rules.units if self.unit in rules.units else (self.unit, *rules.units)
        return [(unit, unit_label(rules.spelt(unit))) for unit in units]

    @property
    def said(self) -> str:
        """The amount as people say it."""
        return counted(self.quantity, self.good.rules.spelt(self.unit))

    @property
    def in_stock(self) -> str:
        """All that is in stock, in base units, as people say it."""
        return counted(self.good.available, self.good.rules.spelt())


class Item(NamedTuple):
    """What is put into a list; without a quantity the one that is there stays."""

    product_id: UUID
    unit: str = ""
    quantity: Decimal | None = None
    note: str = ""


class Edit(NamedTuple):
    """What was typed in a line; no quantity means the least that can be ordered."""

    line_id: UUID
    unit: str
    quantity: Decimal | None
    note: str


_COLUMNS = (
    FavoriteLine.id, FavoriteLine.product_id, FavoriteLine.unit, FavoriteLine.quantity, FavoriteLine.note,
    func.coalesce(User.name, ""), FavoriteLine.changed_at,
)  # fmt: skip


def lines_of(work: Work, list_id: UUID) -> list[LineView]:
    """The lines that the actor may see, in their order, with prices and stock of now: four statements."""
    statement = select(*_COLUMNS).outerjoin(User, User.id == FavoriteLine.changed_by).where(FavoriteLine.list_id == list_id)
    rows = work.session.execute(statement.order_by(FavoriteLine.position, FavoriteLine.id)).all()
    goods = visible_goods(work, [row[1] for row in rows], session_terms(work))
    return [_view(work, goods[row[1]], *row) for row in rows if row[1] in goods]


def _view(
    work: Work, good: Good, line_id: UUID, _product: UUID, unit: str, quantity: Decimal | None, note: str, person: str, at: datetime
) -> LineView:
    least = start_of(good.rules)
    shown = (unit or least[0], least[1] if not unit or unit == least[0] else Decimal(1)) if quantity is None else (unit, quantity)
    factor = good.rules.factor(shown[0])
    base = base_quantity(shown[1], factor) if factor is not None else Decimal(0)
    step = good.table.at(base)
    why = _why_not(work, good, shown[0], shown[1], base)
    typed = "" if quantity is None else plain(quantity)
    return LineView(line_id, good, *shown, typed, base, step.price if step else None, note, person, at, why)


def _why_not(work: Work, good: Good, unit: str, quantity: Decimal, base: Decimal) -> str:
    if work.actor.contract_id is None:
        return _("Choose a contract first: orders are placed under one.")
    wrong = check_quantity(good.rules, unit, quantity)
    if wrong is not None:
        return wrong.sentence
    if not good.table.steps:
        return _("The price is on request: ask your manager, then it can be ordered.")
    if good.table.at(base) is None:
        least = counted(good.table.steps[0].min_quantity, good.rules.spelt())
        return _("Prices begin at %(quantity)s.") % {"quantity": least}
    return ""


def put(work: Work, list_id: UUID, items: Sequence[Item], version: int | None = None) -> int:
    """Puts products into a list, each once: one that is there gets the quantity and note that are given. Gives how many are new.

    Products that the actor may not see are left out; NotFound when none is left. Raises as `take`; Refused when it would hold too many.
    """
    seen = set(work.session.scalars(_visible(work, [one.product_id for one in items]))) if items else set()
    wanted = {one.product_id: one for one in items if one.product_id in seen}
    if not wanted:
        raise NotFound("product")
    for one in wanted.values():
        if one.quantity is not None:
            storable(one.quantity)
    take(work, list_id, version)
    there = select(FavoriteLine.product_id, FavoriteLine.id).where(FavoriteLine.list_id == list_id)
    known = {row[0]: row[1] for row in work.session.execute(there)}
    fresh = [one for id_, one in wanted.items() if id_ not in known]
    most = settings_of(work).most_lines
    if fresh and len(known) + len(fresh) > most:
        told = _("A list holds %(most)d products. Begin another one.") % {"most": most}
        raise Refused(Problem("favorites.too_many_lines", told, "list"))
    for id_, one in wanted.items():
        if id_ in known and (one.quantity is not None or one.note):
            _write(work, known[id_], one)
    _append(work, list_id, fresh)
    return len(fresh)


def _visible(work: Work, ids: Iterable[UUID]) -> Select[UUID]:
    return select(Product.id).where(Product.id.in_(list(ids)), visible(work))


def _write(work: Work, line_id: UUID, one: Item) -> None:
    values: dict[str, object] = {"changed_by": work.actor.user_id, "changed_at": work.now}
    if one.quantity is not None:
        values |= {"unit": one.unit, "quantity": one.quantity}
    if one.note:
        values["note"] = one.note
    work.session.execute(update(FavoriteLine).where(FavoriteLine.id == line_id).values(values), execution_options=UNSYNCED)


def _append(work: Work, list_id: UUID, items: Sequence[Item]) -> None:
    last = work.session.scalar(select(func.max(FavoriteLine.position)).where(FavoriteLine.list_id == list_id)) or 0
    common = {"company_id": work.actor.company_id, "list_id": list_id, "changed_by": work.actor.user_id, "changed_at": work.now}
    rows = [
        {**common, "id": new_id(), "product_id": one.product_id, "position": last + number, "unit": one.unit, "quantity": one.quantity,
         "note": one.note}
        for number, one in enumerate(items, start=1)
    ]  # fmt: skip
    work.session.insert_rows(FavoriteLine, rows)


def save(work: Work, list_id: UUID, edits: Sequence[Edit], version: int | None = None) -> ListRow:
    """Writes what was typed into lines; gives the list with its new version. Raises as `take`; Refused for what cannot be kept."""
    for edit in edits:
        if edit.quantity is not None:
            storable(edit.quantity)
    row = take(work, list_id, version)
    columns = (FavoriteLine.id, FavoriteLine.unit, FavoriteLine.quantity, FavoriteLine.note)
    known = {one[0]: one for one in work.session.execute(select(*columns).where(FavoriteLine.list_id == list_id))}
    for edit in edits:
        before = known.get(edit.line_id)
        if before is None or tuple(before) == tuple(edit):
            continue
        if edit.quantity is None and before[2] is None and edit.note == before[3]:
            continue  # the unit of a quantity that is not there
        values: dict[str, object] = {"unit": edit.unit, "quantity": edit.quantity, "note": edit.note}
        values |= {"changed_by": work.actor.user_id, "changed_at": work.now}
        work.session.execute(update(FavoriteLine).where(FavoriteLine.id == edit.line_id).values(values), execution_options=UNSYNCED)
    return row


def move(work: Work, list_id: UUID, line_id: UUID, way: Way) -> None:
    """Moves a line past the next one that the actor sees; at the end nothing happens. Raises as `take`, NotFound for a line of no list."""
    take(work, list_id)
    columns = (FavoriteLine.id, FavoriteLine.product_id)
    rows = work.session.execute(
        select(*columns).where(FavoriteLine.list_id == list_id).order_by(FavoriteLine.position, FavoriteLine.id)
    ).all()
    order, seen = [row[0] for row in rows], set(work.session.scalars(_visible(work, [row[1] for row in rows])))
    shown = [row[0] for row in rows if row[1] in seen]
    if line_id not in shown:
        raise NotFound("line")
    place = shown.index(line_id) + (-1 if way == "up" else 1)
    if not 0 <= place < len(shown):
        return
    other = shown[place]
    order.remove(line_id)
    order.insert(order.index(other) + (0 if way == "up" else 1), line_id)
    for position, id_ in enumerate(order, start=1):
        work.session.execute(update(FavoriteLine).where(FavoriteLine.id == id_).values(position=position), execution_options=UNSYNCED)


def drop(work: Work, list_id: UUID, line_ids: Collection[UUID], version: int | None = None) -> None:
    """Takes lines out; what is not there any more is no mistake. Raises as `take`."""
    take(work, list_id, version)
    for line_id in line_ids:
        work.session.execute(delete(FavoriteLine).where(FavoriteLine.list_id == list_id, FavoriteLine.id == line_id))


def drop_product(work: Work, list_id: UUID, product_id: UUID) -> None:
    """Takes a product out. NotFound for one that is not there or that the actor may not see."""
    find(work, list_id)
    mine = select(FavoriteLine.id).join(Product, Product.id == FavoriteLine.product_id)
    line_id = work.session.scalar(mine.where(FavoriteLine.list_id == list_id, FavoriteLine.product_id == product_id, visible(work)))
    if line_id is None:
        raise NotFound("line")
    drop(work, list_id, [line_id])


# stars


class Starred(NamedTuple):
    """A product that the actor may see, and whether he starred it."""

    id: UUID
    name: str
    on: bool


def stars(work: Work, product_ids: Collection[UUID]) -> list[Starred]:
    """Of these products those that the actor may see, with their stars: one statement."""
    mine = (FavoriteList.kind == "main", FavoriteList.user_id == work.actor.user_id)
    there = select(FavoriteLine.product_id).join(FavoriteList, FavoriteList.id == FavoriteLine.list_id).where(*mine)
    statement = select(Product.id, Product.name, Product.id.in_(there)).where(Product.id.in_(list(product_ids)), visible(work))
    return [Starred(row[0], row[1], bool(row[2])) for row in work.session.execute(statement)]


def star(work: Work, product_id: UUID, *, on: bool) -> Starred:
    """Puts a product among the actor's favourites or takes it out; the same again is the same. NotFound for one that is not visible."""
    found = stars(work, [product_id])
    if not found:
        raise NotFound("product")
    if found[0].on != on:
        main = own(work, "main")
        if on:
            put(work, main, [Item(product_id)])
        else:
            drop_product(work, main, product_id)
    return found[0]._replace(on=on)


def followers(work: Work, product_ids: Collection[UUID]) -> Iterable[Follower]:
    """Who keeps these products in a list that he made, of whatever kind; lists know no contract."""
    columns = (FavoriteList.user_id, FavoriteList.company_id, FavoriteLine.product_id)
    statement = select(*columns).join(FavoriteLine, FavoriteLine.list_id == FavoriteList.id).distinct()
    kept = (FavoriteLine.product_id.in_(product_ids), FavoriteList.user_id.is_not(None))
    return [Follower(user, company, None, product) for user, company, product in work.session.execute(statement.where(*kept)) if user]
