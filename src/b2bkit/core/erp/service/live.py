"""Asking the ERP while a person waits: once for all lines, within a budget, and silence is an answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.models import Contract
from b2bkit.core.erp.service.refs import ref_of, refs_for
from b2bkit.core.extend.things import AsksLines, LineAnswer, LineQuestion, OpenWork
from b2bkit.core.work import Work

log = logging.getLogger("b2bkit.erp")
CAPABILITY: Final = "lines.live"
BUDGET: Final = 1.5  # seconds: a buyer at the checkout waits no longer
_UNKNOWN: Final = LineAnswer(known=False)
LATE: Final = 0.25  # what a gateway may take on top of its time before it is named in the log


class _Asked(NamedTuple):
    gateway: AsksLines
    system: str
    refs: Mapping[UUID, str]
    contract_ref: str
    price_type_ref: str


def live_lines(
    open_work: OpenWork, *, contract_id: UUID, quantities: Mapping[UUID, Decimal], seconds: float = BUDGET
) -> Mapping[UUID, LineAnswer] | None:
    """Prices and free stock as the ERP has them now: product -> answer; None when it cannot be asked or says nothing in time.

    quantities   product -> base units

    Opens a short work for references and none while the ERP is asked. Products that the ERP has no reference for are absent from the
    answer; those that it says not to know any more come as `known=False`. Whatever a gateway raises is logged and counts as silence:
    nobody's order depends on it.
    """
    began = time.monotonic()
    with open_work(write=False) as work:
        asked = _prepare(work, contract_id, quantities)
    if asked is None:
        return None
    questions = [LineQuestion(ref, quantities[product_id]) for product_id, ref in asked.refs.items()]
    left = max(seconds - (time.monotonic() - began), 0.0)
    try:
        told = asked.gateway.ask_lines(
            open_work, questions, contract_ref=asked.contract_ref, price_type_ref=asked.price_type_ref, seconds=left
        )
    except Exception:
        log.exception("asking the ERP for prices and stock", extra={"system": asked.system})
        return None
    took = time.monotonic() - began
    if took > seconds + LATE:
        log.warning("the gateway took longer than its budget", extra={"system": asked.system, "seconds": round(took, 2)})
    return None if told is None else {id_: told.get(ref, _UNKNOWN) for id_, ref in asked.refs.items()}


def _prepare(work: Work, contract_id: UUID, quantities: Mapping[UUID, Decimal]) -> _Asked | None:
    gateway: object = work.kit.erp_gateway
    if not isinstance(gateway, AsksLines) or work.kit.erp_gateway is None or CAPABILITY not in work.kit.erp_can:
        return None
    system = work.kit.erp_gateway.name
    refs = refs_for(work, system=system, entity="product", ids=quantities)
    contract_ref = ref_of(work, system=system, entity="contract", entity_id=contract_id)
    if not refs or contract_ref is None:
        return None
    price_type = work.session.scalar(select(Contract.price_type_id).where(Contract.id == contract_id))
    price_ref = ref_of(work, system=system, entity="price_type", entity_id=price_type) if price_type else None
    return _Asked(gateway, system, refs, contract_ref, price_ref or "")
