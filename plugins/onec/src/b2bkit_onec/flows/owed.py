"""The run that sends what is owed: orders by OData, oldest first, a bounded portion at a time."""

from __future__ import annotations

from typing import Final

from b2bkit import OpenWork, Receipt, Work
from b2bkit.core.erp import service as erp
from b2bkit.core.erp.service.handover import known_in_erp
from b2bkit_onec.flows.spec import Refused, RunResult
from b2bkit_onec.line import Line, LineError, OneCBroken
from b2bkit_onec.odata.orders import Orders
from b2bkit_onec.sessions import SYSTEM_NAME

PORTION: Final = 20
BATCH: Final = "odata"


def send_owed(open_work: OpenWork, line: Line, cursor: str) -> RunResult:
    """Sends a portion. What an earlier run left without a word is sent again under the same key, by which 1C finds what it has.

    An answer that is none about one order does not hold up the next one; silence, and what is the line's matter, ends the run.
    """
    sender, taken = Orders(line), 0
    with open_work() as work:
        began = work.now
        erp.release_batch(work, BATCH)
        owed = erp.offer_batch(work, BATCH, PORTION)
    refused: list[Refused] = []
    broken: list[OneCBroken] = []
    try:
        for order in owed:
            try:
                receipt = sender.send(order)
            except OneCBroken as error:
                broken.append(error)
                refused.append(Refused(order.number, error.words, error.cure))
                continue
            with open_work() as work:
                _record(work, order, receipt)
            taken += receipt.state == "taken"
            if receipt.state == "refused":
                refused.append(Refused(order.number, receipt.reason, ""))
        if broken and len(broken) == len(owed):
            raise broken[0]
    except LineError:
        with open_work() as work:
            erp.release_batch(work, BATCH)
        raise
    with open_work() as work:
        erp.release_batch(work, BATCH)
    counts = {"orders": {"told": len(owed), "new": taken, "changed": 0}} if owed else {}
    return RunResult(counts=counts, refused=refused, cursor=cursor, as_of=began, more=len(owed) == PORTION and taken > 0, whole=False)


def _record(work: Work, order: erp.OutgoingOrder, receipt: Receipt) -> None:
    if receipt.state == "refused":
        erp.refuse(work, order.id, receipt.reason)
    else:
        erp.remember(work, system=SYSTEM_NAME, entity="order", pairs={receipt.ref or str(order.id): order.id})
        known_in_erp(work, order.id, receipt.number)
