"""The line to 1C as the portal sees it: 1C asks, so an order that is handed over waits for its next exchange."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from b2bkit import ErpState, Health, Receipt, Work
from b2bkit.core.erp import service as erp
from b2bkit.core.extend.things import OpenWork
from b2bkit.core.i18n import _
from b2bkit_onec.models import Upload
from b2bkit_onec.sessions import SYSTEM_NAME

CAPABILITIES: Final = frozenset({"catalog.in", "prices.in", "stock.in", "companies.in", "orders.out", "order_status.in"})


class SiteExchange:
    """ErpGateway for "Обмен с сайтом"."""

    name = SYSTEM_NAME

    def capabilities(self) -> frozenset[str]:
        """What flows through CommerceML."""
        return CAPABILITIES

    def send_order(self, open_work: OpenWork, order_id: UUID, idempotency_key: str) -> Receipt:
        """The order is owed already; 1C fetches it."""
        return Receipt("queued")

    def state(self, work: Work) -> ErpState:
        """Up while 1C's exchanges come."""
        return erp.state(work, SYSTEM_NAME)


def last_file_health(work: Work) -> Health:
    """Whether the last file of 1C could be taken."""
    last = (
        work.session.query(Upload)
        .filter(Upload.state.in_(("done", "failed")))
        .order_by(Upload.finished_at.desc(), Upload.id.desc())
        .first()
    )
    if last is None:
        return Health(True, _("1C has sent no files yet."))
    if last.state == "done":
        return Health(True, _("The last file of 1C, {name}, was taken.").format(name=last.name))
    return Health(
        False,
        _("The last file of 1C was not taken: {why}").format(why=last.message),
        _("Mend what it names and repeat the exchange in 1C."),
    )
