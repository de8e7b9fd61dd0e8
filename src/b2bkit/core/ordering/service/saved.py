"""Carts put aside under a name: drafts go back into the cart once, templates are ordered from again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, update

from b2bkit.core.accounts.models import User
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import Conflict, NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.ordering.models import SavedCart, SavedCartLine
from b2bkit.core.ordering.service import cart as carts
from b2bkit.core.ordering.service.contract import own_terms
from b2bkit.core.ordering.service.filling import Asked, add_lines, clear, storable, stored_base
from b2bkit.core.ordering.service.goods import look_up
from b2bkit.core.ordering.service.lines import Line, Sums, Wanted, appraise, sums_of
from b2bkit.core.work import Work

Kind = Literal["draft", "template"]
MOST: Final = 200  # of a company
NAME: Final = 100
_UNSYNCED = {"synchronize_session": False}


class SavedRow(NamedTuple):
    """A saved cart in the list; `mine`: the actor made it."""

    id: UUID
    kind: str
    name: str
    shared: bool
    updated_at: datetime
    person: str
    lines: int
    mine: bool


@dataclass(frozen=True, slots=True)
class SavedView:
    """A saved cart at this moment's prices: lines by their ids. Of goods that the contract does not have nothing is told but that."""

    saved: SavedCart
    person: str
    lines: Sequence[tuple[UUID, Line]]
    sums: Sums
    currency: str
    mine: bool


def list_saved(work: Work) -> list[SavedRow]:
    """One's own and those that colleagues share, latest first: one query."""
    work.require(carts.USE)
    count = select(func.count(SavedCartLine.id)).where(SavedCartLine.saved_cart_id == SavedCart.id).scalar_subquery()
    statement = select(
        SavedCart.id, SavedCart.kind, SavedCart.name, SavedCart.shared, SavedCart.updated_at, User.name, count, SavedCart.user_id
    ).join(User, User.id == SavedCart.user_id)
    rows = work.session.execute(statement.order_by(SavedCart.updated_at.desc(), SavedCart.id).limit(MOST))
    return [SavedRow._make((*row[:7], row[7] == work.actor.user_id)) for row in rows]


def show(work: Work, saved_cart_id: UUID) -> SavedView:
    """One of them. NotFound for one that is absent, another company's, or a colleague's own."""
    work.require(carts.USE)
    row = work.session.execute(
        select(SavedCart, User.name).join(User, User.id == SavedCart.user_id).where(SavedCart.id == saved_cart_id)
    ).one_or_none()
    if row is None:
        raise NotFound("saved cart")
    saved, person = row
    terms = own_terms(work)
    wanted = _wanted(work, saved_cart_id) if terms is not None else []
    lines = appraise(work, terms.contract_id, [one._replace(line_id=None) for one in wanted]) if terms is not None else []
    pairs = [(one.line_id, line) for one, line in zip(wanted, lines, strict=True) if one.line_id is not None]
    currency = terms.currency if terms is not None else ""
    return SavedView(saved, person, pairs, sums_of(lines), currency, saved.user_id == work.actor.user_id)


def save(work: Work, *, name: str, kind: Kind, shared: bool) -> UUID:
    """Puts the cart aside: a draft takes its lines out of the cart, a template leaves them. Raises Refused for an empty cart or name."""
    work.require(carts.USE)
    terms = carts.require_terms(work)
    cart = carts.find(work, terms)
    wanted = carts.wanted_in(work, cart.id) if cart is not None else []
    if not wanted:
        raise Refused(Problem("ordering.nothing_to_save", _("The cart is empty: there is nothing to save.")))
    name = _named(name)
    if (work.session.scalar(select(func.count(SavedCart.id))) or 0) >= MOST:
        said = _("%(most)d saved carts are kept. Delete those that nobody needs.") % {"most": MOST}
        raise Refused(Problem("ordering.too_many_saved", said))
    saved_id = new_id()
    whose = {"company_id": terms.company_id}
    row = {
        **whose, "id": saved_id, "user_id": work.actor.user_id, "kind": kind, "name": name, "shared": shared, "version": 0,
        "created_at": work.now, "updated_at": work.now,
    }  # fmt: skip
    work.session.insert_rows(SavedCart, [row])
    goods = look_up(work, [line.product_id for line in wanted], stock=False)
    work.session.insert_rows(
        SavedCartLine,
        [
            {
                **whose, "saved_cart_id": saved_id, "product_id": line.product_id, "unit": line.unit, "quantity": line.quantity,
                "base_quantity": stored_base(line.quantity, goods[line.product_id].rules.factor(line.unit)), "position": position,
            }
            for position, line in enumerate(wanted, start=1)
        ],
    )  # fmt: skip
    if kind == "draft":
        clear(work)
    _note(work, "ordering.cart_saved", saved_id, {"name": name, "kind": kind, "shared": shared})
    return saved_id


