"""What the ERP said while somebody was about to order: asked outside any transaction, kept for a short time, read by cart and order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from b2bkit.core.accounts.models import Contract
from b2bkit.core.db.plan import DIALECTS, one_of
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.models import Freshness, LiveAnswer
from b2bkit.core.erp.service.live import BUDGET, CAPABILITY, live_lines
from b2bkit.core.extend.things import LineAnswer, OpenWork
from b2bkit.core.pricing.models import PriceType
from b2bkit.core.work import Work

HOLDS: Final = timedelta(minutes=15)  # afterwards what flows in by itself is as good
_PRICE, _QUANTITY = Decimal("0.0001"), Decimal("0.001")


class Told(NamedTuple):
    """An answer that still holds. `quantity`: base units that it was given for; `price`, `free` None: the ERP did not say."""

    quantity: Decimal
    price: Decimal | None
    free: Decimal | None
    known: bool
    withdrawn: bool
    plain: bool
    at: datetime


def _news(kind: str) -> object:
    return select(Freshness.as_of).where(Freshness.kind == kind).scalar_subquery()


_ANSWERS = {
    dialect: select(
        LiveAnswer.product_id,
        LiveAnswer.quantity,
        LiveAnswer.price,
        LiveAnswer.free,
        LiveAnswer.known,
        LiveAnswer.withdrawn,
        LiveAnswer.plain,
        LiveAnswer.at,
        _news("prices").label("prices_as_of"),  # type: ignore[attr-defined]
        _news("stock").label("stock_as_of"),  # type: ignore[attr-defined]
    ).where(
        LiveAnswer.contract_id == bindparam("contract"), LiveAnswer.at > bindparam("since"), one_of(LiveAnswer.product_id, "ids", dialect)
    )
    for dialect in DIALECTS
}  # fmt: skip


def can_ask(work: Work) -> bool:
    """Whether this portal's ERP answers while somebody waits."""
    return CAPABILITY in work.kit.erp_can


def answers(work: Work, contract_id: UUID, product_ids: Iterable[UUID]) -> Mapping[UUID, Told]:
    """Answers that still hold: not older than a quarter of an hour, nor than what the ERP has told since. One statement, or none."""
    ids = list(dict.fromkeys(product_ids))
    if not ids or not can_ask(work):
        return {}
    values = {"contract": contract_id, "since": work.now - HOLDS, "ids": ids}
    found: dict[UUID, Told] = {}
    for product_id, *columns, prices_as_of, stock_as_of in work.session.rows(_ANSWERS[work.session.dialect], values):
        told = Told._make(columns)
        if prices_as_of is not None and prices_as_of > told.at:
            told = told._replace(price=None, known=True, withdrawn=False)
        if stock_as_of is not None and stock_as_of > told.at:
            told = told._replace(free=None)
        found[product_id] = told
    return found


def ask(open_work: OpenWork, *, contract_id: UUID, quantities: Mapping[UUID, Decimal], seconds: float = BUDGET) -> bool:
    """Asks the ERP once about all lines and keeps what it says; False when it said nothing in time, and then nothing is kept.

    open_work   opens short works as the system; none is open while the ERP is asked
    quantities  product -> base units
    """
    told = live_lines(open_work, contract_id=contract_id, quantities=quantities, seconds=seconds) if quantities else None
    if told is None:
        return False
    with open_work() as work:
        keep(work, contract_id, quantities, told)
    return True


def keep(work: Work, contract_id: UUID, quantities: Mapping[UUID, Decimal], told: Mapping[UUID, LineAnswer]) -> None:
    """Keeps answers in place of earlier ones. A price in another currency, or with VAT where ours is without, is no answer."""
    terms = work.session.execute(
        select(Contract.company_id, Contract.currency, PriceType.vat_included)
        .outerjoin(PriceType, PriceType.id == Contract.price_type_id)
        .where(Contract.id == contract_id)
    ).one()
    statement = delete(LiveAnswer).where(LiveAnswer.contract_id == contract_id, LiveAnswer.product_id.in_(told))
    work.session.execute(statement, execution_options={"synchronize_session": False})
    rows = []
    for product_id, answer in told.items():
        comparable = answer.currency in ("", terms.currency) and answer.vat_included in (None, terms.vat_included)
        price = answer.price.quantize(_PRICE, ROUND_HALF_UP) if answer.price is not None and comparable else None
        free = answer.free.quantize(_QUANTITY, ROUND_FLOOR) if answer.free is not None else None
        rows.append({
            "id": new_id(), "company_id": terms.company_id, "contract_id": contract_id, "product_id": product_id,
            "quantity": quantities[product_id], "price": price, "free": free, "known": answer.known, "withdrawn": answer.withdrawn,
            "plain": answer.plain, "at": work.now,
        })  # fmt: skip
    work.session.insert_rows(LiveAnswer, rows)


def forget_old(work: Work) -> None:
    """Job: deletes answers that hold no more."""
    statement = delete(LiveAnswer).where(LiveAnswer.at < work.now - HOLDS)
    work.session.execute(statement, execution_options={"synchronize_session": False})
