"""The cart: one per person and contract. What is in it at this moment's prices, and the row for which every change waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select, update

from b2bkit.core.errors import Conflict, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.ordering.models import Cart, CartLine
from b2bkit.core.ordering.service.contract import Terms, own_terms
from b2bkit.core.ordering.service.lines import Line, Sums, Wanted, appraise, sums_of
from b2bkit.core.ordering.service.news import news_of
from b2bkit.core.work import Work

MAX_LINES = 300
USE = "ordering.cart"


class CartRow(NamedTuple):
    """A cart's own row."""

    id: UUID
    version: int
    contract_id: UUID


@dataclass(frozen=True)
class CartView:
    """A cart with this moment's prices and stock. `version` is sent back with every change; without `terms` nothing can be ordered."""

    terms: Terms | None
    version: int
    lines: Sequence[Line]
    sums: Sums
    seen_total: Decimal | None = None

    @property
    def currency(self) -> str:
        """Of all sums."""
        return self.terms.currency if self.terms is not None else ""

    @cached_property
    def changed(self) -> list[Line]:
        """Lines that differ from what the buyer saw and wait to be accepted."""
        return [line for line in self.lines if line.differs]

    @cached_property
    def news(self) -> str:
        """A sign of all that differs now: what is accepted is what was shown."""
        return news_of(self.lines)

    @cached_property
    def wrong(self) -> list[Line]:
        """Lines whose quantity or unit will not do."""
        return [line for line in self.lines if line.problem is not None]

    @cached_property
    def short(self) -> list[Line]:
        """Lines of which less is in stock than wanted: said, and no hindrance."""
        return [line for line in self.lines if line.short]

    @property
    def seen_sums(self) -> Decimal | None:
        """The sum with VAT as it was last seen, where it differs from now."""
        return self.seen_total if self.seen_total is not None and self.seen_total != self.sums.total else None

    @cached_property
    def unpriced(self) -> list[Line]:
        """Lines that cannot be ordered because no price is known."""
        return [line for line in self.lines if line.visible and line.price is None and line.problem is None]


_CART = select(Cart.id, Cart.version, Cart.contract_id).where(Cart.user_id == bindparam("user"), Cart.contract_id == bindparam("contract"))
_SEEN = select(Cart.total).where(Cart.id == bindparam("cart"))
_LINES = (
    select(CartLine.product_id, CartLine.unit, CartLine.quantity, CartLine.seen_price, CartLine.id, CartLine.seen_free)
    .where(CartLine.cart_id == bindparam("cart"))
    .order_by(CartLine.position, CartLine.id)
)


def require_terms(work: Work) -> Terms:
    """The session's contract; raises Refused where there is none to order under."""
    terms = own_terms(work)
    if terms is None:
        raise Refused(
            Problem("ordering.no_contract", _("Your company has no active contract. Ask your manager: without one nothing can be ordered."))
        )
    return terms


def find(work: Work, terms: Terms) -> CartRow | None:
    """The actor's cart under this contract."""
    row = work.session.execute(_CART, {"user": work.actor.user_id, "contract": terms.contract_id}).one_or_none()
    return None if row is None else CartRow._make(row)


def wanted_in(work: Work, cart_id: UUID) -> list[Wanted]:
    """The lines of a cart in their order."""
    return [Wanted._make(row) for row in work.session.execute(_LINES, {"cart": cart_id})]


def view(work: Work) -> CartView:
    """The actor's cart under the contract of the session; an empty one when nothing was put in yet or there is no contract."""
    work.require(USE)
    terms = own_terms(work)
    return CartView(None, 0, (), sums_of(())) if terms is None else view_under(work, terms)


def view_under(work: Work, terms: Terms) -> CartView:
    cart = find(work, terms)
    if cart is None:
        return CartView(terms, 0, (), sums_of(()))
    lines = appraise(work, terms.contract_id, wanted_in(work, cart.id))
    return CartView(terms, cart.version, lines, sums_of(lines), work.session.scalar(_SEEN, {"cart": cart.id}))


# the row that everything waits for

_UNSYNCED = {"synchronize_session": False}


def take(work: Work, cart_id: UUID, version: int | None) -> int:
    """Locks a cart and raises its version; returns the new one. Conflict when it is not at `version` any more."""
    statement = update(Cart).where(Cart.id == cart_id)
    if version is not None:
        statement = statement.where(Cart.version == version)
    raised = statement.values(version=Cart.version + 1, updated_at=work.now).returning(Cart.version)
    done = work.session.execute(raised, execution_options=_UNSYNCED).scalar_one_or_none()
    if done is None:
        raise Conflict(
            Problem("ordering.cart_changed", _("The cart was changed in another tab. It is shown as it is now; what you entered is kept."))
        )
    return done