def put_in(work: Work, saved_cart_id: UUID) -> int:
    """Puts its goods into the cart on top of what is there, at the prices of now; gives how many were left out because they are not sold.

    A draft of which nothing was left out is gone then; a template stays.
    """
    saved = _take(work, saved_cart_id)
    columns = (SavedCartLine.product_id, SavedCartLine.unit, SavedCartLine.quantity, SavedCartLine.base_quantity)
    rows = work.session.execute(select(*columns).where(SavedCartLine.saved_cart_id == saved_cart_id).order_by(SavedCartLine.position))
    _shown, left = add_lines(work, [Asked(*row) for row in rows])
    if saved.kind == "draft" and not left:
        work.session.execute(delete(SavedCart).where(SavedCart.id == saved_cart_id))
    return len(left)


def change(
    work: Work, saved_cart_id: UUID, *, name: str, shared: bool, quantities: Mapping[UUID, Decimal | None], version: int | None = None
) -> None:
    """Renames, shares, and sets quantities by line; None takes a line out. Conflict when it was changed since `version` was shown.

    Who made it alone decides whether it is shared.
    """
    saved = _take(work, saved_cart_id, version)
    values: dict[str, object] = {"name": _named(name), "version": SavedCart.version + 1, "updated_at": work.now}
    if saved.user_id == work.actor.user_id:
        values["shared"] = shared
    work.session.execute(update(SavedCart).where(SavedCart.id == saved_cart_id).values(values), execution_options=_UNSYNCED)
    for line in _wanted(work, saved_cart_id):
        if line.line_id is not None and quantities.get(line.line_id, line.quantity) != line.quantity:
            _set(work, line, quantities[line.line_id])
    _note(work, "ordering.saved_cart_changed", saved_cart_id, {"name": name})


def remove(work: Work, saved_cart_id: UUID) -> None:
    """Deletes it. NotFound as in `show`."""
    saved = _take(work, saved_cart_id)
    name = saved.name
    work.session.execute(delete(SavedCart).where(SavedCart.id == saved_cart_id))
    _note(work, "ordering.saved_cart_deleted", saved_cart_id, {"name": name})


def _wanted(work: Work, saved_cart_id: UUID) -> list[Wanted]:
    columns = (SavedCartLine.product_id, SavedCartLine.unit, SavedCartLine.quantity, SavedCartLine.id)
    rows = work.session.execute(select(*columns).where(SavedCartLine.saved_cart_id == saved_cart_id).order_by(SavedCartLine.position))
    return [Wanted(product_id, unit, quantity, None, line_id) for product_id, unit, quantity, line_id in rows]


def _set(work: Work, line: Wanted, quantity: Decimal | None) -> None:
    mine = SavedCartLine.id == line.line_id
    if quantity is None:
        work.session.execute(delete(SavedCartLine).where(mine))
        return
    storable(quantity)
    goods = look_up(work, [line.product_id], stock=False).get(line.product_id)
    base = stored_base(quantity, goods.rules.factor(line.unit) if goods is not None else None)
    values = {"quantity": quantity, "base_quantity": base}
    work.session.execute(update(SavedCartLine).where(mine).values(**values), execution_options=_UNSYNCED)


def _take(work: Work, saved_cart_id: UUID, version: int | None = None) -> SavedCart:
    work.require(carts.USE)
    statement = select(SavedCart).where(SavedCart.id == saved_cart_id).with_for_update().execution_options(populate_existing=True)
    saved = work.session.scalars(statement).one_or_none()
    if saved is None:
        raise NotFound("saved cart")
    if version is not None and saved.version != version:
        raise Conflict(Problem("ordering.saved_changed", _("A colleague or another tab changed it meanwhile. It is shown as it is now.")))
    return saved


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused(Problem("ordering.saved_name", _("Give it a name by which you find it again."), "name"))
    return name[:NAME]


def _note(work: Work, action: str, saved_cart_id: UUID, details: Mapping[str, object]) -> None:
    record(work, action=action, entity="saved_cart", entity_id=saved_cart_id, company_id=work.actor.company_id, details=details)
